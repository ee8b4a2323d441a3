"""Quiet hours (giờ yên tĩnh): the office's, with a contact's own. One rule for all that nobody waits for; `usecases.outbox` applies it."""

from datetime import datetime, time

from sqlalchemy.orm import Session

from db.models import Contact
from domain.quiet import QuietHours
from usecases import office

KEY = "quiet_hours"
"""The office setting: `opens` and `closes` (HH:MM), and whether messages come on `sundays` and `holidays`."""


def of(session: Session, contact: Contact) -> QuietHours:
    """When messages may come to a contact."""
    return for_all(session).personal(_time(contact.hours_from), _time(contact.hours_until))


def next_allowed(session: Session, contact: Contact, at: datetime) -> datetime:
    """When a message that nobody waits for may go to a contact: now, or later."""
    return of(session, contact).next_allowed(at)


def next_allowed_for_all(session: Session, at: datetime) -> datetime:
    """The same by the office's own hours: before that, a broadcast need not look at anybody."""
    return for_all(session).next_allowed(at)


def for_all(session: Session) -> QuietHours:
    """The office's own hours."""
    value = office.setting(session, KEY)
    closed = frozenset() if value["holidays"] else office.working_hours(session).closed
    return QuietHours(time.fromisoformat(value["opens"]), time.fromisoformat(value["closes"]), value["sundays"], closed)


def choose(contact: Contact, opens: time, closes: time) -> None:
    """A contact's own hours."""
    contact.hours_from, contact.hours_until = f"{opens:%H:%M}", f"{closes:%H:%M}"


def choose_none(contact: Contact) -> None:
    """The office's hours again."""
    contact.hours_from = contact.hours_until = ""


def shown(session: Session, contact: Contact) -> tuple[str, str]:
    """From when until when messages come, as HH:MM."""
    hours = of(session, contact)
    return f"{hours.opens:%H:%M}", f"{hours.closes:%H:%M}"


def _time(written: str) -> time | None:
    return time.fromisoformat(written) if written else None
