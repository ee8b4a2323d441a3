"""Answers (trả lời): the one function that finds knowledge for a question, and the record of what was offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.models import Contact, GivenAnswer, InboundMessage, KnowledgeEntry
from db.models.knowledge_entry import PUBLISHED
from domain.ranking import Hit, Phrased, Ranking
from usecases import knowledge

SURE, CLEAR_LEAD, FAIRLY = 0.43, 0.05, 0.30
"""Chosen on the labelled questions in `tests/material/enquiries.jsonl`; a later issue puts them into the panel."""
CHOICES = 3


@dataclass(frozen=True)
class Found:
    """What the search says: `sure` (answer outright), `fairly` (offer choices), `unknown` (a person); entry ids, best first."""

    verdict: str
    hits: tuple[Hit, ...] = ()

    @property
    def ids(self) -> list[int]:
        return [hit.key for hit in self.hits]


NOTHING = Found("unknown")


class KnowledgeIndex:
    """The published entries as one process searches them: a ranking a language."""

    def __init__(self, entries: Sequence[KnowledgeEntry]) -> None:
        self._twins = {(entry.slug, entry.language): entry.id for entry in entries}
        self._slugs = {entry.id: entry.slug for entry in entries}
        self._ranking = Ranking(Phrased(entry.id, (entry.question,), entry.answer) for entry in entries)

    def find(self, question: str, language: str) -> Found:
        """The entries for a question, in the contact's language where the entry has it. Pure computation, a few milliseconds."""
        hits: list[Hit] = []
        seen: set[str] = set()
        for hit in self._ranking.find(question, 3 * CHOICES):
            slug = self._slugs[hit.key]
            if slug not in seen:
                seen.add(slug)
                hits.append(Hit(self._twins.get((slug, language), hit.key), hit.score))
        if not hits or hits[0].score < FAIRLY:
            return Found("unknown", tuple(hits[:CHOICES]))
        lead = hits[0].score - (hits[1].score if len(hits) > 1 else 0)
        verdict = "sure" if hits[0].score >= SURE and lead >= CLEAR_LEAD else "fairly"
        return Found(verdict, tuple(hit for hit in hits[: CHOICES + 1] if hit.score >= FAIRLY / 2))


def build_index(session: Session) -> KnowledgeIndex:
    """Read the published entries into an index."""
    return KnowledgeIndex(knowledge.published(session))


def servable(session: Session, entry_id: int) -> KnowledgeEntry | None:
    """The entry if it may be served now: published (it may have been withdrawn since it was found) and with a source."""
    entry = session.get(KnowledgeEntry, entry_id)
    return entry if entry is not None and entry.status == PUBLISHED and entry.source.strip() else None


def record(
    session: Session,
    contact: Contact,
    message: InboundMessage | None,
    *,
    outcome: str,
    now: datetime,
    entry: KnowledgeEntry | None = None,
    found: Found = NOTHING,
) -> GivenAnswer:
    """Keep what the bot did with a turn: answered, offered, handed_over, asked_again, small_talk."""
    row = GivenAnswer(
        contact_id=contact.id,
        inbound_message_id=message.id if message else None,
        outcome=outcome,
        entry_id=entry.id if entry else None,
        scores=[[hit.key, round(hit.score, 3)] for hit in found.hits],
        at=now,
    )
    session.add(row)
    session.flush()
    return row
