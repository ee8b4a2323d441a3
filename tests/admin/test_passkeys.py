"""Passkeys and every page of signing in, in a real browser: Chromium's virtual authenticator plays the fingerprint reader of a computer."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from admin import create_app
from db.engine import Database
from db.models import HistoryEvent, OutboundMessage, Staff
from db.settings import Settings
from tests.admin.conftest import LAN, MINH, PASSWORD, Browser, csrf
from tests.admin.phone import set_up, typed_in
from tests.browser import ARGUMENTS, chromium

BUILT_IN = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
Serve = Callable[[Flask], int]
ONE_ADDRESS = "--host-resolver-rules=MAP localhost 127.0.0.1"
"""The server listens there only, and Chromium would try ::1 first."""
HANDY = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(params=[(1280, "light"), (360, "dark")], ids=lambda value: f"{value[0]}-{value[1]}")
def page(request: pytest.FixtureRequest, serve: Serve) -> Iterator[Any]:
    """A page that must stay free of errors in its console, but for those of the network, which tests provoke."""
    from playwright.sync_api import sync_playwright

    width, scheme = request.param
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, ONE_ADDRESS])
        opened = browser.new_context(viewport={"width": width, "height": 780}, color_scheme=scheme).new_page()
        complaints: list[str] = []
        opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
        browser.close()
    assert [line for line in complaints if "Failed to load resource" not in line] == []


def check(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    assert page.locator("h1").count() == 1, page.url


def authenticator(page: Any, **more: object) -> tuple[Any, str]:
    """A device of this browser; the CDP session that commands it, and its id."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": BUILT_IN | more})
    return device, made["authenticatorId"]


def sign_in(page: Any, address: str, email: str = LAN, password: str = PASSWORD) -> None:
    page.goto(address + "/login")
    page.get_by_label("Thư điện tử").fill(email)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()


def sign_out(page: Any) -> None:
    page.wait_for_selector("button[popovertarget=me], .entry-foot form button")
    if (menu := page.locator("button[popovertarget=me]")).count():
        menu.click()
    page.get_by_role("button", name="Đăng xuất").first.click()
    page.wait_for_url("**/login")


def set_up_here(page: Any) -> None:
    """The second factor, by hand."""
    phone = typed_in(page.content())
    page.get_by_label("Mã 6 chữ số").fill(phone.code(steps=-1))
    page.get_by_role("button", name="Bật xác thực hai bước").click()
    page.get_by_text("Xác thực hai bước đang bật").wait_for()


@pytest.mark.browser
@HANDY
def test_a_fingerprint_signs_in(page: Any, panel: Flask, serve: Serve, database: Database) -> None:
    address = f"http://localhost:{serve(panel)}"
    device, key = authenticator(page)
    sign_in(page, address)
    page.goto(address + "/second_factor/")
    set_up_here(page)
    page.goto(address + "/account/")
    page.get_by_role("link", name="Quản lý khóa truy cập").click()
    check(page)
    page.get_by_label("Tên khóa").fill("Máy tính của Lan")
    page.get_by_role("button", name="Thêm khóa truy cập").click()
    page.get_by_text("Đã thêm khóa truy cập").wait_for()
    check(page)
    page.get_by_label("Tên khóa").fill("Máy tính của Lan")
    page.get_by_role("button", name="Thêm khóa truy cập").click()
    page.get_by_text("đã có một khóa mang tên này").wait_for()
    check(page)
    sign_out(page)

    page.goto(address + "/login?next=/contacts/")
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    page.wait_for_url("**/contacts/")
    sign_out(page)

    device.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    page.get_by_text("Thiết bị chưa xác nhận").wait_for()
    check(page)
    device.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    page.get_by_role("button", name="Thử lại").click()
    page.wait_for_selector("header")

    page.goto(address + "/wan-register")
    page.get_by_role("button", name="Gỡ bỏ khóa Máy tính của Lan").click()
    page.get_by_text("Đã gỡ bỏ khóa truy cập").wait_for()
    check(page)
    sign_out(page)
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    page.get_by_text("không thuộc tài khoản nào").wait_for()
    check(page)
    with database.read() as session:
        ways = [note.after["way"] for note in session.scalars(select(HistoryEvent).where(HistoryEvent.act == "signed_in"))]
        written = [
            (note.act, note.before or note.after) for note in session.scalars(select(HistoryEvent).where(HistoryEvent.noun == "passkeys"))
        ]
        mail = session.scalars(select(OutboundMessage.payload).order_by(OutboundMessage.id.desc())).first()
    assert ways == ["password", "passkey", "passkey"]
    assert [(act, values["name"], values["public_key"]) for act, values in written] == [
        ("created", "Máy tính của Lan", "•••"),
        ("deleted", "Máy tính của Lan", "•••"),
    ]
    assert mail
    assert "khóa truy cập mới" in mail["text"]


