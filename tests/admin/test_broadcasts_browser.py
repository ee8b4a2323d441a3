"""A real browser at a broadcast, on a phone: places are put into the text, characters counted, buttons added, no mistake loses a word."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from db.engine import Database
from db.models import Broadcast
from tests import broadcasts, pictures
from tests.admin.conftest import ADMIN, PASSWORD
from tests.admin.test_browser import check
from tests.browser import ARGUMENTS, SIZES, chromium
from usecases.broadcasts import content_of


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_officer_on_a_phone_writes_a_broadcast_and_looks_at_it(address: str, database: Database, now: datetime, tmp_path: Path) -> None:
    from playwright.sync_api import expect, sync_playwright

    with database.write() as session:
        broadcasts.people(session, 3, now)
    picture = tmp_path / "phi.png"
    picture.write_bytes(pictures.picture())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page: Any = browser.new_context(viewport=SIZES["phone"], color_scheme="dark").new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
        page.goto(f"{address}/broadcasts/")
        page.get_by_label("Thư điện tử").fill(ADMIN)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Soạn tin mới").click()

        page.get_by_label("Tiêu đề").fill("Mức phí mới")
        text = page.get_by_label("Nội dung tiếng Việt")
        text.fill("Kính gửi ")
        page.get_by_role("group", name="Chèn chỗ điền").first.get_by_role("button", name="Tên người nhận").click()
        page.keyboard.type(": <b>phí</b>")
        expect(text).to_have_value("Kính gửi {{name}}: <b>phí</b>")
        expect(page.locator("#vi-count")).to_contain_text("226 / 4000")  # 9 + 200 of the longest name + 5, and 12 for a trial's mark
        page.get_by_label("Nội dung tiếng Anh").fill("Dear {{name}}: fees")
        page.locator("#file").set_input_files(picture)
        expect(page.locator("#vi-count")).to_contain_text("226 / 950")
        page.get_by_label("Địa chỉ trang").fill("https://chuan.example/phi")
        page.get_by_label("Chữ trên nút, tiếng Việt").fill("Bảng phí")
        page.get_by_role("button", name="Thêm nút").click()
        services = page.locator("[name=buttons_service]")
        expect(services).to_have_count(2)
        expect(services.last).to_be_hidden()
        page.locator("[name=buttons_kind]").last.select_option("service")
        services.last.select_option("person")
        page.get_by_text("3 người sẽ nhận được").first.wait_for()
        check(page)
        page.get_by_label("Lý do khẩn").fill("x")
        page.get_by_role("button", name="Lưu và xem trước").click()
        page.get_by_text("chưa đánh dấu “Tin khẩn”").wait_for()
        expect(page.get_by_text("phi.png")).to_be_visible()
        page.get_by_label("Lý do khẩn").fill("")
        page.get_by_label("Chữ trên nút, tiếng Anh").first.fill("Fees")
        page.get_by_label("Chữ trên nút, tiếng Việt").nth(1).fill("Hỏi")
        page.get_by_label("Chữ trên nút, tiếng Anh").nth(1).fill("Ask")
        page.get_by_role("button", name="Lưu và xem trước").click()
        expect(page.get_by_role("region", name="Telegram, Tiếng Việt")).to_contain_text("Kính gửi Người 1: phí")
        check(page)
        browser.close()
    assert [line for line in complaints if "422" not in line] == []
    with database.read() as session:
        content = content_of(session, session.get_one(Broadcast, 1))
        assert [(one.kind, one.target) for one in content.buttons] == [("link", "https://chuan.example/phi"), ("service", "person")]
