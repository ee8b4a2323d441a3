"""Reminders of verification (nhắc hạn kiểm định, hiệu chuẩn), of kind `instrument`: 30, 7 and 1 days before the last day."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, MeasuringInstrument, Reminder
from db.models.reminder import DROPPED, PLANNED
from domain.instruments import over_at, reminder_moments
from domain.messages import N_
from domain.worktime import ZONE
from locales import day
from usecases import notices

INSTRUMENT = "instrument"


def plan(session: Session, instrument: MeasuringInstrument, now: datetime) -> int:
    """Plan what reminds of its day, and nothing else any more; planning again adds nothing. How many. They go to who named it."""
    until = instrument.valid_until
    if until is None or instrument.contact_id is None or instrument.ended_at is not None or not instrument.wants_reminders:
        drop(session, instrument, "not wanted", now)
        return 0
    wanted = reminder_moments(until, now)
    known = {reminder.due_at: reminder for reminder in of(session, instrument)}
    for due, reminder in known.items():
        if reminder.state == PLANNED and due not in wanted:
            _drop(reminder, "moved", now)
    return sum(_plan_one(session, instrument.id, instrument.contact_id, due, over_at(until), known.get(due)) for due in wanted)


def _plan_one(session: Session, key: int, contact_id: int, due: datetime, about: datetime, known: Reminder | None) -> int:
    """1 where it was not planned before."""
    if known is None:
        session.add(Reminder(kind=INSTRUMENT, subject_id=key, contact_id=contact_id, due_at=due, about_at=about, state=PLANNED, reason=""))
        return 1
    if known.state == DROPPED:
        known.state, known.reason, known.settled_at = PLANNED, "", None
        known.contact_id, known.about_at = contact_id, about
        return 1
    if known.state == PLANNED:
        known.contact_id = contact_id
    return 0


def drop(session: Session, instrument: MeasuringInstrument, reason: str, now: datetime) -> None:
    """Nothing that is planned for an instrument is sent any more."""
    for reminder in of(session, instrument):
        if reminder.state == PLANNED:
            _drop(reminder, reason, now)


def _drop(reminder: Reminder, reason: str, now: datetime) -> None:
    reminder.state, reminder.reason, reminder.settled_at = DROPPED, reason, now


def of(session: Session, instrument: MeasuringInstrument) -> list[Reminder]:
    """All of an instrument, by time."""
    its = select(Reminder).where(Reminder.kind == INSTRUMENT, Reminder.subject_id == instrument.id)
    return list(session.scalars(its.order_by(Reminder.due_at)))


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
    notices.say(session, contact, N_("instrument.reminder"), now, buttons, until=day(until, contact.language), **facts)
