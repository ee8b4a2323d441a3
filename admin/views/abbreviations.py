"""Abbreviations (chữ viết tắt): what people type for short, edited in sight of what a change does."""

import re
from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from admin.database import db, get_one_or_abort, locked, writing
from admin.effects import EDIT, MEASURE, act, effect_page
from admin.forms import NEEDED, TOO_LONG, PanelForm, cleaned
from admin.language import now, say
from admin.pages import PanelView, expose
from db.models import Abbreviation
from domain.messages import N_
from usecases import abbreviations

_ONE_WORD = re.compile(r"\w+")


class AbbreviationForm(PanelForm):
    short = StringField(
        N_("panel.abbreviation.short"),
        description=N_("panel.abbreviation.short_hint"),
        filters=[cleaned, str.lower],
        validators=[DataRequired(NEEDED), Length(max=30, message=TOO_LONG)],
        render_kw={"maxlength": 30, "autocapitalize": "none", "spellcheck": "false"},
    )
    long = StringField(
        N_("panel.abbreviation.long"),
        description=N_("panel.abbreviation.long_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=200, message=TOO_LONG)],
        render_kw={"maxlength": 200},
    )
    id = HiddenField()

    def validate_short(self, field: StringField) -> None:
        """One word, and not on the list yet."""
        if field.data and not _ONE_WORD.fullmatch(field.data):
            raise ValidationError(N_("panel.abbreviation.one_word"))
        taken = db.session.scalars(select(Abbreviation).where(Abbreviation.short == field.data)).one_or_none()
        if taken is not None and str(taken.id) != (self.id.data or ""):
            raise ValidationError(N_("panel.abbreviation.taken"))


class AbbreviationsView(PanelView):
    endpoint_name = "abbreviations"
    title = N_("panel.tab.abbreviations")
    tab = N_("panel.tab.abbreviations")
    family = "knowledge"

    @expose("/")
    def index(self) -> str:
        """The list, and the form for a new one."""
        return self._list(AbbreviationForm())

    @expose("/edit", methods=("GET", "POST"))
    def edit(self) -> ResponseReturnValue:
        """Add one, or change one; the effect is shown before it is saved."""
        key = request.values.get("id", "")
        row = get_one_or_abort(db.session, Abbreviation, key) if key else None
        form = AbbreviationForm(request.form, obj=row)
        if request.method == "GET" or act() == EDIT:
            return self._list(form, row)
        if not form.validate():
            return self._list(form, row), 422
        short, long, old = form.short.data, form.long.data, row.short if row else None
        if act() == MEASURE:
            heading = f"{short} → {long}"
            return effect_page(
                self,
                lambda before: replace(before, abbreviations=abbreviations.changed(before.abbreviations, old, short, long)),
                heading=heading,
            )
        with writing() as session:
            abbreviations.save(session, locked(session, Abbreviation, row.id) if row else None, short, long, now())
        flash(say(N_("panel.abbreviation.saved"), short=short), "done")
        return redirect(url_for(".index"), 303)

    @expose("/delete", methods=("POST",))
    def delete(self) -> ResponseReturnValue:
        """Take one off the list; the effect is shown before."""
        row = get_one_or_abort(db.session, Abbreviation, request.form.get("id", ""))
        if act() == MEASURE:
            return effect_page(
                self,
                lambda before: replace(before, abbreviations=abbreviations.changed(before.abbreviations, row.short, None, "")),
                heading=say(N_("panel.abbreviation.without"), short=row.short),
                may_edit=False,
            )
        with writing() as session:
            abbreviations.delete(session, locked(session, Abbreviation, row.id))
        flash(say(N_("panel.abbreviation.deleted"), short=row.short), "done")
        return redirect(url_for(".index"), 303)

    def _list(self, form: AbbreviationForm, row: Abbreviation | None = None) -> str:
        page: str = self.render("panel/abbreviations.html", form=form, row=row, rows=abbreviations.listed(db.session))
        return page
