"""Outgoing acts: a Bot API method as JSON, made to fit the channel it is for before it is stored."""

from typing import Any

from domain import markup
from domain.channels import ChannelLimits
from domain.errors import ButtonTooLong, MessageTooLong

EPHEMERAL = {"answerCallbackQuery", "sendChatAction"}
"""Acts that are worthless after ten seconds: never retried, outside the pace of a chat."""

_SPLIT = {"sendMessage": "text"}


def fit(method: str, payload: dict[str, Any], limits: ChannelLimits) -> list[dict[str, Any]]:
    """The payloads that carry this act on a channel: one, or several where a long text is split (the last keeps the buttons).

    Raises `BrokenMarkup`, `MessageTooLong` (an edit or caption cannot be split) and `ButtonTooLong`.
    """
    _check_buttons(payload.get("reply_markup") or {}, limits)
    field = _SPLIT.get(method)
    if field is not None:
        return _split(payload, field, limits.text)
    name = "text" if method == "editMessageText" else "caption"
    limit = limits.text if name == "text" else limits.caption
    if (text := payload.get(name)) is not None:
        length = markup.visible_length(text)
        if length > limit:
            raise MessageTooLong(limit=limit, length=length)
    return [payload]


def _split(payload: dict[str, Any], field: str, limit: int) -> list[dict[str, Any]]:
    parts = markup.split(payload[field], limit)
    if not parts:
        raise MessageTooLong(limit=limit, length=0)
    bare = {key: value for key, value in payload.items() if key != "reply_markup"}
    return [bare | {field: part} for part in parts[:-1]] + [payload | {field: parts[-1]}]


def _check_buttons(keyboard: dict[str, Any], limits: ChannelLimits) -> None:
    for row in keyboard.get("inline_keyboard", []):
        for button in row:
            size = len(button.get("callback_data", "").encode())
            if size > limits.button_data:
                raise ButtonTooLong(limit=limits.button_data, length=size)
