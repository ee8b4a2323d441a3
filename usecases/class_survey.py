"""The survey after a class (khảo sát): how was the content, how was the organisation, what should change."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Registration, SurveyAnswer, TrainingClass

CONTENT, ORGANISATION = "content", "organisation"


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


def outcome(session: Session, training_class: TrainingClass) -> Outcome:
    """Of a class."""
    rows = session.scalars(select(SurveyAnswer).where(SurveyAnswer.class_id == training_class.id).order_by(SurveyAnswer.at.desc())).all()
    content = Counter(row.content for row in rows if row.content)
    organisation = Counter(row.organisation for row in rows if row.organisation)
    return Outcome(dict(content), dict(organisation), [row.words for row in rows if row.words])
