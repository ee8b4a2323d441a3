"""Judgement (nhận định): what the counter decides to do with a question, and why."""

from dataclasses import dataclass, field
from enum import StrEnum


class Decision(StrEnum):
    """The answers a turn can have."""

    ANSWER = "answer"
    ASK_BACK = "ask_back"
    HANDOVER = "handover"
    START_TRAINING = "start-training"
    START_BARCODE = "start-barcode"
    START_QUANTITY_MARK = "start-quantity-mark"
    SMALLTALK = "smalltalk"
    STATUS = "status"


SURE, FAIRLY, UNCLEAR = "sure", "fairly", "unclear"
NOT_OURS, NOT_FOUND, DRAFT, ASKED = "not_ours", "not_found", "draft", "asked"
"""Reasons. sure: answered · fairly: choices offered · unclear: too little was said · not_ours: another body's, or nobody's ·
not_found: ours perhaps, but no entry · draft: the entry that fits is not published yet · asked: a person was asked for."""

INSULT, INSTRUCTIONS, OTHERS_DATA, FAR = "@insult", "@instructions", "@others-data", "@far"
"""Values of `Judgement.subject` that no row stands behind: insults, text that gives the machine orders, a wish for other people's data,
and what is far from everything the office does."""


@dataclass(frozen=True)
class Candidate:
    """An entry that may answer: its row in the asker's language where there is one, its slug, 0 to 1, and why."""

    entry_id: int
    slug: str
    score: float
    is_served: bool = True
    """False for drafts and overdue entries: they are known, and never shown to citizens."""
    signals: dict[str, float] = field(default_factory=dict)
    """What spoke for it, by name: words, letters, meaning, phrasing …: for the preview in the panel."""


@dataclass(frozen=True)
class Judgement:
    """The decision on one question. `hits` are the candidates, best first, at most five; `confidence` 0 to 1 that the first is right."""

    decision: Decision
    reason: str
    hits: tuple[Candidate, ...] = ()
    confidence: float = 0.0
    subject: str | None = None
    """Slug of the not-ours subject."""
    question: str = ""
    """The question as it was searched: spelt out, with what a follow-up takes from the one before."""

    @property
    def served(self) -> tuple[Candidate, ...]:
        """The hits that may be shown to citizens."""
        return tuple(hit for hit in self.hits if hit.is_served)


NOTHING = Judgement(Decision.HANDOVER, NOT_FOUND)
