"""Watching: what a load balancer, a person on call and Prometheus are told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from bot.app import build_app
from bot.counter import Counter
from db.engine import Database
from db.models import Pause
from db.settings import Settings
from tests.live import Live, unlike_any
from usecases import contacts, outbox


@pytest.fixture
async def counter(settings: Settings) -> AsyncIterator[Counter]:
    """A counter of which only the pages live: nobody delivers."""
    made = Counter(settings)
    yield made
    await asyncio.to_thread(made.writer.close)
    made.database.close()


@pytest.fixture
async def client(counter: Counter) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(build_app(counter)), base_url="http://localhost") as opened:
        yield opened


def leave_waiting(database: Database, counter: Counter, age: timedelta) -> None:
    now = counter.now()
    with database.write() as session:
        contact, _, _ = contacts.meet(session, "web", "main", 5, now=now, name=None, language="vi")
        outbox.send(session, contact, "sendMessage", {"text": "Chào"}, kind="reply", now=now - age)


async def test_a_counter_that_serves_is_alive_and_ready(live: Live):
    async with live.http() as client, live.visitor() as visitor:
        await visitor.say("menu")
        assert (await client.get("/healthz")).text == "ok"
        ready = await client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["ready"] is True
        assert ready.json()["channels"]["web"] == {"outbox_age_seconds": 0.0, "silenced": False}


async def test_a_reply_that_nobody_delivers_makes_it_unready(client: httpx.AsyncClient, counter: Counter, database: Database):
    leave_waiting(database, counter, timedelta(minutes=9))
    assert (await client.get("/readyz")).status_code == 200
    leave_waiting(database, counter, timedelta(minutes=11))
    late = await client.get("/readyz")
    assert late.status_code == 503
    assert late.json()["channels"]["web"]["outbox_age_seconds"] >= 660
    with database.write() as session:
        session.add(Pause(source="web:main", until=counter.now() + timedelta(minutes=5), reason="429"))
    assert (await client.get("/readyz")).json()["channels"]["web"]["silenced"] is True
    assert (await client.get("/readyz")).status_code == 200


async def test_without_its_database_it_is_alive_but_not_ready(client: httpx.AsyncClient, counter: Counter, database: Database):
    assert (await client.get("/readyz")).status_code == 200
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))
    away = await client.get("/readyz")
    assert away.status_code == 503
    assert away.json()["ready"] is False
    assert (await client.get("/healthz")).status_code == 200


async def test_a_counter_that_stops_takes_no_more(client: httpx.AsyncClient, counter: Counter):
    counter.stopping = True
    assert (await client.get("/readyz")).status_code == 503


async def test_the_metrics_count_and_name_nobody(live: Live):
    async with live.http() as client, live.visitor() as visitor:
        question = unlike_any("bimat")
        await visitor.say(question)
        page = await client.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    assert 'chuan_updates_total{channel="web",outcome="applied"}' in page.text
    assert 'chuan_sent_total{channel="web",outcome="sent"}' in page.text
    assert "chuan_web_sockets 1.0" in page.text
    assert "bimat" not in page.text
    assert str(live.counter.web.visitor(visitor.token)) not in page.text
