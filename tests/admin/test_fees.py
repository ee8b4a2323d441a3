"""Fees and time limits are rows that staff keep: with their document, confirmed by a person, open again once they change."""

import re
from collections.abc import Callable

from sqlalchemy import select

from admin.access import BARCODES
from db.engine import Database
from db.models import Fee, TimeLimit
from tests.admin.conftest import Browser, of_role

GCP10 = {"kind": "gcp10", "issue": "1000000", "yearly": "500000", "holds": "100", "source": "Thông tư 232/2016", "valid_from": "2017-01-01"}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)
    assert found
    return found.group(1)


def gcp10(database: Database) -> list[Fee]:
    with database.read() as session:
        return list(session.scalars(select(Fee).where(Fee.kind == "gcp10").order_by(Fee.valid_from)))


def test_a_barcode_officer_confirms_a_fee_as_shown_and_a_change_opens_it_again(
    database: Database, signed_in: Callable[[str], Browser], hire: Callable[..., int], lan: Browser
) -> None:
    hire(BARCODES)
    officer, (row,) = signed_in(of_role(BARCODES)), gcp10(database)
    address = f"/fees/edit/?id={row.id}"
    page = officer.get(address).text
    assert "500000" in page
    seen = hidden(page, "seen")
    assert officer.post("/fees/edit/", id=row.id, opened=hidden(page, "opened"), **GCP10 | {"yearly": "550000"}).status_code == 303
    officer.post("/fees/confirm", id=row.id, seen=seen)
    assert gcp10(database)[0].verified_by is None, "what the page did not show is not confirmed"
    officer.post("/fees/confirm", id=row.id, seen=hidden(officer.get(address).text, "seen"))
    (row,) = gcp10(database)
    assert (row.yearly, bool(row.verified_by)) == (550_000, True)
    assert row.verified_by in officer.get("/fees/").text
    again = hidden(officer.get(address).text, "opened")
    officer.post("/fees/edit/", id=row.id, opened=again, **GCP10)
    assert gcp10(database)[0].verified_by is None
    assert "Mã doanh nghiệp 10 số" in (listed := lan.get("/fees/").text)
    assert "1.000.000" in listed
    assert lan.get(address).status_code == 403


def test_a_new_rule_is_a_new_row_and_no_day_has_two(database: Database, admin: Browser) -> None:
    twice = admin.post("/fees/new/", **GCP10)
    assert (twice.status_code, "Đã có một dòng khác" in twice.text) == (422, True)
    assert admin.post("/fees/new/", **GCP10 | {"valid_from": "2027-01-01", "yearly": ""}).status_code == 303
    old, new = gcp10(database)
    assert (old.yearly, new.yearly, new.verified_by, new.certainty) == (500_000, None, None, "read")


def test_a_time_limit_has_its_document_and_may_be_open(database: Database, admin: Browser) -> None:
    fields = {"name": "barcode.check", "days": "", "unit": "months", "source": "Chưa có quy định", "valid_from": "2026-02-01"}
    assert admin.post("/time_limits/new/", **fields | {"name": "Kiểm tra"}).status_code == 422
    assert admin.post("/time_limits/new/", **fields).status_code == 303
    with database.read() as session:
        newest = select(TimeLimit).where(TimeLimit.name == "barcode.check").order_by(TimeLimit.valid_from.desc()).limit(1)
        row = session.scalars(newest).one()
    assert (row.days, row.unit, row.verified_by) == (None, "months", None)
    assert "Mã số, mã vạch: kiểm tra trước hồ sơ" in admin.get("/time_limits/").text
