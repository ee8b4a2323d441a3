"""Replaced documents (văn bản thay thế): one entry here puts every answer that cites the old document under review."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from wtforms import StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from admin.database import db, writing
from admin.effects import EDIT, MEASURE, act
from admin.forms import NEEDED, TOO_LONG, Day, PanelForm, cleaned
from admin.language import now, say, today
from admin.pages import PanelView, expose
from domain.legal_documents import normalise
from domain.messages import N_
from usecases import legal_documents


class DocumentForm(PanelForm):
    number = StringField(
        N_("panel.document.number"),
        description=N_("panel.document.number_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=60, message=TOO_LONG)],
        render_kw={"maxlength": 60, "spellcheck": "false"},
    )
    replaced_by = StringField(
        N_("panel.document.replaced_by"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=200, message=TOO_LONG)],
        render_kw={"maxlength": 200},
    )
    since = Day(N_("panel.document.since"), validators=[InputRequired(NEEDED)])

    def validate_number(self, field: StringField) -> None:
        """A document's number, written in the usual way from here on."""
        number = normalise(field.data or "")
        if number is None:
            raise ValidationError(N_("panel.document.no_number"))
        field.data = number
        if number in {row.number for row in legal_documents.listed(db.session)}:
            raise ValidationError(N_("panel.document.known"))


class DocumentsView(PanelView):
    endpoint_name = "documents"
    title = N_("panel.tab.documents")
    tab = N_("panel.tab.documents")
    family = "knowledge"

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """The list and the form; what would be under review is shown before it is so."""
        form = DocumentForm(request.form)
        if request.method == "GET":
            form.since.data = today()
            return self._page(form)
        if act() == EDIT:
            return self._page(form)
        if not form.validate():
            return self._page(form), 422
        if act() == MEASURE:
            return self._page(form, entries=legal_documents.citing(db.session, form.number.data))
        with writing() as session:
            number = legal_documents.replace(
                session,
                form.number.data,
                replaced_by=form.replaced_by.data,
                since=form.since.data,
                staff_id=current_user.id,
                now=now(),
            )
        flash(say(N_("panel.document.done"), number=number, document=form.number.data), "done")
        return redirect(url_for("knowledge.index_view", review="replaced"), 303)

    def _page(self, form: DocumentForm, entries: Any = None) -> str:
        page: str = self.render("panel/documents.html", form=form, entries=entries, rows=legal_documents.listed(db.session))
        return page
