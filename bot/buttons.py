"""Buttons that conversations share: their data (short codes, at most 64 bytes) and the keyboards made of them."""

from collections.abc import Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.memory import DRAFT, recall
from bot.news_buttons import Topics
from bot.work import Work
from db.models import Enquiry, KnowledgeEntry
from domain.messages import N_
from locales import translate
from locales.languages import LANGUAGES

_CAPTION = 60
"""Characters of a question on a button; more is cut at a word."""


class Go(CallbackData, prefix="go"):
    """A wish from the menu: the value of a `domain.wishes.Wish`."""

    wish: str


class Ask(CallbackData, prefix="ask"):
    """Show the answer of a knowledge entry."""

    entry: int


class NoneOfThese(CallbackData, prefix="none"):
    """None of the choices is what was asked."""


class Helped(CallbackData, prefix="fb"):
    """Whether a given answer was what the citizen meant."""

    answer: int
    yes: bool


class Speak(CallbackData, prefix="lang"):
    language: str


class Agree(CallbackData, prefix="agree"):
    """A decision on a purpose."""

    purpose: str
    yes: bool


class SendOn(CallbackData, prefix="send"):
    """Agree to the keeping of the conversation and hand the pending question over."""

    agreed: bool


class Close(CallbackData, prefix="close"):
    enquiry: int


class Rate(CallbackData, prefix="rate"):
    enquiry: int
    stars: int


def caption(work: Work, key: str, **facts: object) -> str:
    """A button's text, which is no HTML."""
    return translate(key, work.language, **facts)


def keyboard(*rows: Sequence[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[list(row) for row in rows if row])


def button(text: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def under_reply(work: Work, *rows: Sequence[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    """A keyboard; under a reply in another language than the contact's, with the switch to that language."""
    is_other = work.language != work.contact.language
    switch = [button(caption(work, "button.keep_language"), Speak(language=work.language))] if is_other else []
    return keyboard(*rows, switch)


def person(work: Work, key: str = N_("button.person")) -> InlineKeyboardButton:
    return button(caption(work, key), Go(wish="person"))


def none_of_these(work: Work) -> InlineKeyboardButton:
    return button(caption(work, "button.none_of_these"), NoneOfThese())


def question(entry: KnowledgeEntry) -> InlineKeyboardButton:
    """A knowledge entry by its question, cut at a word."""
    text = entry.question
    if len(text) > _CAPTION:
        text = text[:_CAPTION].rsplit(" ", 1)[0] + "…"
    return button(text, Ask(entry=entry.id))


def menu(work: Work) -> InlineKeyboardMarkup:
    """The fresh menu that every dead end leads back to; a sign-up that was begun stands first."""
    begun = recall(work, DRAFT) is not None
    return keyboard(
        [button(caption(work, "button.continue"), Go(wish="continue"))] if begun else [],
        [
            button(caption(work, "button.all_classes"), Go(wish="classes")),
            button(caption(work, "button.my_classes"), Go(wish="my_classes")),
        ],
        [button(caption(work, "button.my_dossiers"), Go(wish="dossiers"))],
        [
            button(caption(work, "button.barcodes"), Go(wish="barcodes")),
            button(caption(work, "button.check_code"), Go(wish="codes")),
        ],
        [button(caption(work, "button.quantity_marks"), Go(wish="quantity_marks"))],
        [button(caption(work, "button.topics_menu"), Topics())],
        [button(caption(work, "button.status"), Go(wish="status")), person(work)],
        [button(caption(work, "button.help"), Go(wish="help")), button(caption(work, "button.language"), Go(wish="language"))],
    )


def languages() -> InlineKeyboardMarkup:
    return keyboard([button(name, Speak(language=code)) for code, name in LANGUAGES.items()])


def close(work: Work, enquiry: Enquiry) -> InlineKeyboardButton:
    return button(caption(work, "button.close", reference=enquiry.reference), Close(enquiry=enquiry.id))


def agree(work: Work, purpose: str) -> list[InlineKeyboardButton]:
    return [
        button(caption(work, "button.agree"), Agree(purpose=purpose, yes=True)),
        button(caption(work, "button.refuse"), Agree(purpose=purpose, yes=False)),
    ]
