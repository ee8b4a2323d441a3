"""The recorder: an aiogram session that writes each method into the outbox instead of sending it.

The method is checked for the channel it is meant for, so that errors arise in the handler. What is returned looks like Telegram's answer,
with a negative message id of ours; the deliverer substitutes the platform's.
"""

import hashlib
from collections.abc import AsyncGenerator
from datetime import UTC
from functools import cache
from typing import Any, cast

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.base import BaseSession
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Chat, InputFile, Message

from bot.work import Work, current_work
from db.models import OutboundMessage
from usecases import outbox

_EDITS = {"editMessageText", "editMessageReplyMarkup", "editMessageCaption", "deleteMessage"}
_ALLOWED = _EDITS | {"sendMessage", "sendPhoto", "sendDocument", "answerCallbackQuery", "sendChatAction"}


class NotRecordable(Exception):
    """A conversation calls a method that the outbox does not carry: a defect of ours."""


class StoredInput(InputFile):
    """A file of ours as an aiogram upload: the outbox keeps a reference, the deliverer reads the bytes."""

    def __init__(self, sha256: str, name: str, media_type: str) -> None:
        super().__init__(filename=name)
        self.sha256, self.media_type = sha256, media_type

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:
        raise NotRecordable("stored files are read by the deliverer")
        yield b""


class Recorder(BaseSession):
    """Every call of a conversation ends here."""

    async def make_request(self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None) -> TelegramType:
        work = current_work.get()
        name = method.__api_method__
        if name not in _ALLOWED:
            raise NotRecordable(name)
        payload = self._payload(bot, method)
        chat_id = payload.pop("chat_id", work.contact.chat_id)
        if chat_id != work.contact.chat_id:
            raise NotRecordable(f"{name} to another chat than the one whose update this is")
        row = _record(work, name, payload)
        return cast(TelegramType, _answer(bot, method, work, row))

    def _payload(self, bot: Bot, method: TelegramMethod[Any]) -> dict[str, Any]:
        payload: dict[str, Any] = {}
        for field, value in method:
            if isinstance(value, StoredInput):
                payload[field] = {"$file": value.sha256, "name": value.filename, "media_type": value.media_type}
                continue
            prepared = self.prepare_value(value, bot=bot, files={}, _dumps_json=False)
            if prepared is not None:
                payload[field] = prepared
        return payload

    async def stream_content(self, *args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
        raise NotRecordable("conversations fetch no files; the preparation does")
        yield b""

    async def close(self) -> None:
        """No connection is held."""


def _record(work: Work, name: str, payload: dict[str, Any]) -> OutboundMessage:
    edits_id = None
    if name in _EDITS and payload.get("message_id", 0) < 0:
        edits_id = -payload.pop("message_id")
    if name == "sendMessage":
        payload["text"] = _not_twice(work, payload["text"])
    row = outbox.send(work.session, work.contact, name, payload, kind="reply", now=work.now, enquiry=work.enquiry, edits_id=edits_id)
    work.sent.append(row)
    return row


def _not_twice(work: Work, text: str) -> str:
    """The same words are never said twice running: the second time they say that they repeat."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    if digest == work.conversation.said:
        text = work.say("chat_reply.once_more") + text
        digest = hashlib.sha256(text.encode()).hexdigest()
    work.conversation.said = digest
    return text


def _answer(bot: Bot, method: TelegramMethod[Any], work: Work, row: OutboundMessage) -> Any:
    if row.method not in {"sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageCaption"}:
        return True
    chat = Chat(id=work.contact.chat_id, type="private")
    message_id = -(row.edits_id or row.id)
    return Message(message_id=message_id, date=work.now.astimezone(UTC), chat=chat, text=row.payload.get("text")).as_(bot)


@cache
def recording_bot() -> Bot:
    """The one aiogram `Bot` that conversations see. Its token is no secret: it never leaves the process."""
    return Bot("1:recorder", session=Recorder(), default=DefaultBotProperties(parse_mode="HTML"))
