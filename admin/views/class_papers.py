"""The papers of a class (giấy tờ của lớp): the sheet to sign, name badges, certificates, as files to print."""

from typing import Any
from urllib.parse import quote

from flask import abort, current_app, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from admin.database import db, viewed
from admin.language import now, say
from admin.pages import PanelView, expose
from db.models import Certificate, TrainingClass
from domain.messages import N_
from domain.papers import badges, sign_in_sheet
from usecases import class_papers, door
from usecases.sheet_writing import FORMS, XLSX, Heading, write

_PDF = "application/pdf"


class ClassPapersView(PanelView):
    endpoint_name = "class_papers"
    title = N_("panel.class_papers.title")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The papers are reached from the sessions and from their class."""
        return redirect(url_for("door.index"))

    @expose("/<int:class_id>/sign-in-sheet.pdf")
    def sheet(self, class_id: int) -> ResponseReturnValue:
        """Everybody who has a seat, a list for each session."""
        training_class = _of(class_id)
        paper = class_papers.sign_in_sheet_of(db.session, training_class, door.expected(db.session, training_class))
        return _sent(sign_in_sheet.sign_in_sheet(paper, now()), _PDF, f"{training_class.reference}-ky-ten.pdf")

    @expose("/<int:class_id>/sign-in-sheet.xlsx")
    def workbook(self, class_id: int) -> ResponseReturnValue:
        """The same as a workbook, for offices that print from Excel."""
        training_class = _of(class_id)
        labels = (("number", 6), ("name", 32), ("firm", 36), ("position", 24), ("phone", 16), ("signature", 20))
        headings = [Heading(say(f"paper.{name}"), width) for name, width in labels]
        rows = [
            (number, one.full_name, one.registration.firm, one.position, one.phone or one.registration.phone, "")
            for number, one in enumerate(door.expected(db.session, training_class), 1)
        ]
        path = current_app.extensions["background"].files.scratch()
        try:
            write(path, XLSX, say(N_("paper.sign_in")), headings, rows)
            content = path.read_bytes()
        finally:
            path.unlink(missing_ok=True)
        return _sent(content, FORMS[XLSX], f"{training_class.reference}-ky-ten.xlsx")

    @expose("/<int:class_id>/badges.pdf")
    def badges(self, class_id: int) -> ResponseReturnValue:
        """Eight a page, each with the code of the ticket."""
        training_class = _of(class_id)
        people = door.expected(db.session, training_class)
        if not people:
            abort(404)
        paper = class_papers.badges_of(db.session, training_class, people, public_url=_settings().public_url)
        return _sent(badges.badges(paper, now()), _PDF, f"{training_class.reference}-the-ten.pdf")

    @expose("/certificates/<int:key>.pdf")
    def certificate(self, key: int) -> ResponseReturnValue:
        """A certificate as it was printed; a page that says so while it is still to be made."""
        given = db.session.get(Certificate, key)
        if given is None or given.sha256 is None:
            abort(404)
        viewed("certificates", key)
        path = current_app.extensions["files"].path(given.sha256)
        return send_file(path, mimetype=_PDF, download_name=f"{given.serial}.pdf")


def _of(class_id: int) -> TrainingClass:
    training_class = db.session.get(TrainingClass, class_id)
    if training_class is None or training_class.deleted_at is not None:
        abort(404)
    viewed("training_classes", class_id)
    return training_class


def _settings() -> Any:
    return current_app.extensions["settings"]


def _sent(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, mimetype=media_type, headers={"Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}"})
