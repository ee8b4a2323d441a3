"""Training classes (lớp tập huấn), as the office runs them: written, opened, moved, cancelled, held; copied and repeated.

    draft ──► open ⇄ closed ──► held ──► archived
      └────────┴───────┴──► cancelled ──►┘

What changes for participants is told to them in the same transaction, and their reminders with it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import (
    ClassDocument,
    ClassInterest,
    ClassQuestion,
    ClassSession,
    Contact,
    DoorScan,
    Participant,
    Registration,
    TrainingClass,
)
from db.models.registration import CANCELLED as REGISTRATION_CANCELLED
from db.models.registration import CONFIRMED, LIVE, SEATED, WAITING
from db.models.training_class import ARCHIVED, CANCELLED, CLOSED, DRAFT, HELD, OPEN
from domain.errors import ClassDates, ClassMove, FewerSeatsThanTaken, NoSuchClass
from domain.messages import N_
from domain.references import CLASS
from domain.training import overlapping, series
from domain.worktime import ZONE
from usecases import class_notices, notices, office, reminders, sign_up, waiting_list
from usecases.references import next_reference

MOVES = {
    DRAFT: {OPEN, CANCELLED},
    OPEN: {CLOSED, HELD, CANCELLED},
    CLOSED: {OPEN, HELD, CANCELLED},
    HELD: {ARCHIVED},
    CANCELLED: {ARCHIVED},
    ARCHIVED: set(),
}
FULL, SOON, OVER = "full", "soon", "over"
"""What an open class is called while it has no free seat, before its sign-up begins, and after it ended."""

_MOVING = ("place", "map_link", "online_link")
"""Facts whose change participants must hear of, beside the sessions."""
_COPIED = (
    "title", "topic", "language", "legal_basis", "audience", "description", "place", "map_link", "online_link", "bring", "seats", "price",
    "price_source", "waiting_rule", "offer_hours", "reminders", "gives_certificate", "sessions_needed", "pass_mark",
)  # fmt: skip


@dataclass(frozen=True)
class Seats:
    """The seats of a class: all, given out or held, and how many registrations wait."""

    all: int
    taken: int
    waiting: int

    @property
    def free(self) -> int:
        return max(0, self.all - self.taken)


def seats(session: Session, training_class: TrainingClass) -> Seats:
    """As it stands."""
    waiting = len(waiting_list.queue(session, training_class.id))
    return Seats(training_class.seats, waiting_list.taken(session, training_class.id), waiting)


def seats_of(session: Session, listed: Sequence[TrainingClass]) -> dict[int, Seats]:
    """The seats of several classes at once, by class."""
    keys = [one.id for one in listed]
    people = select(Registration.class_id, func.count(Participant.id)).join(Participant)
    given = people.where(Registration.class_id.in_(keys), Registration.status.in_(SEATED), Participant.removed_at.is_(None))
    queued = select(Registration.class_id, func.count()).where(Registration.class_id.in_(keys), Registration.status == WAITING)
    taken = dict(session.execute(given.group_by(Registration.class_id)).all())
    waiting = dict(session.execute(queued.group_by(Registration.class_id)).all())
    return {one.id: Seats(one.seats, taken.get(one.id, 0), waiting.get(one.id, 0)) for one in listed}


def standing(training_class: TrainingClass, seats: Seats, now: datetime) -> str:
    """The state in one word, for people: as stored, or full, soon or over for an open one."""
    if training_class.status != OPEN:
        return training_class.status
    if now < training_class.sign_up_from:
        return SOON
    if now >= training_class.sign_up_until:
        return OVER
    return FULL if seats.free == 0 or seats.waiting else OPEN


def open_ones(session: Session, now: datetime, limit: int = 20) -> Sequence[TrainingClass]:
    """Classes that citizens may sign up for now or later, soonest first."""
    published = select(TrainingClass).where(TrainingClass.status == OPEN, TrainingClass.deleted_at.is_(None))
    return session.scalars(published.where(TrainingClass.sign_up_until > now).order_by(TrainingClass.starts_at).limit(limit)).all()


def get_published(session: Session, key: int) -> TrainingClass:
    """A class that citizens may see; raises `NoSuchClass`."""
    found = session.get(TrainingClass, key)
    if found is None or found.deleted_at is not None or found.status in {DRAFT, ARCHIVED}:
        raise NoSuchClass
    return found


def create(session: Session, facts: Mapping[str, Any], sessions: Sequence[tuple[datetime, datetime]], now: datetime) -> TrainingClass:
    """A new class, a draft. `facts` are its columns by name. Raises `ClassDates`."""
    _check(facts, sessions)
    training_class = TrainingClass(
        **facts, status=DRAFT, starts_at=min(start for start, _ in sessions), changed_at=now, reference=next_reference(session, CLASS, now)
    )
    training_class.sessions = [ClassSession(starts_at=start, ends_at=end) for start, end in sorted(sessions)]
    session.add(training_class)
    session.flush()
    return training_class


def change(
    session: Session, key: int, facts: Mapping[str, Any], sessions: Sequence[tuple[datetime, datetime]], *, reason: str, now: datetime
) -> TrainingClass:
    """Other facts. Where times or place of a published class change, everybody is told why, and reminders and calendar entries follow.

    Raises `ClassDates`, `FewerSeatsThanTaken`.
    """
    training_class = waiting_list.lock(session, key)
    _check(facts, sessions)
    if facts.get("seats", training_class.seats) < (taken := waiting_list.taken(session, key)):
        raise FewerSeatsThanTaken(taken=taken)
    before = [(one.starts_at, one.ends_at) for one in training_class.sessions]
    has_moved = before != sorted(sessions) or any(facts.get(name, "") != getattr(training_class, name) for name in _MOVING if name in facts)
    is_published = training_class.status in {OPEN, CLOSED}
    if is_published and any(start <= now for start, _ in set(sessions) - set(before)):
        raise ClassDates(N_("error.class_moved_into_the_past"))
    if has_moved and is_published and not reason.strip():
        raise ClassDates(N_("error.class_moved_without_reason"))
    for name, value in facts.items():
        setattr(training_class, name, value)
    _set_sessions(session, training_class, sessions)
    training_class.changed_at = now
    if has_moved and is_published:
        training_class.sequence += 1
        training_class.reason = reason.strip()
        session.flush()
        _tell_moved(session, training_class, now)
    waiting_list.advance(session, training_class, now)  # there may be more seats
    return training_class


def _set_sessions(session: Session, training_class: TrainingClass, sessions: Sequence[tuple[datetime, datetime]]) -> None:
    """By place in the order: a session that moves stays the same session, and with it who was there."""
    wanted = sorted(sessions)
    existing = list(training_class.sessions)
    for one, (start, end) in zip(existing, wanted, strict=False):
        one.starts_at, one.ends_at = start, end
    surpluses = existing[len(wanted) :]
    if session.scalar(select(DoorScan.uid).where(DoorScan.session_id.in_([one.id for one in surpluses])).limit(1)) is not None:
        raise ClassDates(N_("error.class_session_attended"))
    for surplus in surpluses:
        training_class.sessions.remove(surplus)
    training_class.sessions.extend(ClassSession(starts_at=start, ends_at=end) for start, end in wanted[len(existing) :])
    training_class.starts_at = wanted[0][0]


def _tell_moved(session: Session, training_class: TrainingClass, now: datetime) -> None:
    for registration in of(session, training_class):
        reminders.drop(session, registration, "moved", now)
        reminders.plan(session, registration, now)
        mine = (N_("button.my_registration"), class_notices.show_registration(registration.id))
        class_notices.tell(session, registration, N_("class.moved"), now, [[mine]], reason=training_class.reason)


def of(session: Session, training_class: TrainingClass, states: Sequence[str] = LIVE) -> Sequence[Registration]:
    """The registrations of a class in these states, oldest first."""
    its = select(Registration).where(Registration.class_id == training_class.id, Registration.status.in_(states))
    return session.scalars(its.order_by(Registration.id)).all()


def _check(facts: Mapping[str, Any], sessions: Sequence[tuple[datetime, datetime]]) -> None:
    """What is wrong in a class whatever its state."""
    if not sessions:
        raise ClassDates(N_("error.class_without_session"))
    if any(end <= start for start, end in sessions):
        raise ClassDates(N_("error.class_session_ends_first"))
    if overlapping(sessions):
        raise ClassDates(N_("error.class_sessions_overlap"))
    begins = min(start for start, _ in sessions)
    if not facts["sign_up_from"] < facts["sign_up_until"] <= begins:
        raise ClassDates(N_("error.class_sign_up_window"))
    if facts["changes_until"] > begins:
        raise ClassDates(N_("error.class_changes_until"))
    if facts.get("price") and not facts.get("price_source", "").strip():
        raise ClassDates(N_("error.class_price_without_source"))


def set_questions(session: Session, training_class: TrainingClass, questions: Sequence[ClassQuestion]) -> None:
    """Other questions, in this order. One with the name of an old one takes its place, so that answers keep their question."""
    old = {question.name: question for question in training_class.questions}
    kept = []
    for position, wanted in enumerate(questions):
        question = old.pop(wanted.name, None) or ClassQuestion(name=wanted.name)
        for field in ("kind", "text", "choices", "is_required", "only_if", "only_if_answer"):
            setattr(question, field, getattr(wanted, field))
        question.position = position
        kept.append(question)
    training_class.questions[:] = kept
    session.flush()


def publish(session: Session, key: int, now: datetime, *, trial: bool) -> TrainingClass:
    """Open a class for sign-ups (mở đăng ký), and tell those who follow its field, in trial mode nobody.

    Raises `ClassDates`, `ClassMove`.
    """
    training_class = waiting_list.lock(session, key)
    was = training_class.status
    _move(training_class, OPEN, now)
    if training_class.starts_at <= now or training_class.sign_up_until <= now:
        raise ClassDates(N_("error.class_in_the_past"))
    if not (training_class.place or training_class.online_link):
        raise ClassDates(N_("error.class_without_place"))
    if was == DRAFT and not trial:
        _tell_followers(session, training_class, now)
    return training_class


def _tell_followers(session: Session, training_class: TrainingClass, now: datetime) -> None:
    followers = select(Contact).join(ClassInterest, ClassInterest.contact_id == Contact.id)
    for contact in session.scalars(followers.where(ClassInterest.topic == training_class.topic)):
        said = {"title": training_class.title, "when": class_notices.when(training_class.sessions, contact.language)}
        show = (N_("button.class"), class_notices.show_class(training_class.id))
        notices.remind(session, contact, N_("class.announced"), now, [[show]], topic=training_class.topic, **said)


def close(session: Session, key: int, now: datetime) -> TrainingClass:
    """No more sign-ups (đóng đăng ký); who waits keeps their place."""
    training_class = waiting_list.lock(session, key)
    _move(training_class, CLOSED, now)
    return training_class


def cancel(session: Session, key: int, *, reason: str, now: datetime) -> TrainingClass:
    """Cancel a class (hủy lớp): everybody is told why, nothing that was planned is sent, calendar entries say so. Raises `ClassDates`."""
    if not reason.strip():
        raise ClassDates(N_("error.class_cancelled_without_reason"))
    training_class = waiting_list.lock(session, key)
    _move(training_class, CANCELLED, now)
    training_class.reason = reason.strip()
    training_class.sequence += 1
    for registration in of(session, training_class):
        reminders.drop(session, registration, "cancelled", now)
        registration.status, registration.offer_until = REGISTRATION_CANCELLED, None
        registration.ended_at, registration.ended_by = now, sign_up.CLASS
        class_notices.tell(session, registration, N_("class.cancelled"), now, reason=training_class.reason)
        for person in registration.participants:
            person.person_key = None
    return training_class


def hold(session: Session, key: int, now: datetime) -> TrainingClass:
    """The class took place (đã tổ chức): who has a seat is asked how it was; who still waits is told that it is over."""
    training_class = waiting_list.lock(session, key)
    if now < max(one.ends_at for one in training_class.sessions):
        raise ClassDates(N_("error.class_not_over"))
    _move(training_class, HELD, now)
    for registration in of(session, training_class):
        if registration.status == CONFIRMED:
            stars = [(f"{points}★", class_notices.mark(registration.id, "content", points)) for points in range(1, 6)]
            class_notices.remind(session, registration, N_("class.survey_content"), now, [stars])
        else:
            registration.status, registration.offer_until = REGISTRATION_CANCELLED, None
            registration.ended_at, registration.ended_by = now, sign_up.CLASS
            class_notices.tell(session, registration, N_("class.no_seat_came_free"), now)
    return training_class


def archive(session: Session, key: int, now: datetime) -> TrainingClass:
    """Put away (lưu trữ)."""
    training_class = waiting_list.lock(session, key)
    _move(training_class, ARCHIVED, now)
    return training_class


def _move(training_class: TrainingClass, wanted: str, now: datetime) -> None:
    if wanted not in MOVES[training_class.status]:
        raise ClassMove(state=training_class.status, wanted=wanted)
    training_class.status, training_class.changed_at = wanted, now


def copy(session: Session, key: int, first: date, now: datetime, *, series_name: str | None = None) -> TrainingClass:
    """The same class on another day, as a draft (chép lớp): times keep their distance from the first day. Documents and questions too."""
    old = session.get(TrainingClass, key)
    if old is None or old.deleted_at is not None:
        raise NoSuchClass
    by = timedelta(days=(first - old.starts_at.astimezone(ZONE).date()).days)
    facts = {name: getattr(old, name) for name in _COPIED}
    facts |= {name: getattr(old, name) + by for name in ("sign_up_from", "sign_up_until", "changes_until")}
    new = create(session, facts, [(one.starts_at + by, one.ends_at + by) for one in old.sessions], now)
    new.series = series_name
    set_questions(session, new, old.questions)
    new.documents = [ClassDocument(sha256=one.sha256, name=one.name, media_type=one.media_type) for one in old.documents]
    return new


@dataclass(frozen=True)
class Occurrence:
    """A date of a series; `faults` are message keys of what an officer should look at."""

    day: date
    faults: Sequence[str]


def preview_series(session: Session, key: int, *, every: str, interval: int, count: int, now: datetime) -> list[Occurrence]:
    """The dates after the class's own that a rule gives, with holidays, past days and days on which the same class is already."""
    old = session.get_one(TrainingClass, key)
    first = old.starts_at.astimezone(ZONE).date()
    hours = office.working_hours(session)
    same = select(TrainingClass.starts_at).where(TrainingClass.title == old.title, TrainingClass.deleted_at.is_(None))
    there = {start.astimezone(ZONE).date() for start in session.scalars(same)}
    found = []
    for day in series(first, every=every, interval=interval, count=count + 1)[1:]:
        faults = [N_("series.closed_day")] if not hours.periods(day) else []
        faults += [N_("series.past")] if day <= now.astimezone(ZONE).date() else []
        faults += [N_("series.there_already")] if day in there else []
        found.append(Occurrence(day, faults))
    return found


