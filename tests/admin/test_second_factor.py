import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from admin import create_app
from db.engine import Database
from db.models import HistoryEvent, OutboundMessage, Staff
from db.settings import Settings
from tests.admin.conftest import ADMIN, LAN, PASSWORD, Browser, csrf
from tests.admin.phone import Phone, recovery_codes, set_up, typed_in

CODE = "/tf-validate"
RECOVERY = "/mf-recovery"


@pytest.fixture
def in_earnest(panel: Flask, settings: Settings) -> Iterator[Flask]:
    """The same office when the trial is over."""
    app = create_app(settings.model_copy(update={"trial_mode": False}))
    yield app
    with app.app_context():
        from admin.database import db

        db.engine.dispose()


@pytest.fixture
def owner(lan: Browser) -> tuple[Phone, list[str]]:
    """Lan's phone and recovery codes, set up."""
    return set_up(lan)


def stored(database: Database, email: str = LAN) -> Staff:
    with database.read() as session:
        return session.scalars(select(Staff).where(Staff.email == email)).one()


def test_in_trial_mode_nobody_is_made_to_set_it_up(lan: Browser) -> None:
    assert lan.get("/").status_code == 200
    assert "Nên bật" in lan.get("/account/").text


@pytest.mark.parametrize("email", [LAN, ADMIN])
def test_in_earnest_everybody_sets_it_up_before_anything_else_opens(in_earnest: Flask, email: str) -> None:
    browser = Browser(in_earnest.test_client())
    browser.sign_in(email)
    for path in ("/", "/inbox/", "/account/", "/wan-register", "/outbox/"):
        assert browser.get(path).location == "/second_factor/", path
    assert browser.post("/account/sessions/end-others", page="/second_factor/").location == "/second_factor/"
    page = browser.get("/second_factor/")
    assert page.text.count("<h1") == 1
    assert 'src="data:image/svg+xml;base64,' in page.text
    assert 'href="/inbox/"' not in page.text
    phone, codes = set_up(browser)
    assert len(codes) == len(set(codes)) == 10
    assert browser.get("/inbox/").status_code == 200
    assert browser.post("/second_factor/remove", page="/account/").location == "/second_factor/"
    assert "Đang bật" in browser.get("/second_factor/").text
    newcomer = Browser(in_earnest.test_client())
    assert newcomer.sign_in(email).location == CODE + "?next=/"
    assert newcomer.post(CODE, page=CODE, code=phone.code()).location == "/"
    assert newcomer.get("/inbox/").status_code == 200


def test_who_has_it_is_always_asked_and_lands_where_they_wanted(outsider: Browser, owner: tuple[Phone, list[str]]) -> None:
    wanted = outsider.get("/knowledge/?status=draft").location
    asked = outsider.post(wanted, page=wanted, email=LAN, password=PASSWORD)
    assert asked.location.startswith(CODE)
    assert outsider.get("/inbox/").status_code == 302
    assert outsider.post(asked.location, page=asked.location, code=owner[0].code()).location == "/knowledge/?status=draft"
    assert outsider.get("/inbox/").status_code == 200


def test_a_code_is_good_once_and_for_a_short_while(panel: Flask, owner: tuple[Phone, list[str]], now: datetime) -> None:
    phone = owner[0]

    def enter(code: str) -> int:
        browser = Browser(panel.test_client())
        browser.sign_in(LAN)
        answer = browser.post(CODE, page=CODE, code=code)
        assert answer.status_code == 302 or "đã hết hạn hoặc đã dùng" in answer.text
        return answer.status_code

    with time_machine.travel(now + timedelta(minutes=10), tick=False):
        assert enter(phone.code(steps=-3)) == 200
        assert enter(phone.code(steps=3)) == 200
        code = phone.code()
        assert enter(f"{code[:3]} {code[3:]}") == 302
        assert enter(code) == 200
        assert enter(phone.code(steps=1)) == 302


def test_one_code_opens_one_of_two_browsers(panel: Flask, owner: tuple[Phone, list[str]]) -> None:
    browsers = [Browser(panel.test_client()) for _ in range(2)]
    tokens = []
    for browser in browsers:
        browser.sign_in(LAN)
        tokens.append(csrf(browser.get(CODE).text))
    form = {"code": owner[0].code()}
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(
            lambda pair: pair[0].client.post(CODE, data=form | {"csrf_token": pair[1]}).status_code, zip(browsers, tokens, strict=True)
        )
    assert sorted(answers) == [200, 302]


