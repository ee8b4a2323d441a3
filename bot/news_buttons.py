"""Buttons about topics and the HS codes that one follows. Those of broadcasts pack to exactly what `usecases.broadcast_writing` writes."""

from aiogram.filters.callback_data import CallbackData


class Choose(CallbackData, prefix="topic"):
    """Want a topic or not; `broadcast` is the one whose button it was, 0 for none."""

    topic: str
    wanted: bool
    broadcast: int = 0


class Topics(CallbackData, prefix="topics"):
    """Show the topics to choose from."""


class RefuseAll(CallbackData, prefix="notopic"):
    """No topic at all."""


class Read(CallbackData, prefix="news"):
    """Show a message of a digest in full."""

    key: int


class HsCodes(CallbackData, prefix="hs"):
    """Show the HS codes that one follows."""


class AddHsCodes(CallbackData, prefix="hsadd"):
    """Ask for more."""


class DropHsCode(CallbackData, prefix="hsdrop"):
    """Follow one no longer."""

    code: str


class KeepHsCode(CallbackData, prefix="hskeep"):
    """Follow one: what was perhaps meant, or was just dropped."""

    code: str
