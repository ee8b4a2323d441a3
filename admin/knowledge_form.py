"""The form of a knowledge entry. Messages are keys: the page translates them."""

from datetime import date, timedelta
from typing import Any

from flask_admin.form import BaseForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import DateField, Field, HiddenField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from admin import wording
from admin.language import say
from db.models import KnowledgeEntry
from domain.folding import clean, words
from domain.messages import N_
from locales.languages import LANGUAGES

FIELDS = ("question", "answer", "source", "topic", "language", "certainty", "as_of", "review_by")
"""What an officer writes, in the order of the form."""

_NEEDED = N_("panel.form.needed")
_TOO_LONG = N_("panel.form.too_long")
_NO_DAY = N_("panel.form.no_day")


class Day(DateField):  # type: ignore[misc]
    """A day; the browser's own picker."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_NO_DAY) from None


class Words(SelectField):  # type: ignore[misc]
    """A choice among codes, shown in words."""

    def __init__(self, label: str, words_of: dict[str, str], **options: Any) -> None:
        def choices() -> list[SelectChoice]:
            return [SelectChoice(code, say(key)) for code, key in words_of.items()]

        super().__init__(label, choices=choices, invalid_choice_message=N_("panel.form.not_offered"), **options)


def _clean(text: str | None) -> str:
    return clean(text or "")


class KnowledgeForm(BaseForm):  # type: ignore[misc]
    question = TextAreaField(
        N_("panel.entry.question"),
        filters=[_clean],
        validators=[DataRequired(_NEEDED), Length(max=1000, message=_TOO_LONG)],
        render_kw={"rows": 2},
    )
    answer = TextAreaField(
        N_("panel.entry.answer"),
        filters=[_clean],
        validators=[DataRequired(_NEEDED), Length(max=10_000, message=_TOO_LONG)],
        render_kw={"rows": 9},
    )
    source = TextAreaField(
        N_("panel.entry.source"),
        description=N_("panel.entry.source_hint"),
        filters=[_clean],
        validators=[DataRequired(_NEEDED), Length(max=2000, message=_TOO_LONG)],
        render_kw={"rows": 3},
    )
    topic = Words(N_("panel.entry.topic"), wording.TOPIC)
    language = Words(N_("panel.entry.language"), LANGUAGES)
    certainty = Words(N_("panel.entry.certainty"), wording.CERTAINTY, description=N_("panel.entry.certainty_hint"))
    as_of = Day(N_("panel.entry.as_of"), description=N_("panel.entry.as_of_hint"), validators=[InputRequired(_NEEDED)])
    review_by = Day(N_("panel.entry.review_by"), description=N_("panel.entry.review_by_hint"), validators=[InputRequired(_NEEDED)])
    version = HiddenField()

    def suggest_days(self, today: date) -> None:
        """A new entry was checked today and is looked at again in a year."""
        self.as_of.data, self.review_by.data = today, today + timedelta(days=365)

    def described(self, field: Field) -> dict[str, str]:
        """What a screen reader is told about a field beside its label."""
        notes = [f"{field.id}-hint"] * bool(field.description) + [f"{field.id}-bad"] * bool(field.errors)
        described = {"aria-describedby": " ".join(notes)} if notes else {}
        return described | ({"aria-invalid": "true"} if field.errors else {})

    def populate_obj(self, obj: KnowledgeEntry) -> None:
        """Only what an officer writes; the version is counted by the use case."""
        for name in FIELDS:
            setattr(obj, name, getattr(self, name).data)


def free_slug(session: Session, entry: KnowledgeEntry) -> str:
    """A short name for a new entry, made of its question, that no entry of its language has."""
    stem = "-".join(words(entry.question))[:70].strip("-") or "muc"
    with session.no_autoflush:
        taken = set(session.scalars(select(KnowledgeEntry.slug).where(KnowledgeEntry.slug.startswith(stem, autoescape=True))))
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