def test_codes_cannot_be_guessed(panel: Flask, outsider: Browser, owner: tuple[Phone, list[str]], database: Database) -> None:
    outsider.sign_in(LAN)
    for _ in range(4):
        assert outsider.post(CODE, page=CODE, code="000000").status_code == 200
    assert outsider.post(RECOVERY, page=RECOVERY, code="0000-0000-0000").status_code == 200
    assert outsider.post(CODE, page=CODE, code=owner[0].code()).status_code == 429
    again = Browser(panel.test_client())
    assert again.sign_in(LAN).location == CODE + "?next=/", "the password itself is not braked"
    assert again.post(CODE, page=CODE, code=owner[0].code()).status_code == 429
    with database.read() as session:
        told = [
            (note.after["way"], note.after["why"])
            for note in session.scalars(select(HistoryEvent).where(HistoryEvent.act == "refused").order_by(HistoryEvent.id))
        ]
        mail = session.scalars(select(OutboundMessage.payload).order_by(OutboundMessage.id.desc())).first()
    assert told == [("code", "wrong")] * 5 + [("code", "braked")]
    assert mail
    assert "nhập sai mã" in mail["text"]


def test_from_many_addresses_an_account_hears_ten_codes(outsider: Browser, owner: tuple[Phone, list[str]]) -> None:
    outsider.sign_in(LAN)
    token = csrf(outsider.get(CODE).text)

    def enter(address: int) -> int:
        form = {"code": "000000", "csrf_token": token}
        return outsider.client.post(CODE, data=form, environ_base={"REMOTE_ADDR": f"10.0.0.{address}"}).status_code

    assert [enter(number) for number in range(11)] == [200] * 10 + [429]


def test_a_recovery_code_opens_once(panel: Flask, owner: tuple[Phone, list[str]], database: Database) -> None:
    code = owner[1][3]
    first, second = Browser(panel.test_client()), Browser(panel.test_client())
    first.sign_in(LAN)
    second.sign_in(LAN)
    token = csrf(second.get(RECOVERY).text)
    assert first.post(RECOVERY, page=RECOVERY, code=code.upper().replace("-", " ")).location == "/"
    assert first.get("/").status_code == 200
    refused = second.client.post(RECOVERY, data={"code": code, "csrf_token": token})
    assert "không đúng hoặc đã dùng" in refused.text
    assert "Còn 9 mã" in first.get("/account/").text
    assert len(stored(database).mf_recovery_codes or []) == 9


def test_new_recovery_codes_make_the_old_ones_void(
    lan: Browser, outsider: Browser, owner: tuple[Phone, list[str]], database: Database
) -> None:
    page = lan.post("/second_factor/codes", page="/second_factor/").text
    fresh = recovery_codes(page)
    assert len(fresh) == 10
    assert not set(fresh) & set(owner[1])
    assert recovery_codes(lan.get("/second_factor/").text) == []
    outsider.sign_in(LAN)
    assert outsider.post(RECOVERY, page=RECOVERY, code=owner[1][0]).status_code == 200
    assert outsider.post(RECOVERY, page=RECOVERY, code=fresh[0]).status_code == 302
    assert stored(database).mf_recovery_codes


