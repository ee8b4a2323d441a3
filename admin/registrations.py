"""Registrations (đăng ký lớp) as the panel shows them: the lists of a class, the answers, and everything that happened to one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from admin import wording
from admin.language import current, moment, say
from db.models import Certificate, ClassQuestion, DoorScan, HistoryEvent, Registration, Staff, TrainingClass
from db.models.attendance import IN
from db.models.registration import CANCELLED, CONFIRMED, LAPSED, LIVE, OFFERED
from domain.errors import OfficeError
from domain.messages import N_
from domain.training import answer_of, asked
from locales import day
from usecases import class_notices, classes, reminders, waiting_list

ENDED_SHOWN = 100


@dataclass(frozen=True)
class Answer:
    """A question with its answer as people read it; `file` is the digest of one that is a file."""

    question: str
    text: str
    file: str = ""


@dataclass(frozen=True)
class Event:
    """Something that happened to a registration, or is planned: when, what, by whom."""

    at: datetime
    what: str
    who: str = ""
    details: Sequence[str] = field(default_factory=tuple)


def lists(session: Session, training_class: TrainingClass, now: datetime) -> dict[str, Any]:
    """A class with its seats and its registrations by state, each list in the order in which it is worked off."""
    seats = classes.seats(session, training_class)
    its = classes.of(session, training_class, (CONFIRMED, OFFERED))
    ended = select(Registration).where(Registration.class_id == training_class.id, Registration.status.in_((CANCELLED, LAPSED)))
    return {
        "row": training_class,
        "seats": seats,
        "standing": classes.standing(training_class, seats, now),
        "confirmed": [one for one in its if one.status == CONFIRMED],
        "offered": sorted((one for one in its if one.status == OFFERED), key=lambda one: (one.offer_until, one.id)),
        "waiting_ones": waiting_list.queue(session, training_class.id),
        "ended": session.scalars(ended.order_by(Registration.ended_at.desc(), Registration.id.desc()).limit(ENDED_SHOWN)).all(),
        "ended_shown": ENDED_SHOWN,
        "present": class_notices.present,
        "answers": answers,
        "one_session": lambda one: class_notices.one_session(one.starts_at, one.ends_at, current()),
    }


def answers(registration: Registration) -> list[Answer]:
    """What was answered, in the order of the questions; of a question that is gone its name."""
    given = dict(registration.answers or {})
    asked = [(question, given.pop(question.name)) for question in registration.training_class.questions if question.name in given]
    return [_answer(question.text, value, question) for question, value in asked] + [_answer(name, value) for name, value in given.items()]


def _answer(text: str, value: Any, question: ClassQuestion | None = None) -> Answer:
    if isinstance(value, dict):
        return Answer(text, str(value.get("name", "")), str(value.get("sha256", "")))
    if question is not None and question.kind == "date":
        try:
            return Answer(text, day(datetime.fromisoformat(str(value)).date(), current()))
        except ValueError:
            return Answer(text, str(value))
    return Answer(text, str(value))


def read_answers(training_class: TrainingClass, form: Mapping[str, str], kept: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Answers as staff typed them, and what is wrong with which. They may leave any empty; a file that was sent stays, and what is not
    asked after the other answers is dropped."""
    answers: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for question in training_class.questions:
        if question.kind == "file":
            answers |= {question.name: kept[question.name]} if question.name in kept else {}
        elif text := form.get(f"answer_{question.name}", "").strip():
            try:
                answers[question.name] = answer_of(question, text)
            except OfficeError as refusal:
                faults[question.name] = say(refusal.key, **refusal.facts)
    wanted = asked(training_class.questions, answers)
    return {name: value for name, value in answers.items() if name in wanted}, faults


def typed(value: Any) -> str:
    """An answer as it stands in a box; a file does not."""
    return "" if isinstance(value, dict) else str(value)


def timeline(session: Session, registration: Registration) -> list[Event]:
    """Everything that is known of a registration, oldest first; what is planned stands at its time."""
    noted = _history(session, registration)
    found = [*_own(registration, noted), *_changes(registration, noted), *_reminders(session, registration)]
    found += [*_scans(session, registration), *_certificates(session, registration)]
    return sorted(found, key=lambda one: one.at)


