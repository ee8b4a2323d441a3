import re
from collections.abc import Callable
from datetime import datetime, timedelta

import time_machine
from flask import Flask
from sqlalchemy import select

from admin.access import ADMINISTRATOR, ENQUIRIES, VIEWER
from admin.browsers import described
from db.engine import Database
from db.models import HistoryEvent, Staff, StaffSession
from tests.admin.conftest import LAN, MINH, Browser, csrf
from usecases import staff
from usecases.history import Actor

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
OPERATOR = Actor(None, "flask --app admin", "")


def rows(database: Database, email: str = LAN) -> list[StaffSession]:
    with database.read() as session:
        joined = select(StaffSession).join(Staff, Staff.id == StaffSession.staff_id).where(Staff.email == email)
        return list(session.scalars(joined.order_by(StaffSession.id)))


def act(database: Database, email: str, do: Callable[..., object], **more: object) -> None:
    with database.write() as session:
        found = session.scalars(select(Staff).where(Staff.email == email)).one()
        do(session, found, **more)


def test_a_browser_is_a_row_that_holds_no_token(panel: Flask, database: Database) -> None:
    browser = Browser(panel.test_client())
    browser.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    browser.sign_in(LAN)
    (row,) = rows(database)
    assert (row.address, row.browser, row.ended_at) == ("127.0.0.1", FIREFOX, None)
    with browser.client.session_transaction() as cookie:
        assert cookie["browser"] not in (row.digest, "")
    page = browser.get("/account/").text
    assert "Firefox · Linux" in page
    assert "Máy này" in page


def test_it_was_last_seen_to_the_minute(signed_in: Callable[[str], Browser], database: Database, now: datetime) -> None:
    with time_machine.travel(now + timedelta(minutes=2, seconds=10), tick=False) as clock:
        browser = signed_in(LAN)
        for seconds, seen in ((40, 2), (50, 3), (5, 3)):
            clock.shift(seconds)
            browser.get("/account/")
            assert rows(database)[0].last_seen_at == now + timedelta(minutes=seen)


def test_one_is_ended_and_the_others_are_not(signed_in: Callable[[str], Browser], database: Database) -> None:
    here, lost, home = (signed_in(LAN) for _ in range(3))
    minh = signed_in(MINH)
    key = rows(database)[1].id
    assert here.get("/account/").text.count('name="id"') == 2
    assert here.post("/account/sessions/end", page="/account/", id=key).status_code == 303
    assert lost.get("/inbox/").location.startswith("/login")
    assert [one.get("/inbox/").status_code for one in (here, home, minh)] == [200] * 3
    assert "không còn đăng nhập" in _after(here, "/account/sessions/end", id=key)
    assert "không còn đăng nhập" in _after(here, "/account/sessions/end", id=rows(database, MINH)[0].id)
    assert "không còn đăng nhập" in _after(here, "/account/sessions/end", id="1 or 1")
    assert minh.get("/inbox/").status_code == 200


def test_all_others_are_ended(signed_in: Callable[[str], Browser], database: Database) -> None:
    here, lost, home = (signed_in(LAN) for _ in range(3))
    assert "đăng xuất: 2" in _after(here, "/account/sessions/end-others")
    assert [one.get("/inbox/").status_code for one in (here, lost, home)] == [200, 302, 302]
    with database.read() as session:
        note = session.scalars(select(HistoryEvent).where(HistoryEvent.act == "cut_off")).one()
    assert note.after == {"browsers": 2}


def test_a_copied_cookie_is_worth_nothing_after_signing_out(lan: Browser, panel: Flask) -> None:
    copied = lan.client.get_cookie("chuan_panel")
    assert copied
    thief = Browser(panel.test_client())
    thief.client.set_cookie("chuan_panel", copied.value)
    assert thief.get("/inbox/").status_code == 200
    lan.post("/logout")
    assert thief.get("/inbox/").location.startswith("/login")


def test_a_disabled_persons_next_request_is_refused(signed_in: Callable[[str], Browser], database: Database, now: datetime) -> None:
    browser = signed_in(LAN)
    token = csrf(browser.get("/account/").text)
    act(database, LAN, staff.disable, by=OPERATOR, now=now)
    assert browser.client.post("/account/", data={"full_name": "Còn đây", "csrf_token": token}).status_code in {400, 401}
    assert browser.get("/inbox/").location.startswith("/login")
    assert browser.sign_in(LAN).status_code == 200
    assert all(row.ended_at for row in rows(database))


def test_who_is_cut_off_or_loses_rights_is_out_at_once(signed_in: Callable[[str], Browser], database: Database, now: datetime) -> None:
    for email, do, more in (
        (LAN, staff.cut_off, {}),
        (MINH, staff.set_roles, {"roles": [VIEWER]}),
        (LAN, staff.reset_second_factor, {}),
    ):
        browser = signed_in(email)
        assert browser.get("/inbox/").status_code == 200
        act(database, email, do, by=OPERATOR, now=now, **more)
        assert browser.get("/inbox/").location.startswith("/login"), do


def test_more_rights_sign_nobody_out(signed_in: Callable[[str], Browser], database: Database, now: datetime) -> None:
    browser = signed_in(LAN)
    act(database, LAN, staff.set_roles, roles=[ENQUIRIES, ADMINISTRATOR], by=OPERATOR, now=now)
    assert browser.get("/outbox/").status_code == 200


def test_sessions_end_by_themselves_after_twelve_hours_and_leave_the_list(signed_in: Callable[[str], Browser], now: datetime) -> None:
    with time_machine.travel(now + timedelta(minutes=2), tick=False) as clock:
        old = signed_in(LAN)
        clock.shift(timedelta(hours=11, minutes=59))
        new = signed_in(LAN)
        assert old.get("/inbox/").status_code == 200
        clock.shift(timedelta(minutes=2))
        assert old.get("/inbox/").status_code == 302
        assert len(re.findall(r'class="entry-row"', new.get("/account/").text)) == 1


def test_signing_in_again_does_not_extend_the_old_session(lan: Browser, database: Database) -> None:
    lan.post("/logout")
    lan.sign_in(LAN)
    assert [bool(row.ended_at) for row in rows(database)] == [True, False]


def test_a_long_description_of_a_browser_is_no_obstacle(panel: Flask, database: Database) -> None:
    browser = Browser(panel.test_client())
    browser.client.environ_base["HTTP_USER_AGENT"] = "<script>" + "x" * 10_000
    assert browser.sign_in(LAN).status_code == 302
    page = browser.get("/account/").text
    assert "Trình duyệt không rõ" in page
    assert "<script>x" not in page


def test_browsers_are_named_as_people_know_them(panel: Flask) -> None:
    chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 {}Safari/537.36"
    with panel.test_request_context("/"):
        assert described("Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + chrome.format("")) == "Chrome · Windows"
        assert described("Mozilla/5.0 (Windows NT 10.0) " + chrome.format("") + " Edg/140.0") == "Edge · Windows"
        assert described("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/120 " + chrome.format("")) == "Cốc Cốc · Windows"
        assert described("Mozilla/5.0 (Linux; Android 14) " + chrome.format("Mobile ")) == "Chrome · Android"
        assert described("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1") == "Safari · iPhone"
        assert described("") == "Trình duyệt không rõ"


def _after(browser: Browser, url: str, **fields: object) -> str:
    answer = browser.post(url, page="/account/", **fields)
    assert answer.location == "/account/"
    return browser.get("/account/").text
