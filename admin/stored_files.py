"""Files on pages of the panel: a card with a preview of our own making, the file itself only to save, and after a warning where nobody
scanned it.

A page shows `file_card` (`panel/file_parts.html`) with what `by_digest` knows; its view answers with `show_preview` and `hand_out`.
"""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path, PurePath

from flask import abort, current_app, render_template, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from admin import faults
from admin.database import db, writing
from admin.language import now, say
from db.files import FileStore
from db.models import StoredFile
from db.models.stored_file import THREAT, UNSCANNED
from domain.errors import FileWithThreat
from domain.messages import N_
from usecases import scanning, uploads
from usecases.intake import Intake
from usecases.uploads import KeptFile

ORIGINAL = "original"
"""Argument of an address that asks for a picture as it came, with its EXIF, where the copy is offered otherwise."""
_SAFE = "default-src 'none'; sandbox"


def take_in(given: Iterable[FileStorage]) -> list[KeptFile]:
    """The files of a form, checked and kept, before any transaction begins; raises the refusal of the first that is not taken."""
    intake: Intake = current_app.extensions["intake"]
    try:
        return [intake.take(file.read(), file.filename or "") for file in given]
    except FileWithThreat as threat:
        with writing() as session:
            scanning.tell_staff(session, threat.facts["threat"], now())
        raise


def by_digest(session: Session, digests: Collection[str]) -> dict[str, StoredFile]:
    """What is known of the files of a page."""
    rows = session.scalars(select(StoredFile).where(StoredFile.sha256.in_(digests))) if digests else ()
    return {row.sha256: row for row in rows}


def show_preview(sha256: str) -> ResponseReturnValue:
    """The preview of a file, to look at: a picture of our own making, so it needs no scan. 404 where there is none."""
    stored = db.session.get(StoredFile, sha256)
    path = _path(stored.preview_sha256) if stored else None
    if path is None:
        abort(404)
    return _sent(path, "image/jpeg", None)


def hand_out(sha256: str, name: str, note: Callable[[], None]) -> ResponseReturnValue:
    """The file, to save: of a picture the copy without EXIF, unless the original is asked for.

    What nobody scanned is handed out after a warning only (by POST), a threat never. `note` writes the view into the history; it is called
    when something is really handed out.
    """
    stored = db.session.get(StoredFile, sha256)
    scan = stored.scan if stored else UNSCANNED
    if scan == THREAT:
        return faults.page(403, say(N_("panel.file.never_opens"), name=name))
    wants_copy = stored is not None and stored.copy_sha256 is not None and ORIGINAL not in request.args
    path = _path(stored.copy_sha256 if stored and wants_copy else sha256)
    if path is None:
        abort(404)
    if scan == UNSCANNED and request.method != "POST":
        return render_template("panel/file_warning.html", name=name, back=faults.came_from())
    note()
    if not wants_copy:
        return _sent(path, stored.media_type if stored else "application/octet-stream", name)
    kind = uploads.type_of_copy(path)
    return _sent(path, kind, _renamed(name, kind))


def _path(sha256: str | None) -> Path | None:
    store: FileStore = current_app.extensions["files"]
    path = store.path(sha256) if sha256 else None
    return path if path is not None and path.exists() else None


def _sent(path: Path, media_type: str, name: str | None) -> ResponseReturnValue:
    response = send_file(path, mimetype=media_type, as_attachment=name is not None, download_name=name, etag=path.name)
    response.headers["Content-Security-Policy"] = _SAFE
    return response


def _renamed(name: str, media_type: str) -> str:
    """The name of a copy, which may be of another kind than the original."""
    return name if uploads.fits(name, media_type) else PurePath(name).stem + uploads.ending(media_type)
