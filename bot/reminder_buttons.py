"""Buttons about reminders."""

from aiogram.filters.callback_data import CallbackData


class Pick(CallbackData, prefix="rpick"):
    """One of the moments that may have been meant; `at` is in minutes since 1970. `token` is that of the message that asked."""

    token: str
    at: int


class Own(CallbackData, prefix="rown"):
    """An act on a reminder that was just asked for: it is right, comes at another moment, or is not wanted."""

    key: int
    act: str


class Off(CallbackData, prefix="roff"):
    """Call off one of the list, of any kind."""

    key: int


class Listed(CallbackData, prefix="rlist"):
    """The list, from the reminder of this number on."""

    start: int = 0


class Hours(CallbackData, prefix="rhours"):
    """One's own hours: asked for, chosen (`0800-2000`), or the office's again."""

    chosen: str = "ask"
