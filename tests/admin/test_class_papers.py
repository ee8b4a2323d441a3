"""What is printed for a class: the sheet to sign, badges, and certificates that are made, kept and sent once."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from admin.access import TRAINING
from db.engine import Database
from db.models import Certificate, OutboundMessage, Registration, Staff
from tests.admin.conftest import ADMIN, Browser, of_role
from tests.training import a_class, a_contact, a_wish
from usecases import certificates, classes, door, sign_up


@pytest.fixture
def mine(database: Database, now: datetime) -> Registration:
    with database.write() as session:
        made = a_class(session, now)
        wish = a_wish("Nguyễn Văn An", "=1+1 Bé", token="t", firm="Cơ sở Mè xửng")
        return sign_up.sign_up(session, made.id, wish, contact=a_contact(session, now), source="chat", waits=False, now=now)


@pytest.fixture
def trainer(hire: Callable[..., int], signed_in: Callable[[str], Browser]) -> Browser:
    hire(TRAINING)
    return signed_in(of_role(TRAINING))


def test_sheets_and_badges_hold_who_has_a_seat(trainer: Browser, mine: Registration) -> None:
    base = f"/class_papers/{mine.class_id}"
    for name in ("sign-in-sheet.pdf", "badges.pdf"):
        answer = trainer.get(f"{base}/{name}")
        assert answer.mimetype == "application/pdf"
        assert answer.data.startswith(b"%PDF")
    book = trainer.get(f"{base}/sign-in-sheet.xlsx").data
    assert zipfile.is_zipfile(io.BytesIO(book))
    names = [row[1].value for row in load_workbook(io.BytesIO(book)).active.iter_rows(min_row=2)]
    assert "Nguyễn Văn An" in names
    assert "=1+1 Bé" not in names  # no text is run as a formula
    assert trainer.get("/class_papers/999/badges.pdf").status_code == 404


def test_a_certificate_is_printed_kept_and_sent_once(trainer: Browser, panel: Flask, mine: Registration, database: Database) -> None:
    (meeting,) = mine.training_class.sessions
    after = meeting.ends_at
    with database.write() as session:
        officer = session.scalars(select(Staff).where(Staff.email == ADMIN)).one()
        scan = door.Scan("s1-0000001", mine.participants[0].ticket, door.IN, meeting.starts_at)
        door.merge(session, meeting, [scan], staff_id=officer.id, now=after)
        classes.hold(session, mine.class_id, after)
        (given,) = certificates.issue(session, mine.class_id, None, by=officer, now=after)
    assert trainer.get(f"/class_papers/certificates/{given.id}.pdf").status_code == 404
    background = panel.extensions["background"]
    assert [background.work_off(), background.work_off()] == [1, 0]
    printed = trainer.get(f"/class_papers/certificates/{given.id}.pdf").data
    assert printed.startswith(b"%PDF")
    with database.read() as session:
        sent = session.scalars(select(OutboundMessage.payload).where(OutboundMessage.method == "sendDocument")).all()
        assert [payload["document"]["name"] for payload in sent] == [f"{given.serial}.pdf"]
        assert session.get_one(Certificate, given.id).sha256 == sent[0]["document"]["$file"]
