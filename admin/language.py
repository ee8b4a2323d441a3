"""The language of the person at the panel, and the words, dates and spans of time in it."""

from datetime import UTC, date, datetime
from typing import Any

from babel.dates import format_timedelta
from babel.numbers import format_decimal, format_percent
from flask import Flask, has_request_context, request, session
from flask_babel import Babel  # type: ignore[import-untyped]
from flask_security import current_user

import locales
from domain.worktime import ZONE
from locales import amount
from locales.languages import DEFAULT, LANGUAGES

THEME = "chuan_theme"


def current() -> str:
    """The language chosen in this session, else the one on the staff record, else the office's own."""
    if not has_request_context():
        return DEFAULT
    chosen = session.get("language") or getattr(current_user, "language", None)
    return chosen if chosen in LANGUAGES else DEFAULT


def say(key: str, /, **facts: Any) -> str:
    """The sentence of a key in the current language, as plain text; Jinja escapes it."""
    return locales.translate(key, current(), **facts)


def now() -> datetime:
    """The moment of this request: the panel's only clock."""
    return datetime.now(UTC)


def today() -> date:
    """The day of this request at the office."""
    return now().astimezone(ZONE).date()


def moment(value: datetime) -> str:
    """A moment in the office's own time."""
    return locales.moment(value, current())


def day(value: date) -> str:
    """A day as people write it."""
    return locales.day(value, current())


def share(part: float | None) -> str:
    """A part of 1 in percent: 66,7 %, or a dash where there is nothing to divide."""
    return "–" if part is None else format_percent(part, "0.0 %", locale=current())


def points(difference: float) -> str:
    """By how many percentage points a part grew or shrank: +33,3."""
    return format_decimal(difference * 100, "+0.0;-0.0", locale=current())


def decimal(value: float) -> str:
    """A number with two decimals: 0,76."""
    return format_decimal(value, "0.00", locale=current())


def whole(value: int) -> str:
    """A whole number as people write it: 1.000.000."""
    return amount(value, current())


def ago(value: datetime) -> str:
    """How long ago, or in how long: 2 giờ trước, sau 3 ngày nữa."""
    return format_timedelta(value - now(), granularity="minute", threshold=1.3, add_direction=True, locale=current())


def remember_choice() -> None:
    """On the pages of signing in the language is chosen by a link, `?lang=en`."""
    if (request.endpoint or "").startswith("security.") and request.args.get("lang") in LANGUAGES:
        session["language"] = request.args["lang"]


def appearance() -> str | None:
    """The appearance chosen in this browser: light or dark; None follows the machine. A cookie, so that no page flashes."""
    chosen = request.cookies.get(THEME)
    return chosen if chosen in {"light", "dark"} else None


def speak(app: Flask) -> None:
    """Let templates and libraries speak the current language."""
    Babel(app, locale_selector=current)
    app.before_request(remember_choice)
    app.jinja_env.globals.update(_=say, moment=moment, day=day, ago=ago, current_language=current, languages=LANGUAGES)
    app.jinja_env.globals.update(share=share, points=points, decimal=decimal, whole=whole, appearance=appearance)
