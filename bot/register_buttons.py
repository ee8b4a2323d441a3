"""Buttons of the search of the registers of quantity marks."""

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from bot import buttons
from bot.work import Work
from domain.messages import N_


class SearchRegister(CallbackData, prefix="regfind"):
    """Ask for what is sought in the registers."""


class ShowLine(CallbackData, prefix="regline"):
    """Show a line of a register; lines are public."""

    key: int


def search_register(work: Work, key: str = N_("button.search_register")) -> InlineKeyboardButton:
    return buttons.button(buttons.caption(work, key), SearchRegister())
