"""Personal reminders (lời nhắc riêng): what somebody asked to be reminded of, in their own words, at the moment they named."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Contact, PersonalReminder, Reminder
from domain.errors import MomentPast, MomentTooFar, NoSuchReminder, NothingToRemindOf, TooManyReminders
from domain.messages import N_
from locales import moment, weekday_moment
from usecases import notices, reminder_plans

PERSONAL = "personal"
MOST, YEARS = 50, 2
"""Open ones of a contact, and how far ahead they may be."""
LONGEST = 500
WORTH = timedelta(days=2)
"""So long after its moment it is still said, where we were silent."""
LATE = timedelta(minutes=10)
"""Later than this it says when it was to come."""


def ask(session: Session, contact: Contact, token: str, words: str, at: datetime, now: datetime) -> PersonalReminder:
    """Remind a contact, locked, of its own words. Asked twice under a token it is one.

    Raises `NothingToRemindOf`, `MomentPast`, `MomentTooFar`, `TooManyReminders`.
    """
    found = session.scalars(select(PersonalReminder).where(PersonalReminder.token == token)).one_or_none()
    if found is not None:
        return found
    if not words.strip():
        raise NothingToRemindOf
    _must_be_ahead(at, now, contact.language)
    if _open(session, contact) >= MOST:
        raise TooManyReminders(limit=MOST)
    row = PersonalReminder(contact_id=contact.id, token=token, words=words.strip()[:LONGEST], at=at, created_at=now)
    session.add(row)
    session.flush()
    _plan(session, row, now)
    return row


def _must_be_ahead(at: datetime, now: datetime, language: str) -> None:
    if at <= now:
        raise MomentPast(at=moment(at, language))
    if at > now + timedelta(days=366 * YEARS):
        raise MomentTooFar(at=moment(at, language), years=YEARS)


def _open(session: Session, contact: Contact) -> int:
    its = select(func.count()).where(PersonalReminder.contact_id == contact.id, PersonalReminder.ended_at.is_(None))
    return session.scalar(its) or 0


def _plan(session: Session, row: PersonalReminder, now: datetime) -> None:
    reminder_plans.plan(session, PERSONAL, row.id, row.contact_id, [(row.at, row.at + WORTH)], now, is_exact=True)


def get_own(session: Session, contact: Contact, key: int) -> PersonalReminder:
    """One of a contact that is still to come, locked. Raises `NoSuchReminder`."""
    row = session.get(PersonalReminder, key, with_for_update=True, populate_existing=True)
    if row is None or row.contact_id != contact.id or row.ended_at is not None:
        raise NoSuchReminder
    return row


def by_token(session: Session, contact: Contact, token: str) -> PersonalReminder | None:
    """The one that a message asked for, or None."""
    return session.scalars(
        select(PersonalReminder).where(PersonalReminder.token == token, PersonalReminder.contact_id == contact.id)
    ).one_or_none()


def move(session: Session, row: PersonalReminder, at: datetime, now: datetime, language: str) -> None:
    """To another moment. Raises `MomentPast`, `MomentTooFar`."""
    _must_be_ahead(at, now, language)
    row.at = at
    _plan(session, row, now)


def call_off(session: Session, row: PersonalReminder, now: datetime) -> None:
    """It is not wanted any more."""
    row.ended_at = now
    reminder_plans.drop(session, PERSONAL, row.id, reminder_plans.CALLED_OFF, now)


def stale(session: Session, reminder: Reminder) -> str:
    """Why it is not sent any more; empty where it is."""
    row = session.get(PersonalReminder, reminder.subject_id)
    return "ended" if row is None or row.ended_at is not None else ""


def name_of(session: Session, reminder: Reminder) -> str:
    return session.get_one(PersonalReminder, reminder.subject_id).words


def settled(session: Session, reminder: Reminder, now: datetime) -> None:
    """It was said, or is worthless by now."""
    row = session.get(PersonalReminder, reminder.subject_id)
    if row is not None and row.ended_at is None:
        row.ended_at = now


def say(session: Session, reminder: Reminder, now: datetime) -> None:
    """Their own words; where we were silent at the moment, with the moment."""
    row, contact = session.get_one(PersonalReminder, reminder.subject_id), session.get_one(Contact, reminder.contact_id)
    if now - row.at <= LATE:
        notices.say(session, contact, N_("reminder.personal"), now, words=row.words)
    else:
        notices.remind(session, contact, N_("reminder.personal_late"), now, words=row.words, at=weekday_moment(row.at, contact.language))
