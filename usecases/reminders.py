"""Reminders (lời nhắc): one service for all kinds. Planned when what they are about is made, replaced when it moves, dropped when it ends
(`usecases.reminder_plans`); sent at most once, in the hours in which their contact may be disturbed. Here also those of a class.

After a long silence nobody gets a burst: of several of one subject only the newest, of what has begun none, and one a contact at a time.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Contact, Registration, Reminder, TrainingClass
from db.models.registration import CONFIRMED
from db.models.reminder import PLANNED, SENT
from db.models.training_class import CLOSED, OPEN
from domain.errors import NoSuchReminder
from domain.messages import N_
from domain.training import reminder_moments
from usecases import (
    class_notices,
    dossier_drafts,
    dossier_reminders,
    fee_reminders,
    notices,
    outbox,
    personal_reminders,
    quiet_hours,
    reminder_plans,
)

CLASS = "class"
BATCH = 50


def plan(session: Session, registration: Registration, now: datetime) -> int:
    """Plan the reminders of a registration that has seats and a contact, its class locked; planning again adds nothing. How many."""
    if registration.status != CONFIRMED or registration.contact_id is None:
        return 0
    training_class = registration.training_class
    moments = reminder_moments([one.starts_at for one in training_class.sessions], training_class.reminders, now)
    return reminder_plans.plan(session, CLASS, registration.id, registration.contact_id, moments, now)


def drop(session: Session, registration: Registration, reason: str, now: datetime) -> None:
    """Nothing that is planned for a registration is sent any more."""
    reminder_plans.drop(session, CLASS, registration.id, reason, now)


def of(session: Session, registration: Registration) -> Sequence[Reminder]:
    """All of a registration, by time."""
    return reminder_plans.of(session, CLASS, registration.id)


def ahead(session: Session, contact: Contact) -> list[Reminder]:
    """What a contact will be reminded of, of every kind, the next first; what ended meanwhile is left out."""
    theirs = select(Reminder).where(Reminder.contact_id == contact.id, Reminder.state == PLANNED)
    rows = session.scalars(theirs.order_by(Reminder.due_at, Reminder.id)).all()
    return [row for row in rows if not KINDS[row.kind].stale(session, row)]


def get_own(session: Session, contact: Contact, key: int) -> Reminder:
    """A contact's own planned reminder, locked. Raises `NoSuchReminder`."""
    row = session.get(Reminder, key, with_for_update=True, populate_existing=True)
    if row is None or row.contact_id != contact.id or row.state != PLANNED:
        raise NoSuchReminder
    return row


def name_of(session: Session, reminder: Reminder) -> str:
    """What it is about, as its contact reads it."""
    return KINDS[reminder.kind].name_of(session, reminder)


def call_off(session: Session, reminder: Reminder, now: datetime, *, reason: str = reminder_plans.CALLED_OFF) -> None:
    """Its contact does not want it, or an officer says why it is not sent."""
    reminder_plans.put_aside(reminder, reason, now)
    KINDS[reminder.kind].called_off(session, reminder, now)


def send_due(session: Session, now: datetime) -> int:
    """Send what is due; how many were settled is returned. For the clock."""
    return _settle_due(session, now, trial=False)


def tell_staff_of_due(session: Session, now: datetime) -> int:
    """What `send_due` is in trial mode: contacts hear only what they asked for themselves, staff hear what they would have."""
    return _settle_due(session, now, trial=True)


def _nothing(session: Session, reminder: Reminder, now: datetime) -> None:
    """Nothing comes after."""


@dataclass(frozen=True)
class Kind:
    """What reminders of a kind are about."""

    stale: Callable[[Session, Reminder], str]
    """Why one is not sent any more; empty where it is."""
    say: Callable[[Session, Reminder, datetime], None]
    name_of: Callable[[Session, Reminder], str]
    """What it is about, by its own name, which is the same in every language."""
    told: tuple[str, str]
    """The subject and body of what staff read in trial mode."""
    settled: Callable[[Session, Reminder, datetime], None] = _nothing
    """What comes after."""
    label: str = N_("reminder.kind.other")
    """What people call the kind."""
    called_off: Callable[[Session, Reminder, datetime], None] = _nothing
    """What follows where its contact does not want it."""
    told_together: bool = False
    """Staff read in trial mode how many there are, and no names."""
    is_asked_for: bool = False
    """Its contact named the moment: it comes then, whatever the hour, and also in trial mode."""


