"""The office's knowledge (kho kiến thức): entries are proposed by one person, published by a second, withdrawn, looked at again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import KnowledgeEntry, KnowledgeVersion, Phrasing
from db.models.knowledge_entry import DRAFT, PUBLISHED, WITHDRAWN
from domain.errors import EntryWithoutSource, NothingProposed, OwnProposal
from domain.folding import clean
from domain.material import EntryText, Material
from domain.worktime import ZONE
from usecases import askers, legal_documents, material

WRITTEN = ("question", "answer", "source", "topic", "certainty", "as_of", "review_by")
"""What an officer writes and a second person approves."""
FIELDS = ("slug", "language", *WRITTEN, "status")
REVIEW_AFTER = timedelta(days=365)
NOTE = "note"
"""Key in a proposal that was returned: what its author is to mend."""
_DAYS = {"as_of", "review_by"}


def touch(session: Session, entry: KnowledgeEntry, now: datetime) -> None:
    """Mark an entry as new or edited, and let every process refresh its search."""
    entry.updated_at = now
    material.touch(session)


def content(entry: KnowledgeEntry) -> dict[str, Any]:
    """The fields of an entry as JSON can hold them."""
    return _as_json({name: getattr(entry, name) for name in FIELDS})


def keep_version(session: Session, entry: KnowledgeEntry, before: dict[str, Any], staff_id: int | None, now: datetime) -> None:
    """File how an entry read before an edit. `before` maps field names to old values."""
    session.add(KnowledgeVersion(entry_id=entry.id, version=entry.version, content=before, staff_id=staff_id, at=now))
    entry.version += 1
    touch(session, entry, now)


# writing


def create(
    session: Session, slug: str, language: str, written: Mapping[str, Any], *, staff_id: int | None, now: datetime, send: bool = False
) -> KnowledgeEntry:
    """A new entry is a draft; `send` asks for its approval at once."""
    entry = draft(session, slug, language, written, staff_id=staff_id, now=now)
    _propose(entry, written, staff_id, now, send)
    touch(session, entry, now)
    session.flush()
    return entry


def draft(session: Session, slug: str, language: str, written: Mapping[str, Any], *, staff_id: int | None, now: datetime) -> KnowledgeEntry:
    """A new entry among many: the search does not know of it before `material.touch`, and it is not flushed yet."""
    kept = {name: written[name] for name in WRITTEN}
    entry = KnowledgeEntry(slug=slug, language=language, status=DRAFT, version=1, updated_at=now, **kept)
    _propose(entry, written, staff_id, now, send=False)
    session.add(entry)
    legal_documents.check(session, entry, now)
    return entry


def propose(
    session: Session, entry: KnowledgeEntry, written: Mapping[str, Any], *, staff_id: int | None, now: datetime, send: bool = True
) -> bool:
    """Keep an edit for a second person's approval (`send`), or for its author to go on with; False where nothing is to be approved.

    What is published stays as it is meanwhile; a draft, which nobody is served, takes the text at once.
    """
    changed = _as_json(written) != proposed(entry)
    if entry.status == PUBLISHED and _as_json(written) == _standing(entry):
        discard(entry, now)
        return False
    if entry.status != PUBLISHED and changed:
        redraft(session, entry, written, staff_id=staff_id, now=now)
        touch(session, entry, now)
    elif changed or send != is_waiting(entry):
        entry.version += 1
    entry.updated_at = now
    _propose(entry, written, staff_id, now, send)
    return True


def redraft(session: Session, entry: KnowledgeEntry, written: Mapping[str, Any], *, staff_id: int | None, now: datetime) -> None:
    """Edit an entry that is not published, among many: the search does not know of it before `material.touch`."""
    session.add(KnowledgeVersion(entry_id=entry.id, version=entry.version, content=content(entry), staff_id=staff_id, at=now))
    _write(entry, written)
    entry.version += 1
    entry.updated_at = now
    _propose(entry, written, staff_id, now, send=False)
    legal_documents.check(session, entry, now)


def proposed(entry: KnowledgeEntry) -> dict[str, Any]:
    """The text as it is to be, as JSON: the proposal, or what stands where there is none."""
    return {name: entry.proposal[name] for name in WRITTEN} if entry.proposal else _standing(entry)


def values(written: Mapping[str, Any]) -> dict[str, Any]:
    """A text that was kept as JSON with its days."""
    return {name: date.fromisoformat(written[name]) if name in _DAYS else written[name] for name in WRITTEN}


def is_waiting(entry: KnowledgeEntry) -> bool:
    """Whether a text of this entry waits for approval; else a proposal is in its author's hands."""
    return entry.proposal is not None and entry.proposed_at is not None


def last_published(session: Session, entry: KnowledgeEntry) -> dict[str, Any] | None:
    """What citizens read, or last read, of an entry; None where it was never published."""
    if entry.status == PUBLISHED:
        return content(entry)
    versions = session.scalars(
        select(KnowledgeVersion.content).where(KnowledgeVersion.entry_id == entry.id).order_by(KnowledgeVersion.id.desc())
    )
    return next((kept for kept in versions if kept["status"] == PUBLISHED), None)


# deciding


