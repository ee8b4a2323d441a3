"""The form of an audience (đối tượng nhận tin): what is offered to choose from, what was chosen, and an audience in words.

Its fields carry a prefix, so that it may stand inside the form of a broadcast. Long lists are ticked; a script only makes them shorter.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any

from flask import g
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from wtforms import Field, IntegerField, StringField
from wtforms.validators import NumberRange, Optional, ValidationError

from admin import wording
from admin.database import db
from admin.forms import PanelForm
from admin.language import day, say
from db.models import Organisation, OrganisationContact, RecipientList, SavedAudience, TrainingClass
from db.models.organisation import REFUSED
from domain import dossiers
from domain.audiences import LONGEST_SEEN, MOST, Audience
from domain.channels import CHATS
from domain.folding import fold
from domain.messages import N_
from domain.topics import TOPICS
from domain.worktime import ZONE
from locales.languages import LANGUAGES

PREFIX = "audience-"
USE = PREFIX + "use"
"""The button that takes a saved audience over into the form, where no script does it."""
_OFFERED = 300
"""Classes, communes or sectors that are offered: the newest, and those of most firms. Chosen ones are always among them."""
_FEW = 4
"""So many are shown at once; a longer list opens."""
_NOT_OFFERED = N_("panel.form.not_offered")

Captions = dict[Any, str]
Offers = Callable[[Session, Collection[Any]], Captions]
"""What may be chosen, each with its words; what is chosen already is among it."""


class Ticks(Field):  # type: ignore[misc]
    """Several of what is offered. A value that is no longer offered stays, with a word on it; of a closed set it is refused."""

    data: tuple[Any, ...]

    def __init__(self, label: str, offers: Offers, *, kind: type = str, is_closed: bool = False, **options: Any) -> None:
        super().__init__(label, **options)
        self._offers, self._kind, self._is_closed = offers, kind, is_closed
        self._unreadable = False

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        self.data = tuple(self.data or ())
        if formdata:
            given = formdata.getlist(self.name)
            read = [one for one in given if self._kind is str or (one.isascii() and one.isdigit() and len(one) < 19)]
            self._unreadable = len(read) < len(given)
            self.data = tuple(dict.fromkeys(self._kind(one)[:200] if self._kind is str else self._kind(one) for one in read))

    def pre_validate(self, form: Any) -> None:
        if self._unreadable or len(self.data) > MOST or (self._is_closed and set(self.data) - set(self._offers(db.session, ()))):
            raise ValidationError(_NOT_OFFERED)

    @cached_property
    def offered(self) -> Captions:
        """Every value that may be ticked, with its words."""
        found = self._offers(db.session, self.data)
        gone = {value: say(N_("panel.audience.gone"), value=value) for value in self.data if value not in found}
        return found | gone

    @property
    def is_long(self) -> bool:
        return len(self.offered) > _FEW

    def said(self) -> str:
        """What is chosen, in words."""
        offered = self.offered
        return ", ".join(offered[value] for value in self.data)

    def __call__(self, **kwargs: Any) -> str:  # the template writes the boxes
        return ""


class Codes(StringField):  # type: ignore[misc]
    """HS codes or their beginnings, between commas or spaces, with or without dots."""

    def _value(self) -> str:
        return " ".join(self.raw_data or ()) if self.errors else ", ".join(self.data or ())

    def process_data(self, value: Any) -> None:
        self.data = tuple(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = tuple(dict.fromkeys(filter(None, (one.replace(".", "") for one in re.split(r"[\s,;]+", " ".join(valuelist))))))

    def pre_validate(self, form: Any) -> None:
        for one in self.data:
            if not (one.isascii() and one.isdigit() and 2 <= len(one) <= 12):
                raise ValidationError(say(N_("panel.audience.bad_code"), code=one[:20]))
        if len(self.data) > MOST:
            raise ValidationError(say(N_("panel.audience.too_many"), limit=MOST))

    def said(self) -> str:
        return ", ".join(self.data)


class Days(IntegerField):  # type: ignore[misc]
    """A number of days; empty: whenever."""

    def process_data(self, value: Any) -> None:
        self.data = value or None

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([one for one in valuelist if one.strip()])
        except ValueError:
            raise ValueError(N_("panel.audience.bad_days")) from None

    def said(self) -> str:
        return say(N_("panel.audience.days"), number=self.data) if self.data else ""


def _words(table: Mapping[str, str]) -> Offers:
    return lambda _session, _chosen: {code: say(key) for code, key in table.items()}


def _languages(_session: Session, _chosen: Collection[Any]) -> Captions:
    return dict(LANGUAGES)


def _dossier_kinds(_session: Session, _chosen: Collection[Any]) -> Captions:
    return {one.kind: say(f"dossier.type.{one.kind}") for one in dossiers.current_types()}


def _dossier_states(_session: Session, _chosen: Collection[Any]) -> Captions:
    names = dict.fromkeys(state.name for one in dossiers.current_types() for state in one.states)
    return {name: say(f"dossier.state.{name}") for name in names}


def _of_firms(column: Any) -> Offers:
    """What stands in a column of the firms that somebody speaks for: only there can it fit anybody."""

    def offered(session: Session, chosen: Collection[Any]) -> Captions:
        kept = f"offered_{column.key}"
        if kept not in g:  # several fields of a page offer the same, and all firms are read for it
            setattr(g, kept, _common(session, column))
        return {value: value for value in sorted({*getattr(g, kept), *chosen}, key=lambda value: (fold(value), value))}

    return offered


def _common(session: Session, column: Any) -> Collection[str]:
    speaking = select(column).join(OrganisationContact, OrganisationContact.organisation_id == Organisation.id)
    wanted = speaking.where(column != "", OrganisationContact.status != REFUSED).group_by(column)
    return session.scalars(wanted.order_by(func.count().desc(), column).limit(_OFFERED)).all()


def _classes(session: Session, chosen: Collection[Any]) -> Captions:
    """The newest classes, with their dates, and those that are chosen."""
    columns = select(TrainingClass.id, TrainingClass.title, TrainingClass.starts_at).where(TrainingClass.deleted_at.is_(None))
    newest = columns.order_by(TrainingClass.starts_at.desc(), TrainingClass.id.desc()).limit(_OFFERED)
    rows = {row.id: row for row in session.execute(newest)} | {row.id: row for row in _missing(session, columns, TrainingClass.id, chosen)}
    return {key: f"{row.title} · {day(row.starts_at.astimezone(ZONE).date())}" for key, row in rows.items()}


def _lists(session: Session, chosen: Collection[Any]) -> Captions:
    columns = select(RecipientList.id, RecipientList.name).where(RecipientList.deleted_at.is_(None))
    rows = {row.id: row.name for row in session.execute(columns.order_by(RecipientList.name).limit(_OFFERED))}
    return rows | {row.id: row.name for row in _missing(session, columns, RecipientList.id, chosen)}


def _missing(session: Session, columns: Any, key: Any, chosen: Collection[Any]) -> Collection[Any]:
    return session.execute(columns.where(key.in_(chosen))).all() if chosen else ()


_communes, _sectors = _of_firms(Organisation.commune), _of_firms(Organisation.sector)


class AudienceForm(PanelForm):
    """`AudienceForm(request.form)` reads what was posted, `AudienceForm.filled(audience)` shows an audience."""

    topics = Ticks(N_("panel.audience.topics"), _words(TOPICS), is_closed=True, description=N_("panel.audience.topics_hint"))
    communes = Ticks(N_("panel.audience.communes"), _communes, description=N_("panel.audience.communes_hint"))
    sectors = Ticks(N_("panel.audience.sectors"), _sectors, description=N_("panel.audience.sectors_hint"))
    classes = Ticks(N_("panel.audience.classes"), _classes, kind=int, description=N_("panel.audience.classes_hint"))
    dossier_kinds = Ticks(N_("panel.audience.dossier_kinds"), _dossier_kinds, is_closed=True)
    dossier_states = Ticks(
        N_("panel.audience.dossier_states"), _dossier_states, is_closed=True, description=N_("panel.audience.dossier_states_hint")
    )
    lists = Ticks(N_("panel.audience.lists"), _lists, kind=int, description=N_("panel.audience.lists_hint"))
    hs_codes = Codes(
        N_("panel.audience.hs_codes"), description=N_("panel.audience.hs_codes_hint"), render_kw={"maxlength": 4000, "autocomplete": "off"}
    )
    languages = Ticks(N_("panel.audience.languages"), _languages, is_closed=True)
    channels = Ticks(N_("panel.audience.channels"), _words({name: wording.CHANNEL[name] for name in CHATS}), is_closed=True)
    seen_within_days = Days(
        N_("panel.audience.seen"),
        description=N_("panel.audience.seen_hint"),
        validators=[Optional(), NumberRange(1, LONGEST_SEEN, N_("panel.audience.bad_days"))],
        render_kw={"min": 1, "max": LONGEST_SEEN, "inputmode": "numeric"},
    )
    without_lists = Ticks(N_("panel.audience.without_lists"), _lists, kind=int)
    without_classes = Ticks(N_("panel.audience.without_classes"), _classes, kind=int)
    without_communes = Ticks(N_("panel.audience.without_communes"), _communes)
    without_dossier_kinds = Ticks(N_("panel.audience.without_dossier_kinds"), _dossier_kinds, is_closed=True)

    def __init__(self, formdata: Any = None, obj: Any = None, prefix: str = PREFIX, **kwargs: Any) -> None:
        super().__init__(formdata, obj, prefix, **kwargs)

    @classmethod
    def filled(cls, audience: Audience) -> "AudienceForm":
        """The form as it shows an audience."""
        return cls(obj=audience)

    @classmethod
    def posted(cls, formdata: Any) -> "AudienceForm":
        """What was posted; where the button `USE` was pressed, the saved audience that was chosen instead."""
        chosen = saved(db.session, formdata.get(PREFIX + "saved", "")) if formdata.get(USE) else None
        return cls.filled(chosen) if chosen else cls(formdata)

    def names(self) -> list[str]:
        """The filters, by their names in an audience."""
        return [field.name for field in fields(Audience)]

    def audience(self) -> Audience:
        """What was chosen, of a form that is sound."""
        given = {name: self[name].data for name in self.names()}
        return Audience.of({name: value for name, value in given.items() if value})

    @property
    def saved_audiences(self) -> Captions:
        """What one may begin from."""
        rows = select(SavedAudience.id, SavedAudience.name).where(SavedAudience.deleted_at.is_(None))
        return {key: name for key, name in db.session.execute(rows.order_by(SavedAudience.name).limit(_OFFERED))}


def saved(session: Session, key: str) -> Audience | None:
    """A saved audience by the key that was posted."""
    found = session.get(SavedAudience, int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else None
    return Audience.of(found.audience) if found and found.deleted_at is None else None


def said(audience: Audience) -> list[tuple[str, str]]:
    """An audience in words: the name of each filter that is set, and its values."""
    form = AudienceForm.filled(audience)
    return [(say(form[name].label.text), form[name].said()) for name in form.names() if form[name].data]
