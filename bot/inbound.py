"""An inbound event, as every channel hands it in: an aiogram `Update` with what the unit of work needs around it."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from aiogram.types import CallbackQuery, Message, Update
from pydantic import ValidationError

from bot.recorder import recording_bot


@dataclass(frozen=True)
class IncomingFile:
    """A file that the platform announces. `reference` is what its channel's `fetch` understands; size in bytes, if told."""

    reference: str
    name: str
    size: int | None = None


@dataclass(frozen=True)
class Inbound:
    """One event of one account. `external_id` and `digest` make the claim; `update` is None where the body is no update at all."""

    channel: str
    account: str
    external_id: str
    body: str
    update: Update | None
    files: tuple[IncomingFile, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    """What the channel itself wants back, e.g. the web client's own message id."""

    @property
    def source(self) -> str:
        return f"{self.channel}:{self.account}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()

    @property
    def trace(self) -> str:
        """The id that joins the log lines of one update."""
        return hashlib.sha256(f"{self.source}/{self.external_id}/{self.digest}".encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Sender:
    """Whom an update comes from, in the inner language: the chat, and the person's name and language where told."""

    chat_id: int
    chat_type: str
    name: str | None
    language: str | None


def parse_update(body: dict[str, Any]) -> Update | None:
    """The update of a decoded body, or None where it is none."""
    try:
        return Update.model_validate(body, context={"bot": recording_bot()})
    except ValidationError:
        return None


def message_of(update: Update) -> Message | None:
    """The message that an update carries: new, edited, or the one whose button was pressed."""
    if update.callback_query is not None and isinstance(update.callback_query.message, Message):
        return update.callback_query.message
    return update.message or update.edited_message or update.channel_post


def sender_of(update: Update | None) -> Sender | None:
    """Who sent it, or None for kinds of update that nobody sent to us (polls, inline queries)."""
    if update is None:
        return None
    event = update.message or update.edited_message or update.callback_query or update.my_chat_member
    if event is None:
        return None
    person = event.from_user
    holder = event.message if isinstance(event, CallbackQuery) else event
    chat = holder.chat if holder else None
    if chat is None and person is None:
        return None
    chat_id = chat.id if chat else person.id  # type: ignore[union-attr]
    return Sender(
        chat_id=chat_id,
        chat_type=chat.type if chat else "private",
        name=person.full_name if person and (chat is None or chat.type == "private") else None,
        language=person.language_code[:2] if person and person.language_code else None,
    )
