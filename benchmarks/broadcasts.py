"""`python -m benchmarks.broadcasts`: the pace of a broadcast at a Bot API's own log, the delay of a reply meanwhile, the planning of many.

The platform is a Bot API of our own that notes when each call came; the sending half of the counter runs in a process of its own, as it is.
"""

import argparse
import asyncio
import math
import multiprocessing
import resource
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from sqlalchemy import insert, select, text

from benchmarks.__main__ import ENGINES, machine, percentile
from benchmarks.stage import Stage
from db.engine import Database
from db.models import Broadcast, Contact, TopicChoice
from locales.compile import compile_catalogues
from tests import broadcasts as made
from tests.endure.bot_api import TOKEN, BotApi, Call, Misbehaviour
from tests.endure.senders import run, settings_of
from tests.postgres import running_postgres
from usecases import broadcast_planning, outbox

RATE, REPLIES_A_SECOND = 28.0, 2.0
REPLYING = 400
"""Contacts that are answered meanwhile."""
_SILENCE = 3
"""Seconds of the one retry_after in the middle."""


@dataclass
class Paced:
    """What the platform saw."""

    rate: float
    busiest: int
    nearest: float
    inside: int
    replies: list[float]


def lay_out(url: str, people: int, repeated: int) -> None:
    """Two broadcasts: one to all, and one at the same time to some of the same, so that a chat could be told twice within a second."""
    database, now = Database(url), datetime.now(UTC)
    with database.write() as session:
        made.people(session, people, now)
        lan, huong = made.officer(session, now), made.officer(session, now, "Trần Thị Hương")
        ids = made.people(session, repeated, now, topic="quality", first=1_000_000)
        made.people(session, REPLYING, now, topic=None, first=2_000_000)
        session.execute(insert(TopicChoice), [{"contact_id": key, "topic": "barcodes", "wanted": True, "at": now} for key in ids])
        made.let_go(session, now, lan, huong, urgent_reason="Đo")
        made.let_go(session, now, lan, huong, urgent_reason="Đo", topic="quality", title="Tin thứ hai")
    database.close()


def answer(url: str, number: int) -> float:
    """Put a reply into the outbox; the moment of its commit, seconds since the epoch."""
    database, now = Database(url), datetime.now(UTC)
    with database.write() as session:
        contact = session.scalars(select(Contact).where(Contact.chat_id == 2_000_000 + number % REPLYING)).one()
        outbox.send(session, contact, "sendMessage", {"text": f"Trả lời {number}"}, kind="reply", now=now)
    database.close()
    return time.time()


