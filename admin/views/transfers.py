"""Where exports and imports begin: one route for each, so that `admin.access.RIGHTS` says of each who may."""

import io
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from werkzeug.datastructures import FileStorage

from admin.access import roles
from admin.database import actor, db, writing
from admin.exporting import Export, file_name
from admin.exports import EXPORTS
from admin.importing import Import
from admin.imports import IMPORTS
from admin.language import current, now, say
from admin.work import Asked
from domain.errors import FileEmpty, FileTooLarge, OfficeError
from domain.messages import N_
from usecases import tasks, uploads
from usecases.sheet_writing import FORMS, XLSX, Heading, write


def blueprints() -> tuple[Blueprint, Blueprint]:
    """A route `exports.<name>` and `imports.<name>` for each that is declared."""
    outwards = Blueprint("exports", __name__, url_prefix="/exports")
    for export in EXPORTS.values():
        outwards.add_url_rule(f"/{export.name}", export.name, _of(begin_export, export), methods=["POST"])
    inwards = Blueprint("imports", __name__, url_prefix="/imports")
    for importing in IMPORTS.values():
        inwards.add_url_rule(f"/{importing.name}", importing.name, _of(begin_import, importing), methods=["GET", "POST"])
    return outwards, inwards


def _of(begin: Callable[[Any], ResponseReturnValue], what: Any) -> Callable[[], ResponseReturnValue]:
    @wraps(begin)
    def view() -> ResponseReturnValue:
        return begin(what)

    return view


def begin_export(export: Export) -> ResponseReturnValue:
    """Queue an export of what the filters choose, and lead to its progress."""
    form = request.form.get("form", "")
    if form not in FORMS:
        abort(400)
    try:
        filters = export.filters(request.form)
    except ValueError:
        abort(400)
    return _queue(tasks.EXPORT, export.name, asking(filters).kept() | {"form": form})


def begin_import(importing: Import) -> ResponseReturnValue:
    """The page to choose a file on, and an empty file to begin from; a file that was chosen is checked."""
    if request.method == "GET":
        return _template(importing) if request.args.get("template") == XLSX else _page(importing)
    chosen = {one.name: request.form.get(one.name, "") for one in importing.options}
    if any(chosen[one.name] not in one.offered(db.session) for one in importing.options):
        flash(say(N_("panel.import.choose_options")), "refused")
        return _page(importing), 422
    given = request.files.get("file")
    if given is None or not given.filename:
        flash(say(N_("panel.import.choose_file")), "refused")
        return _page(importing), 422
    try:
        file = _keep(given)
    except OfficeError as refusal:
        flash(say(refusal.key, **refusal.facts), "refused")
        return _page(importing), 422
    return _queue(tasks.CHECK, importing.name, asking(chosen).kept() | {"file": file})


def asking(filters: dict[str, str]) -> Asked:
    """Whoever asks, as they are now."""
    who = actor()
    return Asked(current_user.id, who.name, who.address, roles(), current(), filters, now())


def _queue(kind: str, name: str, parameters: dict[str, Any]) -> ResponseReturnValue:
    with writing() as session:
        task = tasks.ask(session, kind, name, current_user.id, parameters, now())
    current_app.extensions["background"].wake()
    return redirect(url_for("tasks.task", key=task.id), 303)


def _keep(given: FileStorage) -> dict[str, Any]:
    """Put an upload into the store of tasks. What is in it is looked at by the check."""
    name, files = uploads.safe_name(given.filename or ""), current_app.extensions["background"].files
    limit = current_app.extensions["settings"].max_file_bytes
    scratch: Path = files.scratch()
    try:
        given.save(scratch)
        size = scratch.stat().st_size
        if not size:
            raise FileEmpty(name=name)
        if size > limit:
            raise FileTooLarge(name=name, limit=limit // 1024**2)
        return {"sha256": files.adopt(scratch), "name": name, "size": size}
    finally:
        scratch.unlink(missing_ok=True)


def _template(importing: Import) -> ResponseReturnValue:
    """A workbook with the header alone."""
    files, title = current_app.extensions["background"].files, say(importing.title)
    scratch: Path = files.scratch()
    try:
        write(scratch, XLSX, title, [Heading(say(one.label), 60 if one.most > 1000 else 24) for one in importing.fields], ())
        content = io.BytesIO(scratch.read_bytes())
    finally:
        scratch.unlink(missing_ok=True)
    return send_file(content, mimetype=FORMS[XLSX], as_attachment=True, download_name=file_name(title, asking({}), XLSX))


def _page(importing: Import) -> str:
    limit = current_app.extensions["settings"].max_file_mb
    options = [(one, one.offered(db.session), request.values.get(one.name)) for one in importing.options]
    rows = format_decimal(importing.most, locale=current())
    return render_template("panel/import.html", importing=importing, limit=limit, rows=rows, options=options)
