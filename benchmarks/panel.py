"""`python -m benchmarks.panel`: the web chat while the panel exports and imports 100,000 rows, beside the web chat alone.

The real processes, `python -m bot` and `python -m admin`, on one SQLite file. Visitors ask at a steady rate; a message is timed from the
moment it was due until its answer is on the page.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, cycle
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from websockets.asyncio.client import ClientConnection, connect

from admin.access import ADMINISTRATOR
from admin.commands import lay_down_roles
from benchmarks.__main__ import machine, percentile
from benchmarks.answers import gate
from benchmarks.stage import Stage, free_port, process
from db.engine import Database
from db.files import FileStore
from db.models import CannedReply, Contact, HistoryEvent, PanelTask
from db.models.panel_task import DONE, FAILED
from domain.folding import fold
from locales.compile import compile_catalogues
from tests.postgres import running_postgres
from usecases import staff, tasks
from usecases.history import Actor
from usecases.sheet_writing import XLSX, Heading, write

VISITORS = 20
GIVE_UP_SECONDS = 60.0
AIM_MS = 1000
Spent = list[float]


class Visitor:
    """An open page that asks one question at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._moved, self._has_heard = asyncio.Event(), False
        self._acknowledged: set[str] = set()

    async def open(self) -> "Visitor":
        address = f"127.0.0.1:{self._port}"
        self._line: ClientConnection = await connect(f"ws://{address}/chat/socket", origin=f"http://{address}", proxy=None, max_size=None)
        await self._line.send(json.dumps({"type": "hello", "token": None, "since": 0, "language": "vi", "chosen": False}))
        await self._line.recv()
        self._listening = asyncio.create_task(self._listen())
        await self.ask("xin chào")
        return self

    async def close(self) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._line.close()

    async def ask(self, text: str) -> None:
        """Send a message and wait until it is acknowledged and something was answered."""
        own_id, self._has_heard = str(uuid.uuid4()), False
        await self._line.send(json.dumps({"type": "message", "id": own_id, "text": text, "files": []}))
        async with asyncio.timeout(GIVE_UP_SECONDS):
            while own_id not in self._acknowledged or not self._has_heard:
                self._moved.clear()
                await self._moved.wait()

    async def _listen(self) -> None:
        async for text in self._line:
            frame = json.loads(text)
            if frame["type"] == "ack":
                self._acknowledged.add(frame["id"])
            elif frame["type"] == "events":
                self._has_heard |= any(event["kind"] == "message" for event in frame["events"])
            elif frame["type"] == "refused":
                raise RuntimeError(frame["reason"])
            self._moved.set()


async def chat(visitors: Sequence[Visitor], rate: float, until: Callable[[], bool]) -> Spent:
    """Milliseconds of each question, asked so many a second by visitors in turn, until told to stop."""
    idle: asyncio.Queue[Visitor] = asyncio.Queue()
    for visitor in visitors:
        idle.put_nowait(visitor)
    questions, spent, asked = cycle([row.text for row in gate()]), [], []

    async def one(text: str, due: float) -> None:
        visitor = await idle.get()
        await visitor.ask(text)
        spent.append(1000 * (time.perf_counter() - due))
        idle.put_nowait(visitor)

    began = time.perf_counter()
    for number in count():
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if until():
            break
        asked.append(asyncio.create_task(one(next(questions), due)))
    await asyncio.gather(*asked)
    return spent


# the stage


def fill(url: str, number: int, now: datetime) -> int:
    """So many contacts and lines of history, and somebody of the staff; their number."""
    database = Database(url)
    with database.write() as session:
        lay_down_roles(session)
        person = staff.add(session, "bench@chuan.example", "Người đo", [ADMINISTRATOR], "!", by=Actor(None, "bench", ""), now=now).id
    for first in range(0, number, 5000):
        contacts, events = [], []
        for n in range(first, min(first + 5000, number)):
            name = f"Cơ sở sản xuất mè xửng số {n}"
            seen = now - timedelta(minutes=n)
            contacts.append(
                {"channel": "telegram", "account": "main", "chat_id": 10_000_000 + n, "display_name": name, "folded": fold(name)}
                | {"language": "vi", "first_seen_at": seen, "last_seen_at": seen}
            )
            events.append(
                {
                    "at": seen,
                    "staff_id": person,
                    "who": "Người đo",
                    "address": "127.0.0.1",
                    "act": "viewed",
                    "noun": "contacts",
                    "key": str(n),
                }
            )
        with database.write() as session:
            session.execute(insert(Contact), contacts)
            session.execute(insert(HistoryEvent), events)
    database.close()
    return person


def sheet(files: FileStore, number: int) -> dict[str, Any]:
    """A workbook of canned replies in the store of tasks."""
    scratch = files.scratch()
    text = "Kính gửi {citizen}, phiếu {reference} đã được tiếp nhận và sẽ được trả lời trước {due}. "
    rows = ([f"Câu trả lời mẫu số {n}", f"{text}Nội dung {n}.", f"Dear {{citizen}}, number {n}."] for n in range(number))
    write(scratch, XLSX, "Câu trả lời mẫu", [Heading("title"), Heading("text_vi"), Heading("text_en")], rows)
    size = scratch.stat().st_size
    return {"sha256": files.adopt(scratch), "name": "mau.xlsx", "size": size}


