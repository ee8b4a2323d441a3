"""Work (việc nền): what a background task is given: who asked for it, short transactions, and pauses in which the counter writes.

On SQLite a write takes the one lock that the counter needs too. So a batch is as large as fits `BATCH_SECONDS`, and after each the worker
rests for as long as the batch held the lock, and at least `REST_SECONDS`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

import locales
from admin.access import FIELDS, Person, acting_for
from db.engine import Database
from db.files import FileStore
from db.models import PanelTask
from domain.worktime import ZONE
from usecases import history, tasks
from usecases.history import Actor

BATCH_SECONDS, REST_SECONDS = 0.05, 0.02
BEAT_SECONDS = 1.0
"""So often an export that writes no rows says how far it is."""

Pause = Callable[[float], bool]
"""Rest for so many seconds; whether the process is stopping."""


class Stopping(Exception):
    """The process stops; the task is put back."""


@dataclass(frozen=True)
class Asked:
    """Who asked for a task, as they were at that moment: rights that were added since don't count, nor do those that were taken."""

    staff_id: int
    name: str
    address: str
    roles: frozenset[str]
    language: str
    filters: dict[str, str]
    at: datetime

    @property
    def actor(self) -> Actor:
        return Actor(self.staff_id, self.name, self.address)

    @property
    def person(self) -> Person:
        return Person(self.staff_id, self.roles)

    @property
    def today(self) -> date:
        """The day of the request at the office."""
        return self.at.astimezone(ZONE).date()

    def say(self, key: str, **facts: Any) -> str:
        """A sentence in the language of the request."""
        return locales.translate(key, self.language, **facts)

    def sees(self, field: str) -> bool:
        """Whether they see a field (`table.column`) as it is."""
        return field not in FIELDS or bool(self.roles & FIELDS[field])

    def kept(self) -> dict[str, Any]:
        """As a task's parameters keep it."""
        return {"roles": sorted(self.roles), "name": self.name, "address": self.address, "language": self.language, "filters": self.filters}


def asked(task: PanelTask, roles_now: frozenset[str]) -> Asked:
    """Who asked for a task that was kept."""
    held = task.parameters
    roles = frozenset(held["roles"]) & roles_now
    return Asked(task.staff_id, held["name"], held["address"], roles, held["language"], held["filters"], task.created_at)


class Work:
    """One task in the hands of a worker."""

    def __init__(
        self, database: Database, files: FileStore, task: PanelTask, who: Asked, clock: Callable[[], datetime], pause: Pause
    ) -> None:
        self._database, self._clock, self._pause = database, clock, pause
        self.files, self.task, self.who = files, task, who
        self.held = tasks.hold(task)
        self.done, self.total = task.done, task.total
        self.noted: dict[str, Any] | None = task.result
        """What the task says of itself so far."""
        self._beaten = time.monotonic()
        self.spent = 0.0
        """Seconds that the last transaction held its locks."""

    def now(self) -> datetime:
        return self._clock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A snapshot, as the person who asked sees it; to be left again before anything slow."""
        with acting_for(self.who.person), self._database.read() as session:
            yield session

    @contextmanager
    def write(self, done: int) -> Iterator[Session]:
        """A short transaction in the person's name, which also says how far the task is, followed by a rest. Raises `TaskLost`."""
        with acting_for(self.who.person), self._database.write() as session:
            session.connection()  # takes the lock; the wait for it is not this batch's
            began = time.monotonic()
            history.follow(session, self.who.actor, self.now())
            yield session
            session.flush()
            moved = tasks.beat(session, self.held, self.now(), done=done, total=self.total, result=self.noted)
        self.held, self.done, self._beaten = moved, done, time.monotonic()
        self.spent = self._beaten - began
        self.rest(self.spent)

    def beat(self, done: int) -> None:
        """Say how far a task is that writes nothing else, now and then."""
        self.done = done
        if time.monotonic() - self._beaten >= BEAT_SECONDS:
            with self.write(done):
                pass
        else:
            self.rest(0)

    def rest(self, spent: float) -> None:
        """Let the counter in. Raises `Stopping`."""
        if self._pause(max(spent, REST_SECONDS)):
            raise Stopping

    def settle(self, how: Callable[..., None], **facts: Any) -> None:
        """Give the task out of hand in another way than by finishing it. Raises `TaskLost`."""
        with self._database.write() as session:
            how(session, self.held, self.now(), **facts)

    def end(self, note: Callable[[Session, datetime], None], result: dict[str, Any]) -> None:
        """Finish the task together with what the history says of it. Raises `TaskLost`."""
        now = self.now()
        with self._database.write() as session:
            note(session, now)
            tasks.finish(session, self.held, now, done=self.done, result=result)


class Batches:
    """How many rows fit a transaction: more where the last one was quick, fewer where it was slow.

    Never fewer than `FEWEST`: what a transaction costs by itself, above all its wait for the disk, does not shrink with its rows.
    """

    FEWEST, MOST = 20, 500

    def __init__(self) -> None:
        self.size = self.FEWEST

    def took(self, seconds: float) -> None:
        fitting = int(self.size * BATCH_SECONDS / max(seconds, 0.001))
        self.size = max(self.FEWEST, min(fitting, 2 * self.size, self.MOST))


def utc_now() -> datetime:
    return datetime.now(UTC)
