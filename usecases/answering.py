"""Answering (trả lời): what of the office's knowledge may be shown to a citizen at this moment."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import KnowledgeEntry, NotOursSubject
from usecases import material


def servable(session: Session, entry_id: int, today: date) -> KnowledgeEntry | None:
    """The entry if it may be served now: it may have been withdrawn, or become overdue, since it was found."""
    entry = session.get(KnowledgeEntry, entry_id)
    return entry if entry is not None and material.is_served(entry, today) else None


def not_ours(session: Session, slug: str | None) -> NotOursSubject | None:
    """The subject of another body, if it is still on the office's list."""
    return session.scalars(select(NotOursSubject).where(NotOursSubject.slug == slug, NotOursSubject.active)).one_or_none()
