"""Enquiries (phiếu hỏi): handed over to people, answered by an officer, closed and rated.

    (new) ──► waiting ──► human ──► closed
                │  ▲        │  ▲
                │  └─ adds  ▼  │ a staff message takes it over again
                └─────► closed bot (given back: open, the bot talks)

Locks are taken contact first, then enquiry. Every change tells the citizen through the outbox where the change is news to them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, Enquiry, InboundMessage, OutboundMessage, Staff
from db.models.enquiry import BOT, CLOSED, HUMAN, WAITING, WITH_PEOPLE
from domain import canned
from domain.errors import (
    EmptyReply,
    EnquiryClosed,
    NewerEnquiryOpen,
    NewerTurns,
    NoSuchEnquiry,
    OwnedByAnother,
    PlacesLeft,
)
from domain.markup import to_plain
from domain.references import ENQUIRY
from domain.worktime import NeverOpen
from locales import translate_html
from usecases import office, outbox
from usecases.references import next_reference


@dataclass(frozen=True)
class FileToSend:
    """A stored file that goes out: its digest, its name, its type by content."""

    sha256: str
    name: str
    media_type: str


@dataclass(frozen=True)
class Seen:
    """The newest turns that an officer's page showed: ids of the citizen's and of our officers' last message, 0 for none."""

    inbound: int
    outbound: int


def current(session: Session, contact: Contact) -> Enquiry | None:
    """The enquiry of a contact that is with people, or None."""
    return session.scalars(
        select(Enquiry).where(Enquiry.contact_id == contact.id, Enquiry.status.in_(WITH_PEOPLE)).order_by(Enquiry.id.desc()).limit(1)
    ).one_or_none()


def list_of(session: Session, contact: Contact, limit: int = 5) -> Sequence[Enquiry]:
    """The newest enquiries of a contact, open ones first."""
    return session.scalars(
        select(Enquiry).where(Enquiry.contact_id == contact.id).order_by(Enquiry.status == CLOSED, Enquiry.id.desc()).limit(limit)
    ).all()


def get_own(session: Session, contact: Contact, reference: str) -> Enquiry:
    """A contact's own enquiry by its reference; raises `NoSuchEnquiry` for one that is unknown or somebody else's."""
    enquiry = session.scalars(select(Enquiry).where(Enquiry.reference == reference, Enquiry.contact_id == contact.id)).one_or_none()
    if enquiry is None:
        raise NoSuchEnquiry(reference=reference)
    return enquiry


def hand_over(
    session: Session, contact: Contact, *, question: str, reason: str, message: InboundMessage | None, now: datetime
) -> tuple[Enquiry, bool]:
    """Give a question to people: a new enquiry (True), or the one they already have, with this added (False)."""
    existing = current(session, contact)
    if existing is not None:
        add(session, existing, message, now)
        return existing, False
    enquiry = Enquiry(
        contact_id=contact.id,
        contact=contact,
        status=WAITING,
        question=question,
        transcript_from=_transcript_start(session, contact, message),
        reason=reason,
        opened_at=now,
        due_at=office.answer_due(session, now),
        last_citizen_at=now,
        reference=next_reference(session, ENQUIRY, now),  # last: all who want a number wait for the one who has it
    )
    session.add(enquiry)
    session.flush()
    if message is not None:
        message.enquiry_id = enquiry.id
    outbox.alert_staff(
        session,
        "alert.new_enquiry.subject",
        "alert.new_enquiry.body",
        now=now,
        reference=enquiry.reference,
        due=enquiry.due_at,
    )
    return enquiry, True


def add(session: Session, enquiry: Enquiry, message: InboundMessage | None, now: datetime) -> None:
    """Attach what the citizen writes or sends while people have the enquiry."""
    if enquiry.status == CLOSED:
        raise EnquiryClosed(reference=enquiry.reference)
    if message is not None:
        message.enquiry_id = enquiry.id
        enquiry.question = enquiry.question or message.text  # who asked for a person first says now what about
    enquiry.last_citizen_at = now


def answer_due(session: Session, enquiry: Enquiry) -> datetime | None:
    """When our answer is due; None while nobody waits for it. What a citizen adds later is due as long after it as the first answer was."""
    if not is_awaiting(enquiry):
        return None
    if enquiry.last_staff_at is None:
        return enquiry.due_at
    try:
        return office.working_hours(session).after(enquiry.last_citizen_at, office.setting(session, "answer_within"))
    except NeverOpen:
        return enquiry.due_at


def is_awaiting(enquiry: Enquiry) -> bool:
    """Whether the citizen waits for our answer."""
    if enquiry.status not in WITH_PEOPLE:
        return False
    return enquiry.last_staff_at is None or enquiry.last_citizen_at > enquiry.last_staff_at