@pytest.mark.browser
@HANDY
def test_a_passkey_of_a_closed_account_opens_nothing(page: Any, panel: Flask, serve: Serve, database: Database) -> None:
    address = f"http://localhost:{serve(panel)}"
    authenticator(page, transport="usb")
    sign_in(page, address)
    page.goto(address + "/second_factor/")
    set_up_here(page)
    page.goto(address + "/wan-register")
    page.get_by_label("Tên khóa").fill("Chìa khóa USB")
    page.get_by_role("button", name="Thêm khóa truy cập").click()
    page.get_by_text("Đã thêm khóa truy cập").wait_for()
    sign_out(page)
    with database.write() as session:
        session.scalars(select(Staff).where(Staff.email == LAN)).one().active = False
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    page.get_by_text("không được chấp nhận").wait_for()
    page.goto(address + "/inbox/")
    assert "/login" in page.url


@pytest.mark.browser
@HANDY
def test_the_way_of_a_newcomer_in_earnest(page: Any, panel: Flask, settings: Settings, serve: Serve, database: Database) -> None:
    app = create_app(settings.model_copy(update={"trial_mode": False}))
    address = f"http://localhost:{serve(app)}"
    with database.write() as session:
        session.scalars(select(Staff).where(Staff.email == LAN)).one().must_change_password = True
    page.goto(address + "/inbox/")
    check(page)
    sign_in(page, address, password="sai rồi, sai rồi")
    page.get_by_role("alert").wait_for()
    check(page)
    sign_in(page, address)
    page.get_by_role("heading", name="Đặt mật khẩu của riêng bạn").wait_for()
    check(page)
    for field in ("Mật khẩu mới (", "Nhập lại mật khẩu mới"):
        page.get_by_label(field).fill("qwertyuiop123")
    page.get_by_role("button", name="Đặt mật khẩu").click()
    page.get_by_text("đã bị lộ").wait_for()
    check(page)
    for field in ("Mật khẩu mới (", "Nhập lại mật khẩu mới"):
        page.get_by_label(field).fill("bốn con vịt qua cầu tre")
    page.get_by_role("button", name="Đặt mật khẩu").click()
    page.get_by_role("heading", name="Thiết lập xác thực hai bước").wait_for()
    check(page)
    page.get_by_label("Mã 6 chữ số").fill("000000")
    page.get_by_role("button", name="Bật xác thực hai bước").click()
    page.get_by_text("Mã chưa đúng").wait_for()
    check(page)
    phone = typed_in(page.content())
    page.get_by_label("Mã 6 chữ số").fill(phone.code(steps=-1))
    page.get_by_role("button", name="Bật xác thực hai bước").click()
    page.get_by_text("Xác thực hai bước đang bật").wait_for()
    check(page)
    page.get_by_role("link", name="Tôi đã cất mã").click()
    for path in ("/account/", "/second_factor/", "/second_factor/?again=1", "/verify"):
        page.goto(address + path)
        check(page)
    page.goto(address + "/account/")
    sign_out(page)

    sign_in(page, address, password="bốn con vịt qua cầu tre")
    page.get_by_role("heading", name="Nhập mã xác thực").wait_for()
    check(page)
    page.get_by_label("Mã 6 chữ số").fill("000000")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_text("Mã không đúng").wait_for()
    check(page)
    page.get_by_role("link", name="Dùng mã dự phòng").click()
    check(page)
    page.get_by_role("link", name="Dùng mã trong ứng dụng").click()
    page.get_by_label("Mã 6 chữ số").fill(phone.code())
    page.keyboard.press("Enter")
    page.wait_for_selector("header")
    with app.app_context():
        from admin.database import db

        db.engine.dispose()


