"""Participants of a class come from a sheet and go into one: what a file would do is shown before anything is written."""

import io
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from admin.access import TRAINING
from db.engine import Database
from db.models import Registration
from db.settings import Settings
from tests.admin.conftest import Browser, of_role
from tests.admin.test_tasks import Bench, counts, export, imported, number, task, workbook
from tests.training import a_class, a_wish
from usecases import sign_up

HEADER = ["Họ tên", "Chức vụ", "Điện thoại", "Đơn vị", "Mã số thuế"]
ROWS = [
    HEADER,
    ["Nguyễn Văn An", "Kế toán", "0905 111 222", "Công ty Hương Giang", "0100233488"],
    ["Trần Thị Bé", "", "84914333444", "", ""],
    ["NGUYEN VAN AN", "", "", "", "0100233488"],  # in the firm already, two rows above
    ["Lê", "", "12", "", "0100233489"],
    ["Võ Thị Dung", "", "0905111222", "", ""],  # in the class before
    ["Hồ Văn Em", "", "0905000001", "", ""],  # no seat is left
]


@pytest.fixture
def trainer(hire: Callable[..., int], signed_in: Callable[[str], Browser]) -> Browser:
    hire(TRAINING)
    return signed_in(of_role(TRAINING))


@pytest.fixture
def bench(panel: Flask, settings: Settings) -> Bench:
    return Bench(panel, settings)


def a_full_hall(database: Database, now: datetime) -> int:
    """A class of three seats, one of them taken."""
    with database.write() as session:
        row = a_class(session, now, seats=3)
        sign_up.sign_up(session, row.id, a_wish("Võ Thị Dung", token="a"), contact=None, source="counter", waits=False, now=now)
        return row.id


def checked(browser: Browser, bench: Bench, content: bytes, class_id: int, waits: str) -> int:
    page = f"/imports/registrations?class={class_id}"
    answer = browser.post(page, page=page, file=(io.BytesIO(content), "học viên.xlsx"), waits=waits, **{"class": str(class_id)})
    key = number(answer)
    bench.work()
    return key


def test_each_row_is_a_registration_and_each_fault_is_a_row(bench: Bench, trainer: Browser, database: Database, now: datetime) -> None:
    class_id = a_full_hall(database, now)
    key = checked(trainer, bench, workbook(ROWS), class_id, "no")
    assert counts(database, key) == (2, 0, 0, 4)
    page = trainer.get(f"/tasks/{key}").text
    assert page.count("đã có trong lớp") == 2
    for said in ("chưa đúng là số điện thoại", "Không đọc được họ tên", "không còn chỗ"):
        assert said in page, said
    with database.write() as session:  # a seat goes between the check and the import
        sign_up.sign_up(session, class_id, a_wish("Phan Văn Gia", token="b"), contact=None, source="counter", waits=False, now=now)
    assert counts(database, imported(trainer, bench, key)) == (1, 0, 0, 5)
    waiting = checked(trainer, bench, workbook([HEADER, ROWS[6]]), class_id, "yes")
    assert counts(database, imported(trainer, bench, waiting)) == (1, 0, 0, 0)
    with database.read() as session:
        its = session.scalars(select(Registration).where(Registration.source == "import").order_by(Registration.id)).all()
        assert [(row.participants[0].full_name, row.phone, row.status) for row in its] == [
            ("Nguyễn Văn An", "0905111222", "confirmed"),
            ("Hồ Văn Em", "0905000001", "waiting"),
        ]
    head, *rows = export(trainer, bench, "registrations", **{"class": str(class_id)})
    assert head[:5] == HEADER
    assert [row[0] for row in rows] == ["Võ Thị Dung", "Phan Văn Gia", "Nguyễn Văn An", "Hồ Văn Em"]
    assert trainer.post("/exports/registrations", form="xlsx", **{"class": "x"}).status_code == 400


def test_a_broken_sheet_and_an_unknown_class_are_told(bench: Bench, trainer: Browser, database: Database, now: datetime) -> None:
    class_id = a_full_hall(database, now)
    key = checked(trainer, bench, workbook(ROWS)[:700], class_id, "no")
    assert task(database, key).state == "failed"
    assert "hỏng" in trainer.get(f"/tasks/{key}").text
    page = "/imports/registrations"
    refused = trainer.post(page, page=page, waits="no", **{"class": "999"})
    assert refused.status_code == 422
    assert "có trong danh sách" in refused.text
