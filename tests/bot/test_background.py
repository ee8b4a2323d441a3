"""What runs in the background: lanes, the clock, the search index that follows edits."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot import jobs
from bot.hub import Hub, listen
from bot.jobs import Clock, Job
from bot.knowledge import Knowledge
from bot.lanes import Lanes
from bot.writer import Writer
from db.engine import Database
from db.models import KnowledgeEntry, Phrasing
from domain.ranking import phrasing_text
from usecases import embedding, material
from usecases.knowledge import set_status

TBT = "TBT là gì?"


async def test_a_lane_keeps_order_and_a_failure_reaches_only_its_own_caller() -> None:
    lanes, done = Lanes(), []

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        if number == 1:
            raise ValueError(number)
        done.append(number)

    results = await asyncio.gather(*(lanes.run("a", lambda number=number: work(number)) for number in range(4)), return_exceptions=True)
    assert done == [0, 2, 3]
    assert [type(result) for result in results] == [type(None), ValueError, type(None), type(None)]
    assert lanes.busy == 0


async def test_a_slow_contact_does_not_keep_others_waiting() -> None:
    lanes, gate, done = Lanes(), asyncio.Event(), []

    async def slow() -> None:
        await gate.wait()
        done.append("slow")

    async def quick() -> None:
        done.append("quick")

    waiting = asyncio.create_task(lanes.run("a", slow))
    await lanes.run("b", quick)
    gate.set()
    await waiting
    assert done == ["quick", "slow"]


async def test_two_processes_are_one_clock(database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[datetime] = []

    def count(session: Session, at: datetime) -> int:
        runs.append(at)
        return 1

    job = Job("count", 60, count)
    monkeypatch.setattr(jobs, "JOBS", (job,))
    writer = Writer(database, Hub())
    first, second = (Clock(writer, holder, lambda: now) for holder in ("a", "b"))
    await first._tick(job)
    await second._tick(job)
    await Clock(writer, "b", lambda: now + timedelta(seconds=55))._tick(job)
    writer.close()
    assert runs == [now, now + timedelta(seconds=55)]


async def test_an_edit_by_another_process_changes_the_search_within_seconds(database: Database, now: datetime) -> None:
    """Also where PostgreSQL's notice or SQLite's poll is the only way to learn of it."""
    hub, knowledge = Hub(), Knowledge(database, "test", lambda: now)
    hub.bind()
    knowledge.refresh()
    before = [hit.entry_id for hit in knowledge.judge(TBT, "vi").hits]
    tasks = [asyncio.create_task(listen(database, hub)), asyncio.create_task(knowledge.keep_fresh(hub))]
    await asyncio.sleep(0)
    panel = Database(database.url)
    await asyncio.to_thread(_withdraw, panel, before[0], now)
    panel.close()
    async with asyncio.timeout(10):
        while before[0] in [hit.entry_id for hit in knowledge.judge(TBT, "vi").hits]:
            await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_new_texts_get_their_meaning_once_and_every_process_takes_it_in(database: Database, now: datetime) -> None:
    """Also where two processes look at the same moment."""
    text = f"Cái TBT nớ là răng hè, {database.engine.dialect.name}?"  # a process remembers the meaning of what it has read
    first, second = (Knowledge(database, holder, lambda: now) for holder in ("a", "b"))
    first.open()
    second.open()
    with database.write() as session:
        entry = session.query(KnowledgeEntry).filter_by(slug="tbt-la-gi", language="vi").one()
        session.add(Phrasing(entry_id=entry.id, text=text, origin="staff", at=now))
        material.touch(session)
    assert first.refresh()
    assert second.refresh()
    assert [knowledge.embed_missing() for knowledge in (first, second)] == [1, 0]
    assert first.refresh()
    assert second.refresh()
    assert [knowledge.embed_missing() for knowledge in (first, second)] == [0, 0]
    with database.read() as session:
        assert embedding.kept(session, [phrasing_text(text)])


def _withdraw(database: Database, key: int, now: datetime) -> None:
    with database.write() as session:
        set_status(session, session.get_one(KnowledgeEntry, key), "withdrawn", None, now)


async def test_one_bad_job_of_a_group_takes_nothing_from_the_others(database: Database, now: datetime) -> None:
    """On SQLite waiting transactions are committed together; each keeps its own fate."""
    writer = Writer(database, Hub())

    def store(name: str, session: Session) -> str:
        session.add(
            KnowledgeEntry(
                slug=name,
                language="vi",
                topic="tbt",
                question=name,
                answer="-",
                source="-",
                as_of=now.date(),
                certainty="low",
                review_by=now.date(),
                status="draft",
                updated_at=now,
            )
        )
        session.flush()
        if name == "bad":
            raise KeyError(name)
        return name

    names = ["one", "two", "bad", "three"]
    results = await asyncio.gather(
        *(writer.write(lambda session, name=name: store(name, session)) for name in names), return_exceptions=True
    )
    writer.close()
    assert [str(result) for result in results] == ["one", "two", "'bad'", "three"]
    with database.read() as session:
        kept = {entry.slug for entry in session.query(KnowledgeEntry).filter(KnowledgeEntry.slug.in_(names))}
    assert kept == {"one", "two", "three"}
