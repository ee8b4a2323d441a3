"""The real process is killed at random moments under load, thirty times and more on each engine; then everything is counted."""

import asyncio
import json
import os
import random
import time
import uuid
from collections import Counter
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from db.engine import Database
from db.models import KnowledgeEntry, OutboundMessage, Staff
from db.models.outbound_message import OPEN
from tests.conftest import NOW
from tests.endure import counting
from tests.endure.bot_api import BotApi
from tests.endure.citizens import Citizen, Telegram
from tests.endure.house import House
from tests.endure.visitors import Visitor

pytestmark = [pytest.mark.endure, pytest.mark.timeout(1800)]

KILLS = int(os.environ.get("ENDURE_KILLS", "32"))
SEED = int(os.environ.get("ENDURE_SEED", "20261122"))
CITIZENS, VISITORS = 30, 6


def hire(database: Database) -> None:
    """One officer who receives alerts."""
    with database.write() as session:
        session.add(
            Staff(
                email="lan@chuan.example",
                full_name="Nguyễn Thị Lan",
                password="x",
                active=True,
                receives_alerts=True,
                fs_uniquifier=uuid.uuid4().hex,
                created_at=NOW,
            )
        )


def questions(database: Database) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(select(KnowledgeEntry.question).where(KnowledgeEntry.language == "vi").order_by(KnowledgeEntry.id).limit(40))
        )


async def drained(database: Database, seconds: float, *channels: str) -> bool:
    """Whether everything in the outbox (of these channels) is settled within some seconds."""

    def left() -> int:
        wanted = select(func.count(OutboundMessage.id)).where(OutboundMessage.state.in_(OPEN))
        with database.read() as session:
            return session.scalar(wanted.where(OutboundMessage.channel.in_(channels)) if channels else wanted) or 0

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if await asyncio.to_thread(left) == 0:
            return True
        await asyncio.sleep(0.5)
    return False


async def test_killed_under_load(database_url: str, database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    engine = "SQLite" if database.is_sqlite else "PostgreSQL"
    rng = random.Random(f"{SEED}-{engine}")
    hire(database)
    api = BotApi(tmp_path / "sends.jsonl", latency=lambda: rng.uniform(0.0, 0.04))
    await api.open()
    house = House(2, tmp_path / "house", database_url, api.url)
    telegram = Telegram(house, api, random.Random(f"{SEED}-telegram"))
    stop = asyncio.Event()
    known = questions(database)
    citizens = [Citizen(telegram, 5_000_000 + n, known, random.Random(f"{SEED}-{n}"), stop) for n in range(CITIZENS)]
    visitors = [Visitor(n, house, random.Random(f"{SEED}-v{n}"), stop) for n in range(VISITORS)]
    began, lived, drains = time.monotonic(), [], []
    load: list[asyncio.Task[None]] = []
    try:
        house.start()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=False)) as client:
            load = [asyncio.create_task(citizen.live(client)) for citizen in citizens]
            load += [asyncio.create_task(visitor.live()) for visitor in visitors]
            for number in range(KILLS):
                lived.append(await house.kill_one(rng, lapse=number % 5 != 4))
            await house.all_ready()
            await asyncio.sleep(2)
            drains.append(await house.slots[0].terminate())  # stopped under load; the other one goes on
            stop.set()
            await asyncio.wait_for(asyncio.gather(*load), 120)
        is_drained = await drained(database, 90)
        await asyncio.gather(*(visitor.catch_up(house.slots[1].port) for visitor in visitors))
        drains.append(await house.slots[1].terminate())
    finally:
        for task in load:
            task.cancel()
        await asyncio.gather(*load, return_exceptions=True)
        await house.end()
        await api.close()

    report = counting.Report(f"{engine}: killed {KILLS} times in {time.monotonic() - began:.0f} s, seed {SEED}")
    report.note("moment of the kill after ready, seconds", f"{min(lived):.2f} … {max(lived):.2f}")
    starts = sorted(second for slot in house.slots for second in slot.starts)
    report.note("start-up, seconds: median, longest", f"{starts[len(starts) // 2]:.1f}, {starts[-1]:.1f}")
    report.note("deliveries of the webhook by outcome", telegram.statuses)
    report.note("updates repeated on purpose", telegram.repeats)
    latencies = sorted(telegram.latencies)
    report.note("acknowledgement p50, p99, ms", tuple(round(1000 * latencies[int(len(latencies) * q)]) for q in (0.5, 0.99)))
    report.must("outbox drained at the end", is_drained, True)
    report.must("SIGTERM: exit codes", [code for code, _ in drains], [0, 0])
    report.at_most("SIGTERM: longest drain, seconds", round(max(seconds for _, seconds in drains)), 20)
    counting.count_updates(report, database, telegram.offered)
    counting.count_enquiries(report, database)
    counting.count_sends(report, database, api.calls, KILLS)
    counting.count_web(report, database, visitors)
    counting.count_mail(report, database, tmp_path / "house/var/mail", KILLS)
    counting.check_file(report, database)
    report.note("warnings and errors in the logs", dict(noise(house)))
    with capfd.disabled():
        print(report)
    assert not report.faults


def noise(house: House) -> Counter[str]:
    """Events at warning and above in the processes' logs, and lines that are no JSON."""
    found: Counter[str] = Counter()
    for slot in house.slots:
        for line in slot.log.splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                found[f"raw: {line[:60]}"] += 1
                continue
            if event.get("level") in {"warning", "error", "critical"}:
                found[f"{event['event'][:60]}{' ' + event['fault'] if 'fault' in event else ''}"] += 1
    return found
