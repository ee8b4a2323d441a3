"""The office's knowledge (kho kiến thức): entries are drafted, published, edited with versions, withdrawn."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.engine import signal
from db.models import KnowledgeEntry, KnowledgeVersion
from db.models.knowledge_entry import DRAFT, PUBLISHED, WITHDRAWN
from domain.errors import EntryWithoutSource

FIELDS = ("slug", "language", "topic", "question", "answer", "source", "as_of", "certainty", "review_by", "status")


def published(session: Session) -> Sequence[KnowledgeEntry]:
    """Every entry that may be served."""
    return session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.status == PUBLISHED).order_by(KnowledgeEntry.id)).all()


def stamp(session: Session) -> tuple[int, int]:
    """What changes with every edit, whatever the clocks say: the number of entries and of their versions together."""
    row = session.execute(select(func.count(KnowledgeEntry.id), func.coalesce(func.sum(KnowledgeEntry.version), 0))).one()
    return row[0], row[1]


def keep_version(session: Session, entry: KnowledgeEntry, before: dict[str, Any], staff_id: int | None, now: datetime) -> None:
    """File how an entry read before an edit, and let every process refresh its search. `before` maps field names to old values."""
    session.add(KnowledgeVersion(entry_id=entry.id, version=entry.version, content=before, staff_id=staff_id, at=now))
    entry.version += 1
    touch(session, entry, now)


def touch(session: Session, entry: KnowledgeEntry, now: datetime) -> None:
    """Mark an entry as new or edited."""
    entry.updated_at = now
    signal(session, "knowledge")


def content(entry: KnowledgeEntry) -> dict[str, Any]:
    """The fields of an entry as JSON can hold them."""
    values = {name: getattr(entry, name) for name in FIELDS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def set_status(session: Session, entry: KnowledgeEntry, status: str, staff_id: int | None, now: datetime) -> None:
    """Publish, withdraw or return to draft. An entry without a source is never published."""
    if status not in {DRAFT, PUBLISHED, WITHDRAWN}:
        raise ValueError(f"no such status: {status}")
    if status == PUBLISHED and not entry.source.strip():
        raise EntryWithoutSource
    before = content(entry)
    entry.status = status
    keep_version(session, entry, before, staff_id, now)
