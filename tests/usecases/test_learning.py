"""The office learns: unanswered questions become drafts or phrasings, and who asked is told once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import GivenAnswer, InboundMessage, KnowledgeEntry, LabelledQuestion, OutboundMessage, Staff
from domain.errors import AlreadySettled
from domain.judgement import NOT_FOUND, Decision, Judgement
from tests.usecases.test_knowledge import WRITTEN
from usecases import contacts, enquiries, knowledge, learning, turns

COFFEE, SCALES = "Máy rang cà phê có phải kiểm định không?", "Cân bàn ở chợ Đông Ba ai kiểm tra?"
Ask = Callable[..., GivenAnswer]


@pytest.fixture
def ask(now: datetime) -> Ask:
    """A citizen asks something that the knowledge does not answer."""

    def asked(
        session: Session, question: str, *, who: int = 1, language: str = "vi", at: datetime = now, handed_over: bool = False
    ) -> GivenAnswer:
        contact, _, _ = contacts.meet(session, "web", "main", who, now=at, name=None, language=language)
        message = InboundMessage(contact_id=contact.id, kind="message", text=question, at=at)
        session.add(message)
        session.flush()
        if handed_over:
            enquiries.hand_over(session, contact, question=question, reason="not_found", message=message, now=at)
        judged = Judgement(Decision.HANDOVER, NOT_FOUND, question=question)
        return turns.record(session, contact, message, outcome=turns.HANDED_OVER, now=at, judged=judged, is_gap=True)

    return asked


def officer(session: Session, now: datetime, name: str = "Nguyễn Thị Lan") -> Staff:
    person = Staff(email=f"{name}@chuan.example", full_name=name, fs_uniquifier=name, created_at=now)
    session.add(person)
    session.flush()
    return person


def draft(session: Session, rows: list[GivenAnswer], staff: Staff, now: datetime) -> KnowledgeEntry:
    keys = [row.id for row in rows]
    return learning.draft(
        session, keys, question=COFFEE, answer="", language="vi", topic="phuong-tien-do", slug="rang-ca-phe", staff=staff, now=now
    )


def publish(session: Session, entry: KnowledgeEntry, staff: Staff, now: datetime) -> int:
    knowledge.propose(session, entry, WRITTEN | {"question": COFFEE, "answer": "Không."}, staff_id=staff.id, now=now)
    return knowledge.approve(session, entry, staff_id=officer(session, now, f"Người duyệt {entry.version}").id, now=now)


def notices(session: Session) -> list[OutboundMessage]:
    wanted = select(OutboundMessage).where(OutboundMessage.kind == "notice").order_by(OutboundMessage.id)
    return [row for row in session.scalars(wanted) if "Không." in row.payload["text"]]


def test_what_most_people_ask_comes_first_however_they_write_it(database: Database, now: datetime, ask: Ask) -> None:
    with database.write() as session:
        ask(session, SCALES, who=1)
        ask(session, COFFEE, who=2, at=now + timedelta(minutes=1))
        ask(session, "may rang ca phe co phai kiem dinh khong", who=3, at=now + timedelta(minutes=2))
        ask(session, "máy rang cafe có phải kiểm định ko ạ", who=3, at=now + timedelta(minutes=3))
        first, second = learning.gaps(session)
    assert (first.askers, len(first.answer_ids), first.newest) == (2, 3, now + timedelta(minutes=3))
    assert first.questions[0] == "máy rang cafe có phải kiểm định ko ạ"
    assert second.questions == (SCALES,)


def test_answered_questions_are_no_gaps(database: Database, now: datetime) -> None:
    with database.write() as session:
        contact, _, _ = contacts.meet(session, "web", "main", 1, now=now, name=None, language="vi")
        turns.record(session, contact, None, outcome=turns.ANSWERED, now=now, judged=Judgement(Decision.ANSWER, "sure", question=COFFEE))
        assert learning.gaps(session) == []
        assert learning.count_open(session) == 0


def test_a_gap_becomes_a_draft_and_each_asker_is_told_once_when_it_is_published(database: Database, now: datetime, ask: Ask) -> None:
    with database.write() as session:
        rows = [ask(session, COFFEE, who=who) for who in (1, 2, 2)]
        staff = officer(session, now)
        entry = draft(session, rows, staff, now)
        assert (entry.status, entry.question, entry.proposed_at) == ("draft", COFFEE, None)
        assert learning.gaps(session) == []
        labelled = session.scalars(select(LabelledQuestion).where(LabelledQuestion.origin == "staff")).all()
        assert [(row.text, row.expect, row.intent, row.style) for row in labelled] == [(COFFEE, ["rang-ca-phe"], "answer", "staff")]
        assert notices(session) == []
        assert publish(session, entry, staff, now) == 2
    with database.write() as session:
        said = notices(session)
        assert [row.contact_id for row in said] == sorted({row.contact_id for row in rows})
        assert COFFEE in said[0].payload["text"]
        assert str(WRITTEN["source"]) in said[0].payload["text"]
        again = session.get_one(KnowledgeEntry, entry.id)
        knowledge.set_status(session, again, "withdrawn", None, now)
        assert publish(session, again, session.get_one(Staff, staff.id), now) == 0
        assert len(notices(session)) == 2


def test_who_refused_that_anything_is_kept_is_not_written_to(database: Database, now: datetime, ask: Ask) -> None:
    with database.write() as session:
        row = ask(session, COFFEE)
        staff = officer(session, now)
        contact, _, _ = contacts.meet(session, "web", "main", 1, now=now, name=None, language="vi")
        contacts.consent(session, contact, contacts.ANSWERING, granted=False, now=now)
        assert publish(session, draft(session, [row], staff, now), staff, now) == 0
        assert notices(session) == []


def test_an_officers_answer_is_offered_for_the_draft_without_their_name(database: Database, now: datetime, ask: Ask) -> None:
    with database.write() as session:
        ask(session, COFFEE, handed_over=True)
        (gap,) = learning.gaps(session)
        (enquiry,) = gap.enquiries
        assert learning.reply_to(session, gap.enquiries) == ""
        enquiries.reply(session, enquiry, officer(session, now), text="Không, vì không phải phương tiện đo <nhóm 2>.", now=now)
        assert learning.reply_to(session, gap.enquiries) == "Không, vì không phải phương tiện đo <nhóm 2>."


def test_a_gap_becomes_a_phrasing_of_an_entry_that_is_there(database: Database, now: datetime, ask: Ask) -> None:
    with database.write() as session:
        row, staff = ask(session, COFFEE), officer(session, now)
        entry = session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.status == "published").limit(1)).one()
        learning.rephrase(session, [row.id], entry, "máy rang cà phê", staff=staff, now=now)
        added = knowledge.phrasings(session, entry)[-1]
        assert (added.text, added.origin, added.staff_id) == ("máy rang cà phê", "question", staff.id)
        assert row.settled_at == now
        assert row.awaits_entry_id is None
        with pytest.raises(AlreadySettled):
            learning.rephrase(session, [row.id], entry, "máy rang cà phê", staff=staff, now=now)


def test_who_asks_for_a_draft_waits_for_it_too(database: Database, now: datetime, ask: Ask) -> None:
    with database.write() as session:
        staff = officer(session, now)
        entry = draft(session, [ask(session, COFFEE)], staff, now)
        later = ask(session, "rang cà phê kiểm định?", who=9)
        learning.rephrase(session, [later.id], entry, "rang cà phê kiểm định?", staff=staff, now=now)
        assert later.awaits_entry_id == entry.id
        assert publish(session, entry, staff, now) == 2


def test_what_comes_in_after_the_page_was_shown_stays_open(database: Database, now: datetime, ask: Ask) -> None:
    with database.write() as session:
        shown, later = ask(session, COFFEE), ask(session, COFFEE, who=2)
        assert learning.set_aside(session, [shown.id], now) == 1
        (gap,) = learning.gaps(session)
        assert gap.answer_ids == (later.id,)


def test_an_officer_sees_what_the_search_found_drafts_included(database: Database, now: datetime, ask: Ask) -> None:
    with database.write() as session:
        given = ask(session, COFFEE, handed_over=True)
        unserved = session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.status == "draft").limit(1)).one()
        given.scores = [[unserved.id, 0.7], [999_999, 0.1]]
        session.flush()
        (gap,) = learning.gaps(session)
        found = learning.found_for(session, gap.enquiries[0])
        assert found is not None
        assert (found[0].id, [(entry.id, score) for entry, score in found[1]]) == (given.id, [(unserved.id, 0.7)])