def _history(session: Session, registration: Registration) -> Sequence[HistoryEvent]:
    """What staff did, as the history has it."""
    people = [str(person.id) for person in registration.participants]
    of_registration = and_(HistoryEvent.noun == "registrations", HistoryEvent.key == str(registration.id))
    of_people = and_(HistoryEvent.noun == "participants", HistoryEvent.key.in_(people))
    its = select(HistoryEvent).where(or_(of_registration, of_people), HistoryEvent.act != "viewed")
    return session.scalars(its.order_by(HistoryEvent.id)).all()


def _own(registration: Registration, noted: Sequence[HistoryEvent]) -> Iterator[Event]:
    by = next((event.who for event in noted if event.act == "created" and event.noun == "registrations"), "")
    names = [person.full_name for person in registration.participants]
    yield Event(registration.created_at, say(wording.SOURCE.get(registration.source, registration.source)), by, names)
    if registration.seated_at != registration.created_at:
        yield Event(registration.queued_at, say(N_("panel.timeline.queued")))
    if registration.seated_at:
        yield Event(registration.seated_at, say(N_("panel.timeline.seated")))
    for person in registration.participants:
        if person.removed_at and person.removed_at != registration.ended_at:
            yield Event(person.removed_at, say(N_("panel.timeline.left"), name=person.full_name))
    if registration.ended_at:
        ended = wording.ENDED_BY.get(registration.ended_by)
        yield Event(registration.ended_at, say(wording.REGISTRATION[registration.status]), say(ended) if ended else "")


def _changes(registration: Registration, noted: Sequence[HistoryEvent]) -> Iterator[Event]:
    """Of what staff did, what its own columns don't tell."""
    people = {str(person.id): person.full_name for person in registration.participants}
    for event in noted:
        name = people[event.key] if event.noun == "participants" else ""
        if event.act == "created" and name and event.at > registration.created_at:
            yield Event(event.at, say(N_("panel.timeline.joined"), name=name), event.who)
        if event.act == "changed" and (details := list(_details(event))):
            yield Event(event.at, say(wording.ACT[event.act]) + (f": {name}" if name else ""), event.who, details)


def _details(event: HistoryEvent) -> Iterator[str]:
    """The fields that changed and that a person knows, before and after."""
    before, after = event.before or {}, event.after or {}
    for name, key in wording.REGISTRATION_FIELD.items():
        if name in after and before.get(name) != after[name]:
            yield f"{say(key)}: {_shown(name, before.get(name))} → {_shown(name, after[name])}"


def _shown(name: str, value: Any) -> str:
    if name == "status" and value in wording.REGISTRATION:
        return say(wording.REGISTRATION[value])
    return str(value) if value not in (None, "") else "–"


def _reminders(session: Session, registration: Registration) -> Iterator[Event]:
    for reminder in reminders.of(session, registration):
        why = wording.DROPPED.get(reminder.reason)
        about = say(N_("panel.timeline.about"), moment=moment(reminder.about_at))
        yield Event(reminder.due_at, say(wording.REMINDER[reminder.state]), details=[about, say(why)] if why else [about])


def _scans(session: Session, registration: Registration) -> Iterator[Event]:
    people = {person.id: person.full_name for person in registration.participants}
    its = select(DoorScan, Staff.full_name).join(Staff, Staff.id == DoorScan.staff_id).where(DoorScan.participant_id.in_(people))
    for scan, officer in session.execute(its):
        what = N_("panel.timeline.came") if scan.kind == IN else N_("panel.timeline.undone")
        yield Event(scan.at, say(what, name=people[scan.participant_id]), officer)


def _certificates(session: Session, registration: Registration) -> Iterator[Event]:
    people = {person.id: person.full_name for person in registration.participants}
    for given in session.scalars(select(Certificate).where(Certificate.participant_id.in_(people))):
        yield Event(given.issued_at, say(N_("panel.timeline.certificate"), serial=given.serial, name=given.full_name))
        if given.revoked_at:
            yield Event(given.revoked_at, say(N_("panel.timeline.revoked"), serial=given.serial), details=[given.revoked_reason])


def is_live(registration: Registration) -> bool:
    """Whether it still has seats or waits for some."""
    return registration.status in LIVE
