"""Templates of papers (mẫu văn bản): what each kind is made from, which names it may use, what staff put in the place of ours."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import issued_papers, stored_files
from admin.database import db, writing
from admin.language import now, say
from admin.pages import PanelView, expose
from db.models import PaperTemplate, Staff
from domain.errors import FileEmpty
from domain.messages import N_
from usecases import paper_layouts, paper_making, paper_samples, quantity_papers
from usecases.paper_layouts import KINDS, Kind
from usecases.paper_rendering import CODE
from usecases.paper_templates import ours
from usecases.uploads import WORD


class PaperTemplatesView(PanelView):
    endpoint_name = "paper_templates"
    title = N_("panel.menu.paper_templates")
    room = "office"

    @expose("/")
    def index(self) -> str:
        """All kinds, each with the template that counts."""
        shown = [(kind, quantity_papers.current(db.session, kind.name)) for kind in KINDS.values()]
        page: str = self.render("panel/paper_templates.html", shown=shown)
        return page

    @expose("/<name>")
    def kind(self, name: str) -> str:
        """One kind: its names with their meaning, its versions, a place to put a new one."""
        kind = _kind(name)
        rows = quantity_papers.versions(db.session, name)
        singles = [*paper_layouts.names(kind), *([CODE] if kind.has_code else [])]
        page: str = self.render(
            "panel/paper_template.html",
            kind=kind,
            current=quantity_papers.current(db.session, name),
            versions=[(row, _who(db.session, row)) for row in rows],
            names=singles,
            lists=paper_layouts.tables(kind),
        )
        return page

    @expose("/<name>/current.docx")
    def template(self, name: str) -> ResponseReturnValue:
        """The template that counts."""
        row = quantity_papers.current(db.session, _kind(name).name)
        return self.version(name, row.id) if row is not None else self.ours(name)

    @expose("/<name>/ours.docx")
    def ours(self, name: str) -> Response:
        """The template that the house brings."""
        return issued_papers.sent(ours(_kind(name)), WORD, f"{quantity_papers.FILE_NAMES[name]}-mau.docx")

    @expose("/<name>/sample.docx")
    def sample(self, name: str) -> Response:
        """A paper with invented facts, from the template that counts."""
        kind = _kind(name)
        content = quantity_papers.template(db.session, issued_papers.files(), kind)
        db.session.rollback()
        file = f"{quantity_papers.FILE_NAMES[name]}-thu.docx"
        made = paper_making.filled(content, file, kind, [paper_samples.full(kind)], issued_papers.opener())
        return issued_papers.sent(made, WORD, file)

    @expose("/<name>/<int:key>.docx", methods=("GET", "POST"))
    def version(self, name: str, key: int) -> ResponseReturnValue:
        """What staff put there once; a file that nobody scanned after a warning."""
        row = db.session.get(PaperTemplate, key)
        if row is None or row.kind != _kind(name).name or row.sha256 is None:
            abort(404)
        return stored_files.hand_out(row.sha256, row.name, lambda: None)

    @expose("/<name>/put", methods=("POST",))
    def put(self, name: str) -> ResponseReturnValue:
        """Put a template in the place of ours: it is tried first, and refused with what is wrong and where."""
        kind = _kind(name)
        given = request.files.get("file")
        if given is None or not given.filename:
            raise FileEmpty(name="–")
        (kept,) = stored_files.take_in([given])
        quantity_papers.must_render(issued_papers.files().read(kept.sha256), kept, kind, issued_papers.opener())
        with writing() as session:
            quantity_papers.put(session, kind, kept, staff=_officer(session), now=now())
        return _back(name, N_("panel.template.put_done"))

    @expose("/<name>/back", methods=("POST",))
    def back(self, name: str) -> ResponseReturnValue:
        """Ours counts again."""
        with writing() as session:
            quantity_papers.back_to_ours(session, _kind(name), staff=_officer(session), now=now())
        return _back(name, N_("panel.template.back_done"))


def _kind(name: str) -> Kind:
    return KINDS.get(name) or abort(404)


def _who(session: Session, row: PaperTemplate) -> str:
    name, email = session.execute(select(Staff.full_name, Staff.email).where(Staff.id == row.put_by_id)).one()
    return str(name or email)


def _officer(session: Session) -> Staff:
    return session.get_one(Staff, current_user.id)


def _back(name: str, done: str) -> ResponseReturnValue:
    flash(say(done, name=say(f"outgoing.kind.{name}")), "done")
    return redirect(url_for(".kind", name=name), 303)
