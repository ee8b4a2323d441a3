"""What participants are told of their class (thông báo lớp): through the outbox, in the contact's language, each with the next step.

The data of the buttons is what the counter's conversation about classes understands.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from babel.dates import format_datetime
from sqlalchemy.orm import Session

from db.models import ClassSession, Contact, Registration, Staff, TrainingClass
from db.models.registration import CONFIRMED
from domain.messages import N_
from domain.worktime import ZONE
from locales import translate, translate_html
from usecases import notices, outbox

_LIST = 10
"""Participants whose names a message says; of more it says how many."""


def show_class(key: int) -> str:
    """Data of a button that shows a class."""
    return f"class:{key}"


def show_registration(key: int) -> str:
    """Data of a button that shows one's own registration."""
    return f"mine:{key}"


def take_seat(key: int, *, take: bool) -> str:
    """Data of a button that takes, or gives back, seats that were offered."""
    return f"seat:{key}:{int(take)}"


def mark(key: int, question: str, points: int) -> str:
    """Data of a button that answers a question of the survey."""
    return f"survey:{key}:{question}:{points}"


def when(sessions: Iterable[ClassSession], language: str) -> str:
    """The sessions as people read them, one a line: Monday, 23/11/2026, 08:00 – 11:30."""
    return "\n".join(one_session(session.starts_at, session.ends_at, language) for session in sessions)


def one_session(starts_at: datetime, ends_at: datetime, language: str) -> str:
    """One session in the office's own time."""
    start, end = starts_at.astimezone(ZONE), ends_at.astimezone(ZONE)
    day = "EEEE, dd/MM/yyyy, HH:mm" if language == "vi" else "EEEE, d MMM yyyy, HH:mm"
    until = "HH:mm" if start.date() == end.date() else day
    said = f"{format_datetime(start, day, locale=language)} – {format_datetime(end, until, locale=language)}"
    return said[0].upper() + said[1:]


def where(training_class: TrainingClass, language: str, *, seated: bool = True) -> str:
    """Place and links, one a line. The link of an online class is for those who have a seat."""
    lines = [training_class.place] if training_class.place else []
    if training_class.map_link:
        lines.append(translate(N_("class.map"), language, link=training_class.map_link))
    if training_class.online_link:
        online = N_("class.online") if seated else N_("class.online_later")
        lines.append(translate(online, language, link=training_class.online_link))
    return "\n".join(lines)


def facts(registration: Registration, language: str) -> dict[str, Any]:
    """What most notices say of a registration."""
    training_class = registration.training_class
    names = [participant.full_name for participant in present(registration)]
    listed = ", ".join(names[:_LIST]) + (f" … ({len(names)})" if len(names) > _LIST else "")
    return {
        "title": training_class.title,
        "reference": registration.reference,
        "names": listed,
        "people": len(names),
        "when": when(training_class.sessions, language),
        "where": where(training_class, language, seated=registration.status == CONFIRMED),
        "bring": training_class.bring or translate(N_("class.bring_nothing"), language),
    }


def present(registration: Registration) -> list[Any]:
    """The participants of a registration who are not replaced or taken out; of an ended one, those who had been in it to the end."""
    ended = registration.ended_at
    return [person for person in registration.participants if person.removed_at is None or person.removed_at == ended]


def tell(
    session: Session, registration: Registration, key: str, now: datetime, buttons: Sequence[Sequence[notices.Button]] = (), **more: Any
) -> bool:
    """Say something to the contact of a registration; False where it has none, as staff wrote it down."""
    return _tell(notices.say, session, registration, key, now, buttons, more)


def remind(
    session: Session, registration: Registration, key: str, now: datetime, buttons: Sequence[Sequence[notices.Button]] = (), **more: Any
) -> bool:
    """The same for what nobody waits for."""
    return _tell(notices.remind, session, registration, key, now, buttons, more)


def _tell(
    say: Callable[..., None],
    session: Session,
    registration: Registration,
    key: str,
    now: datetime,
    buttons: Sequence[Sequence[notices.Button]],
    more: dict[str, Any],
) -> bool:
    if registration.contact is None:
        return False
    say(session, registration.contact, key, now, buttons, **facts(registration, registration.contact.language), **more)
    return True


def say_words(session: Session, contact: Contact, officer: Staff, title: str, words: str, now: datetime) -> None:
    """An officer's own words to a participant, as they were written, under their name and that of the class."""
    text = translate_html(N_("class.officer_says"), contact.language, title=title, text=words)
    signed = translate_html(N_("enquiry.officer_says"), contact.language, officer=officer.full_name, text="") + text
    outbox.send(session, contact, "sendMessage", {"text": signed, "parse_mode": "HTML"}, kind="officer", now=now, staff=officer)
