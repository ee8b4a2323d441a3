"""Knowledge (kho kiến thức) as a spreadsheet that can be imported again: each entry as it stands, without what is proposed."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from admin import wording
from admin.exporting import Column, Export, coded, plainly
from admin.imports.knowledge import LABELS
from admin.work import Asked
from db.models import KnowledgeEntry
from db.models.knowledge_entry import PUBLISHED, WITHDRAWN
from domain.folding import fold
from domain.messages import N_
from locales.languages import LANGUAGES
from usecases.material import OVERDUE_AFTER

CHOICES = {
    "review": ("due", "unserved", "replaced"),
    "approval": ("waiting", "mine"),
    "status": tuple(wording.ENTRY_STATUS),
    "topic": tuple(wording.TOPIC),
    "language": tuple(LANGUAGES),
    "certainty": tuple(wording.CERTAINTY),
}


def wanted(who: Asked) -> Select[Any]:
    """The entries that fit the filters of their list."""
    chosen = {name: value for name, value in who.filters.items() if name in CHOICES}
    return select(KnowledgeEntry).where(*(_narrow(name, value, who) for name, value in chosen.items()))


def _holds(entry: KnowledgeEntry, who: Asked) -> bool:
    """Whether an entry holds every word of the search; the table keeps no folded text."""
    text = fold(f"{entry.question} {entry.answer} {entry.source} {entry.slug}")
    return all(word in text for word in fold(who.filters.get("search", "")).split())


def _narrow(name: str, value: str, who: Asked) -> ColumnElement[bool]:
    conditions: dict[tuple[str, str], ColumnElement[bool]] = {
        ("review", "due"): and_(KnowledgeEntry.review_by <= who.today, KnowledgeEntry.status == PUBLISHED),
        ("review", "unserved"): and_(KnowledgeEntry.review_by < who.today - OVERDUE_AFTER, KnowledgeEntry.status == PUBLISHED),
        ("review", "replaced"): and_(KnowledgeEntry.review_reason.is_not(None), KnowledgeEntry.status != WITHDRAWN),
        ("approval", "waiting"): KnowledgeEntry.proposed_at.is_not(None),
        ("approval", "mine"): and_(KnowledgeEntry.proposed_by_id == who.staff_id, KnowledgeEntry.proposed_at.is_(None)),
    }
    if (name, value) in conditions:
        return conditions[name, value]
    condition: ColumnElement[bool] = getattr(KnowledgeEntry, name) == value
    return condition


EXPORT = Export(
    name="knowledge",
    title=N_("panel.menu.knowledge"),
    record=KnowledgeEntry,
    columns=(
        Column(LABELS["slug"], plainly("slug"), 28),
        Column(LABELS["language"], coded("language", LANGUAGES), 14),
        Column(LABELS["topic"], coded("topic", wording.TOPIC), 24),
        Column(LABELS["question"], plainly("question"), 50),
        Column(LABELS["answer"], plainly("answer"), 80),
        Column(LABELS["source"], plainly("source"), 40),
        Column(LABELS["certainty"], coded("certainty", wording.CERTAINTY), 14),
        Column(LABELS["as_of"], plainly("as_of"), 14),
        Column(LABELS["review_by"], plainly("review_by"), 14),
        Column(N_("panel.entry.status"), coded("status", wording.ENTRY_STATUS), 14),
    ),
    query=wanted,
    fits=_holds,
    choices=CHOICES,
    is_searched=True,
)
