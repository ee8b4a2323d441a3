"""The draft of a sign-up: what was said so far, and which steps it has. It lies in the conversation's data and is written with every
update, so that nothing is lost when a process ends.

Steps are people, phone, firm, tax code, the class's own questions (`q` and their id), consent, and the summary.
"""

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from bot.memory import DRAFT, recall
from bot.work import Work
from db.models import ClassQuestion, TrainingClass
from db.models.training_class import OPEN
from domain.errors import NoSuchClass, SignUpClosed
from domain.messages import N_
from domain.training import Person, asked
from locales import translate
from usecases import classes, contacts, sign_up

PEOPLE, PHONE, FIRM, TAX, CONSENT, SUMMARY = "people", "phone", "firm", "tax", "consent", "summary"
_LISTED = 10
"""People whose names are said back; of more it is said how many."""


@dataclass(frozen=True)
class Draft:
    """`said` holds the answers by step: people as [name, position, phone], a skipped one as an empty text."""

    class_id: int
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    at: str = PEOPLE
    said: dict[str, Any] = field(default_factory=dict)

    def with_answer(self, step: str, value: Any) -> "Draft":
        return replace(self, said={**self.said, step: value})


def draft_of(work: Work) -> Draft | None:
    """The sign-up that is not handed in, if any."""
    kept = recall(work, DRAFT)
    return Draft(**kept) if kept else None


def must_be_open(work: Work, class_id: int) -> None:
    """Raises `SignUpClosed` before six questions are answered in vain."""
    one = classes.get_published(work.session, class_id)
    if classes.standing(one, classes.seats(work.session, one), work.now) not in {OPEN, classes.FULL}:
        raise SignUpClosed(title=one.title)


def open_draft(work: Work) -> Draft | None:
    """The draft, where its class still takes sign-ups; of another one no answer is awaited."""
    draft = draft_of(work)
    try:
        if draft is not None:
            must_be_open(work, draft.class_id)
    except (NoSuchClass, SignUpClosed):
        return None
    return draft


# steps


def questions_of(training_class: TrainingClass) -> dict[str, ClassQuestion]:
    """The class's own questions by step."""
    return {f"q{question.id}": question for question in training_class.questions}


def answers_of(draft: Draft, training_class: TrainingClass) -> dict[str, Any]:
    """By the name of the question, those that are asked and were answered."""
    given = {question.name: draft.said[step] for step, question in questions_of(training_class).items() if draft.said.get(step)}
    return {name: given[name] for name in asked(training_class.questions, given) if name in given}


def steps(work: Work, draft: Draft, training_class: TrainingClass) -> list[str]:
    """What is asked of this draft, in order; a tax code only of a firm, consent only where it was not given."""
    wanted = asked(training_class.questions, answers_of(draft, training_class))
    own = [step for step, question in questions_of(training_class).items() if question.name in wanted]
    firm = [FIRM] if draft.said.get(FIRM) == "" else [FIRM, TAX]
    consent = [] if contacts.has_consented(work.session, work.contact, contacts.CLASSES) else [CONSENT]
    return [PEOPLE, PHONE, *firm, *own, *consent]


def is_optional(step: str, training_class: TrainingClass) -> bool:
    """Whether it may be skipped."""
    question = questions_of(training_class).get(step)
    return step in {FIRM, TAX} or (question is not None and not question.is_required)


# what was said


def last_time(work: Work) -> dict[str, str]:
    """Phone, firm and tax code of the newest registration; empty where there was none."""
    last = sign_up.last_of(work.session, work.contact)
    return {PHONE: last.phone, FIRM: last.firm, TAX: last.tax_code} if last and last.phone else {}


def people_of_draft(draft: Draft) -> list[Person]:
    return [Person(*one) for one in draft.said.get(PEOPLE, [])]


def phone_of_people(draft: Draft) -> str:
    """The first phone that stands behind a name, or an empty text."""
    return next((one.phone for one in people_of_draft(draft) if one.phone), "")


def said(work: Work, draft: Draft, step: str) -> str:
    """An answer as people read it."""
    value = draft.said.get(step)
    if step == PEOPLE:
        people = people_of_draft(draft)
        listed = ["; ".join(", ".join(part for part in (one.full_name, one.position, one.phone) if part) for one in people[:_LISTED])]
        return listed[0] + (f" … ({len(people)})" if len(people) > _LISTED else "")
    if isinstance(value, dict):
        return str(value["name"])
    return str(value or translate(N_("sign_up.nothing"), work.language))
