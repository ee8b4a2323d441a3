"""Answering (trả lời): what of the office's knowledge may be shown to a citizen at this moment."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import KnowledgeEntry, NotOursSubject
from usecases import material


def servable_of(session: Session, entry_ids: Sequence[int], today: date) -> list[KnowledgeEntry]:
    """Those of some entries that may be served now, in their order."""
    rows = {row.id: row for row in session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.id.in_(entry_ids)))}
    return [rows[key] for key in entry_ids if key in rows and material.is_served(rows[key], today)]


def servable(session: Session, entry_id: int, today: date) -> KnowledgeEntry | None:
    """The entry if it may be served now: it may have been withdrawn, or become overdue, since it was found."""
    entry = session.get(KnowledgeEntry, entry_id)
    return entry if entry is not None and material.is_served(entry, today) else None


def not_ours(session: Session, slug: str | None) -> NotOursSubject | None:
    """The subject of another body, if it is still on the office's list."""
    return session.scalars(select(NotOursSubject).where(NotOursSubject.slug == slug, NotOursSubject.active)).one_or_none()
