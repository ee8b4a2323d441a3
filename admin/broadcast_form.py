"""The form of a broadcast: what it says, what it is about, who it is for, when it goes, and whether it is urgent."""

import re
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from wtforms import BooleanField, Field, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from admin import wording
from admin.audience_form import AudienceForm, said
from admin.class_form import Moment
from admin.conflicts import Conflict
from admin.content_form import ContentForm, as_fields
from admin.forms import NEEDED, TOO_LONG, Words, cleaned
from admin.language import moment, say
from db.models import Broadcast
from domain.audiences import Audience
from domain.broadcasts import LINK
from domain.messages import N_
from usecases import broadcasts
from usecases.broadcasts import Draft

SAVE, PREVIEW, CHECK, TEMPLATE = "save", "preview", "check", "template"
"""What is pressed: each keeps what was typed first."""
ACTS = (SAVE, PREVIEW, CHECK, TEMPLATE)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|")


class Recipients(Field):  # type: ignore[misc]
    """The audience as one field, so that it is kept, compared and shown like the others; its own form writes the inputs."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        self.form = AudienceForm.posted(request.form) if formdata else AudienceForm.filled(Audience.of(data or {}))

    def pre_validate(self, form: Any) -> None:
        """Its own fields say what is wrong."""
        self.is_good = bool(self.form.validate())
        if not self.is_good:
            raise ValidationError(N_("panel.form.look_again"))

    @property
    def data(self) -> dict[str, Any]:
        """As it is stored."""
        return self.form.audience().to_json() if "form" in vars(self) else {}

    @data.setter
    def data(self, stored: dict[str, Any] | None) -> None:
        self.form = AudienceForm.filled(Audience.of(stored or {}))

    def __call__(self, **kwargs: Any) -> str:  # the template writes it
        return ""


def _time(label: str) -> StringField:
    return StringField(label, filters=[cleaned], validators=[Length(max=5, message=TOO_LONG)], render_kw={"type": "time"})


class BroadcastForm(ContentForm):
    title = StringField(
        N_("panel.broadcast.title"),
        description=N_("panel.broadcast.title_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=200, message=TOO_LONG)],
    )
    topic = Words(N_("panel.broadcast.topic"), wording.NEWS_TOPIC, description=N_("panel.broadcast.topic_hint"))
    audience = Recipients(N_("panel.broadcast.audience"))
    scheduled_at = Moment(N_("panel.broadcast.scheduled_at"), description=N_("panel.broadcast.scheduled_at_hint"))
    window_from = _time(N_("panel.broadcast.window_from"))
    window_until = _time(N_("panel.broadcast.window_until"))
    is_urgent = BooleanField(N_("panel.broadcast.urgent"), description=N_("panel.broadcast.urgent_hint"))
    urgent_reason = StringField(
        N_("panel.broadcast.urgent_reason"),
        description=N_("panel.broadcast.urgent_reason_hint"),
        filters=[cleaned],
        validators=[Length(max=300, message=TOO_LONG)],
    )

    def validate_urgent_reason(self, field: StringField) -> None:
        """Both or neither: neither a slip of the mouse nor a forgotten sentence makes a message urgent."""
        if self.is_urgent.data and not field.data:
            raise ValidationError(N_("panel.broadcast.urgent_without_reason"))
        if field.data and not self.is_urgent.data:
            raise ValidationError(N_("panel.broadcast.reason_without_urgent"))

    def validate_window_from(self, _field: StringField) -> None:
        """Whether they are in order is checked with the broadcast."""
        if not all(_TIME.fullmatch(one.data) for one in (self.window_from, self.window_until)):
            raise ValidationError(N_("panel.broadcast.no_time"))

    @property
    def draft(self) -> Draft:
        """As the use case takes it."""
        return Draft(
            title=self.title.data,
            topic=self.topic.data,
            content=self.content,
            audience=Audience.of(self.audience.data),
            scheduled_at=self.scheduled_at.data,
            window=(self.window_from.data, self.window_until.data),
            urgent_reason=self.urgent_reason.data,
        )


def as_form(session: Session, row: Broadcast) -> SimpleNamespace:
    """A broadcast as its form holds it."""
    names = ("title", "topic", "audience", "scheduled_at", "window_from", "window_until", "is_urgent", "urgent_reason")
    return SimpleNamespace(**{name: getattr(row, name) for name in names}, **as_fields(broadcasts.content_of(session, row)))


def blank() -> SimpleNamespace:
    """What a new one begins with."""
    return SimpleNamespace(topic=next(iter(wording.NEWS_TOPIC)), audience={}, buttons=[], file=None)


def readable(found: dict[str, Conflict]) -> dict[str, Conflict]:
    """Conflicts as people read them: no code, no list."""
    shown = {"buttons": _buttons, "file": _file, "audience": _audience, "scheduled_at": _moment, "topic": _topic, "is_urgent": _tick}
    return {
        name: Conflict(shown[name](one.opened), shown[name](one.theirs), one.clashes) if name in shown else one
        for name, one in found.items()
    }


def _buttons(kept: Any) -> str:
    return "\n".join(f"{row['vi']} / {row['en']}" + (f" → {row[LINK]}" if row["kind"] == LINK else "") for row in kept or ())


def _file(kept: Any) -> str:
    return str(kept["name"]) if kept else ""


def _audience(kept: Any) -> str:
    return "\n".join(f"{name}: {values}" for name, values in said(Audience.of(kept or {})))


def _moment(kept: Any) -> str:
    return moment(datetime.fromisoformat(kept)) if kept else ""


def _topic(kept: Any) -> str:
    return say(wording.NEWS_TOPIC[kept]) if kept in wording.NEWS_TOPIC else ""


def _tick(kept: Any) -> str:
    return say(N_("panel.broadcast.urgent")) if kept else ""