def take(session: Session, enquiry: Enquiry, officer: Staff, now: datetime) -> None:
    """An officer takes an enquiry (nhận phiếu), and the citizen is told who; from now on the bot is silent. Raises as `_lock_free` does."""
    _lock_free(session, enquiry, {officer.id})
    if _own(enquiry, officer, now):
        _tell(session, enquiry, "enquiry.taken", now, officer=officer.full_name, reference=enquiry.reference)


def assign(session: Session, enquiry: Enquiry, officer: Staff, *, by: Staff, takes_over: bool, now: datetime) -> None:
    """Give an enquiry to a colleague, or to oneself (giao phiếu): they are told by mail, the citizen in the chat, both once.

    Without `takes_over` only what is free or one's own is given away. Raises as `_lock_free` does.
    """
    _lock_free(session, enquiry, None if takes_over else {by.id, officer.id})
    if not _own(enquiry, officer, now):
        return
    _tell(session, enquiry, "enquiry.assigned", now, officer=officer.full_name, reference=enquiry.reference)
    if officer.id != by.id:
        facts = {"reference": enquiry.reference, "by": by.full_name, "due": answer_due(session, enquiry) or enquiry.due_at}
        outbox.alert(session, officer, "alert.assigned.subject", "alert.assigned.body", now=now, **facts)


def _lock_free(session: Session, enquiry: Enquiry, owners: Collection[int] | None) -> None:
    """Lock an enquiry that may get an owner: an open one that nobody has, or one of `owners` (None is anybody).

    Raises `OwnedByAnother`, `EnquiryClosed`, and `NewerEnquiryOpen` for one given back whose contact has asked people anew.
    """
    _lock(session, enquiry)
    _must_be_open(enquiry)
    if enquiry.status == BOT and (newer := current(session, enquiry.contact)) is not None:
        raise NewerEnquiryOpen(reference=newer.reference)
    if enquiry.status == HUMAN and owners is not None and enquiry.assigned_to_id not in {None, *owners}:
        raise OwnedByAnother(reference=enquiry.reference, officer=enquiry.assigned_to.full_name if enquiry.assigned_to else "")


def _own(enquiry: Enquiry, officer: Staff, now: datetime) -> bool:
    """Make an officer the owner; False where they are already."""
    if enquiry.status == HUMAN and enquiry.assigned_to_id == officer.id:
        return False
    enquiry.status, enquiry.assigned_to_id, enquiry.assigned_to, enquiry.taken_at = HUMAN, officer.id, officer, now
    return True


def reply(
    session: Session,
    enquiry: Enquiry,
    officer: Staff,
    *,
    text: str,
    files: Sequence[FileToSend] = (),
    seen: Seen | None = None,
    now: datetime,
) -> None:
    """An officer's answer (trả lời): the first one takes the enquiry over. `text` is plain; `seen` is what they had read, where known.

    Raises `EmptyReply`, `PlacesLeft`, `NewerTurns`, and as `_lock_free` does.
    """
    if not text.strip() and not files:
        raise EmptyReply
    if left := canned.places(text):
        raise PlacesLeft(places=", ".join(f"{{{name}}}" for name in left))
    _lock_free(session, enquiry, {officer.id})
    if seen is not None and _is_newer(session, enquiry, seen):
        raise NewerTurns(reference=enquiry.reference)
    _own(enquiry, officer, now)  # the answer itself says who has it
    if text.strip():
        body = translate_html("enquiry.officer_says", enquiry.contact.language, officer=officer.full_name, text=text.strip())
        outbox.send(
            session,
            enquiry.contact,
            "sendMessage",
            {"text": body, "parse_mode": "HTML"},
            kind="officer",
            now=now,
            enquiry=enquiry,
            staff=officer,
        )
    for file in files:
        _send_file(session, enquiry, officer, file, now)
    enquiry.last_staff_at = now


def give_back(session: Session, enquiry: Enquiry, now: datetime) -> None:
    """Give the conversation back to the bot (trả về bot): the enquiry is no longer with people, the bot answers again."""
    _lock(session, enquiry)
    _must_be_open(enquiry)
    enquiry.status, enquiry.assigned_to_id, enquiry.assigned_to = BOT, None, None
    _tell(session, enquiry, "enquiry.given_back", now, reference=enquiry.reference)


def close(session: Session, enquiry: Enquiry, *, by: str, now: datetime) -> None:
    """End an enquiry; `by` is citizen or staff. Closing twice is no fault and has no second effect."""
    _lock(session, enquiry)
    if enquiry.status == CLOSED:
        return
    enquiry.status, enquiry.closed_at, enquiry.closed_by = CLOSED, now, by
    if enquiry.last_staff_at is None:  # there is no answer to rate
        _tell(session, enquiry, "enquiry.closed_unanswered", now, reference=enquiry.reference)
    else:
        _tell(session, enquiry, "enquiry.closed", now, keyboard=rating_keyboard(enquiry), reference=enquiry.reference)


