"""The form of a knowledge entry. Messages are keys: the page translates them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from admin import wording
from admin.forms import NEEDED, TOO_LONG, Day, PanelForm, Words, cleaned
from db.models import KnowledgeEntry
from domain.folding import words
from domain.messages import N_
from locales.languages import LANGUAGES
from usecases.knowledge import REVIEW_AFTER, WRITTEN

_NEEDED_TO_SEND = {name: [DataRequired(NEEDED)] for name in ("answer", "source")}


class KnowledgeForm(PanelForm):
    question = TextAreaField(
        N_("panel.entry.question"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=1000, message=TOO_LONG)],
        render_kw={"rows": 2},
    )
    answer = TextAreaField(
        N_("panel.entry.answer"), filters=[cleaned], validators=[Length(max=10_000, message=TOO_LONG)], render_kw={"rows": 9}
    )
    source = TextAreaField(
        N_("panel.entry.source"),
        description=N_("panel.entry.source_hint"),
        filters=[cleaned],
        validators=[Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 3},
    )
    topic = Words(N_("panel.entry.topic"), wording.TOPIC)
    language = Words(N_("panel.entry.language"), LANGUAGES)
    certainty = Words(N_("panel.entry.certainty"), wording.CERTAINTY, description=N_("panel.entry.certainty_hint"))
    as_of = Day(N_("panel.entry.as_of"), description=N_("panel.entry.as_of_hint"), validators=[InputRequired(NEEDED)])
    review_by = Day(N_("panel.entry.review_by"), description=N_("panel.entry.review_by_hint"), validators=[InputRequired(NEEDED)])
    version = HiddenField()

    def suggest_days(self, today: date) -> None:
        """A new entry was checked today and is looked at again in a year."""
        self.as_of.data, self.review_by.data = today, today + REVIEW_AFTER

    def is_good(self, *, to_send: bool) -> bool:
        """A draft may lack its answer and source; what is sent for approval may not."""
        return bool(self.validate(extra_validators=_NEEDED_TO_SEND if to_send else None))

    @property
    def written(self) -> dict[str, Any]:
        """The text that a second person approves."""
        return {name: getattr(self, name).data for name in WRITTEN}

    def fill(self, written: Mapping[str, Any]) -> None:
        """Show a text in the fields."""
        for name in WRITTEN:
            getattr(self, name).data = written[name]


def free_slug(session: Session, question: str) -> str:
    """A short name for a new entry, made of its question, that no entry has."""
    stem = slug_stem(question)
    with session.no_autoflush:
        taken = session.scalars(select(KnowledgeEntry.slug).where(KnowledgeEntry.slug.startswith(stem, autoescape=True)))
    return first_free(stem, taken)


def slug_stem(question: str) -> str:
    """The words of a question as a short name."""
    return "-".join(words(question))[:70].strip("-") or "muc"


def first_free(stem: str, taken: Iterable[str]) -> str:
    """The name itself, or with the first number that makes it new."""
    known = set(taken)
    slug, number = stem, 1
    while slug in known:
        number += 1
        slug = f"{stem}-{number}"
    return slug
