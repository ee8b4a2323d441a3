"""Turns (lượt trả lời): exactly one record of what the bot did with every message and pressed button."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.models import Contact, GivenAnswer, InboundMessage, KnowledgeEntry
from domain.follow_ups import is_follow_up
from domain.judgement import NOTHING, Judgement

ANSWERED, OFFERED, REPEATED, HANDED_OVER, ASKED_AGAIN = "answered", "offered", "repeated", "handed_over", "asked_again"
NOT_OURS, SMALL_TALK, SERVICE, ADDED, REFUSED, DONE = "not_ours", "small_talk", "service", "added", "refused", "done"
OUTCOMES = frozenset({ANSWERED, OFFERED, REPEATED, HANDED_OVER, ASKED_AGAIN, NOT_OURS, SMALL_TALK, SERVICE, ADDED, REFUSED, DONE})
"""answered: an entry was given · offered: choices · repeated: the entry was given a moment ago, and it was said so ·
handed_over: to people · asked_again: more words were asked for · not_ours: the body to ask was named · small_talk ·
service: a wish to start a service · added: to an enquiry that people have · refused: an expected error was explained ·
done: everything else."""


def record(
    session: Session,
    contact: Contact,
    message: InboundMessage | None,
    *,
    outcome: str,
    now: datetime,
    entry: KnowledgeEntry | None = None,
    judged: Judgement = NOTHING,
    is_gap: bool = False,
) -> GivenAnswer:
    """Keep what the bot did with a turn. `is_gap` marks questions that the office's knowledge does not answer."""
    if outcome not in OUTCOMES:
        raise ValueError(f"no such outcome: {outcome}")
    row = GivenAnswer(
        contact_id=contact.id,
        inbound_message_id=message.id if message else None,
        outcome=outcome,
        reason=judged.reason if judged is not NOTHING else None,
        question=_asked(message, judged),
        entry_id=entry.id if entry else None,
        scores=[[hit.entry_id, round(hit.score, 3)] for hit in judged.hits],
        confidence=judged.confidence if judged is not NOTHING else None,
        is_gap=is_gap,
        at=now,
    )
    session.add(row)
    session.flush()
    return row


def _asked(message: InboundMessage | None, judged: Judgement) -> str | None:
    """What was asked, in the citizen's own words; of a follow-up or a pressed button, what it stood for."""
    if judged.question and message is not None and message.kind != "button" and not is_follow_up(message.text):
        return message.text
    return judged.question or None
