"""Reminders that a certificate of a quantity mark runs out (nhắc gia hạn giấy chứng nhận), of kind `certificate_expiry`.

A renewal is to be asked for at least three months before (Thông tư 21/2014/TT-BKHCN, time limit `quantity_certificate.renewal`): the first
word comes a month before that day, the second a week before it.
"""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from db.models import Contact, Dossier, MarkEntry, Reminder
from db.models.quantity_mark import IN_FORCE, SUSPENDED
from db.models.regulation import MONTHS
from domain.messages import N_
from domain.worktime import ZONE
from locales import day, translate
from usecases import notices, reminder_plans, time_limits

CERTIFICATE_EXPIRY = "certificate_expiry"
RENEWAL = "quantity_certificate.renewal"
BEFORE = (30, 7)
"""Days before the last day for asking. Our own rule."""
_AT = time(8)


def renew_by(session: Session, entry: MarkEntry) -> date | None:
    """The last day on which a renewal can be asked for in time; None where nobody laid it down, or it has no end."""
    if entry.expires_on is None:
        return None
    limit = time_limits.in_force(session, RENEWAL, entry.received_on)
    if limit is None or limit.days is None:
        return None
    return time_limits.months_after(entry.expires_on, -(limit.days if limit.unit == MONTHS else 12 * limit.days))


def plan(session: Session, entry: MarkEntry, now: datetime) -> int:
    """Plan the reminders of a new line that ends one day and has a chat to tell; planning again adds nothing. How many."""
    last, contact_id = renew_by(session, entry), _contact(session, entry)
    if last is None or contact_id is None or entry.expires_on is None:
        return 0
    about = datetime.combine(entry.expires_on + timedelta(days=1), time(), ZONE)
    moments = [(datetime.combine(last - timedelta(days=days), _AT, ZONE), about) for days in BEFORE]
    return reminder_plans.plan(session, CERTIFICATE_EXPIRY, entry.id, contact_id, moments, now)


def _contact(session: Session, entry: MarkEntry) -> int | None:
    dossier = session.get(Dossier, entry.dossier_id) if entry.dossier_id is not None else None
    return dossier.contact_id if dossier is not None else None


def drop(session: Session, entry: MarkEntry, reason: str, now: datetime) -> None:
    """Nothing that is planned for a line is sent any more."""
    reminder_plans.drop(session, CERTIFICATE_EXPIRY, entry.id, reason, now)


def stale(session: Session, reminder: Reminder) -> str:
    """Why it is not sent any more; empty where it is."""
    entry = session.get(MarkEntry, reminder.subject_id)
    return "" if entry is not None and entry.status in {IN_FORCE, SUSPENDED} else "ended"


def name_of(session: Session, reminder: Reminder) -> str:
    """What staff read in trial mode."""
    entry = session.get_one(MarkEntry, reminder.subject_id)
    return f"{entry.number} · {entry.firm}"


def say(session: Session, reminder: Reminder, now: datetime) -> None:
    entry, contact = session.get_one(MarkEntry, reminder.subject_id), session.get_one(Contact, reminder.contact_id)
    last = renew_by(session, entry)
    limit = time_limits.in_force(session, RENEWAL, entry.received_on)
    by = day(last, contact.language) if last else "–"
    if limit is None or not limit.verified_by:
        by = translate(N_("dossier.due_unverified_rule"), contact.language, due=by)
    expires = day(entry.expires_on, contact.language) if entry.expires_on else "–"
    notices.remind(session, contact, N_("mark.certificate_reminder"), now, number=entry.number, expires=expires, by=by)
