"""Not-ours subjects (việc không thuộc Chi cục): what others do, and whom to ask instead."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from admin.database import db, get_one_or_abort, locked, writing
from admin.effects import EDIT, MEASURE, act, effect_page
from admin.forms import NEEDED, TOO_LONG, Lines, PanelForm, cleaned
from admin.knowledge_form import first_free
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import NotOursSubject, Staff
from domain.folding import words
from domain.messages import N_
from usecases import not_ours


class SubjectForm(PanelForm):
    name_vi = StringField(
        N_("panel.subject.name_vi"), filters=[cleaned], validators=[DataRequired(NEEDED), Length(max=300, message=TOO_LONG)]
    )
    name_en = StringField(N_("panel.subject.name_en"), filters=[cleaned], validators=[Length(max=300, message=TOO_LONG)])
    ask_vi = TextAreaField(
        N_("panel.subject.ask_vi"),
        description=N_("panel.subject.ask_hint"),
        filters=[cleaned],
        validators=[Length(max=1000, message=TOO_LONG)],
        render_kw={"rows": 2},
    )
    ask_en = TextAreaField(
        N_("panel.subject.ask_en"), filters=[cleaned], validators=[Length(max=1000, message=TOO_LONG)], render_kw={"rows": 2}
    )
    source = TextAreaField(
        N_("panel.entry.source"), filters=[cleaned], validators=[Length(max=2000, message=TOO_LONG)], render_kw={"rows": 2}
    )
    phrasings = Lines(
        N_("panel.subject.phrasings"),
        description=N_("panel.phrasings.hint"),
        validators=[InputRequired(NEEDED)],
        render_kw={"rows": 8},
    )
    id = HiddenField()
    version = HiddenField()

    @property
    def written(self) -> dict[str, Any]:
        """What an officer writes."""
        return {name: getattr(self, name).data for name in not_ours.WRITTEN}


class SubjectsView(OfficeView):
    record = NotOursSubject
    endpoint_name = "subjects"
    title = N_("panel.tab.not_ours")
    intro = N_("panel.subject.intro")
    tab = N_("panel.tab.not_ours")
    family = "knowledge"
    offered = frozenset({"index_view", "edit", "activate", "confirm"})
    columns = {
        "name_vi": N_("panel.subject.name"),
        "ask_vi": N_("panel.subject.ask"),
        "phrasings": N_("panel.subject.count"),
        "verified_by_id": N_("panel.subject.confirmed"),
        "active": N_("panel.subject.active"),
    }
    choices = {"state": {"active": N_("panel.subject.in_use"), "inactive": N_("panel.subject.not_in_use")}}
    searched = ("name_vi", "name_en", "ask_vi", "slug")
    order = (NotOursSubject.active.desc(), NotOursSubject.name_vi, NotOursSubject.id)
    list_template = "panel/subjects.html"

    def narrow(self, name: str, value: str) -> Any:
        """In use or not."""
        return NotOursSubject.active == (value == "active")

    @expose("/edit", methods=("GET", "POST"))
    def edit(self) -> ResponseReturnValue:
        """Add a subject, or change one; the effect is shown before it is saved."""
        row = self._row(request.values.get("id", ""))
        form = SubjectForm(request.form, obj=row)
        if request.method == "GET":
            form.version.data = str(row.version if row else 0)
            return self._form(form, row)
        if act() == EDIT:
            return self._form(form, row)
        if not form.validate():
            return self._form(form, row), 422
        slug = row.slug if row else _free_slug(form.name_vi.data)
        if act() == MEASURE:
            in_use = row is None or row.active
            edit = (lambda before: not_ours.with_subject(before, slug, form.written)) if in_use else lambda before: before
            return effect_page(self, edit, heading=form.name_vi.data)
        return self._save(form, row, slug)

    @expose("/activate", methods=("POST",))
    def activate(self) -> ResponseReturnValue:
        """Use a subject, or no longer; the effect is shown before."""
        row = get_one_or_abort(db.session, NotOursSubject, request.form.get("id", ""))
        becomes = request.form.get("active") == "yes"
        if act() == MEASURE:
            written: Mapping[str, Any] | None = {name: getattr(row, name) for name in not_ours.WRITTEN} if becomes else None
            heading = say(N_("panel.subject.with_it") if becomes else N_("panel.subject.without_it"), name=row.name_vi)
            return effect_page(self, lambda before: not_ours.with_subject(before, row.slug, written), heading=heading, may_edit=False)
        with writing() as session:
            not_ours.set_active(session, locked(session, NotOursSubject, row.id), becomes, now())
        flash(say(N_("panel.subject.saved")), "done")
        return redirect(url_for(".index_view"), 303)

    @expose("/confirm", methods=("POST",))
    def confirm(self) -> ResponseReturnValue:
        """This officer says that the body to ask is right, as the page showed it."""
        row = get_one_or_abort(db.session, NotOursSubject, request.form.get("id", ""))
        with writing() as session:
            fresh = locked(session, NotOursSubject, row.id)
            seen = request.form.get("version") == str(fresh.version)
            if seen:
                not_ours.confirm(session, fresh, current_user.id, now())
        flash(say(N_("panel.subject.now_confirmed") if seen else N_("panel.entry.changed_meanwhile")), "done" if seen else "refused")
        return redirect(url_for(".edit", id=row.id), 303)

    def _save(self, form: SubjectForm, row: NotOursSubject | None, slug: str) -> ResponseReturnValue:
        with writing() as session:
            fresh = locked(session, NotOursSubject, row.id) if row else None
            seen = fresh is None or form.version.data == str(fresh.version)
            if seen:
                not_ours.save(session, fresh, slug, form.written, now())
        if not seen:
            flash(say(N_("panel.entry.changed_meanwhile")), "refused")
            form.version.data = str(fresh.version) if fresh else "0"
            return self._form(form, fresh), 409
        flash(say(N_("panel.subject.saved")), "done")
        return redirect(url_for(".index_view"), 303)

    def _row(self, key: str) -> NotOursSubject | None:
        return get_one_or_abort(db.session, NotOursSubject, key) if key else None

    def _form(self, form: SubjectForm, row: NotOursSubject | None) -> str:
        by = db.session.get(Staff, row.verified_by_id) if row and row.verified_by_id else None
        page: str = self.render("panel/subject.html", form=form, row=row, confirmed_by=by)
        return page


def _free_slug(name: str) -> str:
    stem = "-".join(words(name))[:70].strip("-") or "viec-khac"
    taken = db.session.scalars(select(NotOursSubject.slug).where(NotOursSubject.slug.startswith(stem, autoescape=True)))
    return first_free(stem, taken)
