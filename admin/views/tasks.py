"""Tasks (tác vụ): exports and imports of one's own, how far they are, what became of them; an administrator sees everybody's."""

from typing import Any

from babel.numbers import format_decimal
from flask import abort, current_app, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select

from admin.access import may, must_see, rows
from admin.database import db, get_one_or_abort, locked, writing
from admin.exports import EXPORTS
from admin.imports import IMPORTS
from admin.language import current, now, say
from admin.pages import PanelView, expose
from db.models import PanelTask, Staff
from db.models.panel_task import DONE
from domain.messages import N_
from usecases import tasks
from usecases.sheet_writing import FORMS

LISTED = 100
KIND = {
    "export": N_("panel.task.export"),
    "check": N_("panel.task.check"),
    "import": N_("panel.task.import"),
}
STATE = {
    "queued": N_("panel.task.queued"),
    "running": N_("panel.task.running"),
    "done": N_("panel.task.done"),
    "failed": N_("panel.task.failed"),
    "cancelled": N_("panel.task.cancelled"),
}
VERDICT = {
    "new": N_("panel.import.new"),
    "changed": N_("panel.import.changed"),
    "unchanged": N_("panel.import.unchanged"),
    "wrong": N_("panel.import.wrong"),
}


class TasksView(PanelView):
    endpoint_name = "tasks"
    title = N_("panel.menu.tasks")
    room = "machine"

    @expose("/")
    def index(self) -> str:
        """The tasks of the last days, and what may be exported and imported."""
        wanted = select(PanelTask, Staff.full_name).join(Staff, Staff.id == PanelTask.staff_id).where(rows("panel_tasks"))
        page: str = self.render(
            "panel/tasks.html",
            rows=db.session.execute(wanted.order_by(PanelTask.id.desc()).limit(LISTED)).all(),
            exports=[one for one in EXPORTS.values() if may(f"exports.{one.name}")],
            imports=[one for one in IMPORTS.values() if may(f"imports.{one.name}")],
            forms=FORMS,
            **_facts(),
        )
        return page

    @expose("/<key>")
    def task(self, key: str) -> str:
        """How far a task is; once it is done, its file, or what an import would do."""
        task = _get(key)
        page: str = self.render(
            "panel/task.html",
            task=task,
            title_of=_title(task),
            fields={one.name: one.label for one in IMPORTS[task.view].fields} if task.view in IMPORTS else {},
            good=sum((task.result or {}).get(name, 0) for name in ("new", "changed")),
            rights=_may_go_on(task),
            person=db.session.get(Staff, task.staff_id),
            kept_until=task.finished_at + tasks.KEPT if task.finished_at else None,
            **_facts(),
        )
        return page

    @expose("/<key>/state")
    def state(self, key: str) -> ResponseReturnValue:
        """For the page that keeps itself up to date."""
        task = _get(key)
        return {"state": task.state, "done": task.done, "total": task.total, "sentence": progress(task)}

    @expose("/<key>/file")
    def file(self, key: str) -> ResponseReturnValue:
        """What an export made, or the wrong rows of a check."""
        task = _get(key)
        held = (task.result or {}).get("file") if task.state == DONE else None
        if held is None or not _may_go_on(task):
            abort(404)
        path = current_app.extensions["background"].files.path(held["sha256"])
        return send_file(path, mimetype=held["type"], as_attachment=True, download_name=held["name"]) if path.exists() else abort(404)

    @expose("/<key>/cancel", methods=("POST",))
    def cancel(self, key: str) -> ResponseReturnValue:
        """Stop a task. What an import wrote stays; the page says how much."""
        task = _get(key)
        with writing() as session:
            stopped = tasks.cancel(session, session.get_one(PanelTask, task.id), now())
        flash(say(N_("panel.task.now_cancelled") if stopped else N_("panel.task.had_ended")), "done" if stopped else "refused")
        return redirect(url_for(".task", key=task.id), 303)

    @expose("/<key>/apply", methods=("POST",))
    def apply(self, key: str) -> ResponseReturnValue:
        """Import what was checked, once, however often the button is pressed."""
        task = _get(key)
        if not _may_go_on(task):
            abort(403)
        with writing() as session:
            checked = locked(session, PanelTask, task.id)
            number = _begin_import(session, checked)
        current_app.extensions["background"].wake()
        return redirect(url_for(".task", key=number), 303)


def _begin_import(session: Any, checked: PanelTask) -> int:
    """The number of the import that follows a check; an earlier one, if the button was pressed before."""
    result = dict(checked.result or {})
    if checked.kind != tasks.CHECK or checked.state != DONE or checked.staff_id != current_user.id:
        abort(409)
    if "import" not in result:
        begun = tasks.ask(session, tasks.IMPORT, checked.view, current_user.id, checked.parameters | {"taken": 0}, now())
        begun.total = sum(result[name] for name in VERDICT)
        checked.result = result | {"import": begun.id}
        return begun.id
    return int(result["import"])


def progress(task: PanelTask) -> str:
    """How far a task is, in a sentence."""
    if task.state != "running":
        return say(STATE[task.state])
    if task.total:
        return say(N_("panel.task.so_far_of"), done=amount(task.done), total=amount(task.total))
    return say(N_("panel.task.so_far"), done=amount(task.done))


def amount(number: int) -> str:
    """A number as people write it: 100.000."""
    written: str = format_decimal(number, locale=current())
    return written


def _facts() -> dict[str, Any]:
    return {"KIND": KIND, "STATE": STATE, "VERDICT": VERDICT, "OPEN": tasks.OPEN, "progress": progress, "title": _title, "amount": amount}


def _title(task: PanelTask) -> str:
    """The name of the list that a task is about."""
    known: dict[str, Any] = EXPORTS if task.kind == tasks.EXPORT else IMPORTS
    return say(known[task.view].title) if task.view in known else task.view


def _may_go_on(task: PanelTask) -> bool:
    """Whether this person may still do what the task was for."""
    return may(f"{'exports' if task.kind == tasks.EXPORT else 'imports'}.{task.view}")


def _get(key: str) -> PanelTask:
    found: PanelTask = must_see(get_one_or_abort(db.session, PanelTask, key), "panel_tasks", db.session)
    return found
