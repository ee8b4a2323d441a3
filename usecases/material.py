"""Search material (dữ liệu tìm kiếm): gathers all that the search is built from, and counts its edits."""

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.engine import signal
from db.models import Abbreviation, KnowledgeEntry, NotOursSubject, Phrasing, Revision
from db.models.knowledge_entry import PUBLISHED, WITHDRAWN
from db.upsert import insert_if_absent
from domain.material import EntryText, Material, Subject, Thresholds
from usecases import office

OVERDUE_AFTER = timedelta(days=30)
"""So long after its review day an entry is still served, flagged in the panel."""
_NAME = "knowledge"


def is_served(entry: KnowledgeEntry, today: date) -> bool:
    """Whether citizens may be shown an entry: published, with a source, and not overdue for review by more than thirty days."""
    return _is_served(entry.status, entry.source, entry.review_by, today)


def _is_served(status: str, source: str, review_by: date, today: date) -> bool:
    return status == PUBLISHED and bool(source.strip()) and today <= review_by + OVERDUE_AFTER


def gather(session: Session, today: date) -> Material:
    """The material as it stands. Drafts are in it, so that a question about one is not answered with something else."""
    phrasings: dict[int, list[str]] = defaultdict(list)
    for key, text in session.execute(select(Phrasing.entry_id, Phrasing.text).order_by(Phrasing.id)):
        phrasings[key].append(text)
    texts = (KnowledgeEntry.topic, KnowledgeEntry.question, KnowledgeEntry.answer)
    standing = (KnowledgeEntry.status, KnowledgeEntry.source, KnowledgeEntry.review_by)
    entries = session.execute(
        select(KnowledgeEntry.id, KnowledgeEntry.slug, KnowledgeEntry.language, *texts, *standing)
        .where(KnowledgeEntry.status != WITHDRAWN)
        .order_by(KnowledgeEntry.id)
    )
    subjects = session.scalars(select(NotOursSubject).where(NotOursSubject.active).order_by(NotOursSubject.id))
    return Material(
        entries=tuple(
            EntryText(key, slug, language, topic, question, answer, tuple(phrasings[key]), _is_served(status, source, review_by, today))
            for key, slug, language, topic, question, answer, status, source, review_by in entries
        ),
        subjects=tuple(Subject(s.slug, s.name_vi, (*s.phrasings, s.name_vi, s.name_en)) for s in subjects),
        abbreviations=dict(session.execute(select(Abbreviation.short, Abbreviation.long).order_by(Abbreviation.id)).all()),
        thresholds=Thresholds(**office.setting(session, "answering")),
    )


def stamp(session: Session, today: date) -> tuple[int, date]:
    """What changes with every edit and every day, whatever the clocks of the machines say."""
    return session.scalar(select(Revision.number).where(Revision.name == _NAME)) or 0, today


def touch(session: Session) -> None:
    """Count an edit of entries, phrasings, subjects, abbreviations or thresholds, and wake every process that searches."""
    insert_if_absent(session, Revision, name=_NAME, number=0)
    session.execute(update(Revision).where(Revision.name == _NAME).values(number=Revision.number + 1))
    signal(session, "knowledge")