def _settle_due(session: Session, now: datetime, *, trial: bool) -> int:
    rows = _next_due(session, now)
    instead: Counter[tuple[str, str]] = Counter()
    for reminder in rows:
        kind = KINDS[reminder.kind]
        if reason := kind.stale(session, reminder) or _stale(session, reminder, now):
            reminder_plans.put_aside(reminder, reason, now)
        elif trial and not kind.is_asked_for:
            reminder_plans.put_aside(reminder, "trial", now)
            instead[reminder.kind, "" if kind.told_together else kind.name_of(session, reminder)] += 1
        elif not kind.is_asked_for and (later := _allowed(session, reminder, now)) != now:
            _put_off(session, reminder, later, now)
            if reminder.state == PLANNED:
                continue
        else:
            reminder.state, reminder.settled_at = SENT, now
            kind.say(session, reminder, now)
        kind.settled(session, reminder, now)
    for (name, title), number in instead.items():
        outbox.alert_staff(session, *KINDS[name].told, now=now, title=title, number=number)
    return len(rows)


def _next_due(session: Session, now: datetime) -> Sequence[Reminder]:
    """What is due, locked: one a contact, so that a day of silence is not followed by ten messages at once."""
    due = (Reminder.state == PLANNED, Reminder.due_at <= now)
    firsts = select(func.min(Reminder.id)).where(*due).group_by(Reminder.contact_id)
    rows = select(Reminder).where(*due, Reminder.id.in_(firsts)).order_by(Reminder.due_at, Reminder.id).limit(BATCH)
    return session.scalars(rows.with_for_update(skip_locked=True)).all()


def _allowed(session: Session, reminder: Reminder, now: datetime) -> datetime:
    return quiet_hours.next_allowed(session, session.get_one(Contact, reminder.contact_id), now)


def _put_off(session: Session, reminder: Reminder, later: datetime, now: datetime) -> None:
    """It came due in quiet hours: after a silence, or as hours were changed since it was planned. It waits, or is worthless by then."""
    if later >= reminder.about_at:
        reminder_plans.put_aside(reminder, "quiet", now)
    elif any(other.due_at == later for other in reminder_plans.of(session, reminder.kind, reminder.subject_id)):
        reminder_plans.put_aside(reminder, "newer due", now)
    else:
        reminder.due_at = later


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
    class_notices.remind(session, registration, key, now, buttons, begins=begin)


KINDS = {
    CLASS: Kind(
        _class_stale,
        _remind_of_class,
        _title_of,
        (N_("alert.trial_reminder.subject"), N_("alert.trial_reminder.body")),
        label=N_("reminder.kind.class"),
    ),
    fee_reminders.FEE: Kind(
        fee_reminders.stale,
        fee_reminders.say,
        fee_reminders.name_of,
        (N_("alert.trial_fee_reminder.subject"), N_("alert.trial_fee_reminder.body")),
        fee_reminders.settled,
        label=N_("reminder.kind.fee"),
    ),
    dossier_drafts.DRAFT: Kind(
        dossier_drafts.stale,
        dossier_drafts.say_stale,
        dossier_drafts.name_of,
        (N_("alert.trial_drafts.subject"), N_("alert.trial_drafts.body")),
        label=N_("reminder.kind.draft"),
        called_off=dossier_drafts.called_off,
        told_together=True,
    ),
    dossier_reminders.MISSING: Kind(
        dossier_reminders.missing_stale,
        dossier_reminders.say_missing,
        dossier_reminders.reference_of_demand,
        (N_("alert.trial_dossier_reminder.subject"), N_("alert.trial_dossier_reminder.body")),
        label=N_("reminder.kind.missing"),
    ),
    dossier_reminders.DEADLINE: Kind(
        dossier_reminders.deadline_stale,
        dossier_reminders.say_deadline,
        dossier_reminders.reference_of,
        (N_("alert.trial_dossier_reminder.subject"), N_("alert.trial_dossier_reminder.body")),
        label=N_("reminder.kind.deadline"),
    ),
    personal_reminders.PERSONAL: Kind(
        personal_reminders.stale,
        personal_reminders.say,
        personal_reminders.name_of,
        (N_("alert.trial_reminder.subject"), N_("alert.trial_reminder.body")),
        personal_reminders.settled,
        label=N_("reminder.kind.personal"),
        called_off=personal_reminders.settled,
        is_asked_for=True,
    ),
}
