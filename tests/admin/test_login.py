import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask_security.core import _default_messages
from sqlalchemy import func, select

from admin import create_app
from admin.proxies import TrustedProxies
from admin.sign_in_messages import MESSAGES
from db.engine import Database
from db.models import HistoryEvent, OutboundMessage, SignInFailure, Staff, StaffSession
from db.settings import Settings
from tests.admin.conftest import LAN, MINH, PASSWORD, Browser, csrf
from tests.admin.phone import set_up
from usecases import staff
from usecases.history import Actor

NEW = "bốn con vịt qua cầu tre"


@pytest.fixture
def second_process(panel: Flask, settings: Settings) -> Iterator[Flask]:
    """Another process of the panel on the same database."""
    app = create_app(settings)
    yield app
    with app.app_context():
        from admin.database import db

        db.engine.dispose()


def notes(database: Database, *acts: str) -> list[HistoryEvent]:
    with database.read() as session:
        return list(session.scalars(select(HistoryEvent).where(HistoryEvent.act.in_(acts)).order_by(HistoryEvent.id)))


def person(database: Database, email: str = LAN) -> Staff:
    with database.read() as session:
        return session.scalars(select(Staff).where(Staff.email == email)).one()


def mails(database: Database) -> list[dict]:
    with database.read() as session:
        return list(session.scalars(select(OutboundMessage.payload).where(OutboundMessage.channel == "mail").order_by(OutboundMessage.id)))


def link_of(database: Database) -> str:
    """Path of the link in the last mail."""
    text: str = mails(database)[-1]["text"]
    return next(line for line in text.splitlines() if "/reset/" in line).removeprefix("http://localhost:8081")


