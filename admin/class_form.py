"""The form of a training class (lớp tập huấn): its columns, and sessions, questions and reminders as rows that also work without script."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Any

from sqlalchemy import inspect
from wtforms import BooleanField, DateTimeLocalField, Field, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from admin.conflicts import Conflict
from admin.forms import NEEDED, TOO_LONG, PanelForm, Words, cleaned, lines
from admin.language import moment, say
from db.models import ClassQuestion, TrainingClass
from domain.errors import ClassDates, FewerSeatsThanTaken, OfficeError
from domain.folding import clean, fold, words
from domain.messages import N_
from domain.training import HOLD, SKIP
from domain.worktime import ZONE
from locales.languages import LANGUAGES

KINDS = {
    "text": N_("panel.class.kind_text"),
    "choice": N_("panel.class.kind_choice"),
    "date": N_("panel.class.kind_date"),
    "file": N_("panel.class.kind_file"),
}
RULES = {SKIP: N_("panel.class.rule_skip"), HOLD: N_("panel.class.rule_hold")}
USUAL_REMINDERS = {
    7 * 24 * 60: N_("panel.class.reminder_week"),
    24 * 60: N_("panel.class.reminder_day"),
    2 * 60: N_("panel.class.reminder_hours"),
}
"""Minutes before a session."""
MOST_SESSIONS, MOST_QUESTIONS = 40, 20
_MOST_READ = 200
"""Rows of a form that are read at all: too many are refused, not cut off."""
_EARLIEST_REMINDER = 60 * 24 * 60
_BLANK_ROWS = 2
"""Empty rows that a form without script offers."""
_BAD_NUMBER = N_("panel.class.bad_number")
_NAME = re.compile(r"[a-z0-9-]{1,40}")
_AT_FIELD = {
    "error.class_without_session": "sessions",
    "error.class_session_ends_first": "sessions",
    "error.class_sessions_overlap": "sessions",
    "error.class_session_attended": "sessions",
    "error.class_sign_up_window": "sign_up_until",
    "error.class_changes_until": "changes_until",
    "error.class_price_without_source": "price_source",
    "error.class_moved_without_reason": "reason",
    FewerSeatsThanTaken.key: "seats",
}
"""Beside which field a refusal of the use case stands."""


class Moment(DateTimeLocalField):  # type: ignore[misc]
    """A moment in the office's own time; the browser's own picker."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, format="%Y-%m-%dT%H:%M", **options)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return self.data.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """What was typed is meant in the office's zone, and kept in UTC."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = datetime.fromisoformat(valuelist[0].strip()).replace(tzinfo=ZONE).astimezone(UTC)
            except ValueError:
                raise ValueError(N_("panel.class.no_moment")) from None


class Rows(Field):  # type: ignore[misc]
    """A field of several inputs a row, read from lists of the form that go side by side: `<name>_<part>`."""

    data: Any
    parts: Sequence[str] = ()
    most = 0

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        self.data = list(self.data or ())
        if formdata:
            columns = [formdata.getlist(f"{self.name}_{part}") for part in self.parts]
            self.data = self.read([dict(zip(self.parts, row, strict=True)) for row in zip(*columns, strict=False)][:_MOST_READ])

    def pre_validate(self, form: Any) -> None:
        if len(self.data) > self.most:
            raise ValidationError(N_("panel.class.too_many_rows"))
        self.check()

    def check(self) -> None:
        """What is wrong in the rows."""
        raise NotImplementedError

    def read(self, rows: list[dict[str, str]]) -> list[Any]:
        """The rows that hold something."""
        raise NotImplementedError

    def __call__(self, **kwargs: Any) -> str:  # the template writes the rows
        return ""


