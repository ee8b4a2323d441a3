"""Figures of the law (số liệu pháp luật): lists whose rows an officer checks against the document; a changed one is unverified again."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from admin.database import db, locked, writing
from admin.forms import NEEDED, TOO_LONG, Day, PanelForm, cleaned
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from domain.messages import N_
from usecases import figures


class FigureForm(PanelForm):
    """What every figure has: its document, and since when it is in force. One name has one figure a day."""

    row_id: int | None = None

    def taken(self, name: Any, value: str, valid_from: Any) -> None:
        """Raises `ValidationError` where another row says the same of the same day."""
        record = name.class_
        other = db.session.scalar(select(record.id).where(name == value, record.valid_from == valid_from, record.id != (self.row_id or 0)))
        if other is not None:
            raise ValidationError(N_("panel.figure.taken"))


def source() -> TextAreaField:
    return TextAreaField(
        N_("panel.entry.source"),
        description=N_("panel.figure.source_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 2},
    )


def valid_from() -> Day:
    return Day(N_("panel.figure.valid_from"), description=N_("panel.figure.valid_from_hint"), validators=[InputRequired(NEEDED)])


class FiguresView(OfficeView):
    """A child says the table, its columns and its form."""

    room = "office"
    offered = frozenset({"index_view", "create_view", "edit_view", "confirm"})
    list_template = "panel/figures.html"
    form_template = "panel/figure.html"

    @expose("/confirm", methods=("POST",))
    def confirm(self) -> ResponseReturnValue:
        """This officer has held the figure against its document, as the page showed it."""
        row = self.get_one_or_abort(request.form.get("id", ""))
        with writing() as session:
            kept = locked(session, self.record, row.id)
            seen = request.form.get("seen") == kept.changed_at.isoformat()
            if seen:
                figures.confirm(kept, current_user.full_name, now())
        flash(say(N_("panel.figure.confirmed") if seen else N_("panel.entry.changed_meanwhile")), "done" if seen else "refused")
        return redirect(self.home_of(row), 303)

    def home_of(self, row: Any) -> str:
        """The page on which a figure is confirmed."""
        return url_for(".edit_view", id=row.id)

    def new_form(self, row: Any) -> PanelForm:
        form = super().new_form(row)
        assert isinstance(form, FigureForm)
        form.row_id = row.id if row else None
        return form

    def create(self, session: Session, values: dict[str, Any]) -> Any:
        """Unverified, as everything that is new."""
        row = self.record(**values, **self.new_facts(), changed_at=now())
        session.add(row)
        return row

    def save(self, session: Session, row: Any, values: dict[str, Any]) -> None:
        """Unverified from then on, where anything changed."""
        figures.change(row, values, now())

    def new_facts(self) -> dict[str, Any]:
        """What a new row has beside its form."""
        return {}