def is_held_on(session: Session, training_class: TrainingClass, day: date) -> bool:
    """Whether a class of the same title begins on a day."""
    midnight = datetime.combine(day, time.min, ZONE)
    same = select(TrainingClass.id).where(TrainingClass.title == training_class.title, TrainingClass.deleted_at.is_(None))
    that_day = TrainingClass.starts_at.between(midnight, midnight + timedelta(days=1, microseconds=-1))
    return session.scalar(same.where(that_day).limit(1)) is not None


def create_series(session: Session, key: int, days: Sequence[date], now: datetime) -> list[TrainingClass]:
    """A copy on each of these days, drafts that belong together."""
    old = waiting_list.lock(session, key)
    old.series = old.series or secrets.token_hex(8)
    return [copy(session, key, day, now, series_name=old.series) for day in days]


def follow(session: Session, contact: Contact, topic: str, now: datetime) -> None:
    """Tell this contact of new classes in a field (theo dõi lĩnh vực). Twice is once."""
    if session.get(ClassInterest, (contact.id, topic)) is None:
        session.add(ClassInterest(contact_id=contact.id, topic=topic, since=now))


def unfollow(session: Session, contact: Contact, topic: str) -> None:
    """No longer."""
    if (row := session.get(ClassInterest, (contact.id, topic))) is not None:
        session.delete(row)


def followed(session: Session, contact: Contact) -> Sequence[str]:
    """The fields that a contact follows."""
    return session.scalars(select(ClassInterest.topic).where(ClassInterest.contact_id == contact.id).order_by(ClassInterest.topic)).all()


def topics(session: Session) -> Sequence[str]:
    """The fields of all classes that were ever published."""
    published = select(TrainingClass.topic).where(TrainingClass.status != DRAFT, TrainingClass.deleted_at.is_(None))
    return session.scalars(published.distinct().order_by(TrainingClass.topic)).all()
