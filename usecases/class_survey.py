"""The survey after a class (khảo sát): how was the content, how was the organisation, what should change."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, Registration, SurveyAnswer, TrainingClass
from db.models.registration import CONFIRMED
from db.models.training_class import HELD

CONTENT, ORGANISATION = "content", "organisation"
ASKED_FOR = timedelta(days=14)
"""How long after the class a number alone is taken for a mark."""


@dataclass(frozen=True)
class Outcome:
    """What a class's participants said: how often each mark, and their sentences, newest first."""

    content: dict[int, int]
    organisation: dict[int, int]
    words: list[str]


def mark(session: Session, registration: Registration, question: str, points: int, now: datetime) -> SurveyAnswer:
    """Keep a mark of 1 to 5; a later one for the same question replaces it."""
    if question not in {CONTENT, ORGANISATION} or not 1 <= points <= 5:
        raise ValueError("content or organisation, 1 to 5")
    answer = _answer(session, registration, now)
    setattr(answer, question, points)
    return answer


def say(session: Session, registration: Registration, words: str, now: datetime) -> SurveyAnswer:
    """Keep what should change, in their words."""
    answer = _answer(session, registration, now)
    answer.words = words[:2000]
    return answer


def _answer(session: Session, registration: Registration, now: datetime) -> SurveyAnswer:
    answer = session.get(SurveyAnswer, registration.id)
    if answer is None:
        answer = SurveyAnswer(registration_id=registration.id, class_id=registration.class_id, at=now)
        session.add(answer)
        session.flush()
    return answer


def due(session: Session, contact: Contact, now: datetime) -> tuple[Registration, str] | None:
    """The registration and the mark that this contact was asked for within the last fortnight and has not given."""
    of_class = select(Registration, SurveyAnswer).select_from(Registration).join(TrainingClass)
    with_answer = of_class.outerjoin(SurveyAnswer, SurveyAnswer.registration_id == Registration.id)
    asked = (TrainingClass.status == HELD, TrainingClass.changed_at > now - ASKED_FOR)
    mine = (Registration.contact_id == contact.id, Registration.status == CONFIRMED)
    rows = session.execute(with_answer.where(*mine, *asked).order_by(TrainingClass.changed_at.desc()))
    for registration, answer in rows:
        if answer is None or answer.content is None:
            return registration, CONTENT
        if answer.organisation is None:
            return registration, ORGANISATION
    return None


def outcome(session: Session, training_class: TrainingClass) -> Outcome:
    """Of a class."""
    rows = session.scalars(select(SurveyAnswer).where(SurveyAnswer.class_id == training_class.id).order_by(SurveyAnswer.at.desc())).all()
    content = Counter(row.content for row in rows if row.content)
    organisation = Counter(row.organisation for row in rows if row.organisation)
    return Outcome(dict(content), dict(organisation), [row.words for row in rows if row.words])
