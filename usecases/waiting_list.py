"""The waiting list of a class (danh sách chờ): seats that become free are offered, first come first served, for a time.

Every function here wants the class locked (`lock`), and is harmless when called again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Participant, Registration, TrainingClass
from db.models.registration import LAPSED, OFFERED, SEATED, WAITING
from db.models.training_class import CLOSED, OPEN
from domain.errors import NoSuchClass
from domain.messages import N_
from domain.training import turns
from locales import moment
from usecases import class_notices, notices, outbox


def lock(session: Session, class_id: int) -> TrainingClass:
    """The class, locked until the end of the transaction and read anew: whoever gives seats out or takes them back holds it.

    Raises `NoSuchClass`.
    """
    wanted = select(TrainingClass).where(TrainingClass.id == class_id, TrainingClass.deleted_at.is_(None))
    found = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NoSuchClass
    return found


def taken(session: Session, class_id: int) -> int:
    """Seats that are given out or held for an offer."""
    seated = select(func.count(Participant.id)).join(Registration).where(Registration.class_id == class_id, Registration.status.in_(SEATED))
    return session.scalar(seated.where(Participant.removed_at.is_(None))) or 0


def queue(session: Session, class_id: int) -> Sequence[Registration]:
    """Who waits, in order."""
    waiting = select(Registration).where(Registration.class_id == class_id, Registration.status == WAITING)
    return session.scalars(waiting.order_by(Registration.queued_at, Registration.id)).all()


def size(registration: Registration) -> int:
    """How many seats it needs."""
    return sum(person.removed_at is None for person in registration.participants)


def position(session: Session, registration: Registration) -> int:
    """Place in the waiting list, from 1; 0 for one that does not wait."""
    keys = [waiting.id for waiting in queue(session, registration.class_id)]
    return keys.index(registration.id) + 1 if registration.id in keys else 0


def advance(session: Session, training_class: TrainingClass, now: datetime) -> int:
    """Offer free seats to those whose turn it is, and tell them until when; how many registrations got an offer is returned."""
    if training_class.status not in {OPEN, CLOSED} or now >= training_class.starts_at:
        return 0
    session.flush()
    waiting = queue(session, training_class.id)
    if not waiting:
        training_class.stalled_at = None
        return 0
    free = training_class.seats - taken(session, training_class.id)
    given = turns([size(registration) for registration in waiting], free=free, rule=training_class.waiting_rule)
    for place in given:
        _offer(session, waiting[place], training_class, now)
    if given:
        training_class.stalled_at = None
    return len(given)


def _offer(session: Session, registration: Registration, training_class: TrainingClass, now: datetime) -> None:
    until = min(now + timedelta(hours=training_class.offer_hours), training_class.starts_at)
    registration.status, registration.offer_until = OFFERED, until
    language = registration.contact.language if registration.contact else training_class.language
    take = (N_("button.take_seat"), class_notices.take_seat(registration.id, take=True))
    leave = (N_("button.leave_seat"), class_notices.take_seat(registration.id, take=False))
    told = class_notices.tell(session, registration, N_("class.offered"), now, [[take], [leave]], until=moment(until, language))
    if not told:  # written down at the counter: somebody has to ring them up
        about = {"title": training_class.title, "reference": registration.reference, "until": until}
        outbox.alert_staff(session, N_("alert.offer.subject"), N_("alert.offer.body"), now=now, **about)


def lapse(session: Session, now: datetime, limit: int = 50) -> int:
    """End offers whose time is over and offer the seats to the next; how many ended is returned. For the clock."""
    over = select(Registration.id, Registration.class_id).where(Registration.status == OFFERED, Registration.offer_until <= now)
    found = session.execute(over.order_by(Registration.class_id, Registration.offer_until).limit(limit)).all()
    ended = 0
    for class_id in sorted({row.class_id for row in found}):
        training_class = lock(session, class_id)
        for row in found:
            if row.class_id == class_id:
                ended += _lapse(session, row.id, now)
        advance(session, training_class, now)
    return ended


def _lapse(session: Session, key: int, now: datetime) -> int:
    registration = session.get_one(Registration, key, populate_existing=True)
    if registration.status != OFFERED or registration.offer_until is None or registration.offer_until > now:
        return 0
    registration.status, registration.offer_until, registration.ended_at = LAPSED, None, now
    class_notices.tell(session, registration, N_("class.lapsed"), now, [[_again(registration)]])
    for person in registration.participants:
        person.person_key = None
    return 1


def _again(registration: Registration) -> notices.Button:
    return N_("button.class"), class_notices.show_class(registration.class_id)


def alarm_stalled(session: Session, now: datetime) -> int:
    """Tell staff, once, of a waiting list that does not move although seats are free: a group waits that does not fit. For the clock."""
    alarmed = 0
    with_queue = select(Registration.class_id).where(Registration.status == WAITING).distinct()
    stuck = select(TrainingClass.id).where(
        TrainingClass.id.in_(with_queue), TrainingClass.stalled_at.is_(None), TrainingClass.deleted_at.is_(None)
    )
    for class_id in session.scalars(stuck.where(TrainingClass.status.in_((OPEN, CLOSED)), TrainingClass.starts_at > now).limit(50)).all():
        training_class = lock(session, class_id)
        if advance(session, training_class, now):
            continue
        free = training_class.seats - taken(session, class_id)
        if free > 0 and (waiting := queue(session, class_id)):
            training_class.stalled_at = now
            about = {"title": training_class.title, "free": free, "waiting": len(waiting), "people": size(waiting[0])}
            outbox.alert_staff(session, N_("alert.stalled.subject"), N_("alert.stalled.body"), now=now, **about)
            alarmed += 1
    return alarmed
