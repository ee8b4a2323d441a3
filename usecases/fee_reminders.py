"""Reminders of the yearly fee (nhắc phí duy trì), of kind `fee`: 30, 7 and 1 days before 30 June, for who asked for them."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.models import CompanyPrefix, Contact, Reminder
from domain.fees import due_day, over_at, reminder_moments
from domain.messages import N_
from domain.worktime import ZONE
from locales import amount, day, translate
from usecases import fees, notices, reminder_plans

FEE = "fee"
SOONEST_YEARS = 3
"""Years ahead that are looked at for one whose fee is not paid."""


def plan(session: Session, prefix: CompanyPrefix, contact_id: int, now: datetime) -> int:
    """Plan the reminders of the next year that is not paid; planning again adds nothing. How many. They go to this contact."""
    year, moments = next_moments(prefix, now)
    return reminder_plans.plan(session, FEE, prefix.id, contact_id, [(due, over_at(year)) for due in moments], now)


def next_moments(prefix: CompanyPrefix, now: datetime) -> tuple[int, list[datetime]]:
    """The next year that is not paid and can still be reminded of, with the moments for it."""
    first = max(now.astimezone(ZONE).year, (prefix.fee_paid_for or 0) + 1)
    for year in range(first, first + SOONEST_YEARS):
        if moments := reminder_moments(year, now):
            return year, moments
    raise AssertionError("a year ahead has moments ahead")


def drop(session: Session, prefix: CompanyPrefix, reason: str, now: datetime) -> None:
    """Nothing that is planned for a prefix is sent any more."""
    reminder_plans.drop(session, FEE, prefix.id, reason, now)


def stale(session: Session, reminder: Reminder) -> str:
    """Why it is not sent any more; empty where it is."""
    prefix = session.get(CompanyPrefix, reminder.subject_id)
    if prefix is None or prefix.ended_at is not None:
        return "ended"
    if not prefix.wants_fee_reminders:
        return "not wanted"
    return "paid" if (prefix.fee_paid_for or 0) >= _year(reminder) else ""


def settled(session: Session, reminder: Reminder, now: datetime) -> None:
    """After the last of a year the next year's are planned."""
    prefix = session.get(CompanyPrefix, reminder.subject_id)
    if prefix is not None and prefix.ended_at is None and prefix.wants_fee_reminders:
        plan(session, prefix, reminder.contact_id, now)


def name_of(session: Session, reminder: Reminder) -> str:
    """What staff read in trial mode."""
    prefix = session.get_one(CompanyPrefix, reminder.subject_id)
    return f"{prefix.prefix} · {prefix.organisation.name}"


def say(session: Session, reminder: Reminder, now: datetime) -> None:
    prefix, contact = session.get_one(CompanyPrefix, reminder.subject_id), session.get_one(Contact, reminder.contact_id)
    year = _year(reminder)
    facts = {"prefix": prefix.prefix, "year": year, "due": day(due_day(year), contact.language)}
    paid = f"prefix:{prefix.id}:paid{year}"
    buttons: list[list[notices.Button]] = [[(N_("button.fee_paid"), paid)], [(N_("button.no_reminders"), f"prefix:{prefix.id}:off")]]
    notices.remind(session, contact, N_("fee.reminder"), now, buttons, sum=_sum(session, prefix, contact, now), **facts)


def _year(reminder: Reminder) -> int:
    """Whose fee it reminds of: `about_at` is the midnight after 30 June."""
    return reminder.about_at.astimezone(ZONE).year


def _sum(session: Session, prefix: CompanyPrefix, contact: Contact, now: datetime) -> str:
    """The yearly fee with its source, or that it has to be looked up."""
    rows = {row.kind: row for row in fees.in_force(session, now.astimezone(ZONE).date())}
    row = rows.get(f"gcp{len(prefix.prefix)}")
    if row is None or row.yearly is None:
        return translate(N_("fee.sum_unknown"), contact.language)
    key = N_("fee.sum") if row.verified_by else N_("fee.sum_unverified")
    return translate(key, contact.language, amount=amount(row.yearly, contact.language), source=row.source)
