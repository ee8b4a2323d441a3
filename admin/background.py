"""The background (việc nền) of a panel process: one thread that takes up queued tasks, one at a time, prints
certificates and forgets old tasks.

`python -m admin` starts it with the panel. Any number of processes may run; a task whose process died is taken over after a minute, or at
once after an orderly stop. A fault of the database that passes leaves the task where it is, to be taken up again.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from admin import exporting, importing
from admin.access import RIGHTS
from admin.certificate_press import CertificatePress
from admin.exports import EXPORTS
from admin.imports import IMPORTS
from admin.work import Pause, Stopping, Work, asked, utc_now
from db.engine import Database, is_passing_fault
from db.files import FileStore
from db.models import Staff
from db.settings import Settings
from domain.errors import OfficeError, RightsTaken
from usecases import staff, tasks
from usecases.quarantine import new_incident
from usecases.tasks import TaskLost

log = logging.getLogger("admin.background")

LOOK_SECONDS = 5.0
"""How often a process looks for tasks that another queued or left; its own wake it at once."""
LEFT_OVER = timedelta(days=1)
"""So much later goes what a process that died left in the folder: half an export may hold personal data as well as a whole one."""
FOLDER = "tasks"
"""In DATA_DIR: files of tasks are apart from those of citizens, so that forgetting one never takes another's."""
FORGET_EVERY = timedelta(hours=1)
STOP_SECONDS = 5.0
NICE = 10


class Hopeless(Exception):
    """A task broke off again and again."""


class Background:
    """`start` and `stop` once each; `work_off` does what is there and returns, for tests and commands."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = utc_now, pause: Pause | None = None) -> None:
        self._settings, self._clock = settings, clock
        self.files = FileStore(settings.data_dir / FOLDER)
        self._stopping, self._woken = threading.Event(), threading.Event()
        self._pause = pause or self._stopping.wait
        self._press = CertificatePress(FileStore(settings.files_dir), settings.public_url, clock)
        self._thread: threading.Thread | None = None
        self._forgot_at: datetime | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._serve, name="background", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Put the running task back and end the thread."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def wake(self) -> None:
        """There is something new to do."""
        self._woken.set()

    def work_off(self) -> int:
        """Work until nothing waits; how many tasks and certificates there were."""
        with closing(Database(self._settings.database)) as database:
            return sum(iter(lambda: self._take_one(database), False)) + self._press.work_off(database)

    def forget(self) -> int:
        """Forget old tasks and delete their files; how many files."""
        with closing(Database(self._settings.database)) as database:
            return self._forget(database)

    def _serve(self) -> None:
        _step_back()
        with closing(Database(self._settings.database)) as database:
            while not self._stopping.is_set():
                self._woken.clear()
                try:
                    self._look(database)
                except Exception as fault:
                    if is_passing_fault(fault):
                        log.warning("background.database_away", extra={"fault": type(fault).__name__})
                    else:
                        log.exception("background.fault")
                self._woken.wait(LOOK_SECONDS)

    def _look(self, database: Database) -> None:
        now = self._clock()
        if self._forgot_at is None or now - self._forgot_at > FORGET_EVERY:
            self._forget(database)
            self._forgot_at = now
        while not self._stopping.is_set() and self._take_one(database):
            pass
        self._press.work_off(database)

    def _forget(self, database: Database) -> int:
        with database.write() as session:
            gone = tasks.forget(session, self._clock())
        for file in gone:
            self.files.forget(file)
        return len(gone) + self.files.sweep(self._clock() - tasks.KEPT - LEFT_OVER)

    def _take_one(self, database: Database) -> bool:
        """Take up a task and end it, one way or another; False where none waits."""
        with database.read() as session:
            if not tasks.waiting(session, self._clock()):
                return False
        with database.write() as session:
            task = tasks.take(session, self._clock())
            if task is None:
                return False
            person = session.get_one(Staff, task.staff_id)
            who = asked(task, staff.roles_of(session, person) if person.active else frozenset())
        self._work(Work(database, self.files, task, who, self._clock, self._pause))
        return True

    def _work(self, work: Work) -> None:
        facts = {"task": work.task.id, "kind": work.task.kind, "view": work.task.view, "staff": work.task.staff_id}
        try:
            self._try(work, facts)
        except TaskLost:
            log.info("task.lost", extra=facts)
        except Exception as fault:
            if not is_passing_fault(fault):
                raise
            log.warning("task.broke_off", exc_info=fault, extra=facts)  # without a beat it is taken up again in a minute

    def _try(self, work: Work, facts: dict[str, Any]) -> None:
        """Do the task; its row says what became of it."""
        try:
            _run(work)
            log.info("task.done", extra=facts | {"rows": work.done})
        except Stopping:
            work.settle(tasks.put_back)
        except IntegrityError as fault:  # somebody wrote the same at the same moment: look again at what is there
            log.warning("task.again", exc_info=fault, extra=facts)
            work.settle(tasks.put_back)
        except OfficeError as refusal:
            work.settle(tasks.fail, refusal={"key": refusal.key, "facts": refusal.facts})
        except Exception as fault:
            if isinstance(fault, TaskLost) or is_passing_fault(fault):
                raise
            incident = new_incident()
            log.exception("task.incident", extra=facts | {"incident": incident})
            work.settle(tasks.fail, incident=incident)


def _step_back() -> None:
    """Where processors are scarce the counter goes first. On Linux each thread has a nice value of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def _run(work: Work) -> None:
    """Hand the task to what was declared for its list."""
    if tasks.is_hopeless(work.task):
        raise Hopeless
    kind, view = work.task.kind, work.task.view
    if kind == tasks.EXPORT:
        _must(work, f"exports.{view}")
        exporting.run(EXPORTS[view], work)
        return
    _must(work, f"imports.{view}")
    (importing.run if kind == tasks.IMPORT else importing.check)(IMPORTS[view], work)


def _must(work: Work, endpoint: str) -> None:
    """Raise `RightsTaken` where the person may no longer do what they asked for."""
    if not work.who.roles & RIGHTS[endpoint]:
        raise RightsTaken
