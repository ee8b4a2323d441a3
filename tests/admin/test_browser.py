"""A real browser: an officer signs in, answers, and nothing they typed is lost. At desk and phone width, light and dark, axe at zero."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from db.engine import Database
from db.models import Contact, InboundMessage, OutboundMessage
from tests.admin.conftest import ADMIN, PASSWORD, Ask, contact_of
from tests.browser import ARGUMENTS, chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def address(panel: Flask) -> Iterator[str]:
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, panel, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[(1280, "light"), (360, "dark")], ids=lambda value: f"{value[0]}-{value[1]}")
def page(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page that must stay free of errors in its console and as wide as its window."""
    from playwright.sync_api import sync_playwright

    width, scheme = request.param
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        opened = browser.new_context(viewport={"width": width, "height": 780}, color_scheme=scheme).new_page()
        complaints: list[str] = []
        opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
        browser.close()
    assert [line for line in complaints if "422" not in line and "404" not in line] == []


def check(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def sign_in(page: Any, address: str, wanted: str) -> None:
    page.goto(address + wanted)
    check(page)
    page.get_by_label("Thư điện tử").fill(ADMIN)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("header")


def says(database: Database, contact: Contact, text: str) -> None:
    with database.write() as session:
        session.add(InboundMessage(contact_id=contact.id, kind="message", text=text, at=contact.last_seen_at))


def test_an_officer_answers_and_loses_nothing(page: Any, address: str, ask: Ask, database: Database, tmp_path: Path) -> None:
    reference = ask()
    sign_in(page, address, "/inbox/")
    check(page)
    page.get_by_role("link", name=reference).click()
    check(page)

    box = page.get_by_label("Trả lời người hỏi")
    box.fill("Đang viết dở")
    page.reload()
    assert box.input_value() == "Đang viết dở"

    bad = {"name": "virus.exe", "mimeType": "application/pdf", "buffer": b"MZ"}
    page.get_by_label("Tệp kèm").set_input_files([bad])
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Gửi", exact=True).click()
    page.get_by_role("alert").get_by_text("virus.exe").wait_for()
    assert box.input_value() == "Đang viết dở"
    check(page)

    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(picture, "PNG")
    page.get_by_label("Tệp kèm").set_input_files([{"name": "tem.png", "mimeType": "image/png", "buffer": picture.getvalue()}])
    box.fill("Có, mỗi năm một lần.")
    box.press("Control+Enter")
    page.get_by_role("log").get_by_text("Có, mỗi năm một lần.").wait_for()
    assert box.input_value() == ""
    page.wait_for_function("document.querySelector('.files img')?.naturalWidth === 60")
    check(page)

    says(database, contact_of(database, reference), "Cảm ơn, còn phí thì sao?")
    page.get_by_role("log").get_by_text("Cảm ơn, còn phí thì sao?").wait_for(timeout=10_000)

    with database.read() as session:
        sent = session.scalars(select(OutboundMessage.method).where(OutboundMessage.kind == "officer").order_by(OutboundMessage.id)).all()
    assert sent == ["sendMessage", "sendPhoto"]


def test_every_page_is_accessible(page: Any, address: str, ask: Ask) -> None:
    ask(name="Cơ sở sản xuất mè xửng có cái tên rất là dài ở thành phố Huế")
    sign_in(page, address, "/")
    for wanted in (
        "/",
        "/inbox/?queue=closed",
        "/knowledge/",
        "/knowledge/edit/?id=1",
        "/knowledge/new/",
        "/contacts/",
        "/contacts/details/?id=1",
        "/outbox/?state=waiting",
        "/outbox/details/?id=1",
        "/quarantine/",
        "/staff/",
        "/account/",
        "/nowhere",
    ):
        page.goto(address + wanted)
        check(page)