class Panel:
    """Tasks of the panel, queued as its pages would, and watched."""

    def __init__(self, url: str, person: int) -> None:
        self._database, self._person = Database(url), person

    def ask(self, kind: str, view: str, **parameters: Any) -> int:
        kept = {"roles": [ADMINISTRATOR], "name": "Người đo", "address": "127.0.0.1", "language": "vi", "filters": {}}
        with self._database.write() as session:
            return tasks.ask(session, kind, view, self._person, kept | parameters, datetime.now(UTC)).id

    def state(self, key: int) -> PanelTask:
        with self._database.read() as session:
            return session.get_one(PanelTask, key)

    def has_ended(self, key: int) -> bool:
        task = self.state(key)
        if task.state == FAILED:
            raise RuntimeError(f"the task failed: {task.incident} {task.result}")
        return task.state == DONE

    def count(self, model: Any) -> int:
        with self._database.read() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0

    def close(self) -> None:
        self._database.close()


def line(what: str, spent: Spent, alone: Spent, seconds: float, note: str) -> str:
    p50, p95 = statistics.median(spent), percentile(spent, 0.95)
    against = [p50 / statistics.median(alone), p95 / percentile(alone, 0.95)]
    ratios = " | ".join(f"{ratio:.2f}" for ratio in against) if spent is not alone else "1 | 1"
    return f"| {what} | {len(spent)} | {p50:.0f} | {p95:.0f} | {max(spent):.0f} | {ratios} | {seconds:.0f} | {note} |"


def measure(url: str, folder: Path, rows: int, rate: float, alone_seconds: float) -> bool:
    """Print the table; whether the aim was met."""
    now = datetime.now(UTC)
    person = fill(url, rows, now)
    files = FileStore(folder / "var" / "tasks")
    given = sheet(files, rows)
    panel, port, admin_port = Panel(url, person), free_port(), free_port()
    shared = {
        "DATABASE_URL": url,
        "DATA_DIR": str(folder / "var"),
        "SECRET_KEY": "benchmarks-only-secret-key-0123456789",
        "TRIAL_MODE": "true",
    }
    shared |= {"LOG_LEVEL": "WARNING", "BOT_PORT": str(port), "ADMIN_PORT": str(admin_port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    shared |= {"MESSAGES_PER_MINUTE": "6000", "ADDRESS_MESSAGES_PER_MINUTE": "60000"}
    with process("bot", port, shared, folder), process("admin", admin_port, shared, folder):
        worst = asyncio.run(side_by_side(panel, port, given, rows, rate, alone_seconds))
    if panel.count(CannedReply) != rows:
        raise RuntimeError("not every reply was imported once")
    panel.close()
    return worst < AIM_MS


async def side_by_side(panel: Panel, port: int, given: dict[str, Any], rows: int, rate: float, alone_seconds: float) -> float:
    """Print a line for the chat alone and for each task; the worst p95 of those."""
    visitors = [await Visitor(port).open() for _ in range(VISITORS)]
    await chat(visitors, rate, _after(10))  # warm
    alone, worst = await chat(visitors, rate, _after(alone_seconds)), 0.0
    print(line("alone", alone, alone, alone_seconds, ""), flush=True)
    for what, kind, view, parameters in (
        (f"while {rows:,} contacts are exported to XLSX", tasks.EXPORT, "contacts", {"form": XLSX}),
        (f"while {rows:,} canned replies are checked", tasks.CHECK, "canned", {"file": given}),
        (f"while {rows:,} canned replies are imported", tasks.IMPORT, "canned", {"file": given}),
    ):
        key, began = panel.ask(kind, view, **parameters), time.monotonic()
        spent = await chat(visitors, rate, partial(panel.has_ended, key))
        seconds, done = time.monotonic() - began, panel.state(key).done
        if done < rows:
            raise RuntimeError(f"{what}: {done} rows")
        print(line(what, spent, alone, seconds, f"{done / seconds:,.0f} rows/s"), flush=True)
        worst = max(worst, percentile(spent, 0.95))
    for visitor in visitors:
        await visitor.close()
    return worst


def _after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.panel")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=2.0, help="questions a second")
    parser.add_argument("--alone", type=float, default=60.0, help="seconds that the chat is measured alone")
    parser.add_argument("--engine", choices=("SQLite", "PostgreSQL"), default="SQLite")
    chosen = parser.parse_args()
    compile_catalogues()
    print(f"{chosen.engine}, {chosen.rate:g} questions a second from {VISITORS} pages. {machine()}\n")
    print(
        "| web chat | questions | p50 ms | p95 ms | longest ms | p50 ratio | p95 ratio | took s | panel |\n" + "| --- " * 9 + "|",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="chuan-bench-") as name, running_postgres() as server:
        stage = Stage(Path(name), server)
        with stage.database(chosen.engine) as url:
            met = measure(url, Path(name), chosen.rows, chosen.rate, chosen.alone)
    print(f"\nAim: p95 under {AIM_MS} ms throughout: {'met' if met else 'NOT MET'}.")


if __name__ == "__main__":
    main()
