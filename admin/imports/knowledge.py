"""Knowledge (kho kiến thức) from a spreadsheet: new entries are drafts, edits of published ones wait in the hands of whoever imported them.

Nothing is published: each text is sent for approval by hand, as if it had been typed.
"""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import wording
from admin.importing import Complaint, Field, Import, Target, Values
from admin.knowledge_form import slug_stem
from admin.work import Asked
from db.models import KnowledgeEntry
from db.models.knowledge_entry import PUBLISHED
from domain.folding import fold
from domain.messages import N_
from locales.languages import LANGUAGES
from usecases import knowledge, material
from usecases.knowledge import REVIEW_AFTER, WRITTEN

MOST = 5_000
"""Rows of a file. The search of every process holds drafts as well, and is measured up to so many entries."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LABELS = {
    "slug": N_("panel.import.code"),
    "language": N_("panel.entry.language"),
    "topic": N_("panel.entry.topic"),
    "question": N_("panel.entry.question"),
    "answer": N_("panel.entry.answer"),
    "source": N_("panel.entry.source"),
    "certainty": N_("panel.entry.certainty"),
    "as_of": N_("panel.entry.as_of"),
    "review_by": N_("panel.entry.review_by"),
}


class Drafts(Target):
    record = KnowledgeEntry

    def __init__(self, session: Session, who: Asked) -> None:
        super().__init__(session, who)
        wanted = select(KnowledgeEntry.id, KnowledgeEntry.slug, KnowledgeEntry.language, KnowledgeEntry.question)
        self._by_slug: dict[tuple[str, str], int] = {}
        self._by_question: dict[tuple[str, str], int] = {}
        self._numbers: dict[str, int] = {}
        self._slugs: set[str] = set()
        for key, slug, language, question in session.execute(wanted.order_by(KnowledgeEntry.id.desc())):
            self._note(key, slug, language, question)

    def complain(self, values: Values) -> list[Complaint]:
        """A code is part of addresses and of what staff type."""
        slug = values.get("slug") or ""
        return [] if not slug or _SLUG.fullmatch(slug) else [Complaint(N_("panel.import.bad_code"), LABELS["slug"])]

    def name(self, values: Values) -> str:
        return f"{values['language']} {values.get('slug') or fold(values['question'])}"

    def find(self, values: Values) -> int | None:
        """By its code; without one, by its question."""
        slug, language = values.get("slug"), values["language"]
        return self._by_slug.get((slug, language)) if slug else self._by_question.get((fold(values["question"]), language))

    def differs(self, row: Any, values: Values) -> bool:
        """A text that stands or that is proposed already changes nothing."""
        text = self._text(values, row)
        return text not in (knowledge.values(knowledge.proposed(row)), {name: getattr(row, name) for name in WRITTEN})

    def refuse(self, row: Any, values: Values) -> Complaint | None:
        """What somebody else has in hand is not written over."""
        is_anothers = row.proposal is not None and row.proposed_by_id != self.who.staff_id
        return Complaint(N_("panel.import.in_other_hands")) if is_anothers or knowledge.is_waiting(row) else None

    def create(self, session: Session, values: Values, now: datetime) -> KnowledgeEntry:
        slug = values.get("slug") or self._free_slug(values["question"])
        self._slugs.add(slug)
        return knowledge.draft(session, slug, values["language"], self._text(values, None), staff_id=self.who.staff_id, now=now)

    def change(self, session: Session, row: Any, values: Values, now: datetime) -> None:
        text = self._text(values, row)
        if row.status == PUBLISHED:
            knowledge.propose(session, row, text, staff_id=self.who.staff_id, now=now, send=False)
        else:
            knowledge.redraft(session, row, text, staff_id=self.who.staff_id, now=now)

    def noted(self, row: Any) -> None:
        self._note(row.id, row.slug, row.language, row.question)

    def finish(self, session: Session, now: datetime) -> None:
        """One signal for all of them: the searches are built again once."""
        material.touch(session)

    def _note(self, key: int, slug: str, language: str, question: str) -> None:
        self._by_slug[slug, language] = self._by_question[fold(question), language] = key
        self._slugs.add(slug)

    def _text(self, values: Values, row: Any) -> dict[str, Any]:
        """The text that a row asks for. What a file leaves out stays as it is; of a new entry it was checked today."""
        written: dict[str, Any] = {name: getattr(row, name) for name in WRITTEN} if row is not None else {"answer": "", "source": ""}
        written |= {name: values[name] for name in WRITTEN if name in values and (values[name] or name in {"answer", "source"})}
        as_of = written.setdefault("as_of", self.who.today)
        written.setdefault("review_by", as_of + REVIEW_AFTER)
        return written

    def _free_slug(self, question: str) -> str:
        """A short name that no entry has, found without asking the database for each."""
        stem = slug_stem(question)
        slug = stem
        while slug in self._slugs:
            self._numbers[stem] = self._numbers.get(stem, 1) + 1
            slug = f"{stem}-{self._numbers[stem]}"
        return slug


IMPORT = Import(
    name="knowledge",
    title=N_("panel.menu.knowledge"),
    intro=N_("panel.import.knowledge_intro"),
    fields=(
        Field("slug", LABELS["slug"], most=80, hint=N_("panel.import.code_hint")),
        Field("language", LABELS["language"], needed=True, words=LANGUAGES),
        Field("topic", LABELS["topic"], needed=True, words=wording.TOPIC),
        Field("question", LABELS["question"], needed=True, most=1000),
        Field("answer", LABELS["answer"], in_file=True, most=10_000),
        Field("source", LABELS["source"], in_file=True, most=2000, hint=N_("panel.entry.source_hint")),
        Field("certainty", LABELS["certainty"], needed=True, words=wording.CERTAINTY),
        Field("as_of", LABELS["as_of"], is_day=True, hint=N_("panel.import.as_of_hint")),
        Field("review_by", LABELS["review_by"], is_day=True, hint=N_("panel.import.review_by_hint")),
    ),
    target=Drafts,
    most=MOST,
)
