"""Signing up for a class (đăng ký lớp): seats given once, waiting, changing, cancelling. By chat, at the counter or from a sheet, one pool.

    (draft in the chat) ──► confirmed ──► cancelled
                        └─► waiting ──► offered ──► confirmed, lapsed or cancelled

Locks: contact first (the unit of work has it), then class.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import Contact, Participant, Registration, TrainingClass
from db.models.registration import CANCELLED, CONFIRMED, LIVE, OFFERED, WAITING
from db.models.training_class import ARCHIVED, CLOSED, DRAFT, HELD, OPEN
from db.models.training_class import CANCELLED as CLASS_CANCELLED
from domain.errors import (
    AlreadySignedUp,
    ChangesOver,
    ClassFull,
    LargerThanClass,
    NamedTwice,
    NoNames,
    NoSuchRegistration,
    OfferOver,
    SignUpClosed,
)
from domain.folding import fold
from domain.messages import N_
from domain.references import REGISTRATION
from domain.training import Person, person_key, turns
from locales import moment
from usecases import class_notices, reminders, waiting_list
from usecases.references import next_reference

CHAT, COUNTER, IMPORT = "chat", "counter", "import"
CITIZEN, STAFF, CLASS = "citizen", "staff", "class"


@dataclass(frozen=True)
class Wish:
    """What somebody hands in. `token` names the draft: handed in twice, it is one registration."""

    people: Sequence[Person]
    token: str
    firm: str = ""
    tax_code: str = ""
    phone: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)


def sign_up(
    session: Session, class_id: int, wish: Wish, *, contact: Contact | None, source: str, waits: bool, now: datetime
) -> Registration:
    """Give seats to all of these people, or, where there are none and they want to, a place on the waiting list.

    From the chat it needs an open class within its time; staff may also after that, as long as the class is not over.
    Raises `NoSuchClass`, `SignUpClosed`, `NoNames`, `NamedTwice`, `AlreadySignedUp`, `LargerThanClass`, and `ClassFull` unless `waits`.
    """
    training_class = waiting_list.lock(session, class_id)
    if (known := _of_draft(session, class_id, wish.token)) is not None:
        return known
    _must_take(training_class, source, now)
    _must_be_new(session, training_class, wish)
    seated = _fits(session, training_class, len(wish.people))
    if not seated and not waits:
        raise _full(session, training_class, len(wish.people))
    registration = Registration(
        class_id=class_id,
        training_class=training_class,
        contact_id=contact.id if contact else None,
        contact=contact,
        token=wish.token,
        secret=secrets.token_urlsafe(32),
        source=source,
        firm=wish.firm,
        tax_code=wish.tax_code,
        phone=wish.phone,
        answers=dict(wish.answers),
        status=CONFIRMED if seated else WAITING,
        created_at=now,
        queued_at=now,
        seated_at=now if seated else None,
        participants=[_participant(class_id, person, wish.phone, wish.tax_code) for person in wish.people],
        reference=next_reference(session, REGISTRATION, now),  # last: all who want a number wait for the one who has it
    )
    session.add(registration)
    session.flush()
    reminders.plan(session, registration, now)
    return registration


def _of_draft(session: Session, class_id: int, token: str) -> Registration | None:
    return session.scalars(select(Registration).where(Registration.class_id == class_id, Registration.token == token)).one_or_none()


def _must_take(training_class: TrainingClass, source: str, now: datetime) -> None:
    if source == CHAT:
        is_open = training_class.status == OPEN and training_class.sign_up_from <= now < training_class.sign_up_until
    else:
        is_open = training_class.status in {OPEN, CLOSED}
    if not is_open:
        raise SignUpClosed(title=training_class.title)


def _must_be_new(session: Session, training_class: TrainingClass, wish: Wish) -> None:
    if not wish.people:
        raise NoNames
    if len(wish.people) > training_class.seats:
        raise LargerThanClass(title=training_class.title, people=len(wish.people), seats=training_class.seats)
    seen: set[str] = set()
    for person in wish.people:
        key = person_key(person, wish.phone, wish.tax_code)
        if key in seen:
            raise NamedTwice(name=person.full_name)
        seen.add(key)
        _must_be_absent(session, training_class, person, wish.phone, wish.tax_code)


def _must_be_absent(session: Session, training_class: TrainingClass, person: Person, phone: str, tax_code: str) -> None:
    """The same name with the same phone, or in the same firm, is the same person."""
    same_firm = (Registration.tax_code == tax_code) if tax_code else (Participant.id < 0)
    key = person_key(person, phone, tax_code)
    there = (
        select(Participant.full_name, Registration.tax_code)
        .join(Registration)
        .where(Participant.class_id == training_class.id, Participant.person_key.is_not(None))
        .where(or_(Participant.person_key == key, same_firm))
    )
    wanted = fold(person.full_name)
    if any(fold(name) == wanted for name, _ in session.execute(there)):
        raise AlreadySignedUp(name=person.full_name, title=training_class.title)


def _fits(session: Session, training_class: TrainingClass, people: int) -> bool:
    """Whether they get seats at once without being served before somebody who waits."""
    free = training_class.seats - waiting_list.taken(session, training_class.id)
    sizes = [waiting_list.size(registration) for registration in waiting_list.queue(session, training_class.id)]
    return len(sizes) in turns([*sizes, people], free=free, rule=training_class.waiting_rule)


def _full(session: Session, training_class: TrainingClass, people: int) -> ClassFull:
    free = training_class.seats - waiting_list.taken(session, training_class.id)
    waiting = len(waiting_list.queue(session, training_class.id))
    return ClassFull(title=training_class.title, people=people, free=max(0, free), waiting=waiting)


def _participant(class_id: int, person: Person, phone: str, tax_code: str) -> Participant:
    return Participant(
        class_id=class_id,
        full_name=person.full_name,
        position=person.position,
        phone=person.phone,
        person_key=person_key(person, phone, tax_code),
        ticket=secrets.token_urlsafe(32),
    )


def own(session: Session, contact: Contact, key: int) -> Registration:
    """A contact's own registration with its class locked; raises `NoSuchRegistration`."""
    get_own(session, contact, key)
    return locked(session, key)


