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
from domain.errors import FileEmpty, FileRefused, NotADocument
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

    @expose("/<kind>")
    def page(self, kind: str) -> str:
        """One kind: its names with their meaning, its versions, a place to put a new one."""
        declared = _kind(kind)
        rows = quantity_papers.versions(db.session, kind)
        singles = [*paper_layouts.names(declared), *([CODE] if declared.has_code else [])]
        page: str = self.render(
            "panel/paper_template.html",
            kind=declared,
            current=quantity_papers.current(db.session, kind),
            versions=[(row, _who(db.session, row)) for row in rows],
            names=singles,
            lists=paper_layouts.tables(declared),
        )
        return page

    @expose("/<kind>/current.docx")
    def template(self, kind: str) -> ResponseReturnValue:
        """The template that counts."""
        row = quantity_papers.current(db.session, _kind(kind).name)
        return redirect(url_for(".version", kind=kind, key=row.id)) if row is not None else self.ours(kind)

    @expose("/<kind>/ours.docx")
    def ours(self, kind: str) -> Response:
        """The template that the house brings."""
        return issued_papers.sent(ours(_kind(kind)), WORD, f"{quantity_papers.FILE_NAMES[kind]}-mau.docx")

    @expose("/<kind>/sample.docx")
    def sample(self, kind: str) -> Response:
        """A paper with invented facts, from the template that counts."""
        declared = _kind(kind)
        content = quantity_papers.template(db.session, issued_papers.files(), declared)
        db.session.rollback()
        file = f"{quantity_papers.FILE_NAMES[kind]}-thu.docx"
        made = paper_making.filled(content, file, declared, [paper_samples.full(declared)], issued_papers.opener())
        return issued_papers.sent(made, WORD, file)

    @expose("/<kind>/<int:key>.docx", methods=("GET", "POST"))
    def version(self, kind: str, key: int) -> ResponseReturnValue:
        """What staff put there once; a file that nobody scanned after a warning."""
        row = db.session.get(PaperTemplate, key)
        if row is None or row.kind != _kind(kind).name or row.sha256 is None:
            abort(404)
        return stored_files.hand_out(row.sha256, row.name, lambda: None)

    @expose("/<kind>/put", methods=("POST",))
    def put(self, kind: str) -> ResponseReturnValue:
        """Put a template in the place of ours: it is tried first, and refused with what is wrong and where."""
        declared = _kind(kind)
        given = request.files.get("file")
        if given is None or not given.filename:
            raise FileEmpty(name="–")
        try:
            (kept,) = stored_files.take_in([given])
        except FileRefused as refusal:  # said to citizens with the kinds that they may send
            raise NotADocument(**refusal.facts) from refusal
        quantity_papers.must_render(issued_papers.files().read(kept.sha256), kept, declared, issued_papers.opener())
        with writing() as session:
            quantity_papers.put(session, declared, kept, staff=_officer(session), now=now())
        return _back(kind, N_("panel.template.put_done"))

    @expose("/<kind>/back", methods=("POST",))
    def back(self, kind: str) -> ResponseReturnValue:
        """Ours counts again."""
        with writing() as session:
            quantity_papers.back_to_ours(session, _kind(kind), staff=_officer(session), now=now())
        return _back(kind, N_("panel.template.back_done"))


def _kind(name: str) -> Kind:
    return KINDS.get(name) or abort(404)


def _who(session: Session, row: PaperTemplate) -> str:
    name, email = session.execute(select(Staff.full_name, Staff.email).where(Staff.id == row.put_by_id)).one()
    return str(name or email)


def _officer(session: Session) -> Staff:
    return session.get_one(Staff, current_user.id)


def _back(name: str, done: str) -> ResponseReturnValue:
    flash(say(done, name=say(f"outgoing.kind.{name}")), "done")
    return redirect(url_for(".page", kind=name), 303)
