"""Legal documents (văn bản): when one is replaced, every entry that cites it is under review at once."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import KnowledgeEntry, ReplacedDocument
from db.models.knowledge_entry import WITHDRAWN
from db.upsert import insert_if_absent
from domain.errors import AlreadyReplaced
from domain.legal_documents import cites
from domain.worktime import ZONE
from usecases import material


def citing(session: Session, number: str) -> list[KnowledgeEntry]:
    """The entries, in every language, whose source or answer names a document; withdrawn ones are left out."""
    rows = session.scalars(
        select(KnowledgeEntry).where(KnowledgeEntry.status != WITHDRAWN).order_by(KnowledgeEntry.slug, KnowledgeEntry.id)
    )
    return [entry for entry in rows if cites(_text(entry.source, entry.answer), number)]


def replace(session: Session, number: str, *, replaced_by: str, since: date, staff_id: int | None, now: datetime) -> int:
    """Note that a document was replaced and put what cites it under review; the number of entries. Raises `AlreadyReplaced`."""
    document = insert_if_absent(session, ReplacedDocument, number=number, replaced_by=replaced_by, since=since, staff_id=staff_id, at=now)
    if document is None:
        raise AlreadyReplaced(number=number)
    entries = citing(session, number)
    for entry in entries:
        _flag(entry, [document], now)
        entry.updated_at = now
    material.touch(session)
    return len(entries)


def check(session: Session, entry: KnowledgeEntry, now: datetime) -> None:
    """Put a new or edited entry under review if it cites a replaced document; take an earlier mark away if it no longer does."""
    documents = cited(session, entry.source, entry.answer)
    entry.review_reason = None
    if documents:
        _flag(entry, documents, now)


def cited(session: Session, *texts: str) -> list[ReplacedDocument]:
    """The replaced documents that texts name."""
    text = _text(*texts)
    return [
        document for document in session.scalars(select(ReplacedDocument).order_by(ReplacedDocument.id)) if cites(text, document.number)
    ]


def listed(session: Session) -> Sequence[ReplacedDocument]:
    """The replaced documents, newest first."""
    return session.scalars(select(ReplacedDocument).order_by(ReplacedDocument.id.desc())).all()


def _flag(entry: KnowledgeEntry, documents: Sequence[ReplacedDocument], now: datetime) -> None:
    entry.review_by = min(entry.review_by, now.astimezone(ZONE).date())  # one that is overdue already stays so
    entry.review_reason = "; ".join(f"{document.number} → {document.replaced_by}" for document in documents)[:300]


def _text(*texts: str) -> str:
    return "\n".join(texts)
