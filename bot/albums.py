"""Albums (bộ ảnh): files that are sent together get one reply, which says what was taken and what was not, and why.

In the web chat they come with one message. On Telegram an album is several messages that share a group: the reply waits a moment for
those to come, is written anew while it waits, and edited where one comes later still.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from aiogram.types import InlineKeyboardMarkup, Message

from bot.work import Work
from db.models import OutboundMessage
from db.models.outbound_message import WAITING
from locales import translate

PAUSE = timedelta(seconds=1.5)
"""So long a reply to an album waits after each of its files."""
_TOO_LATE = timedelta(seconds=0.3)
"""Before its time is up a reply is no longer written anew: the deliverer may be looking at it."""
_KEY = "album"
_NAMED = 20
"""Files that are named, of either sort; more are counted."""


@dataclass(frozen=True)
class Album:
    """What came so far of the files that were sent together. `refused` are sentences, as HTML."""

    group: str | None
    taken: tuple[str, ...]
    refused: tuple[str, ...]
    reply: int | None = None
    """The outbox row that answers it."""
    head: str = ""
    """What that row says before the list."""
    before: int = 0
    """How many messages this update had been answered with when the files were gathered: a greeting is no reply to them."""

    @property
    def is_begun(self) -> bool:
        """Whether earlier files of it were answered."""
        return self.reply is not None


def gather(message: Message, work: Work) -> Album:
    """The files of this update, and the earlier ones of its album."""
    group, kept = message.media_group_id, work.conversation.data.get(_KEY)
    before: dict[str, Any] = kept if isinstance(kept, dict) and group is not None and kept.get("group") == group else {}
    said = [work.say(refusal.key, **refusal.facts) for refusal in work.refusals]
    album = Album(
        group,
        taken=(*before.get("taken", ()), *(file.name for file in work.files)),
        refused=tuple(dict.fromkeys([*before.get("refused", ()), *said])),
        reply=before.get("reply"),
        head=before.get("head", ""),
        before=len(work.sent),
    )
    _remember(work, album)
    return album


async def reply(
    message: Message, work: Work, album: Album, then: str = "", *, tells_taken: bool = True, keyboard: InlineKeyboardMarkup | None = None
) -> None:
    """Say what became of the files, once an album: behind what was said to this update, if anything was, else in a reply of its own.

    `then` follows what was taken in a reply of its own, with the keyboard: what is to be done next.
    """
    taken = album.taken if tells_taken else ()
    is_new = work.refusals or (work.files and tells_taken)
    if not is_new or not (taken or album.refused):
        return
    row = work.session.get(OutboundMessage, album.reply, with_for_update=True) if album.reply else None
    if row is None and (said := _said(work, album)) is not None:
        row, album = said, _begun(album, said, head=said.payload["text"])
        _write(work, row, album, _text(work, album.head, taken, "", album.refused))
    elif row is None:
        await message.answer(_text(work, "", taken, then, album.refused), reply_markup=keyboard if taken else None)
        album = _begun(album, work.sent[-1], head="")
        _wait_for_more(work, work.sent[-1], album)
    else:
        text = _text(work, album.head, taken, "" if album.head else then, album.refused)
        await _rewrite(message, work, row, album, text, keyboard if taken and not album.head else None)
    _remember(work, album)


def _said(work: Work, album: Album) -> OutboundMessage | None:
    """What the handler answered the files with so far."""
    return next((row for row in reversed(work.sent[album.before :]) if row.method == "sendMessage"), None)


def _begun(album: Album, row: OutboundMessage, head: str) -> Album:
    return replace(album, reply=row.id, head=head)


def _write(work: Work, row: OutboundMessage, album: Album, text: str) -> None:
    row.payload = {**row.payload, "text": text}
    _wait_for_more(work, row, album)


def _wait_for_more(work: Work, row: OutboundMessage, album: Album) -> None:
    if album.group is not None:
        row.not_before = work.now + PAUSE


async def _rewrite(
    message: Message, work: Work, row: OutboundMessage, album: Album, text: str, keyboard: InlineKeyboardMarkup | None
) -> None:
    if keyboard is not None:
        row_keyboard: Any = keyboard.model_dump(exclude_none=True)
    else:
        row_keyboard = row.payload.get("reply_markup")
    if row.state == WAITING and row.not_before > work.now + _TOO_LATE:
        row.payload = {**row.payload, **({"reply_markup": row_keyboard} if row_keyboard else {})}
        _write(work, row, album, text)
        return
    assert message.bot is not None
    markup = InlineKeyboardMarkup.model_validate(row_keyboard) if row_keyboard else None
    await message.bot.edit_message_text(text, chat_id=work.contact.chat_id, message_id=-row.id, reply_markup=markup)


def _text(work: Work, head: str, taken: Sequence[str], then: str, refused: Sequence[str]) -> str:
    parts = [head] if head else []
    if taken:
        parts.append(work.say("album.taken", number=len(taken), names=_names(work, taken)) + (f" {then}" if then else ""))
    if len(refused) == 1:
        parts.append(refused[0])
    elif refused:
        parts.append("\n".join([work.say("album.refused"), *(f"• {one}" for one in refused[:_NAMED])]))
    return "\n\n".join(parts)


def _names(work: Work, taken: Sequence[str]) -> str:
    names = ", ".join(taken[:_NAMED])
    return names if len(taken) <= _NAMED else translate("album.and_more", work.language, names=names, number=len(taken) - _NAMED)


def _remember(work: Work, album: Album) -> None:
    """For the next file of the album; of files that came alone nothing is kept."""
    kept = {"group": album.group, "taken": album.taken, "refused": album.refused, "reply": album.reply, "head": album.head}
    work.conversation.data = {**work.conversation.data, _KEY: kept if album.group is not None else None}
