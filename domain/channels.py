"""What each channel can carry. Our messages are checked against their target's limits before they are stored."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChannelLimits:
    """Text and caption in UTF-16 units after markup is read; button data in bytes; all per message."""

    text: int
    caption: int
    button_data: int
    buttons_in_row: int
    buttons: int
    edits: bool


TELEGRAM = ChannelLimits(text=4000, caption=950, button_data=64, buttons_in_row=8, buttons=100, edits=True)
WEB = ChannelLimits(text=20_000, caption=20_000, button_data=64, buttons_in_row=8, buttons=100, edits=True)
MAIL = ChannelLimits(text=200_000, caption=0, button_data=0, buttons_in_row=0, buttons=0, edits=False)

LIMITS = {"telegram": TELEGRAM, "web": WEB, "mail": MAIL}
"""Telegram takes 4096 and 1024 (core.telegram.org/bots/api#sendmessage, #sendphoto); a little room is left for the mark of a
repetition. Web and mail: our own."""

CHATS = {name: limits for name, limits in LIMITS.items() if name != "mail"}
"""Channels on which people talk with us."""
