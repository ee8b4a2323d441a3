"""SIGTERM under load: everything in hand is finished or left in a known state within 20 seconds, whatever the provider does."""

import asyncio
import random
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from db.engine import Database
from db.models import Lease, OutboundMessage
from db.models.outbound_message import SENDING
from tests.endure import counting
from tests.endure.bot_api import BotApi
from tests.endure.citizens import Citizen, Telegram
from tests.endure.house import House
from tests.endure.test_kills import SEED, drained, noise
from tests.endure.visitors import Visitor

pytestmark = [pytest.mark.endure, pytest.mark.timeout(300)]


@pytest.mark.parametrize("answers_after", [0.02, 30.0])
async def test_sigterm_under_load(
    answers_after: float, database_url: str, database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    api = BotApi(tmp_path / "sends.jsonl", latency=lambda: answers_after)
    await api.open()
    house = House(1, tmp_path / "house", database_url, api.url)
    telegram = Telegram(house, api, random.Random(f"{SEED}-drain"))
    stop = asyncio.Event()
    citizens = [Citizen(telegram, 6_000_000 + n, ["Mã số mã vạch là gì?"], random.Random(n), stop) for n in range(12)]
    visitors = [Visitor(n, house, random.Random(n), stop) for n in range(3)]
    load: list[asyncio.Task[None]] = []
    try:
        house.start()
        async with aiohttp.ClientSession() as client:
            load = [asyncio.create_task(citizen.live(client)) for citizen in citizens]
            load += [asyncio.create_task(visitor.live()) for visitor in visitors]
            await house.all_ready()
            await asyncio.sleep(4)
            code, seconds = await house.slots[0].terminate()
            left, leases = _left(database)
            house.start()  # what was not acknowledged comes again to the next process
            await house.all_ready()
            stop.set()
            await asyncio.wait_for(asyncio.gather(*load), 120)
        is_drained = await drained(database, 60, *(["web"] if answers_after > 1 else []))
        await asyncio.gather(*(visitor.catch_up(house.slots[0].port) for visitor in visitors))
    finally:
        for task in load:
            task.cancel()
        await asyncio.gather(*load, return_exceptions=True)
        await house.end()
        await api.close()
    report = counting.Report(f"{'SQLite' if database.is_sqlite else 'PostgreSQL'}: SIGTERM, the provider answers after {answers_after:g} s")
    report.must("exit code", code, 0)
    report.at_most("seconds until the end", round(seconds), 20)
    report.must("rows left in `sending`, leases left", (left, leases), (0, 0))
    report.must("outbox drained by the next process", is_drained, True)
    counting.count_updates(report, database, telegram.offered)
    counting.count_web(report, database, visitors)
    if answers_after < 1:
        counting.count_sends(report, database, api.calls, kills=1)
    report.note("warnings and errors in the logs", dict(noise(house)))
    with capfd.disabled():
        print(report)
    assert not report.faults


def _left(database: Database) -> tuple[int, int]:
    with database.read() as session:
        sending = session.scalar(select(func.count(OutboundMessage.id)).where(OutboundMessage.state == SENDING)) or 0
        leases = session.scalar(select(func.count()).select_from(Lease).where(Lease.name.like("deliver:%"))) or 0
    return sending, leases
