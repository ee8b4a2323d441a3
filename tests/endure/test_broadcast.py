"""A broadcast whose sender is killed at random twenty times, and one to a platform that fails in every way; then all is counted."""

import asyncio
import os
import random
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Broadcast, BroadcastRecipient, OutboundMessage
from db.models.broadcast import DONE, FAILED, PAUSED, SENT, SKIPPED, UNKNOWN
from tests import broadcasts as made
from tests.endure import counting
from tests.endure.bot_api import TOKEN, BotApi, Misbehaviour
from tests.endure.senders import Senders, settings_of
from tests.endure.test_kills import SEED
from usecases import broadcasts

pytestmark = [pytest.mark.endure, pytest.mark.timeout(900)]

PEOPLE = int(os.environ.get("ENDURE_BROADCAST_PEOPLE", "5000"))
KILLS = int(os.environ.get("ENDURE_BROADCAST_KILLS", "20"))
RATE = 300
"""Messages a second, at most: high, so that the run is short."""


def lay_out(database: Database, number: int) -> int:
    """So many people who want the topic, and an urgent broadcast to them, so that no hour of the day stops it; its key."""
    now = datetime.now(UTC)
    with database.write() as session:
        made.people(session, number, now)
        lan, huong = made.officer(session, now), made.officer(session, now, "Trần Thị Hương")
        return made.let_go(session, now, lan, huong, urgent_reason="Thu hồi sản phẩm").id


def standing(database: Database, key: int) -> Broadcast:
    with database.read() as session:
        return session.get_one(Broadcast, key)


async def finished(database: Database, key: int, seconds: float) -> bool:
    """Whether it ends; a pause of its own accord is answered as an officer would who looked at the reasons."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        status = (await asyncio.to_thread(standing, database, key)).status
        if status == DONE:
            return True
        if status == PAUSED:
            with database.write() as session:
                broadcasts.resume(session, key, datetime.now(UTC))
        await asyncio.sleep(0.3)
    return False


async def wait_for_more(api: BotApi, number: int) -> None:
    """Until the platform was told so many more messages."""
    wanted = len(api.calls) + number
    async with asyncio.timeout(120):
        while len(api.calls) < wanted:
            await asyncio.sleep(0.005)


async def test_a_killed_sender_tells_nobody_twice(
    database_url: str, database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    engine = "SQLite" if database.is_sqlite else "PostgreSQL"
    rng = random.Random(f"{SEED}-broadcast-{engine}")
    api = BotApi(tmp_path / "sends.jsonl", latency=lambda: rng.uniform(0.0, 0.05))
    await api.open()
    key, began = lay_out(database, PEOPLE), time.monotonic()
    senders = Senders(2, settings_of(database_url, tmp_path, api.url, TOKEN, RATE))
    killed_at = []
    try:
        for number in range(KILLS):
            await wait_for_more(api, rng.randrange(1, PEOPLE // (KILLS + 5)))
            await asyncio.to_thread(senders.kill_one, rng, lapse=number % 20 != 19)
            killed_at.append(len(api.calls))
        is_finished = await finished(database, key, 400)
    finally:
        await asyncio.to_thread(senders.end)
        await api.close()
    report = counting.Report(f"{engine}: a broadcast to {PEOPLE}, killed {KILLS} times in {time.monotonic() - began:.0f} s, seed {SEED}")
    report.note("messages at the platform at each kill", killed_at)
    report.must("kills during the broadcast, not after it", killed_at[-1] < PEOPLE, True)
    report.must("ended by itself", is_finished, True)
    _count(report, database, key, api)
    with database.read() as session:
        unknown = session.get_one(Broadcast, key).unknown
    report.at_most("unknown: what was in flight at the kills", unknown, counting.AT_ONCE * KILLS)
    counting.check_file(report, database)
    with capfd.disabled():
        print(report)
    assert not report.faults


class Moods:
    """One call in eight goes wrong: 429, 403, 400, 5xx, silence; remembers the silences that were asked for."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.silence_until = 0.0
        self.broken_silences = 0

    def __call__(self, method: str, payload: dict[str, Any]) -> Misbehaviour | None:
        now = time.monotonic()
        self.broken_silences += now < self.silence_until
        if (chance := self._rng.random()) > 0.12:
            return None
        if chance < 0.004:
            self.silence_until = now + 1
            body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 1}}
            return Misbehaviour(False, 429, body)
        return self._rng.choice(
            [
                Misbehaviour(False, 403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}),
                Misbehaviour(False, 400, {"ok": False, "error_code": 400, "description": "Bad Request: some reason"}),
                Misbehaviour(False, 500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}),
                Misbehaviour(False, 502),
                Misbehaviour(True, 502),
                Misbehaviour(False, None),
                Misbehaviour(True, None),
            ]
        )