def rate(enquiry: Enquiry, rating: int) -> bool:
    """Keep a citizen's rating, 1 to 5, once; False if there was one already."""
    if not 1 <= rating <= 5:
        raise ValueError("a rating runs from 1 to 5")
    if enquiry.rating is not None:
        return False
    enquiry.rating = rating
    return True


def escalate_overdue(session: Session, now: datetime, limit: int = 50) -> int:
    """Escalate enquiries whose citizen waits longer than was promised: tell the citizen once, and all staff. The number is returned.

    An enquiry that an officer has counts as overdue when the citizen's last message is older than the office's own limit.
    """
    hours, allowed = office.working_hours(session), office.setting(session, "escalate_after")
    open_ones = session.scalars(
        select(Enquiry)
        .where(Enquiry.status.in_(WITH_PEOPLE), Enquiry.escalated_at.is_(None), Enquiry.due_at <= now)
        .order_by(Enquiry.due_at)
        .limit(limit)
    ).all()
    escalated = 0
    for enquiry in open_ones:
        answered = enquiry.last_staff_at is not None and enquiry.last_staff_at >= enquiry.last_citizen_at
        if answered or hours.between(enquiry.last_citizen_at, now) < allowed:
            continue
        _lock(session, enquiry)
        if enquiry.status not in WITH_PEOPLE or enquiry.escalated_at is not None:
            continue
        enquiry.escalated_at = now
        _tell(session, enquiry, "enquiry.escalated", now, reference=enquiry.reference)
        outbox.alert_staff(session, "alert.overdue.subject", "alert.overdue.body", now=now, reference=enquiry.reference, due=enquiry.due_at)
        escalated += 1
    return escalated


def rating_keyboard(enquiry: Enquiry) -> dict[str, Any]:
    """Buttons 1 to 5 under the closing message."""
    buttons = [{"text": f"{stars}★", "callback_data": f"rate:{enquiry.id}:{stars}"} for stars in range(1, 6)]
    return {"inline_keyboard": [buttons]}


def _tell(session: Session, enquiry: Enquiry, key: str, now: datetime, *, keyboard: dict[str, Any] | None = None, **facts: Any) -> None:
    payload: dict[str, Any] = {"text": translate_html(key, enquiry.contact.language, **facts), "parse_mode": "HTML"}
    if keyboard:
        payload["reply_markup"] = keyboard
    outbox.send(session, enquiry.contact, "sendMessage", payload, kind="notice", now=now, enquiry=enquiry)


def _send_file(session: Session, enquiry: Enquiry, officer: Staff, file: FileToSend, now: datetime) -> None:
    is_photo = file.media_type in {"image/jpeg", "image/png", "image/webp"}
    method, field = ("sendPhoto", "photo") if is_photo else ("sendDocument", "document")
    caption = to_plain(translate_html("enquiry.officer_sends", enquiry.contact.language, officer=officer.full_name, name=file.name))
    reference = {"$file": file.sha256, "name": file.name, "media_type": file.media_type}
    outbox.send(
        session, enquiry.contact, method, {field: reference, "caption": caption}, kind="officer", now=now, enquiry=enquiry, staff=officer
    )


def _is_newer(session: Session, enquiry: Enquiry, seen: Seen) -> bool:
    """Whether the citizen or an officer wrote after what was seen. Asked under the lock, so that two answers cannot cross."""
    of_contact = InboundMessage.contact_id == enquiry.contact_id
    came = select(InboundMessage.id).where(of_contact, InboundMessage.id > seen.inbound).limit(1)
    ours = (OutboundMessage.contact_id == enquiry.contact_id, OutboundMessage.kind == "officer")
    went = select(OutboundMessage.id).where(*ours, OutboundMessage.id > seen.outbound).limit(1)
    return session.scalar(came) is not None or session.scalar(went) is not None


def _lock(session: Session, enquiry: Enquiry) -> None:
    session.execute(select(Contact.id).where(Contact.id == enquiry.contact_id).with_for_update())
    session.refresh(enquiry, with_for_update={"of": Enquiry})


def _must_be_open(enquiry: Enquiry) -> None:
    if enquiry.status == CLOSED:
        raise EnquiryClosed(reference=enquiry.reference)


def _transcript_start(session: Session, contact: Contact, message: InboundMessage | None) -> int:
    """The transcript begins a few messages before the question, so that the officer sees what the bot tried."""
    recent = session.scalars(
        select(InboundMessage.id).where(InboundMessage.contact_id == contact.id).order_by(InboundMessage.id.desc()).limit(10)
    ).all()
    return min(recent, default=message.id if message else 0)
