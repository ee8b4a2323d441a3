"""Papers of a dossier on quantity marks (văn bản của hồ sơ): made as DOCX and PDF, downloaded, sent into the chat."""

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy.orm import Session

from admin import dossiers, issued_papers, once
from admin.database import db, viewed, writing
from admin.language import now, say
from admin.pages import PanelView, expose
from db.models import IssuedPaper, Staff
from domain.folding import clean
from domain.messages import N_
from usecases import paper_making, quantity_papers

_LONGEST_NUMBER = 60


class QuantityPapersView(PanelView):
    endpoint_name = "quantity_papers"
    title = N_("panel.papers.title")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The papers are reached from their dossier."""
        return redirect(url_for("dossiers.index"))

    @expose("/<reference>/make/<kind>", methods=("POST",))
    def make(self, reference: str, kind: str) -> ResponseReturnValue:
        """Make a paper. It is laid out between two short transactions; the same click twice makes one."""
        token, moment = request.form.get("token") or abort(400), now()
        number = clean(request.form.get("number", ""))[:_LONGEST_NUMBER]
        dossier = dossiers.get_or_abort(db.session, reference)
        address = current_app.extensions["settings"].public_url
        draft = quantity_papers.draft(db.session, issued_papers.files(), kind, dossier, number=number, public_url=address, now=moment)
        db.session.rollback()
        made = paper_making.make(draft, issued_papers.opener(), moment)
        with writing() as session:
            if once.claim(session, token, f"{reference}\nmake\n{kind}", moment):
                quantity_papers.keep(session, issued_papers.files(), made, draft, staff=_officer(session), now=moment)
        return _back(reference, say(N_("panel.papers.made"), name=say(f"outgoing.kind.{kind}")))

    @expose("/<reference>/<int:key>.<form>")
    def file(self, reference: str, key: int, form: str) -> ResponseReturnValue:
        """A paper that was made."""
        if form not in issued_papers.FORMS:
            abort(404)
        paper = _paper(db.session, reference, key)
        viewed("dossiers", paper.dossier_id)
        return issued_papers.file_of(paper, form)

    @expose("/<reference>/<int:key>/send", methods=("POST",))
    def send(self, reference: str, key: int) -> ResponseReturnValue:
        """Send it into the chat; the same click twice sends it once."""
        token, moment = request.form.get("token") or abort(400), now()
        with writing() as session:
            paper = _paper(session, reference, key)
            if once.claim(session, token, f"{reference}\nsend\n{key}", moment):
                quantity_papers.send(session, paper, staff=_officer(session), now=moment)
        return _back(reference, say(N_("panel.papers.sent")))


def _paper(session: Session, reference: str, key: int) -> IssuedPaper:
    """A paper of a dossier that the person may see; 404 otherwise."""
    dossier, paper = dossiers.get_or_abort(session, reference), session.get(IssuedPaper, key)
    return paper if paper is not None and paper.dossier_id == dossier.id else abort(404)


def _officer(session: Session) -> Staff:
    return session.get_one(Staff, current_user.id)


def _back(reference: str, done: str) -> ResponseReturnValue:
    flash(done, "done")
    return redirect(url_for("dossiers.page", reference=reference, _anchor="papers"), 303)
