"""A task is done once, by one worker at a time, whatever becomes of the worker."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from db.engine import Database
from db.models import PanelTask, Staff
from db.models.panel_task import CANCELLED, DONE, FAILED, QUEUED, RUNNING
from domain.errors import TooManyTasks
from usecases import tasks
from usecases.tasks import Hold, TaskLost

MINUTE = timedelta(minutes=1)


@pytest.fixture
def person(database: Database, now: datetime) -> int:
    with database.write() as session:
        staff = Staff(email="lan@chuan.example", fs_uniquifier="lan", created_at=now)
        session.add(staff)
        session.flush()
        return staff.id


def ask(database: Database, person: int, now: datetime, **parameters: Any) -> int:
    with database.write() as session:
        return tasks.ask(session, tasks.EXPORT, "contacts", person, parameters, now).id


def take(database: Database, now: datetime) -> Hold | None:
    with database.write() as session:
        task = tasks.take(session, now)
        return tasks.hold(task) if task else None


def kept(database: Database, key: int) -> PanelTask:
    with database.read() as session:
        return session.get_one(PanelTask, key)


def test_first_come_first_served_and_nobody_takes_what_another_has(database: Database, person: int, now: datetime) -> None:
    first, second = ask(database, person, now), ask(database, person, now)
    with database.read() as session:
        assert tasks.waiting(session, now)
    taken = [take(database, now) for _ in range(3)]
    assert [held and held.task_id for held in taken] == [first, second, None]
    with database.read() as session:
        assert not tasks.waiting(session, now)


def test_one_that_lost_its_worker_is_taken_over_and_the_old_worker_writes_no_more(database: Database, person: int, now: datetime) -> None:
    key = ask(database, person, now)
    old = take(database, now)
    assert old is not None
    with database.write() as session:
        old = tasks.beat(session, old, now + 30 * timedelta(seconds=1), done=10, total=100)
    assert take(database, now + MINUTE) is None, "its last beat is half a minute old"
    new = take(database, now + 2 * MINUTE)
    assert new is not None
    with pytest.raises(TaskLost), database.write() as session:
        tasks.beat(session, old, now + 2 * MINUTE, done=20)
    with pytest.raises(TaskLost), database.write() as session:
        tasks.finish(session, old, now + 2 * MINUTE, done=100, result={})
    with database.write() as session:
        tasks.beat(session, new, now + 2 * MINUTE, done=11)
    assert (kept(database, key).state, kept(database, key).done) == (RUNNING, 11)


def test_a_beat_counts_only_once_it_is_committed(database: Database, person: int, now: datetime) -> None:
    key = ask(database, person, now)
    held = take(database, now)
    assert held is not None
    with database.session() as session:
        tasks.beat(session, held, now, done=10)
        session.rollback()
    with database.write() as session:
        tasks.beat(session, held, now, done=10)
    assert kept(database, key).done == 10


def test_two_beats_within_one_tick_of_the_clock_differ(database: Database, person: int, now: datetime) -> None:
    ask(database, person, now)
    first = take(database, now)
    assert first is not None
    with database.write() as session:
        second = tasks.beat(session, first, now, done=1)
    assert second.beat_at > first.beat_at
    with pytest.raises(TaskLost), database.write() as session:
        tasks.beat(session, first, now, done=1)


def test_a_cancelled_task_is_left_alone(database: Database, person: int, now: datetime) -> None:
    key, waiting = ask(database, person, now), ask(database, person, now)
    held = take(database, now)
    assert held is not None
    with database.write() as session:
        assert tasks.cancel(session, session.get_one(PanelTask, key), now)
        assert tasks.cancel(session, session.get_one(PanelTask, waiting), now)
    with pytest.raises(TaskLost), database.write() as session:
        tasks.finish(session, held, now, done=1, result={})
    assert take(database, now + 2 * MINUTE) is None
    assert (kept(database, key).state, kept(database, waiting).state) == (CANCELLED, CANCELLED)
    with database.write() as session:
        assert not tasks.cancel(session, session.get_one(PanelTask, key), now)


def test_a_task_ends_done_failed_or_back_in_the_queue(database: Database, person: int, now: datetime) -> None:
    done, failed, back = (ask(database, person, now) for _ in range(3))
    for end in (
        lambda session, held: tasks.finish(session, held, now, done=7, result={"rows": 7}),
        lambda session, held: tasks.fail(session, held, now, incident="SC-7K2M9Q"),
        lambda session, held: tasks.put_back(session, held, now),
    ):
        held = take(database, now)
        with database.write() as session:
            end(session, held)
    assert [kept(database, key).state for key in (done, failed, back)] == [DONE, FAILED, QUEUED]
    assert (kept(database, done).done, kept(database, done).total, kept(database, done).result) == (7, 7, {"rows": 7})
    assert (kept(database, failed).incident, kept(database, failed).finished_at) == ("SC-7K2M9Q", now)
    again = take(database, now)
    assert again is not None
    assert again.task_id == back


def test_a_task_that_breaks_off_again_and_again_is_hopeless(database: Database, person: int, now: datetime) -> None:
    ask(database, person, now)
    for turn in range(tasks.TAKEN_AT_MOST + 1):
        with database.write() as session:
            task = tasks.take(session, now + 2 * turn * MINUTE)
            assert task is not None
            assert tasks.is_hopeless(task) is (turn == tasks.TAKEN_AT_MOST)


def test_one_person_does_not_fill_the_queue(database: Database, person: int, now: datetime) -> None:
    for _ in range(tasks.OPEN_AT_MOST):
        ask(database, person, now)
    with pytest.raises(TooManyTasks):
        ask(database, person, now)
    held = take(database, now)
    assert held is not None
    with database.write() as session:
        tasks.finish(session, held, now, done=0, result={})
    ask(database, person, now)


def test_tasks_and_their_files_are_forgotten_after_a_week(database: Database, person: int, now: datetime) -> None:
    old, shared, young, running = (ask(database, person, now, file={"sha256": name}) for name in ("a", "b", "b", "c"))
    with database.write() as session:
        for key, state, age in ((old, DONE, 8), (shared, FAILED, 8), (young, DONE, 6), (running, RUNNING, 8)):
            values = {"state": state, "finished_at": now - age * timedelta(days=1), "result": {"file": {"sha256": f"result {key}"}}}
            session.execute(update(PanelTask).where(PanelTask.id == key).values(values))
    with database.write() as session:
        assert tasks.forget(session, now) == {"a", f"result {old}", f"result {shared}"}
        assert tasks.forget(session, now) == set()
    with database.read() as session:
        assert {task.id for task in session.query(PanelTask)} == {young, running}