def get_own(session: Session, contact: Contact, key: int) -> Registration:
    """A contact's own registration, to be looked at; raises `NoSuchRegistration`."""
    registration = session.get(Registration, key)
    if registration is None or registration.contact_id != contact.id:
        raise NoSuchRegistration
    return registration


def own_by(session: Session, contact: Contact, **named: str) -> Registration:
    """A contact's own registration by its reference or the token of its draft; raises `NoSuchRegistration`."""
    found = session.scalars(select(Registration).filter_by(contact_id=contact.id, **named)).unique().one_or_none()
    if found is None:
        raise NoSuchRegistration
    return found


def locked(session: Session, key: int) -> Registration:
    """A registration, its class locked and both read anew; raises `NoSuchRegistration`."""
    class_id = session.scalar(select(Registration.class_id).where(Registration.id == key))
    if class_id is None:
        raise NoSuchRegistration
    waiting_list.lock(session, class_id)
    return session.get_one(Registration, key, populate_existing=True)


def list_of(session: Session, contact: Contact, limit: int = 10) -> Sequence[Registration]:
    """The registrations of a contact that are not over, soonest class first."""
    over = (DRAFT, ARCHIVED, CLASS_CANCELLED)
    mine = select(Registration).join(TrainingClass).where(Registration.contact_id == contact.id, Registration.status.in_(LIVE))
    return session.scalars(mine.where(TrainingClass.status.not_in(over)).order_by(TrainingClass.starts_at).limit(limit)).unique().all()


def take(session: Session, registration: Registration, now: datetime) -> None:
    """Take offered seats (nhận chỗ). Taking them twice is no fault. Raises `OfferOver`."""
    if registration.status == CONFIRMED:
        return
    if registration.status != OFFERED or registration.offer_until is None or registration.offer_until <= now:
        raise OfferOver(title=registration.training_class.title)
    registration.status, registration.offer_until, registration.seated_at = CONFIRMED, None, now
    reminders.plan(session, registration, now)


def cancel(session: Session, registration: Registration, *, by: str, now: datetime) -> None:
    """Cancel a registration, or leave the waiting list (hủy đăng ký): the seats go on at once. Twice is no fault.

    A citizen may until the time that the class sets; on the waiting list, always. Raises `ChangesOver`.
    """
    if registration.status not in LIVE:
        return
    if by == CITIZEN and registration.status == CONFIRMED:
        must_be_changeable(registration, now)
    registration.status, registration.offer_until = CANCELLED, None
    registration.ended_at, registration.ended_by = now, by
    for person in registration.participants:
        person.person_key = None
        person.removed_at = person.removed_at or now
    reminders.drop(session, registration, "cancelled", now)
    if by == STAFF:
        class_notices.tell(session, registration, N_("class.registration_cancelled"), now)
    waiting_list.advance(session, registration.training_class, now)


def must_be_changeable(registration: Registration, now: datetime) -> None:
    """Raises `ChangesOver` once the time for changes by oneself is over, `NoSuchRegistration` for one that ended."""
    if registration.status not in LIVE:
        raise NoSuchRegistration
    training_class = registration.training_class
    if now >= training_class.changes_until or training_class.status in {HELD, ARCHIVED, CLASS_CANCELLED}:
        language = registration.contact.language if registration.contact else "vi"
        raise ChangesOver(title=training_class.title, until=moment(training_class.changes_until, language))


def replace(session: Session, registration: Registration, leaving: int, person: Person, now: datetime) -> Participant:
    """Another person in the place of a participant (thay người): a new ticket, the old one opens nothing any more.

    Raises `NoSuchRegistration` and `AlreadySignedUp`.
    """
    old = _present(registration, leaving)
    if fold(old.full_name) != fold(person.full_name) or (person.phone or registration.phone) != (old.phone or registration.phone):
        _must_be_absent(session, registration.training_class, person, registration.phone, registration.tax_code)
    old.person_key, old.removed_at = None, now
    session.flush()
    new = _participant(registration.class_id, person, registration.phone, registration.tax_code)
    registration.participants.append(new)
    session.flush()
    return new


def take_out(session: Session, registration: Registration, leaving: int, *, by: str, now: datetime) -> None:
    """One person of several does not come (bớt người): the seat goes on. The last one cancels the registration."""
    person = _present(registration, leaving)
    if waiting_list.size(registration) == 1:
        cancel(session, registration, by=by, now=now)
        return
    person.person_key, person.removed_at = None, now
    waiting_list.advance(session, registration.training_class, now)


def change_answers(registration: Registration, answers: Mapping[str, Any]) -> None:
    """Other answers to the questions of the class."""
    registration.answers = dict(answers)


def _present(registration: Registration, key: int) -> Participant:
    if registration.status not in LIVE:
        raise NoSuchRegistration
    for person in registration.participants:
        if person.id == key and person.removed_at is None:
            return person
    raise NoSuchRegistration


def last_of(session: Session, contact: Contact) -> Registration | None:
    """The newest registration of a contact: firm, tax code and phone are proposed again."""
    return session.scalars(
        select(Registration).where(Registration.contact_id == contact.id).order_by(Registration.id.desc()).limit(1)
    ).one_or_none()
