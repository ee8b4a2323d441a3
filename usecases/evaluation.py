"""Evaluation (đánh giá): how well a search answers labelled questions, and what an edit would change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import LabelledQuestion
from domain.judgement import NOT_OURS, Decision, Judgement
from domain.material import Material
from usecases import embedding, search
from usecases.search import Search


@dataclass(frozen=True)
class Labelled:
    """A question whose right entries (any of `expect`, slugs) and decision (`intent`) are known."""

    text: str
    style: str
    expect: tuple[str, ...]
    intent: str

    @property
    def is_answerable(self) -> bool:
        return self.intent == Decision.ANSWER

    @property
    def is_not_ours(self) -> bool:
        return self.intent == Decision.HANDOVER and not self.expect


@dataclass
class Figures:
    """Counts over labelled questions; shares are between 0 and 1, None where nothing was asked."""

    answerable: int = 0
    first: int = 0
    in_three: int = 0
    outright: int = 0
    outright_wrong: int = 0
    """Of all outright answers, to any question, those whose entry is not expected."""
    outright_right_answerable: int = 0
    not_ours: int = 0
    recognised: int = 0
    intents: int = 0
    intents_right: int = 0

    @staticmethod
    def share(part: int, whole: int) -> float | None:
        return part / whole if whole else None

    @property
    def shares(self) -> dict[str, float | None]:
        """first, top3, outright (of answerable), wrong (of outright answers), not_ours (recognised), intents (other intents right)."""
        return {
            "first": self.share(self.first, self.answerable),
            "top3": self.share(self.in_three, self.answerable),
            "outright": self.share(self.outright_right_answerable, self.answerable),
            "wrong": self.share(self.outright_wrong, self.outright),
            "not_ours": self.share(self.recognised, self.not_ours),
            "intents": self.share(self.intents_right, self.intents),
        }

    def count(self, row: Labelled, judged: Judgement) -> None:
        slugs = [hit.slug for hit in judged.hits]
        right_first = bool(slugs) and slugs[0] in row.expect
        if row.is_answerable:
            self.answerable += 1
            self.first += right_first
            self.in_three += any(slug in row.expect for slug in slugs[:3])
        if judged.decision is Decision.ANSWER:
            self.outright += 1
            self.outright_wrong += not right_first
            self.outright_right_answerable += row.is_answerable and right_first
        if row.is_not_ours:
            self.not_ours += 1
            self.recognised += judged.decision is Decision.HANDOVER and judged.reason == NOT_OURS
        elif not row.is_answerable:
            self.intents += 1
            self.intents_right += judged.decision == row.intent


@dataclass(frozen=True)
class Evaluation:
    """The whole, and each style by its name; `judged` in the order of the questions."""

    whole: Figures
    styles: dict[str, Figures]
    judged: tuple[Judgement, ...]


@dataclass(frozen=True)
class Turned:
    """A labelled question that an edit judges differently: decisions with the first slug, and whether each is right."""

    question: Labelled
    was: Judgement
    becomes: Judgement
    was_right: bool
    is_right: bool


@dataclass(frozen=True)
class Effect:
    """What an edit changes on the labelled questions."""

    before: Figures
    after: Figures
    turned: tuple[Turned, ...] = field(default=())


def labelled(session: Session) -> list[Labelled]:
    """The questions that are kept for measuring edits."""
    rows = session.scalars(select(LabelledQuestion).order_by(LabelledQuestion.id))
    return [Labelled(row.text, row.style, tuple(row.expect), row.intent) for row in rows]


def language_of(row: Labelled) -> str:
    return "en" if row.style == "english" else "vi"


def evaluate(found: Search, questions: Sequence[Labelled]) -> Evaluation:
    """Judge every question and count."""
    whole, styles = Figures(), defaultdict[str, Figures](Figures)
    judged = tuple(found.judge(row.text, language_of(row)) for row in questions)
    for row, judgement in zip(questions, judged, strict=True):
        whole.count(row, judgement)
        styles[row.style].count(row, judgement)
    return Evaluation(whole, dict(styles), judged)


def effect(session: Session, before: Material, after: Material) -> Effect:
    """Measure an edit before it is saved: both materials on the labelled questions. A few seconds of computing; writes nothing."""
    questions = labelled(session)
    standing = search.over(session, before)
    embedding.prime(embedding.kept(session, standing.meaning_texts(row.text for row in questions)))
    was = _standing(standing, tuple(questions))
    becomes = evaluate(search.edited(session, standing, after), questions)
    return Effect(was.whole, becomes.whole, tuple(_turned(questions, was.judged, becomes.judged)))


@lru_cache(2)
def _standing(found: Search, questions: tuple[Labelled, ...]) -> Evaluation:
    """How the search in force does: asked again and again while staff try edits."""
    return evaluate(found, questions)


def is_right(row: Labelled, judged: Judgement) -> bool:
    """Whether the counter did what the label wants: the entry outright or among the choices, or the other decision."""
    if row.is_answerable:
        shown = judged.hits[:1] if judged.decision is Decision.ANSWER else judged.hits[:3] if judged.decision is Decision.ASK_BACK else ()
        return any(hit.slug in row.expect for hit in shown)
    if row.is_not_ours:
        return judged.decision is Decision.HANDOVER and judged.reason == NOT_OURS
    return judged.decision == row.intent


def _turned(questions: Sequence[Labelled], was: Sequence[Judgement], becomes: Sequence[Judgement]) -> Iterable[Turned]:
    for row, old, new in zip(questions, was, becomes, strict=True):
        if _gist(old) != _gist(new):
            yield Turned(row, old, new, is_right(row, old), is_right(row, new))


def _gist(judged: Judgement) -> tuple[str, str, str | None, tuple[str, ...]]:
    shown = 1 if judged.decision is Decision.ANSWER else 3 if judged.decision is Decision.ASK_BACK else 0
    return judged.decision, judged.reason, judged.subject, tuple(hit.slug for hit in judged.hits[:shown])