async def test_a_failing_platform_is_told_nothing_twice(
    database_url: str, database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    engine, number = "SQLite" if database.is_sqlite else "PostgreSQL", 1_000
    moods = Moods(random.Random(f"{SEED}-moods"))
    api = BotApi(tmp_path / "sends.jsonl", mood=moods)
    await api.open()
    key = lay_out(database, number)
    senders = Senders(1, settings_of(database_url, tmp_path, api.url, TOKEN, RATE))
    try:
        await wait_for_more(api, 300)
        await asyncio.to_thread(senders.kill_one, random.Random(SEED), lapse=True)
        is_finished = await finished(database, key, 400)
    finally:
        await asyncio.to_thread(senders.end)
        await api.close()
    report = counting.Report(f"{engine}: a broadcast to {number} through a platform that fails at random, one kill, seed {SEED}")
    report.note("what the platform did instead of answering well", dict(sorted(api.misbehaved.items())))
    report.must("ended by itself", is_finished, True)
    _count(report, database, key, api)
    report.at_most(
        "calls inside a retry_after (those in flight when it began)", moods.broken_silences, counting.AT_ONCE * api.misbehaved["429"]
    )
    with capfd.disabled():
        print(report)
    assert not report.faults


def _count(report: counting.Report, database: Database, key: int, api: BotApi) -> None:
    """The database's word against the platform's own log."""
    with database.read() as session:
        broadcast = session.get_one(Broadcast, key)
        people = session.scalars(select(BroadcastRecipient).where(BroadcastRecipient.broadcast_id == key)).all()
        rows = session.scalars(select(OutboundMessage).where(OutboundMessage.broadcast_id == key)).all()
    told = Counter(call.chat_id for call in api.calls if call.method == "sendMessage")
    states = Counter(one.state for one in people)
    fates = {row.id: row for row in rows}
    by_chat = {fates[one.outbox_id].chat_id: one.state for one in people if one.outbox_id in fates}
    report.must("recipients planned twice or not at all", len({one.contact_id for one in people}), broadcast.total)
    report.must("told twice", sum(count > 1 for count in told.values()), 0)
    report.note("sent, failed, unknown, skipped", [states[state] for state in (SENT, FAILED, UNKNOWN, SKIPPED)])
    report.must("sent + failed + unknown = recipients", states[SENT] + states[FAILED] + states[UNKNOWN] + states[SKIPPED], broadcast.total)
    kept = (broadcast.sent, broadcast.failed, broadcast.unknown, broadcast.skipped)
    report.must("the counters say so too", kept, tuple(states[state] for state in (SENT, FAILED, UNKNOWN, SKIPPED)))
    report.must("marked sent and not told", sum(state == SENT and not told[chat] for chat, state in by_chat.items()), 0)
    report.must("told and marked failed", sum(bool(told[chat]) and state == FAILED for chat, state in by_chat.items()), 0)
    report.must("told and neither sent nor unknown", sum(by_chat.get(chat or 0) not in {SENT, UNKNOWN} for chat in told), 0)
    report.must("unknown that were sent again", sum(row.resent or row.state == "waiting" for row in rows), 0)
