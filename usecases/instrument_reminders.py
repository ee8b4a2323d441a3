"""Reminders of verification (nhắc hạn kiểm định, hiệu chuẩn), of kind `instrument`: 30, 7 and 1 days before the last day."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from db.models import Contact, MeasuringInstrument, Reminder
from domain.instruments import over_at, reminder_moments
from domain.messages import N_
from domain.worktime import ZONE
from locales import day
from usecases import notices, reminder_plans

INSTRUMENT = "instrument"


def plan(session: Session, instrument: MeasuringInstrument, now: datetime) -> int:
    """Plan what reminds of its day, and nothing else any more; planning again adds nothing. How many. They go to who named it."""
    until = instrument.valid_until
    if until is None or instrument.contact_id is None or instrument.ended_at is not None or not instrument.wants_reminders:
        drop(session, instrument, "not wanted", now)
        return 0
    moments = [(due, over_at(until)) for due in reminder_moments(until, now)]
    return reminder_plans.plan(session, INSTRUMENT, instrument.id, instrument.contact_id, moments, now)


def drop(session: Session, instrument: MeasuringInstrument, reason: str, now: datetime) -> None:
    """Nothing that is planned for an instrument is sent any more."""
    reminder_plans.drop(session, INSTRUMENT, instrument.id, reason, now)


def stale(session: Session, reminder: Reminder) -> str:
    """Why it is not sent any more; empty where it is."""
    instrument = session.get(MeasuringInstrument, reminder.subject_id)
    if instrument is None or instrument.ended_at is not None:
        return "ended"
    if not instrument.wants_reminders:
        return "not wanted"
    return "" if instrument.valid_until and over_at(instrument.valid_until) == reminder.about_at.astimezone(ZONE) else "moved"


def name_of(session: Session, reminder: Reminder) -> str:
    """What staff read in trial mode."""
    instrument = session.get_one(MeasuringInstrument, reminder.subject_id)
    return f"{instrument.name} · {instrument.organisation.name}"


def say(session: Session, reminder: Reminder, now: datetime) -> None:
    instrument, contact = session.get_one(MeasuringInstrument, reminder.subject_id), session.get_one(Contact, reminder.contact_id)
    until = (reminder.about_at.astimezone(ZONE) - timedelta(days=1)).date()
    facts = {"name": instrument.name, "number": instrument.number or "–", "firm": instrument.organisation.name}
    buttons: list[list[notices.Button]] = [
        [(N_("button.instrument_verified"), f"instrument:{instrument.id}:day")],
        [(N_("button.no_reminders"), f"instrument:{instrument.id}:off")],
    ]
    notices.remind(session, contact, N_("instrument.reminder"), now, buttons, until=day(until, contact.language), **facts)
