"""Knowledge: one person proposes, a second publishes; nothing served changes in between."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import KnowledgeEntry, KnowledgeVersion, Staff
from db.models.knowledge_entry import DRAFT, PUBLISHED, WITHDRAWN
from domain.errors import EntryWithoutSource, NothingProposed, OwnProposal
from domain.material import EntryText
from usecases import knowledge, material

WRITTEN = {
    "question": "Cân treo có phải kiểm định không?",
    "answer": "Có, mỗi năm một lần.",
    "source": "Thông tư 23/2013/TT-BKHCN",
    "topic": "phuong-tien-do",
    "certainty": "medium",
    "as_of": date(2026, 11, 1),
    "review_by": date(2027, 11, 1),
}
People = tuple[int, int]


@pytest.fixture
def people(database: Database, now: datetime) -> People:
    """Two officers."""
    with database.write() as session:
        both = [Staff(email=f"{name}@chuan.example", fs_uniquifier=name, created_at=now) for name in ("lan", "minh")]
        session.add_all(both)
        session.flush()
        return both[0].id, both[1].id


def first(session: Session, **where: object) -> KnowledgeEntry:
    wanted = select(KnowledgeEntry).filter_by(**({"status": PUBLISHED} | where)).order_by(KnowledgeEntry.id)
    return session.scalars(wanted.limit(1)).one()


def test_an_edit_changes_nothing_served_until_a_second_person_approves(database: Database, now: datetime, people: People) -> None:
    lan, minh = people
    with database.write() as session:
        entry = first(session)
        before = knowledge.content(entry)
        assert knowledge.propose(session, entry, WRITTEN, staff_id=lan, now=now)
        assert knowledge.content(entry) == before
        assert knowledge.is_waiting(entry)
        with pytest.raises(OwnProposal):
            knowledge.approve(session, entry, staff_id=lan, now=now)
        assert knowledge.content(entry) == before
        knowledge.approve(session, entry, staff_id=minh, now=now)
    with database.read() as session:
        after = session.get_one(KnowledgeEntry, entry.id)
        kept = session.scalars(select(KnowledgeVersion).where(KnowledgeVersion.entry_id == entry.id)).one()
    assert (after.answer, after.status, after.approved_by_id, after.proposal) == (WRITTEN["answer"], PUBLISHED, minh, None)
    assert (kept.content, kept.staff_id) == (before, lan)


def test_who_is_alone_in_a_trial_may_approve_their_own(database: Database, now: datetime, people: People) -> None:
    with database.write() as session:
        entry = first(session)
        knowledge.propose(session, entry, WRITTEN, staff_id=people[0], now=now)
        knowledge.approve(session, entry, staff_id=people[0], now=now, alone=True)
        assert entry.answer == WRITTEN["answer"]


def test_what_was_returned_stays_with_its_author_and_is_not_approved_by_mistake(database: Database, now: datetime, people: People) -> None:
    with database.write() as session:
        entry = first(session)
        knowledge.propose(session, entry, WRITTEN, staff_id=people[0], now=now)
        knowledge.send_back(entry, "Thiếu điều khoản.", now)
        assert not knowledge.is_waiting(entry)
        assert knowledge.values(knowledge.proposed(entry)) == WRITTEN
        assert entry.proposal is not None
        assert entry.proposal[knowledge.NOTE] == "Thiếu điều khoản."
        with pytest.raises(NothingProposed):
            knowledge.approve(session, entry, staff_id=people[1], now=now)
        knowledge.propose(session, entry, WRITTEN, staff_id=people[0], now=now)
        assert knowledge.NOTE not in entry.proposal
        knowledge.approve(session, entry, staff_id=people[1], now=now)


def test_a_draft_is_published_by_approval_only_and_never_without_a_source(database: Database, now: datetime, people: People) -> None:
    with database.write() as session:
        entry = knowledge.create(session, "can-treo", "vi", WRITTEN | {"source": " "}, staff_id=people[0], now=now, send=True)
        assert entry.status == DRAFT
        with pytest.raises(EntryWithoutSource):
            knowledge.approve(session, entry, staff_id=people[1], now=now)
        knowledge.propose(session, entry, WRITTEN, staff_id=people[0], now=now)
        assert entry.source == WRITTEN["source"]
        assert knowledge.last_published(session, entry) is None
        knowledge.approve(session, entry, staff_id=people[1], now=now)
        assert entry.status == PUBLISHED
        with pytest.raises(ValueError):
            knowledge.set_status(session, entry, PUBLISHED, people[0], now)


def test_what_is_withdrawn_and_edited_is_compared_with_what_citizens_read_last(database: Database, now: datetime, people: People) -> None:
    with database.write() as session:
        entry = first(session)
        read = knowledge.content(entry)
        knowledge.set_status(session, entry, WITHDRAWN, people[0], now)
        knowledge.propose(session, entry, WRITTEN, staff_id=people[0], now=now)
        assert knowledge.last_published(session, entry) == read


def test_an_edit_back_to_what_stands_leaves_nothing_to_approve(database: Database, now: datetime, people: People) -> None:
    with database.write() as session:
        entry = first(session)
        standing = {name: getattr(entry, name) for name in knowledge.WRITTEN}
        knowledge.propose(session, entry, WRITTEN, staff_id=people[0], now=now)
        assert not knowledge.propose(session, entry, standing, staff_id=people[0], now=now)
        assert entry.proposal is None


@pytest.mark.parametrize(
    "edit",
    [
        lambda session, entry, now: knowledge.set_status(session, entry, WITHDRAWN, None, now),
        lambda session, entry, now: knowledge.still_right(session, entry, None, now),
        lambda session, entry, now: knowledge.rephrase(session, entry, ["cân treo"], (), staff_id=None, now=now),
        lambda session, entry, now: knowledge.add_phrasing(session, entry, "cân treo?", staff_id=None, now=now),
    ],
)
def test_every_edit_makes_the_search_anew(
    database: Database, now: datetime, edit: Callable[[Session, KnowledgeEntry, datetime], None]
) -> None:
    with database.write() as session:
        stamp = material.stamp(session, now.date())
        edit(session, first(session), now)
        assert material.stamp(session, now.date()) != stamp


def test_an_entry_that_is_still_right_is_looked_at_again_in_a_year(database: Database, now: datetime) -> None:
    with database.write() as session:
        entry = first(session)
        entry.review_by, entry.review_reason = now.date() - timedelta(days=31), "43/2017/NĐ-CP → 1/2026/NĐ-CP"
        assert not material.is_served(entry, now.date())
        knowledge.still_right(session, entry, None, now)
        assert (entry.as_of, entry.review_by, entry.review_reason) == (now.date(), now.date() + timedelta(days=365), None)
        assert material.is_served(entry, now.date())


def test_phrasings_that_two_people_add_at_once_are_both_kept(database: Database, now: datetime) -> None:
    with database.write() as session:
        entry = first(session)
        knowledge.rephrase(session, entry, [row.text for row in knowledge.phrasings(session, entry)], (), staff_id=None, now=now)
        shown = knowledge.phrasings(session, entry)
        texts, keys = [row.text for row in shown], {row.id for row in shown}
        assert knowledge.rephrase(session, entry, [*texts, "Lan thêm"], keys, staff_id=None, now=now) == (1, 0)
        assert knowledge.rephrase(session, entry, [*texts[1:], " Minh  thêm ", ""], keys, staff_id=None, now=now) == (1, min(len(texts), 1))
        assert {"Lan thêm", "Minh  thêm"} <= {row.text for row in knowledge.phrasings(session, entry)}


def test_a_text_is_measured_in_the_place_of_the_old_one(database: Database, now: datetime) -> None:
    with database.read() as session:
        before = material.gather(session, now.date())
    old = before.entries[0]
    text = EntryText(old.key, old.slug, old.language, old.topic, "Câu hỏi khác?", old.answer)
    assert len(knowledge.with_text(before, text).entries) == len(before.entries)
    assert knowledge.with_text(before, text).entries[0].question == "Câu hỏi khác?"
    assert len(knowledge.with_text(before, EntryText(0, "moi", "vi", old.topic, "Mới?", "Mới.")).entries) == len(before.entries) + 1
