"""Buttons of quantity marks (dấu định lượng): label check, lot check, measuring plan, instruments."""

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from bot import buttons
from bot.class_buttons import act
from bot.work import Work
from domain.messages import N_
from domain.wishes import Wish


class LotStep(CallbackData, prefix="lot"):
    """An act in the dialogue about a lot whose draft has this token; one of long ago does nothing to another draft."""

    token: str
    act: str
    value: str = ""


class LotShow(CallbackData, prefix="lotcheck"):
    """Send a check of one's own again; 0 is the list of them."""

    key: int = 0


class LabelStep(CallbackData, prefix="mark"):
    """More about the label that was checked last: the state of the goods, heights, how a number is meant."""

    act: str
    value: str = ""


class InstrumentAct(CallbackData, prefix="instrument"):
    """An act on an instrument of one's own: show, be reminded of its day or no longer, change the day, put it away. 0: name a new one."""

    key: int
    act: str


def to_menu(work: Work) -> InlineKeyboardButton:
    return act(work, N_("button.quantity_marks"), buttons.Go(wish=Wish.QUANTITY_MARKS))


def lot_check(work: Work) -> InlineKeyboardButton:
    return act(work, N_("button.lot_check"), buttons.Go(wish=Wish.LOT_CHECK))


def label_check(work: Work) -> InlineKeyboardButton:
    return act(work, N_("button.label_check"), buttons.Go(wish=Wish.LABEL_CHECK))
