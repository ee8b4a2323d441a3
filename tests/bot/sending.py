"""For tests of the sending half: an outbox on a database of the test's own, deliverers that can be started and stopped, a fake platform."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from bot.channel import PostingChannel, SendingChannel
from bot.channels.telegram import Telegram, Timeouts
from bot.deliverer import Deliverer
from bot.hub import Hub
from bot.writer import Writer
from db.engine import Database
from db.files import FileStore
from db.models import Contact, Lease, OutboundMessage
from db.settings import Settings
from tests.bot.fake_bot_api import TOKEN, FakeBotApi
from tests.talk import FixedClock
from usecases import contacts, outbox, uploads

PATIENT = Timeouts(poll=1, connect=10.0, read=20.0, upload=20.0)
HASTY = Timeouts(poll=1, connect=10.0, read=0.3, upload=1.0)
"""For a platform that does not answer."""


@dataclass
class Running:
    """One process that delivers."""

    deliverer: Deliverer
    task: asyncio.Task[None]
    hub: Hub

    async def die(self) -> None:
        """End as a killed process does: nothing is finished, nothing given back."""
        for task in [self.task, *self.deliverer._sending.values()]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@dataclass
class Office:
    """The outbox of a test. What is written here is what the counter would have committed."""

    database: Database
    settings: Settings
    api: FakeBotApi
    clock: FixedClock
    hubs: list[Hub] = field(default_factory=list)

    @property
    def files(self) -> FileStore:
        return FileStore(self.settings.files_dir)

    def send(self, chat: int, text: str = "Xin chào", kind: str = "reply", method: str = "sendMessage", **extra: Any) -> int:
        """Put a message into the outbox; its id. `extra` are columns."""
        edits_id, payload = extra.pop("edits_id", None), extra.pop("payload", {"text": text})
        with self.database.write() as session:
            contact = self._contact(session, chat)
            row = outbox.send(session, contact, method, payload, kind=kind, now=self.clock(), edits_id=edits_id)
            for name, value in extra.items():
                setattr(row, name, value)
            number = row.id
        return number

    def writes(self, chat: int) -> None:
        """The citizen writes to us."""
        with self.database.write() as session:
            self._contact(session, chat, meet=True)

    def _contact(self, session: Any, chat: int, meet: bool = False) -> Contact:
        known = contacts.find(session, "telegram", "main", chat)
        if known and not meet:
            return known[0]
        return contacts.meet(session, "telegram", "main", chat, now=self.clock(), name="Nguyễn Văn A", language="vi")[0]

    def store(self, content: bytes, name: str) -> dict[str, str]:
        """A file of ours, as a payload names it."""
        with self.database.write() as session:
            stored = uploads.store(session, self.files, uploads.take_in(content, name, 10**6), self.clock())
            return {"$file": stored.sha256, "name": name, "media_type": stored.media_type}

    def row(self, number: int) -> OutboundMessage:
        with self.database.read() as session:
            return session.get_one(OutboundMessage, number)

    def state(self, number: int) -> str:
        return self.row(number).state

    def lease_ends(self) -> datetime:
        with self.database.read() as session:
            return session.get_one(Lease, "deliver:telegram:main").expires_at

    def contact(self, chat: int) -> Contact:
        with self.database.read() as session:
            return self._contact(session, chat)

    @asynccontextmanager
    async def delivering(
        self,
        holder: str = "one",
        clock: Callable[[], datetime] | None = None,
        channel: SendingChannel | PostingChannel | None = None,
        stop_seconds: float = 20,
        timeouts: Timeouts = PATIENT,
        **changed: Any,
    ) -> AsyncIterator[Running]:
        """A deliverer at work, with connections, hub and writer of its own, as in a process of its own."""
        settings = self.settings.model_copy(update={"telegram_api_url": self.api.url, **changed})
        channel = channel or Telegram(settings, self.files, timeouts)
        hub = Hub()
        hub.bind()
        self.hubs.append(hub)
        writer = Writer(self.database, hub)
        deliverer = Deliverer(channel, self.database, writer, hub, holder, clock or self.clock)
        running = Running(deliverer, asyncio.create_task(deliverer.run()), hub)
        try:
            yield running
        finally:
            if not running.task.cancelled():
                await deliverer.stop(stop_seconds)
                await running.task
            await channel.close()
            await asyncio.to_thread(writer.close)
            self.hubs.remove(hub)

    async def until(self, is_so: Callable[[], Any]) -> None:
        """Wait until it is so, waking the deliverers as commits of other processes would."""
        async with asyncio.timeout(60):
            while not is_so():
                await self.rest(0.04)

    async def rest(self, seconds: float = 0.3) -> None:
        """Let the deliverers do what they would do."""
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            for hub in self.hubs:
                hub.publish_everything()
            await asyncio.sleep(0.04)

    async def done(self, *numbers: int) -> None:
        """Wait until these have their end."""
        await self.until(lambda: not self._open(numbers))

    def _open(self, numbers: tuple[int, ...]) -> int | None:
        unfinished = select(OutboundMessage.id).where(OutboundMessage.id.in_(numbers), OutboundMessage.finished_at.is_(None))
        with self.database.read() as session:
            return session.scalar(unfinished.limit(1))


def office(database: Database, settings: Settings, api: FakeBotApi, now: datetime) -> Office:
    changed = {"telegram_bot_token": SecretStr(TOKEN), "chat_rate": 1000.0, "telegram_rate": 1000.0}
    return Office(database, settings.model_copy(update=changed), api, FixedClock(now))
