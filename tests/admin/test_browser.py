"""A real browser: an officer signs in, answers, and nothing they typed is lost. At desk and phone width, light and dark, axe at zero."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook
from PIL import Image
from sqlalchemy import select

from admin.background import Background
from db.engine import Database
from db.models import Contact, InboundMessage, OutboundMessage, Staff
from domain.judgement import NOT_FOUND, Candidate, Decision, Judgement
from tests.admin.conftest import ADMIN, MINH, PASSWORD, Ask, contact_of, enquiry_of
from tests.browser import ARGUMENTS, chromium
from tests.training import a_class, a_wish
from usecases import enquiries, sign_up, turns

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture(params=[(1280, "light"), (360, "dark")], ids=lambda value: f"{value[0]}-{value[1]}")
def page(request: pytest.FixtureRequest, address: str) -> Iterator[Any]:
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
    assert [line for line in complaints if not any(code in line for code in ("422", "409", "404"))] == []


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
    from playwright.sync_api import expect

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
    expect(page.locator(".files img")).to_have_js_property("naturalWidth", 60)
    check(page)

    says(database, contact_of(database, reference), "Cảm ơn, còn phí thì sao?")
    page.get_by_role("log").get_by_text("Cảm ơn, còn phí thì sao?").wait_for(timeout=10_000)

    with database.read() as session:
        sent = session.scalars(select(OutboundMessage.method).where(OutboundMessage.kind == "officer").order_by(OutboundMessage.id)).all()
    assert sent == ["sendMessage", "sendPhoto"]


@pytest.mark.timeout(300)  # fifty pages, each with axe
def test_every_page_is_accessible(page: Any, address: str, ask: Ask, database: Database, now: datetime) -> None:
    with database.write() as session:
        number = a_class(session, now, seats=2, price=500_000, price_source="Quyết định thử", pass_mark=50).id
        wish = a_wish("Nguyễn Văn An", "Trần Thị Bé", token="a", firm="Công ty có cái tên rất là dài ở thành phố Huế")
        sign_up.sign_up(session, number, wish, contact=None, source="counter", waits=False, now=now)
        sign_up.sign_up(session, number, a_wish("Võ Thị Dung", token="b"), contact=None, source="counter", waits=True, now=now)
    ask(name="Cơ sở sản xuất mè xửng có cái tên rất là dài ở thành phố Huế")
    sign_in(page, address, "/")
    for wanted in (
        "/",
        "/inbox/?queue=closed",
        "/knowledge/",
        "/knowledge/edit/?id=1",
        "/knowledge/new/",
        "/knowledge/new/?beside=1",
        "/approvals/",
        "/learning/",
        "/preview/?q=xin+cấp+mã+vạch+ở+đâu",
        "/subjects/",
        "/subjects/edit?id=1",
        "/abbreviations/",
        "/abbreviations/edit?id=1",
        "/thresholds/",
        "/documents/",
        "/contacts/",
        "/contacts/details/?id=1",
        "/outbox/?state=waiting",
        "/outbox/details/?id=1",
        "/quarantine/",
        "/staff/",
        "/staff/new/",
        "/staff/edit/?id=2",
        "/history/",
        "/history/details/?id=1",
        "/canned/",
        "/canned/new/",
        "/calendar/",
        "/calendar/week",
        "/calendar/day",
        "/office/",
        "/office/profile",
        "/classes/",
        f"/classes/{number}/series?every=week&interval=1&count=3",
        f"/classes/edit/?id={number}",
        "/registrations/",
        "/registrations/1",
        f"/registrations/counter/{number}",
        f"/class_messages/{number}",
        f"/class_results/{number}",
        "/class_calendar/?month=2026-12",
        "/imports/registrations",
        "/account/",
        "/nowhere",
    ):
        page.goto(address + wanted)
        check(page)


def test_an_unanswered_question_becomes_an_answer_step_by_step(
    page: Any, address: str, ask: Ask, database: Database, little_known: None
) -> None:
    reference = ask("Máy rang cà phê có phải kiểm định không?")
    enquiry = enquiry_of(database, reference)
    with database.write() as session:
        (person,) = session.scalars(select(Staff).where(Staff.email == MINH))
        enquiries.reply(session, session.merge(enquiry), person, text="Không, vì không dùng để mua bán.", now=enquiry.opened_at)
        message = session.scalars(select(InboundMessage).where(InboundMessage.enquiry_id == enquiry.id)).one()
        judged = Judgement(Decision.HANDOVER, NOT_FOUND, (Candidate(1, "x", 0.2),), 0.1, question=enquiry.question)
        contact = session.merge(enquiry.contact)
        turns.record(session, contact, message, outcome=turns.HANDED_OVER, now=enquiry.opened_at, judged=judged, is_gap=True)
    sign_in(page, address, "/learning/")
    check(page)
    page.get_by_role("link", name="Xem kỹ").click()
    check(page)
    page.get_by_role("button", name="Viết mục mới từ câu này").click()
    page.get_by_text("Đã tạo bản nháp").wait_for()
    check(page)
    assert page.get_by_label("Câu trả lời").input_value() == "Không, vì không dùng để mua bán."
    page.get_by_label("Nguồn").fill("Thông tư 23/2013/TT-BKHCN")
    page.locator("#side-ours").get_by_role("button", name="Xem ảnh hưởng").click()
    page.get_by_role("heading", name="Ảnh hưởng của thay đổi").wait_for()
    check(page)
    page.get_by_role("button", name="Sửa tiếp").press("Enter")
    assert page.get_by_label("Nguồn").input_value() == "Thông tư 23/2013/TT-BKHCN"
    page.get_by_role("button", name="Gửi duyệt").press("Enter")
    page.get_by_text("Đã gửi duyệt").wait_for()
    page.get_by_role("link", name="Xem và duyệt").click()
    page.get_by_text("một cán bộ khác phải duyệt").wait_for()
    check(page)

    page.goto(address + "/thresholds/")
    page.get_by_label("Trả lời ngay từ").fill("0.95")
    page.get_by_role("button", name="Xem ảnh hưởng rồi lưu").click()
    page.get_by_role("button", name="Lưu thay đổi").click()
    page.get_by_text("Đã lưu ngưỡng mới").wait_for()

    page.goto(address + "/documents/")
    page.get_by_label("Số văn bản cũ").fill("21/2014/TT-BKHCN")
    page.get_by_label("Được thay bằng").fill("99/2026/TT-BKHCN")
    page.get_by_role("button", name="Xem các mục bị ảnh hưởng").click()
    check(page)
    page.get_by_role("button", name="Xác nhận").click()
    page.get_by_text("mục phải xem lại.").wait_for()
    check(page)
    page.goto(address + f"/inbox/{reference}")
    check(page)


def test_the_appearance_that_is_chosen_is_there_from_the_first_paint(page: Any, address: str) -> None:
    sign_in(page, address, "/")
    paper = "getComputedStyle(document.body).backgroundColor"
    for name, code in (("Tối", "dark"), ("Sáng", "light")):
        page.get_by_role("button", name="Quản trị").click()
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_selector(f"html[data-theme={code}]")
        check(page)
        assert page.evaluate(paper) == {"dark": "rgb(15, 23, 29)", "light": "rgb(243, 245, 247)"}[code]
        without_script = page.evaluate("fetch('/').then(answer => answer.text())")
        assert f'data-theme="{code}"' in without_script, "the server writes it, so nothing flashes"
    page.get_by_role("button", name="Quản trị").click()
    page.get_by_role("button", name="Theo máy").click()
    page.wait_for_selector("html:not([data-theme])")


def test_everything_in_the_menu_is_reached_by_keyboard(page: Any, address: str) -> None:
    sign_in(page, address, "/")
    if page.viewport_size["width"] < 1000:
        opener = page.get_by_role("button", name="Mở thực đơn")
        opener.focus()
        page.keyboard.press("Enter")
        check(page)
    link = page.get_by_role("navigation", name="Các mục").get_by_role("link", name="Lịch làm việc")
    link.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Lịch làm việc").wait_for()


def test_two_edits_of_one_record_are_shown_side_by_side(page: Any, address: str) -> None:
    sign_in(page, address, "/canned/new/")
    page.get_by_label("Tên gợi nhớ").fill("Hẹn kiểm tra")
    page.get_by_label("Nội dung tiếng Việt").fill("một")
    page.get_by_role("button", name="Lưu").click()
    page.get_by_text("Đã tạo: Hẹn kiểm tra.").wait_for()
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Nội dung tiếng Việt").fill("hai")
    other.get_by_role("button", name="Lưu").click()
    other.get_by_text("Đã lưu: Hẹn kiểm tra.").wait_for()
    page.get_by_label("Nội dung tiếng Việt").fill("ba")
    page.get_by_role("button", name="Lưu").click()
    page.get_by_text("Cả hai cùng sửa ô này").wait_for()
    check(page)
    assert page.get_by_label("Nội dung tiếng Việt").input_value() == "ba"
    page.get_by_role("button", name="Lưu").click()
    page.get_by_text("Đã lưu: Hẹn kiểm tra.").wait_for()


def test_an_export_and_an_import_from_the_button_to_the_file(page: Any, address: str, panel: Flask, ask: Ask) -> None:
    background = Background(panel.extensions["settings"])
    panel.extensions["background"] = background
    ask(name="Cơ sở sản xuất mè xửng có cái tên rất là dài ở thành phố Huế")
    sign_in(page, address, "/tasks/")
    check(page)
    page.get_by_role("button", name=re.compile("Excel.*Người liên hệ")).press("Enter")
    page.get_by_text("Đang chờ đến lượt").wait_for()
    check(page)
    background.work_off()
    page.get_by_text("Đã xuất 1 dòng").wait_for()  # the page finds out by itself
    check(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Tải tệp về").press("Enter")
    assert saved.value.suggested_filename.endswith(".xlsx")

    page.goto(address + "/imports/canned")
    check(page)
    book, content = Workbook(), io.BytesIO()
    for row in (["title", "text_vi"], ["Chào hỏi", "Chào {citizen}"], ["Sai", "Chào {nguoi}"], ["Giờ làm việc", "Từ 7 giờ 30. " * 40]):
        book.active.append(row)
    book.save(content)
    page.get_by_label("Tệp Excel").set_input_files([{"name": "mau.xlsx", "mimeType": "", "buffer": content.getvalue()}])
    page.get_by_role("button", name="Kiểm tra và xem trước").press("Enter")
    page.locator("#sentence").wait_for()
    background.work_off()
    page.get_by_role("button", name="Nhập 2 dòng").wait_for()
    check(page)
    page.get_by_role("button", name="Nhập 2 dòng").press("Enter")
    page.locator("#sentence").wait_for()
    background.work_off()
    page.get_by_text("Đã nhập xong").wait_for()
    check(page)
    page.goto(address + "/tasks/")
    check(page)


def test_a_colleague_is_found_while_typing_a_part_of_the_name(page: Any, address: str) -> None:
    sign_in(page, address, "/history/")
    page.get_by_label("Người thực hiện").press_sequentially("tran")
    page.wait_for_selector("#people option[value='Trần Minh']", state="attached")
    check(page)
