"""The outbox (hộp tin đi): everything that is to be said is a row first, sent after the commit by the deliverer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.engine import signal
from db.models import Contact, Enquiry, OutboundMessage, Staff
from db.models.outbound_message import BROADCAST, FAILED, OFFICER, REMINDER, REPLY, SUPPRESSED, UNKNOWN, WAITING
from domain import outgoing
from domain.channels import LIMITS
from domain.errors import NeverAgain
from locales import day, moment, translate
from usecases import quiet_hours

EPHEMERAL_LIFE = timedelta(seconds=10)


def queue(channel: str, account: str) -> str:
    """The signal that something waits for an account's deliverer."""
    return f"outbox:{channel}:{account}"


@dataclass(frozen=True)
class Kind:
    """How rows of a kind are ranked between chats, and what happens when their outcome is unknown."""

    priority: int
    on_unknown: str
    keeps_quiet: bool = False
    """Nobody waits for it: in quiet hours it waits itself."""


KINDS = {
    "reply": Kind(REPLY, "resend"),
    "officer": Kind(OFFICER, "resend"),
    "notice": Kind(OFFICER, "resend"),
    "alert": Kind(OFFICER, "resend"),
    "reminder": Kind(REMINDER, "list", keeps_quiet=True),
    "ephemeral": Kind(REPLY, "list"),
    "urgent": Kind(REMINDER, "list"),
    "service": Kind(REMINDER, "list"),
    "broadcast": Kind(BROADCAST, "list"),
    "digest": Kind(BROADCAST, "list"),
}

TO_MANY = ("urgent", "service", "broadcast", "digest")
"""Of broadcasts: one with an unknown outcome is never sent again, not even by hand; one that failed belongs to its broadcast."""
COUNTED = ("broadcast", "digest")
"""What a person is spared more than two of a day."""


def send(
    session: Session,
    contact: Contact,
    method: str,
    payload: dict[str, Any],
    *,
    kind: str,
    now: datetime,
    enquiry: Enquiry | None = None,
    staff: Staff | None = None,
    edits_id: int | None = None,
    broadcast_id: int | None = None,
    expires_at: datetime | None = None,
) -> OutboundMessage:
    """Put a Bot API method for a contact into the outbox, cut to the channel's size; the last row of it is returned, with its id.

    A contact that refuses us on its channel gets the row suppressed at once; what nobody waits for comes after its quiet hours. Raises
    what `domain.outgoing.fit` raises.
    """
    if method in outgoing.EPHEMERAL:
        kind = "ephemeral"
    not_before = quiet_hours.next_allowed(session, contact, now) if KINDS[kind].keeps_quiet else now
    rows = [
        OutboundMessage(
            channel=contact.channel,
            account=contact.account,
            chat_id=contact.chat_id,
            contact_id=contact.id,
            enquiry_id=enquiry.id if enquiry else None,
            staff_id=staff.id if staff else None,
            broadcast_id=broadcast_id,
            kind=kind,
            priority=KINDS[kind].priority,
            on_unknown=KINDS[kind].on_unknown,
            method=method,
            payload=part,
            edits_id=edits_id,
            state=SUPPRESSED if contact.suppressed_at else WAITING,
            reason=contact.suppressed_reason if contact.suppressed_at else None,
            created_at=now,
            not_before=not_before,
            expires_at=now + EPHEMERAL_LIFE if kind == "ephemeral" else expires_at,
        )
        for part in outgoing.fit(method, payload, LIMITS[contact.channel])
    ]
    for row in rows:
        session.add(row)
        session.flush()
    signal(session, queue(contact.channel, contact.account))
    return rows[-1]


def alert(session: Session, person: Staff, subject_key: str, body_key: str, *, now: datetime, **facts: Any) -> None:
    """Write a mail to one person on the staff, in their language. Moments and days are written as the language writes them."""
    said = {name: _said(fact, person.language) for name, fact in facts.items()}
    mail(session, person, translate(subject_key, person.language, **said), translate(body_key, person.language, **said), now)


def _said(fact: Any, language: str) -> Any:
    if isinstance(fact, datetime):
        return moment(fact, language)
    return day(fact, language) if isinstance(fact, date) else fact


def alert_staff(session: Session, subject_key: str, body_key: str, *, now: datetime, **facts: Any) -> int:
    """Write a mail to everybody on the staff who receives alerts; the number of mails is returned. No words of citizens belong into it."""
    staff = session.scalars(select(Staff).where(Staff.active, Staff.receives_alerts)).all()
    for person in staff:
        alert(session, person, subject_key, body_key, now=now, **facts)
    return len(staff)


def mail(session: Session, person: Staff, subject: str, text: str, now: datetime, *, is_personal: bool = False) -> None:
    """Write a mail to one member of staff. A personal one (a link to set a password) is shown to nobody in the panel."""
    session.add(
        OutboundMessage(
            channel="mail",
            account="smtp",
            chat_id=person.id,
            staff_id=person.id,
            kind="alert",
            priority=KINDS["alert"].priority,
            on_unknown=KINDS["alert"].on_unknown,
            method="sendMail",
            payload={"to": person.email, "subject": subject, "text": text} | ({"personal": True} if is_personal else {}),
            state=WAITING,
            created_at=now,
            not_before=now,
        )
    )
    signal(session, queue("mail", "smtp"))


def is_stuck() -> ColumnElement[bool]:
    """What will not go out by itself and waits for a person; what went wrong in a broadcast is told on its own page."""
    return OutboundMessage.state.in_((FAILED, UNKNOWN)) & OutboundMessage.kind.not_in(TO_MANY)


def try_again(session: Session, message: OutboundMessage, now: datetime) -> None:
    """Put a failed, unknown or suppressed message back into the queue, because a person decided so; a broadcast's raises `NeverAgain`."""
    if message.kind in TO_MANY:
        raise NeverAgain
    message.state, message.reason, message.not_before, message.attempts = WAITING, None, now, 0
    message.finished_at = None
    if message.expires_at is not None:
        message.expires_at = now + EPHEMERAL_LIFE
    signal(session, queue(message.channel, message.account))
