"""A replaced document: every entry that cites it is under review at once, in both languages, and later ones too."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import KnowledgeEntry
from domain.errors import AlreadyReplaced
from domain.legal_documents import cites, normalise
from tests.usecases.test_knowledge import WRITTEN
from usecases import knowledge, legal_documents, material

OLD, NEW = "21/2014/TT-BKHCN", "99/2026/TT-BKHCN"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("43/2017/nđ-cp", "43/2017/NĐ-CP"),
        (" Nghị định số 43/2017/ND-CP ", "43/2017/NĐ-CP"),
        ("8/2018/TT-BKHCN", "08/2018/TT-BKHCN"),
        ("46/2017/QD-TTG", "46/2017/QĐ-TTg"),
        ("58/2015/TTLT-BCT-BKHCN", "58/2015/TTLT-BCT-BKHCN"),
        ("05/2007/QH12", "05/2007/QH12"),
        ("1322/QĐ-TTg", "1322/QĐ-TTg"),
        ("QCVN 02:2021/BKHCN", "QCVN 02:2021/BKHCN"),
        ("nghị định", None),
        ("43/2017", None),
        ("43/2017/NĐ-CP và 21/2014/TT-BKHCN", None),
    ],
)
def test_numbers_are_written_in_one_way_however_they_are_typed(typed: str, number: str | None) -> None:
    assert normalise(typed) == number


def test_a_document_is_not_taken_for_one_whose_number_begins_or_ends_alike() -> None:
    assert not cites("143/2017/NĐ-CP", "43/2017/NĐ-CP")
    assert not cites("43/2017/NĐ-CPX", "43/2017/NĐ-CP")
    assert not cites("Thông tư 43/2017", "43/2017/NĐ-CP")
    assert cites("Decree No. 43/2017 says", "43/2017/NĐ-CP")


def test_every_entry_that_cites_it_is_under_review_at_once(database: Database, now: datetime) -> None:
    today = now.date()
    with database.write() as session:
        entries = session.scalars(select(KnowledgeEntry)).all()
        expected = {entry.id for entry in entries if OLD in entry.source + entry.answer}
        assert {"vi", "en"} <= {entry.language for entry in entries if entry.id in expected}
        stamp = material.stamp(session, today)
        number = legal_documents.replace(session, OLD, replaced_by=NEW, since=date(2026, 12, 1), staff_id=None, now=now)
        assert material.stamp(session, today) != stamp
        flagged = session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.review_reason.is_not(None))).all()
    assert expected <= {entry.id for entry in flagged}
    assert number == len(flagged)
    assert {(entry.review_by, entry.review_reason) for entry in flagged} == {(today, f"{OLD} → {NEW}")}
    assert all(material.is_served(entry, today + timedelta(days=30)) for entry in flagged if entry.status == "published")
    assert not any(material.is_served(entry, today + timedelta(days=31)) for entry in flagged)


def test_an_entry_that_is_overdue_already_is_not_served_again_by_it(database: Database, now: datetime) -> None:
    with database.write() as session:
        entry = next(row for row in session.scalars(select(KnowledgeEntry)) if OLD in row.source)
        entry.review_by = now.date() - timedelta(days=40)
        session.flush()
        legal_documents.replace(session, OLD, replaced_by=NEW, since=now.date(), staff_id=None, now=now)
        assert not material.is_served(entry, now.date())


def test_a_document_is_replaced_once(database: Database, now: datetime) -> None:
    with database.write() as session:
        legal_documents.replace(session, OLD, replaced_by=NEW, since=now.date(), staff_id=None, now=now)
        with pytest.raises(AlreadyReplaced):
            legal_documents.replace(session, OLD, replaced_by=NEW, since=now.date(), staff_id=None, now=now)


def test_a_later_entry_that_cites_it_is_saved_and_flagged_until_it_no_longer_does(database: Database, now: datetime) -> None:
    with database.write() as session:
        legal_documents.replace(session, OLD, replaced_by=NEW, since=now.date(), staff_id=None, now=now)
        entry = knowledge.create(session, "can-treo", "vi", WRITTEN | {"source": f"Thông tư {OLD}"}, staff_id=None, now=now, send=True)
        assert (entry.review_by, entry.review_reason) == (now.date(), f"{OLD} → {NEW}")
        knowledge.propose(session, entry, WRITTEN, staff_id=None, now=now)
        assert (entry.review_by, entry.review_reason) == (WRITTEN["review_by"], None)
