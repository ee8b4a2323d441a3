"""Reminders (lời nhắc): planned when what they are about is made, dropped when it ends, sent at most once. Here also those of a class:
planned when a seat is taken, replaced when the class moves. Those of the yearly fee are in `fee_reminders`, those of
measuring instruments in `instrument_reminders`."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Registration, Reminder, TrainingClass
from db.models.registration import CONFIRMED
from db.models.reminder import DROPPED, PLANNED, SENT
from db.models.training_class import CLOSED, OPEN
from domain.messages import N_
from domain.training import reminder_moments
from usecases import certificate_reminders, class_notices, fee_reminders, instrument_reminders, notices, outbox, yearly_reminders

CLASS = "class"
BATCH = 50


def plan(session: Session, registration: Registration, now: datetime) -> int:
    """Plan the reminders of a registration that has seats and a contact, its class locked; planning again adds nothing. How many."""
    if registration.status != CONFIRMED or registration.contact_id is None:
        return 0
    training_class = registration.training_class
    known = {reminder.due_at: reminder for reminder in of(session, registration)}
    planned = 0
    for due, start in reminder_moments([one.starts_at for one in training_class.sessions], training_class.reminders, now):
        reminder = known.get(due)
        if reminder is None:
            facts = {"kind": CLASS, "subject_id": registration.id, "contact_id": registration.contact_id}
            session.add(Reminder(**facts, due_at=due, about_at=start, state=PLANNED, reason=""))
        elif reminder.state == DROPPED:  # it moved away and back again
            reminder.state, reminder.reason, reminder.settled_at, reminder.about_at = PLANNED, "", None, start
        else:
            continue
        planned += 1
    return planned


def drop(session: Session, registration: Registration, reason: str, now: datetime) -> None:
    """Nothing that is planned for a registration is sent any more."""
    for reminder in of(session, registration):
        if reminder.state == PLANNED:
            reminder.state, reminder.reason, reminder.settled_at = DROPPED, reason, now


def of(session: Session, registration: Registration) -> list[Reminder]:
    """All of a registration, by time."""
    its = select(Reminder).where(Reminder.kind == CLASS, Reminder.subject_id == registration.id)
    return list(session.scalars(its.order_by(Reminder.due_at)))


def send_due(session: Session, now: datetime) -> int:
    """Send what is due; how many were settled is returned. For the clock.

    After a long silence only the newest of several due ones is sent, and none for what has begun.
    """
    return _settle_due(session, now, trial=False)


def tell_staff_of_due(session: Session, now: datetime) -> int:
    """What `send_due` is in trial mode: participants hear nothing, staff hear what they would have."""
    return _settle_due(session, now, trial=True)


@dataclass(frozen=True)
class Kind:
    """What reminders of a kind are about."""

    stale: Callable[[Session, Reminder], str]
    """Why one is not sent any more; empty where it is."""
    say: Callable[[Session, Reminder, datetime], None]
    name_of: Callable[[Session, Reminder], str]
    """What staff read of it in trial mode, in the sentence `told`."""
    told: tuple[str, str]
    settled: Callable[[Session, Reminder, datetime], None] = lambda session, reminder, now: None
    """What comes after."""


def _settle_due(session: Session, now: datetime, *, trial: bool) -> int:
    due = select(Reminder).where(Reminder.state == PLANNED, Reminder.due_at <= now).order_by(Reminder.due_at, Reminder.id).limit(BATCH)
    rows = session.scalars(due.with_for_update(skip_locked=True)).all()
    instead: Counter[tuple[str, str]] = Counter()
    for reminder in rows:
        kind = KINDS[reminder.kind]
        reminder.settled_at = now
        if reason := kind.stale(session, reminder) or _stale(session, reminder, now):
            reminder.state, reminder.reason = DROPPED, reason
        elif trial:
            reminder.state, reminder.reason = DROPPED, "trial"
            instead[reminder.kind, kind.name_of(session, reminder)] += 1
        else:
            reminder.state = SENT
            kind.say(session, reminder, now)
        kind.settled(session, reminder, now)
    for (name, title), number in instead.items():
        outbox.alert_staff(session, *KINDS[name].told, now=now, title=title, number=number)
    return len(rows)


def _stale(session: Session, reminder: Reminder, now: datetime) -> str:
    """Why any reminder is not sent any more; empty where it is."""
    if reminder.about_at <= now:
        return "begun"
    newer = select(Reminder.id).where(
        Reminder.kind == reminder.kind,
        Reminder.subject_id == reminder.subject_id,
        Reminder.state == PLANNED,
        Reminder.about_at == reminder.about_at,
        Reminder.due_at > reminder.due_at,
        Reminder.due_at <= now,
    )
    return "newer due" if session.scalar(newer.limit(1)) is not None else ""


def _class_stale(session: Session, reminder: Reminder) -> str:
    registration = session.get(Registration, reminder.subject_id)
    if registration is None or registration.status != CONFIRMED:
        return "ended"
    return "" if registration.training_class.status in {OPEN, CLOSED} else "class ended"


def _title_of(session: Session, reminder: Reminder) -> str:
    return session.get_one(Registration, reminder.subject_id).training_class.title


def _remind_of_class(session: Session, reminder: Reminder, now: datetime) -> None:
    registration = session.get_one(Registration, reminder.subject_id)
    training_class: TrainingClass = registration.training_class
    key = N_("class.reminder_soon") if reminder.about_at - now <= timedelta(hours=12) else N_("class.reminder")
    buttons: list[list[notices.Button]] = [[(N_("button.ticket"), class_notices.show_registration(registration.id))]]
    if training_class.map_link:
        buttons.append([(N_("button.map"), training_class.map_link)])
    begins = next((one for one in training_class.sessions if one.starts_at == reminder.about_at), None)
    language = registration.contact.language if registration.contact else "vi"
    begin = class_notices.one_session(begins.starts_at, begins.ends_at, language) if begins else ""
    class_notices.tell(session, registration, key, now, buttons, begins=begin)


KINDS = {
    CLASS: Kind(_class_stale, _remind_of_class, _title_of, (N_("alert.trial_reminder.subject"), N_("alert.trial_reminder.body"))),
    fee_reminders.FEE: Kind(
        fee_reminders.stale,
        fee_reminders.say,
        fee_reminders.name_of,
        (N_("alert.trial_fee_reminder.subject"), N_("alert.trial_fee_reminder.body")),
        fee_reminders.settled,
    ),
    instrument_reminders.INSTRUMENT: Kind(
        instrument_reminders.stale,
        instrument_reminders.say,
        instrument_reminders.name_of,
        (N_("alert.trial_instrument_reminder.subject"), N_("alert.trial_instrument_reminder.body")),
    ),
    certificate_reminders.CERTIFICATE_EXPIRY: Kind(
        certificate_reminders.stale,
        certificate_reminders.say,
        certificate_reminders.name_of,
        (N_("alert.trial_certificate_reminder.subject"), N_("alert.trial_certificate_reminder.body")),
    ),
    yearly_reminders.YEARLY_REPORT: Kind(
        yearly_reminders.stale,
        yearly_reminders.say,
        yearly_reminders.name_of,
        (N_("alert.trial_yearly_reminder.subject"), N_("alert.trial_yearly_reminder.body")),
    ),
}
