"""A real browser at the inbox: filters, canned replies by keyboard, notes, two officers at one conversation, a sign-out in between."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import CannedReply, InboundMessage, OutboundMessage, ReplyDraft
from tests.admin.conftest import ADMIN, LAN, MINH, PASSWORD, Ask, contact_of
from tests.admin.test_browser import check
from tests.browser import ARGUMENTS, SIZES, chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

Enter = Callable[[str], Any]


@pytest.fixture(params=[("desk", "light"), ("phone", "dark")], ids="-".join)
def enter(request: pytest.FixtureRequest, address: str) -> Iterator[Enter]:
    """Somebody's computer, signed in: a page that must stay free of errors in its console."""
    from playwright.sync_api import sync_playwright

    size, scheme = request.param
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)

        def entered(email: str) -> Any:
            context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce", base_url=address)
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            sign_in(page, email)
            return page

        yield entered
        browser.close()
    assert [line for line in complaints if "Failed to load resource" not in line] == []


def sign_in(page: Any, email: str) -> None:
    page.goto("/login")
    page.get_by_label("Thư điện tử").fill(email)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("header")


def sign_out(page: Any) -> None:
    page.goto("/account/")
    page.locator("button[popovertarget=me]").click()
    page.get_by_role("button", name="Đăng xuất").click()
    page.get_by_label("Mật khẩu").wait_for()


def reply_box(page: Any) -> Any:
    return page.get_by_label("Trả lời người hỏi")


def says(database: Database, reference: str, text: str) -> None:
    contact = contact_of(database, reference)
    with database.write() as session:
        session.add(InboundMessage(contact_id=contact.id, kind="message", text=text, at=datetime.now().astimezone()))


def answers(database: Database) -> list[str]:
    with database.read() as session:
        rows = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "officer").order_by(OutboundMessage.id)).all()
    return [row.payload["text"] for row in rows]


def test_filters_are_added_and_taken_away_one_by_one(enter: Enter, ask: Ask, now: datetime) -> None:
    late, fresh = ask(chat_id=1, at=now - timedelta(days=9)), ask(chat_id=2)
    page = enter(ADMIN)
    page.goto("/inbox/")
    page.get_by_role("link", name="Quá hẹn", exact=True).click()
    page.get_by_role("link", name=late).wait_for()
    assert page.get_by_role("link", name=fresh).count() == 0
    page.get_by_text("Thêm bộ lọc").press("Enter")
    page.get_by_label("Kênh").select_option("Chat web")
    check(page)
    page.get_by_label("Cán bộ", exact=True).select_option("Chưa ai nhận")
    page.get_by_role("button", name="Lọc", exact=True).press("Enter")
    page.get_by_role("link", name="Kênh: Chat web").wait_for()
    assert "overdue=1" in page.url
    check(page)
    page.get_by_role("link", name="Quá hẹn (bỏ bộ lọc này)").click()
    page.get_by_role("link", name=fresh).wait_for()
    assert ("overdue" in page.url, "channel=web" in page.url, "officer=nobody" in page.url) == (False, True, True)


def test_a_canned_reply_is_found_and_inserted_by_keyboard_alone(enter: Enter, ask: Ask, database: Database, now: datetime) -> None:
    reference = ask(name="Trần Thị Cúc")
    with database.write() as session:
        session.add(CannedReply(title="Mã vạch", text_vi="Về mã vạch…", text_en="", updated_at=now))
        session.add(CannedReply(title="Kiểm định cân", text_vi="Chào {citizen}, mang cân đến {địa chỉ}.", text_en="", updated_at=now))
    page = enter(LAN)
    page.goto(f"/inbox/{reference}")
    reply_box(page).press("/")
    page.locator("#canned-list li").nth(1).wait_for()
    check(page)
    page.keyboard.type("dinh can")
    page.locator("#canned-list li:only-child").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("Hãy điền các chỗ còn trống").wait_for()
    assert reply_box(page).input_value() == "Chào Trần Thị Cúc, mang cân đến {địa chỉ}."
    check(page)
    page.keyboard.press("Control+Enter")
    page.get_by_role("alert").get_by_text("còn chỗ chưa điền {địa chỉ}").wait_for()
    page.get_by_role("button", name="Câu trả lời mẫu").press("Enter")
    page.locator("#canned-list li").nth(1).wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "text"
    reply_box(page).fill("Mang cân đến 12 Lê Lợi.")
    page.keyboard.press("Control+Enter")
    page.get_by_role("log").get_by_text("12 Lê Lợi").wait_for()
    assert len(answers(database)) == 1


def test_a_draft_waits_on_the_server_for_another_computer(enter: Enter, ask: Ask, database: Database) -> None:
    reference = ask()
    first = enter(LAN)
    first.goto(f"/inbox/{reference}")
    reply_box(first).type("Đang viết dở")
    first.get_by_text("Đã lưu nháp").wait_for()
    assert first.evaluate("localStorage.length") == 0
    second = enter(LAN)
    second.goto(f"/inbox/{reference}")
    assert reply_box(second).input_value() == "Đang viết dở"
    reply_box(second).press("Control+Enter")
    second.get_by_role("log").get_by_text("Đang viết dở").wait_for()
    assert reply_box(second).input_value() == ""
    with database.read() as session:
        assert session.scalars(select(ReplyDraft)).all() == []