def test_an_officer_signs_in_and_lands_where_they_wanted(outsider: Browser) -> None:
    wanted = outsider.get("/knowledge/?status=draft").location
    answer = outsider.post(wanted, page=wanted, email=LAN.upper(), password=PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/knowledge/?status=draft")


def test_a_password_matches_however_the_keyboard_composes_it(outsider: Browser) -> None:
    assert outsider.sign_in(LAN, unicodedata.normalize("NFD", PASSWORD)).status_code == 302


def test_sign_in_never_leads_to_another_site(outsider: Browser) -> None:
    answer = outsider.post("/login?next=https://evil.example/", page="/login", email=LAN, password=PASSWORD)
    assert "evil" not in (answer.location or "")


def test_a_wrong_password_and_an_unknown_address_look_alike(outsider: Browser) -> None:
    wrong, unknown = outsider.sign_in(LAN, "sai mật khẩu"), outsider.sign_in("ai@chuan.example", "sai mật khẩu")
    assert wrong.status_code == unknown.status_code == 200
    assert "không đúng" in wrong.text
    assert wrong.text.count("không đúng") == unknown.text.count("không đúng")


def test_guessing_is_braked_for_the_account_but_not_for_a_colleague(outsider: Browser) -> None:
    for _ in range(5):
        assert outsider.sign_in(LAN, "đoán").status_code == 200
    braked = outsider.sign_in(LAN)
    assert braked.status_code == 429
    assert "15 phút" in braked.text
    assert outsider.sign_in(MINH).status_code == 302


def test_guesses_are_counted_for_all_processes_together(outsider: Browser, second_process: Flask) -> None:
    elsewhere = Browser(second_process.test_client())
    for browser in (outsider, elsewhere, outsider, elsewhere, outsider):
        assert browser.sign_in(LAN, "đoán").status_code == 200
    assert elsewhere.sign_in(LAN).status_code == 429


def test_guesses_that_arrive_together_are_no_more_than_the_limit(panel: Flask) -> None:
    browsers = [Browser(panel.test_client()) for _ in range(9)]
    tokens = [csrf(browser.get("/login").text) for browser in browsers]

    def guess(number: int) -> int:
        form = {"email": LAN, "password": "đoán", "csrf_token": tokens[number]}
        return browsers[number].client.post("/login", data=form).status_code

    with ThreadPoolExecutor(9) as pool:
        answers = sorted(pool.map(guess, range(9)))
    assert answers.count(200) <= 5
    assert set(answers) <= {200, 429}


def test_an_address_is_braked_whoever_it_tries(outsider: Browser) -> None:
    for number in range(20):
        assert outsider.sign_in(f"ai{number}@chuan.example", "đoán").status_code == 200
    assert outsider.sign_in(LAN).status_code == 429


def test_the_brake_lets_go_after_a_quarter_of_an_hour_and_forgets(outsider: Browser, database: Database, now: datetime) -> None:
    with time_machine.travel(now + timedelta(minutes=2), tick=False) as clock:
        for _ in range(5):
            outsider.sign_in(LAN, "đoán")
        clock.shift(14 * 60)
        assert outsider.sign_in(LAN).status_code == 429
        clock.shift(61)
        assert outsider.sign_in(LAN).status_code == 302
    with database.read() as session:
        assert session.scalar(select(func.count(SignInFailure.id))) == 0


def test_the_history_tells_who_came_in_and_who_tried_but_not_what_was_typed(outsider: Browser, database: Database) -> None:
    outsider.sign_in("bí-mật@chuan.example", "gõ nhầm ô")
    for _ in range(5):
        outsider.sign_in(LAN, "gõ nhầm ô")
    outsider.sign_in(LAN)
    outsider.sign_in(MINH)
    outsider.post("/logout")
    lan, minh = str(person(database).id), str(person(database, MINH).id)
    told = [(note.act, note.staff_id, note.key, note.after) for note in notes(database, "refused", "signed_in", "signed_out")]
    wrong = {"way": "password", "why": "wrong"}
    assert told == [
        ("refused", None, "", wrong),
        *[("refused", None, lan, wrong)] * 5,
        ("refused", None, lan, {"way": "password", "why": "braked"}),
        ("signed_in", int(minh), minh, {"way": "password"}),
        ("signed_out", int(minh), minh, None),
    ]
    with database.read() as session:
        whole = " ".join(f"{note.who} {note.key} {note.before} {note.after}" for note in session.scalars(select(HistoryEvent)))
    assert "bí-mật" not in whole
    assert "nhầm" not in whole


@pytest.mark.parametrize("typed", ["x" * 10_000, "\0", "mật\0khẩu", "🔑" * 3000])
def test_strange_input_gets_a_clear_page(outsider: Browser, typed: str) -> None:
    assert "không đúng" in outsider.sign_in(LAN, typed).text
    assert "không đúng" in outsider.sign_in(typed, "đoán").text
    assert outsider.post("/reset", page="/reset", email=typed).status_code == 200


def test_nobody_comes_in_by_json(outsider: Browser) -> None:
    token = csrf(outsider.get("/login").text)
    for path in ("/login", "/reset"):
        answer = outsider.client.post(path, json={"email": LAN, "password": PASSWORD}, headers={"X-CSRFToken": token})
        assert answer.status_code == 415
    assert outsider.get("/").status_code == 302


def test_signing_out_needs_a_post_and_ends_the_session(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in(LAN)
    assert browser.get("/logout").status_code in {403, 405}
    assert browser.post("/logout").status_code == 302
    assert browser.get("/").status_code == 302


def test_who_has_a_made_up_password_sets_their_own_before_anything_else(outsider: Browser, database: Database) -> None:
    with database.write() as session:
        session.get_one(Staff, person(database).id).must_change_password = True
    outsider.sign_in(LAN)
    for path in ("/", "/inbox/", "/account/", "/second_factor/", "/wan-register"):
        assert outsider.get(path).location == "/account/first-password", path
    page = "/account/first-password"
    for new, again, said in (
        ("ngắn", "ngắn", "ít nhất 12"),
        (PASSWORD, PASSWORD, "mật khẩu hiện nay"),
        (NEW, "khác", "không giống"),
        ("qwertyuiop[]123", "", "đã bị lộ"),
    ):
        refused = outsider.post(page, page=page, new=new, again=again)
        assert refused.status_code == 422
        assert said in refused.text
    assert outsider.post("/account/language", page=page, language="en").status_code == 303
    assert "Set a password of your own" in outsider.get(page).text
    assert outsider.post(page, page=page, new=NEW, again=NEW).location == "/"
    assert outsider.get("/inbox/").status_code == 200
    assert outsider.get(page).location == "/"


def test_a_forgotten_password_is_set_by_a_link_that_is_good_once(
    outsider: Browser, signed_in: Callable[[str], Browser], database: Database
) -> None:
    elsewhere = signed_in(LAN)
    asked = outsider.post("/reset", page="/reset", email=LAN)
    (mail,) = mails(database)
    assert (mail["to"], mail["personal"]) == (LAN, True)
    assert "http://localhost:8081/reset/" in mail["text"]
    link = link_of(database)
    assert outsider.post(link, page=link, password="ngắn", password_confirm="ngắn").text.count("ít nhất 12 ký tự") >= 1
    assert "không giống" in outsider.post(link, page=link, password=NEW, password_confirm="khác").text
    assert outsider.post(link, page=link, password=NEW, password_confirm=NEW).location == "/login"
    assert "Đã đặt mật khẩu mới" in outsider.get("/login").text
    assert elsewhere.get("/").status_code == 302
    with database.read() as session:
        assert all(row.ended_at for row in session.scalars(select(StaffSession)))
    assert outsider.get(link).location == "/reset"
    assert "đã hết hạn hoặc đã dùng" in outsider.get("/reset").text
    assert outsider.sign_in(LAN).status_code == 200
    assert outsider.sign_in(LAN, NEW).status_code == 302
    assert "mật khẩu" in mails(database)[-1]["text"]
    assert asked.text.count("Nếu địa chỉ này thuộc một tài khoản") == 1
    changed = [note for note in notes(database, "changed") if "password" in (note.after or {})]
    assert [(note.staff_id, note.after["password"]) for note in changed] == [(person(database).id, "•••")]


def test_a_reset_says_the_same_whether_the_address_is_known(outsider: Browser, database: Database, now: datetime) -> None:
    with database.write() as session:
        staff.disable(session, session.get_one(Staff, person(database, MINH).id), by=Actor(None, "", ""), now=now)
    pages = [outsider.post("/reset", page="/reset", email=email).text for email in (LAN, MINH, "ai@chuan.example", "không phải thư")]
    pages = [page.replace(csrf(page), "") for page in pages]
    assert len(set(pages)) == 1
    assert [mail["to"] for mail in mails(database)] == [LAN]


def test_a_link_lasts_an_hour(outsider: Browser, database: Database, now: datetime) -> None:
    with time_machine.travel(now + timedelta(minutes=2), tick=False) as clock:
        outsider.post("/reset", page="/reset", email=LAN)
        link = link_of(database)
        token = csrf(outsider.get(link).text)
        clock.shift(3601)
        late = outsider.client.post(link, data={"password": NEW, "password_confirm": NEW, "csrf_token": token})
        assert late.location == "/reset"
        assert outsider.get(link + "x").location == "/reset"
        assert outsider.sign_in(LAN).status_code == 302


def test_a_link_names_our_address_whatever_the_request_says(outsider: Browser, database: Database) -> None:
    token = csrf(outsider.client.get("/reset", base_url="http://evil.example").text)
    outsider.client.post("/reset", data={"email": LAN, "csrf_token": token}, base_url="http://evil.example")
    assert "evil" not in mails(database)[0]["text"]


def test_nobody_fills_a_mailbox(outsider: Browser, database: Database) -> None:
    answers = [outsider.post("/reset", page="/reset", email=LAN).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert len(mails(database)) == 5


def test_administrators_do_not_read_a_colleagues_link(admin: Browser, outsider: Browser, database: Database) -> None:
    outsider.post("/reset", page="/reset", email=LAN)
    with database.read() as session:
        number = session.scalars(select(OutboundMessage.id)).one()
    page = admin.get(f"/outbox/details/?id={number}").text
    assert "Thư riêng" in page
    assert "/reset/" not in page


def test_a_reset_does_not_go_round_the_second_factor(lan: Browser, outsider: Browser, database: Database) -> None:
    set_up(lan)
    outsider.post("/reset", page="/reset", email=LAN)
    link = link_of(database)
    outsider.post(link, page=link, password=NEW, password_confirm=NEW)
    assert outsider.sign_in(LAN, NEW).location.startswith("/tf-validate")
    assert outsider.get("/inbox/").status_code == 302


def test_every_page_of_signing_in_speaks_both_languages(outsider: Browser, database: Database) -> None:
    outsider.post("/reset", page="/reset", email=LAN)
    for path, vietnamese, english in (
        ("/login", "Đăng nhập trang quản trị", "Sign in"),
        ("/reset", "Quên mật khẩu", "Forgotten password"),
        (link_of(database), "Đặt mật khẩu mới", "Set a new password"),
        ("/wan-signin", "Đăng nhập bằng khóa truy cập", "Sign in with a passkey"),
    ):
        page = outsider.get(path + "?lang=vi")
        assert vietnamese in page.text
        assert page.text.count("<h1") == 1
        assert english in outsider.get(path + "?lang=en").text


def test_nothing_that_flask_security_says_is_left_in_english(panel: Flask) -> None:
    assert set(MESSAGES) <= set(_default_messages)
    with panel.test_request_context("/login"):
        from flask_security.utils import get_message

        from locales import catalogue

        for name in _default_messages:
            said, _ = get_message(name, within="", email="", length="", name="", cause="", attr="", value="", id="", exerror="", exdesc="")
            assert said in catalogue("vi")._catalog.values(), name


def test_the_cookie_is_for_this_site_only(panel: Flask, tmp_path: Path) -> None:
    assert panel.config["SESSION_COOKIE_HTTPONLY"]
    assert panel.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert not panel.config["SESSION_COOKIE_SECURE"]
    public = Settings(
        _env_file=None,
        public_url="https://chat.example.vn",
        admin_url="https://panel.example.vn",
        trial_mode=False,
        secret_key="k" * 32,
        data_dir=tmp_path,
    )
    app = create_app(public)
    assert app.config["SESSION_COOKIE_SECURE"]
    assert "max-age" in app.test_client().get("/healthz").headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("9.9.9.9", "1.2.3.4", "9.9.9.9"),
    ],
)
def test_only_trusted_proxies_say_who_is_there(peer: str, forwarded: str, seen: str) -> None:
    addresses = []
    proxied = TrustedProxies(lambda environ, _start: addresses.append(environ["REMOTE_ADDR"]) or [], "10.0.0.1")
    proxied({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}, lambda *_: None)
    assert addresses == [seen]
