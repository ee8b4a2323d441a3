"""The desk (bàn làm việc): what officers share about an enquiry and the citizen never reads: notes, drafts, who is looking.

Nothing here touches the outbox.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.models import Enquiry, InternalNote, Presence, ReplyDraft, Staff, StaffRole, staff_roles
from db.upsert import insert_if_absent
from domain.errors import CannotAnswer, EmptyNote, MessageTooLong

STALE = timedelta(seconds=30)
"""Who was not heard of for so long has gone."""
LONGEST_NOTE = 10_000
LONGEST_DRAFT = 20_000
MOST_NOTES = 300


@dataclass(frozen=True)
class Note:
    """An internal note (ghi chú nội bộ) with its author's name."""

    id: int
    at: datetime
    officer: str
    text: str


@dataclass(frozen=True)
class Colleague:
    """Somebody else at the same conversation."""

    name: str
    writes: bool


def add_note(session: Session, enquiry: Enquiry, officer: Staff, text: str, now: datetime) -> InternalNote:
    """Leave a note for colleagues, on open and closed enquiries alike. Raises `EmptyNote` and `MessageTooLong`."""
    if not text.strip():
        raise EmptyNote
    if len(text) > LONGEST_NOTE:
        raise MessageTooLong(limit=LONGEST_NOTE, length=len(text))
    note = InternalNote(enquiry_id=enquiry.id, staff_id=officer.id, text=text, at=now)
    session.add(note)
    session.flush()
    return note


def notes(session: Session, enquiry: Enquiry) -> list[Note]:
    """The newest notes of an enquiry, oldest first."""
    rows = session.execute(
        select(InternalNote, Staff.full_name)
        .join(Staff, Staff.id == InternalNote.staff_id)
        .where(InternalNote.enquiry_id == enquiry.id)
        .order_by(InternalNote.id.desc())
        .limit(MOST_NOTES)
    ).all()
    return [Note(note.id, note.at, name, note.text) for note, name in reversed(rows)]


def keep_draft(session: Session, enquiry: Enquiry, officer: Staff, text: str, now: datetime) -> None:
    """Keep what an officer has typed so far; nothing but space means no draft. Raises `MessageTooLong`."""
    if len(text) > LONGEST_DRAFT:
        raise MessageTooLong(limit=LONGEST_DRAFT, length=len(text))
    if not text.strip():
        drop_draft(session, enquiry, officer)
        return
    _write(session, ReplyDraft, enquiry, officer, text=text, updated_at=now)


def draft_of(session: Session, enquiry: Enquiry, officer_id: int) -> str:
    """What an officer has typed and not sent; empty where there is nothing."""
    draft = session.get(ReplyDraft, (enquiry.id, officer_id))
    return draft.text if draft else ""


def drop_draft(session: Session, enquiry: Enquiry, officer: Staff) -> None:
    """The draft was sent, or emptied."""
    session.execute(delete(ReplyDraft).where(ReplyDraft.enquiry_id == enquiry.id, ReplyDraft.staff_id == officer.id))


def be_seen(session: Session, enquiry: Enquiry, officer: Staff, now: datetime, *, writes: bool | None = None) -> None:
    """Note that an officer has the conversation open; `writes` says that they type (True), stopped (False), or leaves that as it is."""
    _write(session, Presence, enquiry, officer, seen_at=now, **({} if writes is None else {"wrote_at": now if writes else None}))


def leave(session: Session, enquiry: Enquiry, officer: Staff) -> None:
    """The officer closed the conversation."""
    session.execute(delete(Presence).where(Presence.enquiry_id == enquiry.id, Presence.staff_id == officer.id))


def others(session: Session, enquiry: Enquiry, officer_id: int, now: datetime) -> list[Colleague]:
    """Who else has the conversation open, by name."""
    rows = session.execute(
        select(Staff.full_name, Presence.wrote_at)
        .join(Staff, Staff.id == Presence.staff_id)
        .where(Presence.enquiry_id == enquiry.id, Presence.staff_id != officer_id, Presence.seen_at > now - STALE)
        .order_by(Staff.full_name, Staff.id)
    ).all()
    return [Colleague(name, wrote_at is not None and wrote_at > now - STALE) for name, wrote_at in rows]


def answerers(session: Session, roles: Collection[str]) -> Sequence[Staff]:
    """The active people who have one of the roles, by name."""
    able = select(staff_roles.c.staff_id).join(StaffRole, StaffRole.id == staff_roles.c.role_id).where(StaffRole.name.in_(roles))
    return session.scalars(select(Staff).where(Staff.active, Staff.id.in_(able)).order_by(Staff.full_name, Staff.id)).all()


def answerer(session: Session, staff_id: int, roles: Collection[str]) -> Staff:
    """One of them; raises `CannotAnswer` for somebody else."""
    found = next((person for person in answerers(session, roles) if person.id == staff_id), None)
    if found is None:
        person = session.get(Staff, staff_id)
        raise CannotAnswer(officer=person.full_name if person else f"#{staff_id}")
    return found


def _write(session: Session, model: type[Any], enquiry: Enquiry, officer: Staff, **values: Any) -> None:
    """The one row that an officer has for an enquiry. Two tabs that write at the same moment do no harm: one of them wins."""
    its = (model.enquiry_id == enquiry.id, model.staff_id == officer.id)
    if session.scalar(update(model).where(*its).values(**values).returning(model.staff_id)) is None:
        insert_if_absent(session, model, enquiry_id=enquiry.id, staff_id=officer.id, **values)