def test_two_officers_see_each_other_and_do_not_answer_past_each_other(enter: Enter, ask: Ask, database: Database) -> None:
    reference = ask()
    lan, minh = enter(LAN), enter(MINH)
    for page in (lan, minh):
        page.goto(f"/inbox/{reference}")
    lan.get_by_text("Trần Minh đang xem").wait_for()
    reply_box(minh).type("Câu của Minh, viết đã lâu")
    lan.get_by_text("Trần Minh đang viết").wait_for()
    check(lan)
    reply_box(lan).fill("Câu của Lan")
    reply_box(lan).press("Control+Enter")
    lan.get_by_role("log").get_by_text("Câu của Lan").wait_for()
    reply_box(minh).press("Control+Enter")
    minh.get_by_role("alert").get_by_text("Nguyễn Thị Lan xử lý").wait_for()
    assert reply_box(minh).input_value() == "Câu của Minh, viết đã lâu"
    minh.get_by_text("đổi người phụ trách").wait_for()
    minh.get_by_role("link", name="Tải lại trang").click()
    minh.get_by_text("Lấy phiếu về mình…").press("Enter")
    minh.get_by_role("button", name="Lấy phiếu", exact=True).press("Enter")
    minh.get_by_text("Người hỏi được báo tên bạn").wait_for()
    assert reply_box(minh).input_value() == "Câu của Minh, viết đã lâu"
    check(minh)
    assert len(answers(database)) == 1


def test_what_the_citizen_wrote_meanwhile_is_read_before_the_answer_goes(enter: Enter, ask: Ask, database: Database) -> None:
    reference = ask()
    page = enter(LAN)
    page.goto(f"/inbox/{reference}")
    page.route("**/turns", lambda route: route.abort())  # the page cannot know
    reply_box(page).fill("Có, cân treo phải kiểm định.")
    says(database, reference, "À, cân bàn")
    reply_box(page).press("Control+Enter")
    page.get_by_role("alert").get_by_text("máy chủ không trả lời").wait_for()
    page.unroute("**/turns")
    reply_box(page).press("Control+Enter")
    page.get_by_role("alert").get_by_text("đã có tin mới").wait_for()
    page.get_by_role("log").get_by_text("À, cân bàn").wait_for()
    assert answers(database) == []
    check(page)
    page.get_by_role("button", name="Gửi dù vậy").click()
    page.get_by_role("log").get_by_text("cân treo phải kiểm định").wait_for()
    assert len(answers(database)) == 1


def test_a_note_is_written_beside_the_answer_and_neither_takes_the_other(enter: Enter, ask: Ask, database: Database) -> None:
    reference = ask()
    page = enter(LAN)
    page.goto(f"/inbox/{reference}")
    reply_box(page).fill("Câu trả lời viết dở")
    page.get_by_text("Thêm ghi chú nội bộ").press("Enter")
    page.get_by_label("Ghi chú nội bộ –").fill("Hồ sơ ở tủ 3")
    check(page)
    page.get_by_role("button", name="Lưu ghi chú").press("Enter")
    page.get_by_role("log").get_by_text("Hồ sơ ở tủ 3").wait_for()
    check(page)
    assert page.get_by_label("Ghi chú nội bộ –").input_value() == ""
    assert reply_box(page).input_value() == "Câu trả lời viết dở"
    assert answers(database) == []


def test_a_sign_out_in_another_tab_loses_nothing_and_the_answer_goes_after_the_next_sign_in(
    enter: Enter, ask: Ask, database: Database
) -> None:
    reference = ask()
    page = enter(LAN)
    page.goto(f"/inbox/{reference}")
    other = page.context.new_page()
    sign_out(other)
    reply_box(page).fill("Chữ không được mất")
    page.locator("#signed-out").get_by_text("Phiên đăng nhập đã hết").wait_for()
    check(page)
    page.reload()
    page.wait_for_url("**/login**")

    sign_in(page, LAN)
    page.goto(f"/inbox/{reference}")
    assert reply_box(page).input_value() == "Chữ không được mất"
    sign_out(other)
    sign_in(other, LAN)
    reply_box(page).press("Control+Enter")
    page.get_by_role("log").get_by_text("Chữ không được mất").wait_for()
    assert len(answers(database)) == 1


def test_what_one_officer_wrote_is_not_sent_in_the_name_of_another(enter: Enter, ask: Ask, database: Database) -> None:
    reference = ask()
    page = enter(LAN)
    page.goto(f"/inbox/{reference}")
    reply_box(page).fill("Chữ của Lan")
    other = page.context.new_page()
    sign_out(other)
    sign_in(other, MINH)
    reply_box(page).press("Control+Enter")
    page.get_by_role("alert").get_by_text("tài khoản khác").wait_for()
    assert answers(database) == []
    assert reply_box(page).input_value() == "Chữ của Lan"
