"""Buttons about training classes. Those that notices carry pack to exactly what `usecases.class_notices` writes."""

import hashlib
from urllib.parse import urlsplit

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from bot import buttons
from bot.work import Work
from db.models import Registration
from domain.messages import N_

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_CAPTION = 48
"""Characters of a title or a name on a button."""


class ShowClass(CallbackData, prefix="class"):
    key: int


class ShowMine(CallbackData, prefix="mine"):
    """Show one's own registration."""

    key: int


class Seat(CallbackData, prefix="seat"):
    """Take offered seats, or let them go."""

    key: int
    take: bool


class Mark(CallbackData, prefix="survey"):
    """A mark of the survey."""

    key: int
    question: str
    points: int


class Follow(CallbackData, prefix="follow"):
    """Be told of new classes of a field, or no longer; `topic` is `code_of` its name."""

    topic: str
    on: bool


class Fields(CallbackData, prefix="fields"):
    """Choose the fields to be told of."""


class Join(CallbackData, prefix="join"):
    """Begin to sign up for a class."""

    key: int


class Step(CallbackData, prefix="su"):
    """An act at a step of the sign-up whose draft has this token; one of long ago does nothing to another draft."""

    token: str
    step: str
    act: str


class HandIn(CallbackData, prefix="in"):
    """Hand a draft in. Pressed twice it is one registration."""

    token: str
    waits: bool


class Change(CallbackData, prefix="chg"):
    """An act on one's own registration; `what` is a participant or a question."""

    key: int
    act: str
    what: int = 0


def code_of(topic: str) -> str:
    """A short name for a field, whose own may be longer than a button's data."""
    return hashlib.sha256(topic.encode()).hexdigest()[:12]


def short(text: str) -> str:
    """Cut at a word to fit a button."""
    return text if len(text) <= _CAPTION else text[:_CAPTION].rsplit(" ", 1)[0] + "…"


def act(work: Work, key: str, data: CallbackData, **facts: object) -> InlineKeyboardButton:
    return buttons.button(buttons.caption(work, key, **facts), data)


def follow(work: Work, topic: str, *, follows: bool) -> InlineKeyboardButton:
    key = N_("button.unfollow") if follows else N_("button.follow")
    return act(work, key, Follow(topic=code_of(topic), on=not follows), topic=short(topic))


def is_loopback(work: Work) -> bool:
    """Whether the counter's address is this machine's own, which Telegram takes on no button."""
    return urlsplit(work.public_url).hostname in _LOOPBACK


def links(work: Work, registration: Registration) -> tuple[list[list[InlineKeyboardButton]], str]:
    """Tickets and calendar entry: as buttons, or as text where the address is this machine's own, which Telegram takes on no button."""
    ticket = f"{work.public_url}/tickets/{registration.secret}"
    calendar = f"{work.public_url}/calendar/{registration.secret}.ics"
    if is_loopback(work):
        return [], "\n\n" + work.say("class.links", ticket=ticket, calendar=calendar)
    row = [(N_("button.tickets"), ticket), (N_("button.calendar"), calendar)]
    return [[InlineKeyboardButton(text=buttons.caption(work, key), url=url) for key, url in row]], ""