class Sessions(Rows):
    """Sessions (buổi học) as they are typed: [day, from, to], of which nothing is lost however wrong it is."""

    parts, most = ("day", "from", "to"), MOST_SESSIONS

    def read(self, rows: list[dict[str, str]]) -> list[list[str]]:
        return [typed for row in rows if any(typed := [row[part].strip()[:20] for part in self.parts])]

    @property
    def shown(self) -> list[list[str]]:
        """The rows of the page: those that are there, and empty ones."""
        return [*self.data, *[["", "", ""]] * _BLANK_ROWS]

    def check(self) -> None:
        try:
            _ = self.times
        except ValueError:
            raise ValidationError(N_("panel.class.unreadable_session")) from None

    @property
    def times(self) -> list[tuple[datetime, datetime]]:
        """Begin and end of each. Raises ValueError for what is no day or no time."""
        return [(_at(day, start), _at(day, end)) for day, start, end in self.data]


def _at(day: str, hour: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), ZONE).astimezone(UTC)


_NOT_THERE = "?"
"""Before the number of a question that is not there, so that it comes back to whoever typed it."""


class Questions(Rows):
    """Questions of a class. A name is made from the text once, and then stays whatever the text becomes."""

    parts, most = ("name", "kind", "text", "choices", "required", "only_if", "only_if_answer"), MOST_QUESTIONS

    def read(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """Which earlier question one hangs on is typed as its number on the page."""
        names: list[str] = []
        for row in rows:
            names.append(_name(row, names))
        return [self._one(row, names, place) for place, row in enumerate(rows) if clean(row["text"])]

    def _one(self, row: dict[str, str], names: list[str], place: int) -> dict[str, Any]:
        number, answer = row["only_if"].strip()[:10], clean(row["only_if_answer"])[:200]
        is_number = number.isascii() and number.isdigit() and 0 < int(number) <= len(names)
        named = names[int(number) - 1] if is_number else f"{_NOT_THERE}{number}" if number else ""
        return {
            "name": names[place],
            "kind": row["kind"] if row["kind"] in KINDS else "text",
            "text": clean(row["text"])[:300],
            "choices": lines(row["choices"]),
            "is_required": row["required"] == "yes",
            "only_if": named,
            "only_if_answer": answer,
        }

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The rows of the page: those that are there, and empty ones; each with the number of the question it hangs on."""
        numbers = {row["name"]: number for number, row in enumerate(self.data, start=1)}
        there = [row | {"number": numbers.get(row["only_if"], row["only_if"].removeprefix(_NOT_THERE))} for row in self.data]
        empty = dict.fromkeys(self.parts, "") | {"kind": "text", "choices": [], "is_required": True, "number": ""}
        return [*there, *[empty] * (1 if there else _BLANK_ROWS)]  # a row is a screen high on a phone

    def check(self) -> None:
        earlier: dict[str, dict[str, Any]] = {}
        for row in self.data:
            if row["kind"] == "choice" and len(row["choices"]) < 2:
                raise ValidationError(N_("panel.class.too_few_choices"))
            _check_condition(row, earlier)
            earlier[row["name"]] = row

    @property
    def rows(self) -> list[ClassQuestion]:
        """As the use case takes them."""
        return [ClassQuestion(**row) for row in self.data]


def _check_condition(row: dict[str, Any], earlier: Mapping[str, dict[str, Any]]) -> None:
    """A condition names an earlier question and one of the answers that it may have; half a condition would be none."""
    if row["only_if"] and row["only_if"] not in earlier:
        raise ValidationError(N_("panel.class.hangs_on_later"))
    if bool(row["only_if"]) is not bool(row["only_if_answer"]):
        raise ValidationError(N_("panel.class.half_condition"))
    if not row["only_if"]:
        return
    choices = earlier[row["only_if"]]["choices"]
    if choices and fold(row["only_if_answer"]) not in map(fold, choices):
        raise ValidationError(N_("panel.class.no_such_answer"))


def _name(row: dict[str, str], taken: Sequence[str]) -> str:
    """The name that a question has, or one made from its text that no other of the class has."""
    given = row["name"].strip()
    stem = given if _NAME.fullmatch(given) else "-".join(words(row["text"]))[:34].strip("-") or "cau-hoi"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem[:36]}-{number}"
    return name


class Reminders(Field):  # type: ignore[misc]
    """Minutes before each session: the usual ones to tick, others in hours."""

    data: Any
    typed = ""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        self.data = list(self.data or ())
        if formdata:
            self.typed = clean(formdata.get(f"{self.name}_hours", ""))[:100]
            ticked = [minutes for minutes in USUAL_REMINDERS if str(minutes) in formdata.getlist(self.name)]
            self.data = sorted({*ticked, *_minutes(self.typed)}, reverse=True)

    @property
    def hours(self) -> str:
        """The others, as they stand in their box."""
        return self.typed if self.errors else "; ".join(f"{minutes / 60:g}" for minutes in self.data if minutes not in USUAL_REMINDERS)

    def pre_validate(self, form: Any) -> None:
        parts = [part for part in re.split(r"[;\s]+|,\s+", self.typed) if part]
        if len(_minutes(self.typed)) < len(set(parts)):
            raise ValidationError(N_("panel.class.bad_hours"))

    def __call__(self, **kwargs: Any) -> str:
        return ""


def _minutes(typed: str) -> list[int]:
    """The hours that can be read, in minutes, at most two months before."""
    found = []
    for part in filter(None, re.split(r"[;\s]+|,\s+", typed)):
        if re.fullmatch(r"\d{1,4}([.,]\d{1,2})?", part.strip(",")):
            minutes = round(float(part.strip(",").replace(",", ".")) * 60)
            found += [minutes] if 0 < minutes <= _EARLIEST_REMINDER else []
    return found


class Number(IntegerField):  # type: ignore[misc]
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_BAD_NUMBER) from None


def _line(label: str, most: int, *, hint: str = "", needed: bool = False) -> StringField:
    checks = [DataRequired(NEEDED)] if needed else []
    return StringField(label, description=hint, filters=[cleaned], validators=[*checks, Length(max=most, message=TOO_LONG)])


def _text(label: str, hint: str = "", rows: int = 3) -> TextAreaField:
    checks = [Length(max=5000, message=TOO_LONG)]
    return TextAreaField(label, description=hint, filters=[cleaned], validators=checks, render_kw={"rows": rows})


def _number(label: str, least: int, most: int, *, hint: str = "", needed: bool = True) -> Number:
    first = InputRequired(NEEDED) if needed else Optional()
    return Number(label, description=hint, validators=[first, NumberRange(least, most, message=_BAD_NUMBER)])


def _link(_form: Any, field: StringField) -> None:
    if field.data and not re.match(r"https?://[^\s.]+\.\S+$", field.data):
        raise ValidationError(N_("panel.class.no_link"))


class ClassForm(PanelForm):
    title = _line(N_("panel.class.title"), 200, hint=N_("panel.class.title_hint"), needed=True)
    topic = StringField(
        N_("panel.class.topic"),
        description=N_("panel.class.topic_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=120, message=TOO_LONG)],
        render_kw={"list": "topics"},
    )
    language = Words(N_("panel.entry.language"), LANGUAGES)
    audience = _text(N_("panel.class.audience"), N_("panel.class.audience_hint"), 2)
    description = _text(N_("panel.class.description"), N_("panel.class.description_hint"), 4)
    legal_basis = _text(N_("panel.class.legal_basis"), N_("panel.class.legal_basis_hint"), 2)
    sessions = Sessions(N_("panel.class.sessions"), description=N_("panel.class.sessions_hint"))
    place = _line(N_("panel.class.place"), 300, hint=N_("panel.class.place_hint"))
    map_link = StringField(
        N_("panel.class.map_link"), filters=[cleaned], validators=[Length(max=500, message=TOO_LONG), _link], render_kw={"type": "url"}
    )
    online_link = StringField(
        N_("panel.class.online_link"),
        description=N_("panel.class.online_link_hint"),
        filters=[cleaned],
        validators=[Length(max=500, message=TOO_LONG), _link],
        render_kw={"type": "url"},
    )
    bring = _text(N_("panel.class.bring"), N_("panel.class.bring_hint"), 2)
    seats = _number(N_("panel.class.seats"), 1, 5000, hint=N_("panel.class.seats_hint"))
    sign_up_from = Moment(N_("panel.class.sign_up_from"), validators=[InputRequired(NEEDED)])
    sign_up_until = Moment(
        N_("panel.class.sign_up_until"), description=N_("panel.class.sign_up_until_hint"), validators=[InputRequired(NEEDED)]
    )
    changes_until = Moment(
        N_("panel.class.changes_until"), description=N_("panel.class.changes_until_hint"), validators=[InputRequired(NEEDED)]
    )
    price = _number(N_("panel.class.price"), 0, 1_000_000_000, hint=N_("panel.class.price_hint"))
    price_source = _line(N_("panel.class.price_source"), 300, hint=N_("panel.class.price_source_hint"))
    waiting_rule = Words(N_("panel.class.waiting_rule"), RULES, description=N_("panel.class.waiting_rule_hint"))
    offer_hours = _number(N_("panel.class.offer_hours"), 1, 720, hint=N_("panel.class.offer_hours_hint"))
    reminders = Reminders(N_("panel.class.reminders"), description=N_("panel.class.reminders_hint"))
    gives_certificate = BooleanField(N_("panel.class.gives_certificate"), description=N_("panel.class.gives_certificate_hint"))
    sessions_needed = _number(N_("panel.class.sessions_needed"), 0, MOST_SESSIONS, hint=N_("panel.class.sessions_needed_hint"))
    pass_mark = _number(N_("panel.class.pass_mark"), 0, 1000, hint=N_("panel.class.pass_mark_hint"), needed=False)
    questions = Questions(N_("panel.class.questions"), description=N_("panel.class.questions_hint"))
    reason = _line(N_("panel.class.reason"), 500, hint=N_("panel.class.reason_hint"))

    def names(self) -> list[str]:
        """What the class holds; the reason is of this act alone."""
        return [name for name in super().names() if name != "reason"]

    def validate_sessions_needed(self, field: Number) -> None:
        """Nobody can attend more sessions than there are."""
        if field.data and field.data > len(self.sessions.data):
            raise ValidationError(N_("panel.class.more_than_sessions"))

    @property
    def facts(self) -> dict[str, Any]:
        """The columns of the class, as the use case takes them."""
        return {name: value for name, value in self.entered().items() if name not in {"sessions", "questions"}}

    def refuse(self, refusal: OfficeError, sentence: str) -> None:
        """Put what the use case refuses beside its field; what belongs to no field is raised again."""
        name = _AT_FIELD.get(refusal.key)
        if name is None or not isinstance(refusal, ClassDates | FewerSeatsThanTaken):
            raise refusal
        self[name].errors = [*self[name].errors, sentence]


def readable(found: dict[str, Conflict]) -> dict[str, Conflict]:
    """Conflicts with their moments and reminders as people write them."""
    shown = dict.fromkeys(("sign_up_from", "sign_up_until", "changes_until"), _moment_in_words) | {"reminders": _hours_in_words}
    return {
        name: Conflict(shown[name](one.opened), shown[name](one.theirs), one.clashes) if name in shown else one
        for name, one in found.items()
    }


def _moment_in_words(kept: Any) -> str:
    return moment(datetime.fromisoformat(kept)) if kept else ""


def _hours_in_words(kept: Any) -> str:
    return "; ".join(say(N_("panel.class.reminder_other"), hours=f"{minutes / 60:g}") for minutes in kept or ())


def as_form(row: TrainingClass) -> SimpleNamespace:
    """A class as its form holds it."""
    columns = {column.key: getattr(row, column.key) for column in inspect(TrainingClass).columns}
    return SimpleNamespace(**columns, sessions=[_typed(one.starts_at, one.ends_at) for one in row.sessions], questions=_questions(row))


def _typed(starts_at: datetime, ends_at: datetime) -> list[str]:
    start, end = starts_at.astimezone(ZONE), ends_at.astimezone(ZONE)
    return [f"{start:%Y-%m-%d}", f"{start:%H:%M}", f"{end:%H:%M}"]


def _questions(row: TrainingClass) -> list[dict[str, Any]]:
    fields = ("name", "kind", "text", "choices", "is_required", "only_if", "only_if_answer")
    return [{name: getattr(one, name) for name in fields} for one in row.questions]
