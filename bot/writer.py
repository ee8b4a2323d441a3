"""The writer: threads that run every write transaction of this process.

On SQLite one thread owns the write lock and commits waiting units together, each in a savepoint of its own: one sync to the disk serves
them all, and none is acknowledged before it. On PostgreSQL eight threads run one transaction each; the server groups its commits itself.
Each thread has an event loop, on which a unit runs its (never really waiting) conversation handlers.
"""

import asyncio
import contextvars
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from bot.hub import Hub
from db.engine import Database, announce, is_passing_fault

T = TypeVar("T")

GROUP_SIZE, GROUP_SECONDS = 32, 0.05
_COMMITS = 8
"""A group is worked on for so many times what its commit takes, at most: where commits are cheap, nobody waits for others."""
_POSTGRES_THREADS = 8
_CLOSE_SECONDS = 3.0


class WriterClosed(Exception):
    """The process is stopping; nothing more is written."""


@dataclass
class _Job:
    run: Callable[[Session], Any]
    done: Future[Any] = field(default_factory=Future)
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    result: Any = None


class Writer:
    """`await writer.write(function)` runs `function(session)` in a transaction and returns its result after the commit."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database, self._hub = database, hub
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._group = GROUP_SIZE if database.is_sqlite else 1
        count = 1 if database.is_sqlite else _POSTGRES_THREADS
        self._threads = [threading.Thread(target=self._work, name=f"writer-{n}", daemon=True) for n in range(count)]
        self._commit_seconds = GROUP_SECONDS / _COMMITS
        self._closed = False
        for thread in self._threads:
            thread.start()

    async def write(self, run: Callable[[Session], T]) -> T:
        """Run in a transaction; what `run` raises rolls it back and is raised here, as are the faults of the database."""
        if self._closed:
            raise WriterClosed
        job = _Job(run)
        self._jobs.put(job)
        result: T = await asyncio.wrap_future(job.done)
        return result

    def close(self) -> None:
        """Finish what is queued and stop the threads. What still waits for the database after some seconds is given up: it was not
        acknowledged, and comes again."""
        self._closed = True
        for _ in self._threads:
            self._jobs.put(None)
        deadline = time.monotonic() + _CLOSE_SECONDS
        for thread in self._threads:
            thread.join(timeout=max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            while (job := self._jobs.get()) is not None:
                group, ending = self._gather(job)
                self._run_group(group)
                if ending:
                    break
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        group = [first]
        while len(group) < self._group:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _run_group(self, group: list[_Job]) -> None:
        alone = len(group) == 1
        while group:
            taken, group = self._run_transaction(group, alone)
            for job in taken:
                if not job.done.done():
                    job.done.set_result(job.result)

    def _run_transaction(self, group: list[_Job], alone: bool) -> tuple[list[_Job], list[_Job]]:
        """Commit as many jobs as fit the time of one transaction; those and the rest are returned."""
        taken: list[_Job] = []
        deadline = time.monotonic() + min(GROUP_SECONDS, _COMMITS * self._commit_seconds)
        try:
            with self._database.session() as session, session.begin():
                for job in group:
                    taken.append(job)
                    self._run_job(session, job, alone)
                    if time.monotonic() > deadline:
                        break
                session.flush()
                names = announce(session)
                worked_until = time.monotonic()
            self._commit_seconds = time.monotonic() - worked_until  # as the last one took: the disk may be slow for a while
            self._hub.publish_from_thread(names)
        except BaseException as fault:
            for job in taken:
                if not job.done.done():
                    job.done.set_exception(fault)
            if not isinstance(fault, Exception):
                raise
        return taken, group[len(taken) :]

    def _run_job(self, session: Session, job: _Job, alone: bool) -> None:
        if alone:
            job.result = job.context.run(job.run, session)
            return
        savepoint = session.begin_nested()
        try:
            job.result = job.context.run(job.run, session)
            savepoint.commit()
        except Exception as fault:
            if is_passing_fault(fault):
                raise  # the engine may have ended the whole transaction: nobody's work is kept
            savepoint.rollback()
            job.done.set_exception(fault)
        finally:
            session.expunge_all()