async def paced(url: str, folder: Path, seconds: float) -> Paced:
    """A broadcast for so many seconds, replies now and then, one 429 in the middle."""
    people = int(RATE * seconds)
    await asyncio.to_thread(lay_out, url, people, people // 10)
    silences: list[float] = []

    def mood(method: str, _payload: object) -> Misbehaviour | None:
        if silences or len(api.calls) < people * 0.6:
            return None
        silences.append(time.time())
        body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": _SILENCE}}
        return Misbehaviour(False, 429, body)

    api = BotApi(folder / "sends.jsonl", latency=lambda: 0.03, mood=mood)
    await api.open()
    settings = settings_of(url, folder, api.url, TOKEN, RATE).model_copy(update={"chat_rate": 1.0})
    sender = multiprocessing.get_context("spawn").Process(target=run, args=(settings,), daemon=True)
    sender.start()
    asked: dict[str, float] = {}
    try:
        while not api.calls:
            await asyncio.sleep(0.05)
        number = 0
        while len(api.calls) < people:
            number += 1
            asked[f"Trả lời {number}"] = await asyncio.to_thread(answer, url, number)
            await asyncio.sleep(1 / REPLIES_A_SECOND)
    finally:
        sender.kill()
        await asyncio.to_thread(sender.join)
        await api.close()
    return _seen(api.calls, asked, silences)


def _seen(calls: list[Call], asked: dict[str, float], silences: list[float]) -> Paced:
    times = [call.at for call in calls]
    silent = silences[0] if silences else math.inf
    steady = [at for at in times if at < silent]  # the mean is that of the time in which it might send
    resumed = [at for at in times if at > silent + _SILENCE]
    rates = [(len(part) - 1) / (part[-1] - part[0]) for part in (steady, resumed) if len(part) > RATE * 3]
    busiest = max(sum(begin <= at < begin + 1 for at in times[n : n + 60]) for n, begin in enumerate(times))
    chats: dict[int | None, list[float]] = {}
    for call in calls:
        chats.setdefault(call.chat_id, []).append(call.at)
    gaps = [later - at for one in chats.values() for at, later in pairwise(one)]
    inside = sum(silent + 0.1 < at < silent + _SILENCE for at in times)
    said = {call.text: call.at for call in calls}
    delays = [said[words] - at for words, at in asked.items() if words in said and not silent - 1 < at < silent + _SILENCE + 1]
    return Paced(sum(rates) / len(rates), busiest, min(gaps, default=math.inf), inside, delays)


@dataclass
class Planned:
    """Of so many recipients: seconds, and those of the same rows copied bare; the longest write transaction in ms; MB of memory."""

    total: int
    took: float
    bare: float
    longest: float
    grown: float


def planned(url: str, people: int) -> Planned:
    """The planning of so many, chunk by chunk as the counter does it."""
    database, now = Database(url), datetime.now(UTC)
    for first in range(1, people, 20_000):
        with database.write() as session:
            made.people(session, min(20_000, people - first + 1), now, first=first)
    with database.write() as session:
        lan, huong = made.officer(session, now), made.officer(session, now, "Trần Thị Hương")
        key = made.let_go(session, now, lan, huong, urgent_reason="Đo").id
    with database.write() as session:
        broadcast_planning.start(session, key, trial=False, now=now)
    before, began, longest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter(), 0.0
    is_planning = True
    while is_planning:
        with database.read() as session:
            chunk = broadcast_planning.next_chunk(session, key, [made.ACCOUNT], now)
        opened = time.perf_counter()
        with database.write() as session:
            broadcast_planning.plan(session, key, chunk, now)
        longest = max(longest, time.perf_counter() - opened)
        is_planning = bool(chunk.found)
    took = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    with database.write() as session:
        total, began = session.get_one(Broadcast, key).total, time.perf_counter()
        session.execute(text("CREATE TABLE bare AS SELECT * FROM broadcast_recipients"))
        bare = time.perf_counter() - began
    database.close()
    return Planned(total, took, bare, 1000 * longest, grown)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.broadcasts")
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--people", type=int, default=1_000_000)
    chosen = parser.parse_args()
    head = machine()
    compile_catalogues()
    print(f"{head}\n\n| engine | what | measured | aim |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(prefix="chuan-bench-") as name, running_postgres() as server:
        stage = Stage(Path(name), server)
        for engine in [chosen.engine] if chosen.engine else ENGINES:
            with stage.database(engine) as url:
                _print_pace(engine, asyncio.run(paced(url, Path(name), chosen.seconds)))
            if chosen.people:
                with stage.database(engine) as url:
                    _print_planning(engine, planned(url, chosen.people))


def _print_pace(engine: str, seen: Paced) -> None:
    print(f"| {engine} | messages/s, mean, to a limit of {RATE:g} | {seen.rate:.2f} ({seen.rate / RATE:.3f}) | at least 0.98 |")
    print(f"| {engine} | messages in the busiest second | {seen.busiest} | at most 30 |")
    print(f"| {engine} | least time between two messages of a chat, s | {seen.nearest:.2f} | at least 1 |")
    print(f"| {engine} | messages inside a retry_after | {seen.inside} | 0 |")
    p95 = percentile(seen.replies, 0.95)
    print(f"| {engine} | delay of a reply meanwhile, p95 of {len(seen.replies)}, s | {p95:.2f} | under 1 |", flush=True)


def _print_planning(engine: str, seen: Planned) -> None:
    print(f"| {engine} | planning of {seen.total}, s; the same rows copied by one statement | {seen.took:.0f}; {seen.bare:.1f} | |")
    print(f"| {engine} | its longest write, ms; memory more, MB | {seen.longest:.0f}; {seen.grown:.0f} | flat |", flush=True)


if __name__ == "__main__":
    main()
