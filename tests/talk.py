"""A citizen at the counter, for tests: speaks through a channel's own translator into the real unit of work and reads the outbox."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.counter import Counter
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from db.engine import Database
from db.models import Contact, GivenAnswer, InboundMessage, KnowledgeEntry, OutboundMessage
from db.settings import Settings
from domain.judgement import Candidate, Judgement
from domain.markup import to_plain

_numbers = itertools.count(1)


@dataclass
class FixedClock:
    """A clock that stands until it is moved."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Judge(Knowledge):
    """The office's knowledge with a memory; a test may say how it is to judge the next question, or all of them."""

    def __init__(self, database: Database, holder: str, clock: FixedClock) -> None:
        super().__init__(database, holder, clock)
        self.asked: list[tuple[str, str, str | None]] = []
        """Question, language, previous question."""
        self.next: Judgement | None = None
        self.always: Judgement | None = None

    def judge(self, question: str, language: str, previous: str | None = None) -> Judgement:
        self.asked.append((question, language, previous))
        said, self.next = self.next or self.always, None
        return replace(said, question=question) if said is not None else super().judge(question, language, previous)


def candidates(database: Database, *slugs: str, language: str = "vi") -> tuple[Candidate, ...]:
    """Entries as a search would name them."""
    with database.read() as session:
        rows = session.execute(select(KnowledgeEntry.slug, KnowledgeEntry.id).where(KnowledgeEntry.language == language))
        ids = dict(rows.all())
    return tuple(Candidate(ids[slug], slug, 0.9 - number / 10) for number, slug in enumerate(slugs))


@asynccontextmanager
async def open_counter(settings: Settings, clock: FixedClock) -> AsyncIterator[Counter]:
    """A counter that takes in and writes, without deliverers and jobs: what it would send stays in the outbox."""
    counter = Counter(settings, clock, Judge)
    counter.hub.bind()
    counter.knowledge.open()
    try:
        yield counter
    finally:
        await counter.lanes.drain(5)
        counter.taking.close()
        for channel in counter.channels:
            await channel.close()
        counter.writer.close()
        counter.database.close()


@dataclass
class Said:
    """One outgoing message as the citizen sees it."""

    text: str
    buttons: dict[str, str]
    row: OutboundMessage


@dataclass
class Citizen:
    """Somebody on a channel. `hear` gives what was said to them since the last time."""

    counter: Counter
    channel: str = "web"
    language: str = "vi"
    chat_id: int = field(default_factory=lambda: 1000 + next(_numbers))
    heard: int = 0
    _last: dict[str, str] = field(default_factory=dict)
    _last_row: int = 0

    async def say(self, text: str, **message: Any) -> list[Said]:
        """Write a message (with further Bot API fields on Telegram) and hear the answers."""
        await self.counter.process(self.write(text, **message))
        return self.hear()

    async def press(self, caption: str) -> list[Said]:
        """Press a button of the last messages by the beginning of its caption."""
        data = next(data for shown, data in self._last.items() if shown.startswith(caption))
        await self.counter.process(self._pressed(data))
        return self.hear()

    async def press_data(self, data: str) -> list[Said]:
        """Press a button of long ago."""
        await self.counter.process(self._pressed(data))
        return self.hear()

    def write(self, text: str, **message: Any) -> Inbound:
        """The event of a message, not handed in yet."""
        number = next(_numbers)
        if self.channel == "web":
            return self.counter.web.receive_message(
                self.chat_id, f"message-{number:08d}", text, message.get("references", ()), self.language
            )
        body = self._telegram_message(number) | {"text": text} | message
        return self.telegram({"message": {key: value for key, value in body.items() if value is not None}}, number)

    def telegram(self, body: dict[str, Any], number: int | None = None) -> Inbound:
        """Any Telegram update."""
        assert self.counter.telegram is not None
        return self.counter.telegram.receive({"update_id": number or next(_numbers), **body})

    def hear(self) -> list[Said]:
        """What was said since the last time, oldest first, without answers to presses."""
        with self.counter.database.read() as session:
            contact = session.scalar(select(Contact).where(Contact.channel == self.channel, Contact.chat_id == self.chat_id))
            if contact is None:
                return []
            wanted = (
                select(OutboundMessage)
                .where(OutboundMessage.contact_id == contact.id, OutboundMessage.id > self.heard, OutboundMessage.kind != "ephemeral")
                .order_by(OutboundMessage.id)
            )
            rows = session.scalars(wanted).all()
        said = [Said(to_plain(row.payload.get("text") or row.payload.get("caption") or ""), _buttons(row), row) for row in rows]
        for one in said:
            self.heard, self._last_row = one.row.id, one.row.id
            self._last = {**self._last, **one.buttons}
        return said

    def turns(self) -> list[GivenAnswer]:
        """What was recorded, one for every message and press of theirs so far."""
        with self.counter.database.read() as session:
            mine = self.contact().id
            inbound = session.scalars(select(InboundMessage.id).where(InboundMessage.contact_id == mine).order_by(InboundMessage.id))
            rows = session.scalars(select(GivenAnswer).where(GivenAnswer.contact_id == mine).order_by(GivenAnswer.id)).all()
            assert [row.inbound_message_id for row in rows] == list(inbound), "exactly one outcome each"
        return list(rows)

    def outcomes(self) -> list[str]:
        return [row.outcome for row in self.turns()]

    def contact(self) -> Contact:
        with self.counter.database.read() as session:
            return session.scalars(select(Contact).where(Contact.channel == self.channel, Contact.chat_id == self.chat_id)).one()

    def _telegram_message(self, number: int) -> dict[str, Any]:
        person = {"id": self.chat_id, "is_bot": False, "first_name": "Mệ", "last_name": "Gái", "language_code": self.language}
        return {
            "message_id": number,
            "date": 1_790_000_000,
            "chat": {"id": self.chat_id, "type": "private", "first_name": "Mệ"},
            "from": person,
        }

    def _pressed(self, data: str) -> Inbound:
        number = next(_numbers)
        caption = next((shown for shown, known in self._last.items() if known == data), data)
        if self.channel == "web":
            return self.counter.web.receive_press(self.chat_id, f"press-{number:08d}", self._last_row, data, caption, self.language)
        message = self._telegram_message(number) | {
            "text": "…",
            "reply_markup": {"inline_keyboard": [[{"text": caption, "callback_data": data}]]},
        }
        query = {"id": str(number), "from": message["from"], "chat_instance": "1", "data": data, "message": message}
        return self.telegram({"callback_query": query}, number)


def _buttons(row: OutboundMessage) -> dict[str, str]:
    rows = (row.payload.get("reply_markup") or {}).get("inline_keyboard", [])
    return {button["text"]: button["callback_data"] for line in rows for button in line if "callback_data" in button}
