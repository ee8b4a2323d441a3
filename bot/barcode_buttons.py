"""Buttons of the barcode service (mã số mã vạch)."""

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from bot import buttons
from bot.work import Work
from domain.messages import N_
from domain.wishes import Wish


class CheckCode(CallbackData, prefix="code"):
    """Ask about a number, e.g. with digits for the letters that somebody typed."""

    number: str


class NewGtin(CallbackData, prefix="newgtin"):
    """A step of "do I need a new GTIN?": the answers so far, parted by full stops."""

    path: str = ""


class PrintLabel(CallbackData, prefix="label"):
    """Print a number as a label; without one, ask for it."""

    number: str = ""


class Draw(CallbackData, prefix="draw"):
    """Draw a label of a number at so many percent; 0 is the QR code of its GS1 Digital Link."""

    number: str
    percent: int


class Fees(CallbackData, prefix="fees"):
    """What a kind of number costs; without one, choose."""

    kind: str = ""


class OwnPrefixes(CallbackData, prefix="prefixes"):
    """The company prefixes of one's own firms."""


class PrefixAct(CallbackData, prefix="prefix"):
    """An act on one of them: be reminded of its fee, or no longer, or say that it is paid."""

    key: int
    act: str


def act(work: Work, key: str, data: CallbackData, **facts: object) -> InlineKeyboardButton:
    return buttons.button(buttons.caption(work, key, **facts), data)


def to_menu(work: Work) -> InlineKeyboardButton:
    return act(work, N_("button.barcodes"), buttons.Go(wish=Wish.BARCODES))


def another_code(work: Work) -> InlineKeyboardButton:
    return act(work, N_("button.check_code"), buttons.Go(wish=Wish.CODES))
