"""A provider that answers 429, 403, 5xx, nonsense or nothing at random, for five minutes of its own time, run five times as fast."""

import asyncio
import random
import time
from collections import Counter as Count
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.channels.telegram import Timeouts
from bot.counter import Counter
from db.engine import Database
from db.models import OutboundMessage, Pause
from db.models.outbound_message import FAILED, SENT, SUPPRESSED, UNKNOWN
from db.settings import Settings
from tests.endure.bot_api import TOKEN, BotApi, Misbehaviour
from tests.endure.counting import Report
from tests.endure.house import SECRET
from tests.endure.test_kills import SEED, drained

pytestmark = [pytest.mark.endure, pytest.mark.timeout(400)]

SPEED, SECONDS, CHATS = 5, 60, 25
_BLOCKED = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
_TOO_FAST = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 2", "parameters": {"retry_after": 2}}
_BROKEN = {"ok": False, "error_code": 500, "description": "Internal Server Error"}
_WRONG = {"ok": False, "error_code": 400, "description": "Bad Request: some reason"}


class Clock:
    """The house's time runs five times as fast as ours."""

    def __init__(self) -> None:
        self._began, self._origin = time.monotonic(), datetime.now(UTC)

    def __call__(self) -> datetime:
        return self._origin + timedelta(seconds=(time.monotonic() - self._began) * SPEED)


class Moods:
    """What the provider does, drawn anew for each call; remembers what it surely did not do."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.on = True
        self.silence_until = 0.0
        self.broken_silences = 0

    def __call__(self, method: str, payload: dict[str, Any]) -> Misbehaviour | None:
        if not method.startswith("send"):
            return None
        now = time.monotonic()
        if now < self.silence_until:
            self.broken_silences += 1
        if not self.on or (chance := self._rng.random()) > 0.16:
            return None
        if chance < 0.01:
            self.silence_until = now + 2 / SPEED
            return Misbehaviour(False, 429, _TOO_FAST)
        ills = [
            Misbehaviour(False, 403, _BLOCKED),
            Misbehaviour(False, 400, _WRONG),
            Misbehaviour(False, 500, _BROKEN),
            Misbehaviour(False, 502),
            Misbehaviour(True, 502),
            Misbehaviour(False, None),
            Misbehaviour(True, None),
            Misbehaviour(True, None, wait=2.0),
        ]
        return self._rng.choice(ills)


async def test_every_row_comes_to_a_known_end(
    settings: Settings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.channels.telegram.Timeouts", partial(Timeouts, read=1))
    rng = random.Random(f"{SEED}-provider")
    moods = Moods(rng)
    api = BotApi(tmp_path / "sends.jsonl", mood=moods)
    await api.open()
    telegram = {
        "telegram_bot_token": SecretStr(TOKEN),
        "telegram_api_url": api.url,
        "telegram_webhook_url": "http://127.0.0.1/telegram/webhook",
        "telegram_webhook_secret": SecretStr(SECRET),
        "telegram_rate": 28.0 * SPEED,
        "chat_rate": 1.0 * SPEED,
    }
    counter = Counter(settings.model_copy(update=telegram), Clock())
    await counter.start()
    assert counter.telegram is not None
    until, number = time.monotonic() + SECONDS, 0
    try:
        while time.monotonic() < until:
            number += 1
            await counter.process(counter.telegram.receive(_start(number, 8_000_000 + rng.randrange(CHATS))))
            await asyncio.sleep(rng.uniform(0, 0.12))
        moods.on = False
        is_drained = await drained(database, 90)
    finally:
        await counter.stop()
        await api.close()
    report = Report(f"{'SQLite' if database.is_sqlite else 'PostgreSQL'}: a bad provider, {SECONDS * SPEED} s of its time, seed {SEED}")
    report.note("updates", number)
    report.note("what the provider did instead of answering well", dict(sorted(api.misbehaved.items())))
    report.must("outbox drained at the end", is_drained, True)
    _count(report, database, api)
    report.at_most("calls inside a silence (those in flight when it began)", moods.broken_silences, 4 * api.misbehaved["429"])
    with capfd.disabled():
        print(report)
    assert not report.faults


def _start(number: int, chat_id: int) -> dict[str, Any]:
    chat = {"id": chat_id, "type": "private", "first_name": "Dân"}
    person = {"id": chat_id, "is_bot": False, "first_name": "Dân", "language_code": "vi"}
    message = {"message_id": number, "date": 1_790_000_000, "chat": chat, "from": person, "text": f"/start n{number}"}
    return {"update_id": 600_000_000 + number, "message": message}


def _count(report: Report, database: Database, api: BotApi) -> None:
    with database.read() as session:
        rows = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "telegram").order_by(OutboundMessage.id)).all()
        pauses = session.scalars(select(Pause)).all()
        session.expunge_all()
    states = Count(row.state for row in rows)
    report.must("sent + failed + unknown + suppressed = rows", sum(states[s] for s in (SENT, FAILED, UNKNOWN, SUPPRESSED)), len(rows))
    report.note("… by state", dict(states))
    report.note("… by reason", dict(Count(row.reason for row in rows if row.reason)))
    report.note("… of which resent, marked", sum(row.resent for row in rows))
    sent = [row.platform_message_id for row in rows if row.state == SENT]
    known = {str(call.message_id) for call in api.calls if call.message_id is not None}
    report.must("sent rows that the provider never had", len(set(sent) - known), 0)
    report.must("sent rows that share a message", len(sent) - len(set(sent)), 0)
    doubtful = sum(row.resent + (row.state == UNKNOWN) for row in rows)
    report.at_most("messages at the provider that no sent row owns (each one is resent or unknown)", len(known - set(sent)), doubtful)
    report.note("token silenced, as a row", [pause.source for pause in pauses])
