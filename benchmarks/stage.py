"""The stage: a migrated database on either engine for each run, the updates, a Bot API that answers at once, processes."""

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from db.engine import Database
from db.migrate import upgrade
from db.settings import Settings
from tests.live import UNPUBLISHED
from tests.postgres import Postgres
from usecases import starter

ROOT = Path(__file__).parents[1]
TOKEN = "42:BENCH-token-of-no-secret-0123456789"
SECRET = "benchmark-webhook-secret"
TABLES = ("claims", "contacts", "conversations", "inbound_messages", "given_answers", "enquiries", "outbox")
"""What both sides write, in equal numbers."""


class Stage:
    """Fresh databases by engine name."""

    def __init__(self, folder: Path, server: Postgres) -> None:
        self.folder, self._server = folder, server
        self._number = 0
        self._file = folder / "template.db"
        self._prepare(f"sqlite:///{self._file}")
        self._template = self._server.create()
        self._prepare(self._server.url(self._template))

    def _prepare(self, url: str) -> None:
        database = Database(url)
        upgrade(database)
        with database.write() as session:
            starter.lay_down(session, datetime.now(UTC))
            session.execute(
                text("INSERT INTO reference_counters (prefix, year, last_number) VALUES ('HD', :year, 0)"), {"year": datetime.now(UTC).year}
            )
        database.close()

    @contextmanager
    def database(self, engine: str) -> Iterator[str]:
        """The URL of a database that lives as long as the block."""
        if engine == "PostgreSQL":
            name = self._server.create(self._template)
            yield self._server.url(name)
            self._server.drop(name)
            return
        self._number += 1
        path = self.folder / f"{self._number}.db"
        shutil.copy(self._file, path)
        yield f"sqlite:///{path}"
        for leftover in self.folder.glob(f"{path.name}*"):
            leftover.unlink()


def rows(url: str) -> dict[str, int]:
    """Row counts of what is compared."""
    database = Database(url)
    with database.read() as session:
        counts = {table: session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in TABLES}
    database.close()
    return counts


def endless(first: int) -> Iterator[bytes]:
    """First questions of new citizens, which nothing in the knowledge answers: each opens an enquiry."""
    for number in itertools.count(first):
        person = {"id": 9_000_000 + number, "is_bot": False, "first_name": f"Người dân {number}", "language_code": "vi"}
        chat = {"id": 9_000_000 + number, "type": "private", "first_name": f"Người dân {number}"}
        message = {"message_id": 1, "date": 1_790_000_000, "chat": chat, "from": person, "text": f"{UNPUBLISHED} ({number})"}
        yield json.dumps({"update_id": 800_000_000 + number, "message": message}).encode()


def settings(url: str, folder: Path, api_url: str, port: int) -> dict[str, str]:
    """The environment of the counter under test: Telegram's webhook, deliverer on at its usual 28 messages a second."""
    return {
        "DATABASE_URL": url,
        "DATA_DIR": str(folder / "var"),
        "SECRET_KEY": "benchmarks-only-secret-key-0123456789",
        "TRIAL_MODE": "true",
        "LOG_LEVEL": "WARNING",
        "BOT_PORT": str(port),
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api_url,
        "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram/webhook",
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
    }


def as_settings(environment: dict[str, str]) -> Settings:
    given: dict[str, Any] = {name.lower(): value for name, value in environment.items()}
    return Settings(_env_file=None, **given)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(module: str, port: int, environment: dict[str, str], folder: Path) -> Iterator[None]:
    """A Python module that serves on a port, with `/healthz`, until the end of the block."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_RUNTIME_DIR") if name in os.environ}
    log = folder / f"{module}.log"
    with log.open("ab") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=folder,
            env=kept | {"PYTHONPATH": str(ROOT), "BENCH_PORT": str(port)} | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(running, port, log)
        yield
    finally:
        running.terminate()
        running.wait(30)


def _wait(running: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"did not start:\n{log.read_text()[-2000:]}")
