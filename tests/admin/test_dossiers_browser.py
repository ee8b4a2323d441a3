"""A real browser at a dossier: marks are kept as they are set and become the request for more; a visitor's form shows what applies."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import DemandedItem, Dossier
from tests.admin.conftest import ADMIN, PASSWORD
from tests.admin.dossiers import a_dossier
from tests.admin.test_browser import check
from tests.browser import ARGUMENTS, SIZES, chromium
from tests.training import a_contact


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_officer_on_a_phone_checks_a_dossier_and_asks_for_more(address: str, database: Database, now: datetime) -> None:
    from playwright.sync_api import expect, sync_playwright

    with database.write() as session:
        reference = a_dossier(session, now, a_contact(session, now)).reference
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page: Any = browser.new_context(viewport=SIZES["phone"], color_scheme="dark").new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
        page.goto(f"{address}/dossiers/")
        page.get_by_label("Thư điện tử").fill(ADMIN)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Hồ sơ").wait_for()
        check(page)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name=reference).wait_for()
        check(page)

        row = page.get_by_role("radiogroup", name="Ngành hàng chính")
        row.get_by_label("Chưa đạt").check()
        page.get_by_label("Ngành hàng chính: chưa đạt ở điểm nào").fill("Ghi rõ ngành hàng")
        expect(page.locator("[data-state]")).to_have_text("Đã lưu.")
        page.reload()
        expect(row.get_by_label("Chưa đạt")).to_be_checked()
        page.get_by_role("button", name="Soạn yêu cầu bổ sung").click()
        page.get_by_role("heading", name="Yêu cầu bổ sung").wait_for()
        expect(page.locator(".demand input:checked")).to_have_count(1)
        check(page)
        page.get_by_role("button", name="Gửi yêu cầu bổ sung").click()
        page.get_by_text("thời hạn tạm dừng").first.wait_for()
        check(page)

        page.goto(f"{address}/dossier_counter/")
        page.get_by_role("button", name="Bắt đầu nhập: Tư vấn, kiểm tra hồ sơ đăng ký").click()
        expect(page.get_by_label("Thị trường xuất khẩu")).to_be_hidden()
        page.get_by_label("Có xuất khẩu").select_option("yes")
        expect(page.get_by_label("Thị trường xuất khẩu")).to_be_visible()
        page.get_by_label("Điện thoại").fill("12")
        page.get_by_role("button", name="Tiếp nhận hồ sơ").click()
        page.get_by_role("alert").wait_for()
        assert page.get_by_label("Điện thoại").input_value() == "12"
        check(page)
        browser.close()
    assert [line for line in complaints if "422" not in line] == []
    with database.read() as session:
        assert session.scalars(select(DemandedItem.words)).all() == ["Ghi rõ ngành hàng"]
        assert session.scalars(select(Dossier.status)).all() == ["needs_more"]