def test_secrets_are_neither_in_the_history_nor_readable_in_the_database(
    owner: tuple[Phone, list[str]], database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    person = stored(database)
    kept = f"{person.tf_totp_secret} {person.mf_recovery_codes}"
    with database.read() as session:
        told = " ".join(f"{note.before} {note.after}" for note in session.scalars(select(HistoryEvent)))
    assert "•••" in told
    for secret in (owner[0].key, *owner[1]):
        assert secret not in kept + told + caplog.text


def test_a_mistyped_code_keeps_the_picture_and_a_reload_too(lan: Browser) -> None:
    phone = typed_in(lan.get("/second_factor/").text)
    wrong = lan.post("/second_factor/confirm", page="/second_factor/", code="000000")
    assert wrong.status_code == 422
    assert "Mã chưa đúng" in wrong.text
    assert typed_in(wrong.text) == typed_in(lan.get("/second_factor/").text) == phone
    assert "Mã chưa đúng" in lan.post("/second_factor/confirm", page="/second_factor/", code="9" * 10_000).text
    assert lan.post("/second_factor/confirm", page="/second_factor/", code=phone.code()).status_code == 200
    late = lan.post("/second_factor/confirm", page="/account/", code=phone.code())
    assert late.location == "/second_factor/"
    assert "đã kết thúc" in lan.get("/second_factor/").text


def test_another_phone_takes_over_when_its_first_code_is_right(lan: Browser, outsider: Browser, owner: tuple[Phone, list[str]]) -> None:
    page = "/second_factor/?again=1"
    other = typed_in(lan.get(page).text)
    outsider.sign_in(LAN)
    assert outsider.post(CODE, page=CODE, code=owner[0].code()).status_code == 302
    assert lan.post("/second_factor/confirm", page=page, code=other.code(steps=1)).status_code == 200
    outsider.post("/logout")
    outsider.sign_in(LAN)
    assert outsider.post(CODE, page=CODE, code=owner[0].code()).status_code == 200


def test_a_second_tab_that_signs_out_leads_back_to_the_beginning(lan: Browser) -> None:
    token = csrf(lan.get("/second_factor/").text)
    lan.post("/logout")
    late = lan.client.post("/second_factor/confirm", data={"code": "000000", "csrf_token": token})
    assert late.status_code in {400, 401}
    assert "<h1" in late.text
    assert lan.get("/second_factor/").location.startswith("/login")


@pytest.mark.parametrize("path", [CODE, RECOVERY])
def test_nobody_enters_a_code_without_the_password(outsider: Browser, path: str) -> None:
    assert outsider.get(path).location == "/login"
    assert "từ đầu" in outsider.get("/login").text
    answer = outsider.post(path, page="/login", code="000000")
    assert answer.location == "/login"
    assert outsider.get("/").status_code == 302


def test_setting_it_up_wants_the_password_again_after_a_quarter_of_an_hour(signed_in: Callable[[str], Browser], now: datetime) -> None:
    with time_machine.travel(now + timedelta(minutes=2), tick=False) as clock:
        browser = signed_in(LAN)
        clock.shift(16 * 60)
        asked = browser.get("/second_factor/").location
        assert asked.startswith("/verify?next=")
        assert "Mật khẩu không đúng" in browser.post(asked, page=asked, password="đoán").text
        assert browser.post(asked, page=asked, password=PASSWORD).location == "/second_factor/"
        assert browser.get("/second_factor/").status_code == 200
        clock.shift(16 * 60)
        late = browser.post("/second_factor/confirm", page="/account/", code="000000").location
        assert browser.post(late, page=late, password=PASSWORD).location == "/second_factor/"


def test_in_trial_mode_it_is_switched_off_again(
    lan: Browser, outsider: Browser, owner: tuple[Phone, list[str]], database: Database
) -> None:
    assert lan.post("/second_factor/remove", page="/second_factor/").location == "/login"
    assert lan.get("/").status_code == 302
    assert outsider.sign_in(LAN).location == "/"
    person = stored(database)
    assert (person.tf_totp_secret, person.mf_recovery_codes) == (None, [])


def test_a_closed_account_is_not_finished_signing_in(outsider: Browser, owner: tuple[Phone, list[str]], database: Database) -> None:
    outsider.sign_in(LAN)
    page = outsider.get(CODE).text
    with database.write() as session:
        session.get_one(Staff, stored(database).id).active = False
    assert outsider.client.post(CODE, data={"code": owner[0].code(), "csrf_token": csrf(page)}).status_code == 200
    assert outsider.get("/").status_code == 302
    with database.read() as session:
        assert len(session.scalars(select(HistoryEvent).where(HistoryEvent.act == "signed_in")).all()) == 1, "only Lan's own, before"


def test_the_pages_of_the_second_step_speak_both_languages(outsider: Browser, owner: tuple[Phone, list[str]]) -> None:
    outsider.sign_in(LAN)
    for path, vietnamese, english in ((CODE, "Nhập mã xác thực", "Enter your code"), (RECOVERY, "Mã dự phòng", "Recovery code")):
        assert vietnamese in outsider.get(path + "?lang=vi").text
        page = outsider.get(path + "?lang=en").text
        assert english in page
        assert not re.search(r">\s*(login|panel)\.[a-z_.]+\s*<", page)