@pytest.mark.browser
@HANDY
def test_the_way_of_who_forgot_the_password(page: Any, panel: Flask, serve: Serve, database: Database) -> None:
    address = f"http://localhost:{serve(panel)}"
    page.goto(address + "/login")
    page.get_by_role("link", name="Quên mật khẩu").click()
    check(page)
    page.get_by_label("Thư điện tử").fill(LAN)
    page.get_by_role("button", name="Gửi đường dẫn").click()
    page.get_by_text("Nếu địa chỉ này thuộc một tài khoản").wait_for()
    check(page)
    with database.read() as session:
        text = session.scalars(select(OutboundMessage.payload)).one()["text"]
    link = next(line for line in text.splitlines() if "/reset/" in line).replace("http://localhost:8081", address)
    page.goto(link)
    check(page)
    page.get_by_label("Mật khẩu mới (").fill("ngắn quá")
    page.evaluate("document.querySelectorAll('[minlength]').forEach((field) => field.removeAttribute('minlength'))")
    page.get_by_label("Nhập lại").fill("ngắn quá")
    page.keyboard.press("Enter")
    page.get_by_text("cần ít nhất 12 ký tự").wait_for()
    check(page)
    page.get_by_label("Mật khẩu mới (").fill("bốn con vịt qua cầu tre")
    page.get_by_label("Nhập lại").fill("bốn con vịt qua cầu tre")
    page.keyboard.press("Enter")
    page.get_by_text("Đã đặt mật khẩu mới").wait_for()
    check(page)
    page.goto(link)
    page.get_by_text("đã hết hạn hoặc đã dùng").wait_for()
    check(page)


def test_who_has_no_second_factor_adds_no_passkey(lan: Browser) -> None:
    page = lan.get("/wan-register")
    assert "Trước hết hãy bật xác thực hai bước" in page.text
    answer = lan.post("/wan-register", page="/wan-register", name="Điện thoại")
    assert "Trước hết" in answer.text
    assert "data-options" not in answer.text


def test_a_passkeys_name_is_checked(lan: Browser) -> None:
    set_up(lan)
    for name, said in (("", "Hãy đặt tên"), ("x" * 10_000, "tối đa 64"), ("\u0007", "chưa làm được")):
        page = lan.post("/wan-register", page="/wan-register", name=name).text
        assert "data-options" not in page
        assert said in page or "chỉ gồm chữ" in page, name
    assert "data-options" in lan.post("/wan-register", page="/wan-register", name="Điện thoại của Đặng Thị Ữ, phòng 2").text


@pytest.mark.parametrize(
    "credential", ["", "{}", "[1]", '{"id": "x"}', "x" * 10_000, '{"id":"eA","rawId":"eA","type":"public-key","response":{}}']
)
def test_a_broken_answer_of_a_device_is_refused_with_a_sentence(outsider: Browser, lan: Browser, credential: str) -> None:
    set_up(lan)
    for browser, start, said in ((outsider, "/wan-signin", "/wan-signin"), (lan, "/wan-register", "/wan-register")):
        page = browser.post(start, page=start, name="Khóa").text
        action = page.split('action="' + start + "/")[1].split('"')[0]
        answer = browser.client.post(f"{start}/{action}", data={"credential": credential, "csrf_token": csrf(page)})
        assert answer.location == said
        assert "note" in browser.get(said).text
    assert outsider.get("/").status_code == 302


def test_a_challenge_is_answered_by_the_browser_that_was_asked(panel: Flask, outsider: Browser) -> None:
    page = outsider.post("/wan-signin", page="/wan-signin").text
    action = page.split('action="/wan-signin/')[1].split('"')[0]
    stranger = Browser(panel.test_client())
    token = csrf(stranger.get("/wan-signin").text)
    stranger.client.post(f"/wan-signin/{action}", data={"credential": "{}", "csrf_token": token})
    assert "đã hết hạn" in stranger.get("/wan-signin").text


def test_a_colleagues_key_is_no_second_step_behind_ones_own_password(outsider: Browser, signed_in: Callable[[str], Browser]) -> None:
    set_up(signed_in(MINH))
    assert outsider.sign_in(MINH).location.startswith("/tf-validate")
    outsider.post("/wan-signin", page="/wan-signin")
    assert outsider.get("/tf-validate").location == "/login"


def test_broken_answers_from_one_address_do_not_shut_out_another(panel: Flask) -> None:
    def answer(address: str) -> int:
        browser = Browser(panel.test_client())
        browser.client.environ_base["REMOTE_ADDR"] = address
        page = browser.post("/wan-signin", page="/wan-signin").text
        action = page.split('action="/wan-signin/')[1].split('"')[0]
        return browser.client.post(f"/wan-signin/{action}", data={"credential": "{}", "csrf_token": csrf(page)}).status_code

    assert [answer("10.0.0.1") for _ in range(21)] == [302] * 20 + [429]
    assert answer("10.0.0.2") == 302
