"""Sending hours (giờ được gửi): when messages that nobody waits for may come."""

from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from db.models import Contact
from domain.worktime import ZONE

FROM, UNTIL = time(7, 30), time(20, 0)


def next_allowed(session: Session, contact: Contact | None, now: datetime) -> datetime:
    """The moment itself, or the next one that is allowed: for this contact, or for everybody."""
    begins, ends = FROM, UNTIL
    if contact is not None and contact.hours_from and contact.hours_until:
        begins, ends = time.fromisoformat(contact.hours_from), time.fromisoformat(contact.hours_until)
    local = now.astimezone(ZONE)
    for day in (local.date(), local.date() + timedelta(days=1)):
        opens, closes = datetime.combine(day, begins, ZONE), datetime.combine(day, ends, ZONE)
        if local < closes:
            return max(local, opens)
    return now
