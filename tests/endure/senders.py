"""The sending half of the counter, as processes that are forked from one that has imported all: killed and back within a second.

They run the real deliverer, the real loop of broadcasts and the real Telegram channel, over one database.
"""

import asyncio
import multiprocessing
import os
import random
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import update

from bot import logs
from bot.broadcasting import Broadcasting
from bot.channels.telegram import Telegram
from bot.counter import utc_now
from bot.deliverer import Deliverer
from bot.hub import Hub, listen
from bot.writer import Writer
from db.engine import Database
from db.files import FileStore
from db.models import Lease
from db.settings import Settings

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tests.endure.senders"])


def run(settings: Settings) -> None:
    """Deliver and broadcast until killed."""
    logs.set_up("ERROR")
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    database, hub = Database(settings.database), Hub()
    hub.bind()
    writer, telegram = Writer(database, hub), Telegram(settings, FileStore(settings.files_dir))
    holder = f"sender:{os.getpid()}:"
    deliverer = Deliverer(telegram, database, writer, hub, holder, utc_now)
    broadcasting = Broadcasting(database, writer, [("telegram", "main")], holder, utc_now, trial=settings.trial_mode)
    await asyncio.gather(listen(database, hub), deliverer.run(), broadcasting.run())


class Senders:
    """So many processes; whichever dies is started anew."""

    def __init__(self, number: int, settings: Settings) -> None:
        self._settings, self._database = settings, Database(settings.database)
        self._running: list[ForkServerProcess] = [self._start() for _ in range(number)]

    def _start(self) -> ForkServerProcess:
        process = _SERVER.Process(target=run, args=(self._settings,), daemon=True)
        process.start()
        return process

    def kill_one(self, rng: random.Random, *, lapse: bool) -> None:
        """SIGKILL, rather to the one that delivers, and a new one; its leases lapse now rather than after fifteen seconds, if wanted."""
        with self._database.read() as session:
            lease = session.get(Lease, "deliver:telegram:main")
        delivering = next((n for n, one in enumerate(self._running) if lease and f":{one.pid}:" in lease.holder), None)
        victim = delivering if delivering is not None and rng.random() < 0.8 else rng.randrange(len(self._running))
        pid = self._end(self._running[victim])
        if lapse:
            with self._database.write() as session:
                past = datetime.now(UTC) - timedelta(seconds=1)
                session.execute(update(Lease).where(Lease.holder.like(f"%:{pid}:%")).values(expires_at=past))
        self._running[victim] = self._start()

    def _end(self, process: ForkServerProcess) -> int | None:
        process.kill()
        process.join(10)
        return process.pid

    def end(self) -> None:
        for process in self._running:
            self._end(process)
        self._database.close()


def settings_of(database_url: str, folder: Path, api_url: str, token: str, rate: float) -> Settings:
    """Of a sender, trial mode off."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        data_dir=folder / "var",
        secret_key="endurance-only-secret-key-0123456789",
        trial_mode=False,
        telegram_bot_token=token,
        telegram_api_url=api_url,
        telegram_rate=rate,
        chat_rate=100,
    )
