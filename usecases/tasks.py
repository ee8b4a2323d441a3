"""Panel tasks (tác vụ): work of more than a second, taken up by one worker at a time, in short transactions that each say how far it is.

A worker holds a task by its last beat: every transaction of its work moves `beat_at` on from the value that the worker itself wrote. One
that slept too long finds another's beat there, or that the person cancelled, and writes nothing more (`TaskLost`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from db.models import PanelTask
from db.models.panel_task import CANCELLED, DONE, FAILED, QUEUED, RUNNING
from domain.errors import TooManyTasks

EXPORT, CHECK, IMPORT = "export", "check", "import"
"""A check reads a file and says what its import would do; nothing is written."""
OPEN, ENDED = (QUEUED, RUNNING), (DONE, FAILED, CANCELLED)
OPEN_AT_MOST = 5
"""Tasks that one person may have waiting or running."""
SILENT = timedelta(minutes=1)
"""A running task without a beat for so long has lost its worker."""
TAKEN_AT_MOST = 10
"""Times that a task is taken up; one that breaks off again and again is given up."""
KEPT = timedelta(days=7)
_TAKEN = "taken"
_FORGOTTEN_AT_ONCE = 100


class TaskLost(Exception):
    """The task is no longer this worker's: cancelled, or taken over by another."""


@dataclass(frozen=True)
class Hold:
    """A worker's hold on a task: as long as the row has this beat, nobody else has it."""

    task_id: int
    beat_at: datetime


def ask(session: Session, kind: str, view: str, staff_id: int, parameters: Mapping[str, Any], now: datetime) -> PanelTask:
    """Queue a task. Raises `TooManyTasks`."""
    mine = select(func.count(PanelTask.id)).where(PanelTask.staff_id == staff_id, PanelTask.state.in_(OPEN))
    if (session.scalar(mine) or 0) >= OPEN_AT_MOST:
        raise TooManyTasks(limit=OPEN_AT_MOST)
    task = PanelTask(kind=kind, view=view, staff_id=staff_id, parameters=dict(parameters), state=QUEUED, created_at=now)
    session.add(task)
    session.flush()
    return task


def waiting(session: Session, now: datetime) -> bool:
    """Whether there is a task to take up: asked with a reading session, before any lock is taken."""
    return session.scalar(select(PanelTask.id).where(_to_take(now)).limit(1)) is not None


def take(session: Session, now: datetime) -> PanelTask | None:
    """Take up the task that has waited longest, or one that lost its worker."""
    wanted = select(PanelTask).where(_to_take(now)).order_by(PanelTask.id).limit(1).with_for_update(skip_locked=True)
    task = session.scalars(wanted).one_or_none()
    if task is not None:
        task.parameters = task.parameters | {_TAKEN: task.parameters.get(_TAKEN, 0) + 1}
        task.state, task.beat_at = RUNNING, now
        session.flush()
    return task


def is_hopeless(task: PanelTask) -> bool:
    """Whether a task that was just taken up broke off too often before."""
    return bool(task.parameters.get(_TAKEN, 0) > TAKEN_AT_MOST)


def hold(task: PanelTask) -> Hold:
    """The hold on a task that was just taken up."""
    assert task.beat_at is not None
    return Hold(task.id, task.beat_at)


def beat(session: Session, held: Hold, now: datetime, **progress: Any) -> Hold:
    """Say how far a task is (`done`, `total`, `result`), in the transaction that did it. The new hold counts once that is committed."""
    return _move(session, held, now, state=RUNNING, **progress)


def finish(session: Session, held: Hold, now: datetime, *, done: int, result: Mapping[str, Any]) -> None:
    """The work is done."""
    _move(session, held, now, state=DONE, done=done, total=done, result=dict(result), finished_at=now)


def fail(session: Session, held: Hold, now: datetime, *, incident: str | None = None, refusal: Mapping[str, Any] | None = None) -> None:
    """The work cannot be done: the person reads why (`refusal`: key and facts of a sentence), or an incident number."""
    result = {"result": {"refusal": dict(refusal)}} if refusal else {}
    _move(session, held, now, state=FAILED, incident=incident, finished_at=now, **result)


def put_back(session: Session, held: Hold, now: datetime) -> None:
    """Let another worker go on at once."""
    _move(session, held, now, state=QUEUED)


def cancel(session: Session, task: PanelTask, now: datetime) -> bool:
    """Stop a task; what an import wrote so far stays. False where it has ended."""
    ended = update(PanelTask).where(PanelTask.id == task.id, PanelTask.state.in_(OPEN))
    stopped = session.scalar(ended.values(state=CANCELLED, finished_at=now).returning(PanelTask.id))
    return stopped is not None


def files_of(task: PanelTask) -> set[str]:
    """Digests of the files that a task refers to: what was given to it, and what it made."""
    held = (task.parameters.get("file"), (task.result or {}).get("file"))
    return {file["sha256"] for file in held if file}


def forget(session: Session, now: datetime) -> set[str]:
    """Forget tasks that ended a week ago; the digests of their files, which no other task refers to and are to be deleted after."""
    old = select(PanelTask).where(PanelTask.state.in_(ENDED), PanelTask.finished_at < now - KEPT)
    gone = session.scalars(old.order_by(PanelTask.id).limit(_FORGOTTEN_AT_ONCE)).all()
    for task in gone:
        session.delete(task)
    session.flush()
    files = _all_files(gone)
    return files - _all_files(session.scalars(select(PanelTask)).all()) if files else files


def _all_files(rows: Sequence[PanelTask]) -> set[str]:
    return {file for task in rows for file in files_of(task)}


def _to_take(now: datetime) -> Any:
    return or_(PanelTask.state == QUEUED, and_(PanelTask.state == RUNNING, PanelTask.beat_at < now - SILENT))


def _move(session: Session, held: Hold, now: datetime, **values: Any) -> Hold:
    """Write, if the task is still as this worker left it. Raises `TaskLost`."""
    moved = Hold(held.task_id, max(now, held.beat_at + timedelta(microseconds=1)))
    mine = (PanelTask.id == held.task_id, PanelTask.state == RUNNING, PanelTask.beat_at == held.beat_at)
    statement = update(PanelTask).where(*mine).values(beat_at=moved.beat_at, **values)
    if session.scalar(statement.returning(PanelTask.id)) is None:
        raise TaskLost
    return moved
