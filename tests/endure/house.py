"""The real process, `python -m bot`, as often as wanted: started, watched until it listens, killed, stopped."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import select, update

from db.engine import Database
from db.models import Lease
from tests.endure.bot_api import TOKEN

ROOT = Path(__file__).parents[2]
START_SECONDS = 180
"""A start takes five seconds alone, and much more on a machine that others work on too."""
SECRET = "webhook-secret-of-the-endurance-run"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Slot:
    """One place for a process on one port."""

    def __init__(self, number: int, folder: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        self._log = folder / f"bot-{number}.log"
        self._folder, self._environment = folder, environment
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = asyncio.Event()
        self.ready_at = 0.0
        self._watching: asyncio.Task[None] | None = None
        self.starts: list[float] = []

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.port}/telegram/webhook"

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def start(self) -> None:
        own = {
            "BOT_PORT": str(self.port),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "TELEGRAM_WEBHOOK_URL": self.webhook,
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_RUNTIME_DIR", "LANG") if name in os.environ}
        environment = kept | self._environment | own | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot"], cwd=self._folder, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        self._watching = asyncio.create_task(self._watch(time.monotonic()))

    async def _watch(self, started: float) -> None:
        async with aiohttp.ClientSession() as client:
            while True:
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with client.get(f"http://127.0.0.1:{self.port}/healthz", timeout=aiohttp.ClientTimeout(2)) as answer:
                        if answer.status == 200:
                            break
                await asyncio.sleep(0.05)
        self.starts.append(time.monotonic() - started)
        self.ready_at = time.monotonic()
        self.ready.set()

    async def _end(self, number: int, seconds: float) -> int:
        assert self.process is not None
        self.ready.clear()
        self.process.send_signal(number)
        code = await asyncio.to_thread(self.process.wait, seconds)
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        return code

    async def kill(self) -> int:
        """SIGKILL; the process id that died."""
        assert self.process is not None
        await self._end(signal.SIGKILL, 10)
        return self.process.pid

    async def terminate(self) -> tuple[int, float]:
        """SIGTERM; the exit code and the seconds it took."""
        began = time.monotonic()
        code = await self._end(signal.SIGTERM, 60)
        return code, time.monotonic() - began


class House:
    """Slots over one database, as behind a proxy: whoever is up is called."""

    def __init__(self, slots: int, folder: Path, database_url: str, api_url: str, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        environment = {
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder / "var"),
            "SECRET_KEY": "endurance-only-secret-key-0123456789",
            "TRIAL_MODE": "true",
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": api_url,
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
            "TELEGRAM_RATE": "500",
            "CHAT_RATE": "100",
            "MESSAGES_PER_MINUTE": "6000",
            "ADDRESS_MESSAGES_PER_MINUTE": "60000",
        }
        (folder / "var").mkdir(exist_ok=True)
        self.database = Database(database_url)
        self.slots = [Slot(number, folder, environment | settings) for number in range(slots)]

    def start(self) -> None:
        for slot in self.slots:
            slot.start()

    def ready(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.ready.is_set()]

    async def any_ready(self, seconds: float = START_SECONDS) -> list[Slot]:
        """The slots that listen, once there is one."""
        until = time.monotonic() + seconds
        while not (ready := self.ready()):
            if time.monotonic() > until:
                raise TimeoutError("no process came up; the end of its log:\n" + self.slots[0].log[-3000:])
            await asyncio.sleep(0.02)
        return ready

    async def all_ready(self) -> None:
        for slot in self.slots:
            await asyncio.wait_for(slot.ready.wait(), START_SECONDS)

    def deliverer(self) -> Slot | None:
        """The slot whose process delivers for Telegram."""
        with self.database.read() as session:
            holder = session.scalar(select(Lease.holder).where(Lease.name == "deliver:telegram:main"))
        return next((slot for slot in self.slots if holder and slot.process and f":{slot.process.pid}:" in holder), None)

    def lapse(self, pid: int) -> None:
        """Let the leases of a process that is surely dead lapse now, so that a run needs not wait 15 s after each kill."""
        with self.database.write() as session:
            past = datetime.now(UTC) - timedelta(seconds=1)
            session.execute(update(Lease).where(Lease.holder.like(f"%:{pid}:%")).values(expires_at=past))

    async def kill_one(self, rng: random.Random, *, lapse: bool) -> float:
        """Kill a process at a random moment after it is ready, rather the one that delivers; how long it had been ready."""
        await self.any_ready()
        await asyncio.sleep(rng.uniform(0.05, 2.0))
        ready = await self.any_ready()
        delivering = await asyncio.to_thread(self.deliverer)
        victim = delivering if delivering in ready and rng.random() < 0.8 else rng.choice(ready)
        assert victim is not None
        lived = time.monotonic() - victim.ready_at
        pid = await victim.kill()
        if lapse:
            await asyncio.to_thread(self.lapse, pid)
        victim.start()
        return lived

    async def end(self) -> None:
        """Kill what still runs."""
        for slot in self.slots:
            if slot.process is not None and slot.process.poll() is None:
                await slot.kill()
        self.database.close()