def approve(session: Session, entry: KnowledgeEntry, *, staff_id: int, now: datetime, alone: bool = False) -> int:
    """Publish what was proposed and tell who waits for it; the number of contacts told. `alone`: there is no second person.

    Raises `NothingProposed`, `OwnProposal`, `EntryWithoutSource`.
    """
    if not is_waiting(entry):
        raise NothingProposed
    if entry.proposed_by_id == staff_id and not alone:
        raise OwnProposal
    written = values(proposed(entry))
    if not written["source"].strip():
        raise EntryWithoutSource
    before = content(entry)
    _write(entry, written)
    entry.status, entry.approved_by_id = PUBLISHED, staff_id
    keep_version(session, entry, before, entry.proposed_by_id, now)
    discard(entry, now)
    legal_documents.check(session, entry, now)
    session.flush()
    return askers.tell(session, entry, now)


def send_back(entry: KnowledgeEntry, note: str, now: datetime) -> None:
    """Return a proposal to its author with a note; the text is kept. Raises `NothingProposed`."""
    if not is_waiting(entry):
        raise NothingProposed
    entry.proposal = {**(entry.proposal or {}), NOTE: note}
    entry.proposed_at, entry.updated_at = None, now
    entry.version += 1


def discard(entry: KnowledgeEntry, now: datetime) -> None:
    """Drop a proposal; what stands is left."""
    if entry.proposal is not None:
        entry.version += 1
        entry.updated_at = now
    entry.proposal = entry.proposed_by_id = entry.proposed_at = None


def set_status(session: Session, entry: KnowledgeEntry, status: str, staff_id: int | None, now: datetime) -> None:
    """Withdraw, or return to draft: both need no second person. Publishing is `approve`."""
    if status not in {DRAFT, WITHDRAWN}:
        raise ValueError(f"not to be set without approval: {status}")
    before = content(entry)
    entry.status = status
    keep_version(session, entry, before, staff_id, now)


def still_right(session: Session, entry: KnowledgeEntry, staff_id: int | None, now: datetime) -> None:
    """Looked at again today and found right: next in a year."""
    before = content(entry)
    today = now.astimezone(ZONE).date()
    entry.as_of, entry.review_by, entry.review_reason = today, today + REVIEW_AFTER, None
    if entry.proposal is not None:
        entry.proposal = entry.proposal | {"as_of": today.isoformat(), "review_by": entry.review_by.isoformat()}
    keep_version(session, entry, before, staff_id, now)


# phrasings


def phrasings(session: Session, entry: KnowledgeEntry) -> Sequence[Phrasing]:
    """The alternative phrasings of an entry, in the order in which they were added."""
    return session.scalars(select(Phrasing).where(Phrasing.entry_id == entry.id).order_by(Phrasing.id)).all()


def rephrased(present: Sequence[Phrasing], lines: Sequence[str], shown: Collection[int]) -> tuple[list[str], list[Phrasing]]:
    """What a form that showed some phrasings adds and takes away. Those that somebody added meanwhile are left alone."""
    wanted = list(dict.fromkeys(filter(None, map(clean, lines))))
    known = {row.text for row in present}
    return [text for text in wanted if text not in known], [row for row in present if row.id in shown and row.text not in wanted]


def rephrase(
    session: Session, entry: KnowledgeEntry, lines: Sequence[str], shown: Collection[int], *, staff_id: int | None, now: datetime
) -> tuple[int, int]:
    """Save the phrasings of a form; how many were added and taken away. Phrasings are found by, never shown: no approval is needed."""
    added, gone = rephrased(phrasings(session, entry), lines, shown)
    for row in gone:
        session.delete(row)
    for text in added:
        session.add(Phrasing(entry_id=entry.id, text=text, origin="staff", staff_id=staff_id, at=now))
    if added or gone:
        touch(session, entry, now)
    return len(added), len(gone)


def add_phrasing(session: Session, entry: KnowledgeEntry, text: str, *, staff_id: int | None, now: datetime) -> None:
    """Keep a citizen's question as a phrasing of an entry, unless it has it."""
    if text != entry.question and text not in {row.text for row in phrasings(session, entry)}:
        session.add(Phrasing(entry_id=entry.id, text=text, origin="question", staff_id=staff_id, at=now))
        touch(session, entry, now)


# looking ahead


def with_text(before: Material, text: EntryText) -> Material:
    """The search material as it would be with an entry's text in the place of the old one, or beside the others."""
    others = tuple(text if entry.key == text.key else entry for entry in before.entries)
    is_new = all(entry.key != text.key for entry in before.entries)
    return replace(before, entries=(*others, text) if is_new else others)


def _standing(entry: KnowledgeEntry) -> dict[str, Any]:
    return _as_json({name: getattr(entry, name) for name in WRITTEN})


def _write(entry: KnowledgeEntry, written: Mapping[str, Any]) -> None:
    for name in WRITTEN:
        setattr(entry, name, written[name])


def _propose(entry: KnowledgeEntry, written: Mapping[str, Any], staff_id: int | None, now: datetime, send: bool) -> None:
    entry.proposal = _as_json({name: written[name] for name in WRITTEN})
    entry.proposed_by_id, entry.proposed_at = staff_id, now if send else None


def _as_json(written: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in written.items()}
