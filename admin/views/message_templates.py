"""Message templates (mẫu tin): content to begin a broadcast from, with every version that there ever was."""

from types import SimpleNamespace
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from admin import broadcast_form, conflicts, content_form, stored_files, wording
from admin.content_form import ContentForm, as_fields
from admin.database import db, get_one_or_abort, locked, writing
from admin.forms import NEEDED, TOO_LONG, Words, cleaned
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import MessageTemplate, Staff
from domain.audiences import Audience
from domain.broadcasts import problems_of
from domain.channels import CHATS
from domain.errors import NameTaken
from domain.messages import N_
from locales.languages import LANGUAGES
from usecases import broadcasts, message_templates
from usecases.broadcasts import Draft


class TemplateForm(ContentForm):
    name = StringField(
        N_("panel.message_template.name"),
        description=N_("panel.message_template.name_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=120, message=TOO_LONG)],
    )
    topic = Words(N_("panel.broadcast.topic"), wording.NEWS_TOPIC)


class MessageTemplatesView(OfficeView):
    record = MessageTemplate
    endpoint_name = "message_templates"
    title = N_("panel.message_template.title")
    intro = N_("panel.message_template.intro")
    empty = N_("panel.message_template.empty")
    new = N_("panel.message_template.new")
    tab = N_("panel.message_template.title")
    family = "broadcasts"
    offered = frozenset({"index_view", "create_view", "edit_view", "delete_view", "restore", "begin"})
    columns = {
        "name": N_("panel.message_template.name"),
        "topic": N_("panel.broadcast.topic"),
        "number": N_("panel.message_template.version"),
        "changed_at": N_("panel.message_template.changed"),
    }
    choices = {"about": wording.NEWS_TOPIC}
    order = (MessageTemplate.name, MessageTemplate.id)
    name_of = "name"
    list_template = "panel/message_templates.html"

    def narrow(self, name: str, value: str) -> ColumnElement[bool]:
        return MessageTemplate.topic == value

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new template."""
        if request.method == "GET":
            return self._form_page(TemplateForm(obj=broadcast_form.blank()), None)
        form = TemplateForm(request.form)
        if not form.validate():
            return self._form_page(form, None), 422
        try:
            with writing() as session:
                made = message_templates.create(session, form.name.data, form.topic.data, form.content, by=_me(session), now=now())
        except NameTaken as refusal:
            return self._refused(form, None, refusal)
        flash(say(N_("panel.record.created"), name=made.name), "done")
        return redirect(url_for(".edit_view", id=made.id), 303)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Edit a template, which is a new version; `version` opens an earlier one, to look at or to begin from again."""
        row = _get(request.values.get("id", ""))
        if request.method == "GET":
            form = TemplateForm(obj=_as_form(db.session, row))
            form.opened.data = conflicts.sign(form.names(), _as_form(db.session, row))
            if (number := _version(row)) != row.number:
                form.fill(message_templates.content_of(db.session, row, number))
            form.show_problems(problems_of(form.content, LANGUAGES, CHATS))
            return self._form_page(form, row, number=number)
        form = TemplateForm(request.form)
        if not form.validate():
            return self._form_page(form, row), 422
        try:
            return self._saved(form, row)
        except NameTaken as refusal:
            return self._refused(form, row, refusal)

    def _saved(self, form: TemplateForm, row: MessageTemplate) -> ResponseReturnValue:
        with writing() as session:
            kept = _as_form(session, locked(session, MessageTemplate, row.id))
            found = conflicts.find(form, kept)
            if not found:
                facts = (form.name.data, form.topic.data, form.content)
                changed = message_templates.write(session, row.id, *facts, by=_me(session), now=now())
        if found:
            form.opened.data = conflicts.sign(form.names(), kept)
            by = conflicts.last_editor(db.session, self.table, row.id)
            return self._form_page(form, row, conflicts=broadcast_form.readable(found), by=by), 409
        flash(say(N_("panel.record.saved"), name=changed.name), "done")
        return redirect(url_for(".edit_view", id=row.id), 303)

    def _refused(self, form: TemplateForm, row: MessageTemplate | None, refusal: NameTaken) -> ResponseReturnValue:
        form.name.errors = [*form.name.errors, say(refusal.key, **refusal.facts)]
        return self._form_page(form, row), 422

    def _form_page(self, form: TemplateForm, row: MessageTemplate | None, **facts: Any) -> str:
        versions = message_templates.versions(db.session, row) if row else []
        people = select(Staff).where(Staff.id.in_({one.by_id for one in versions}))
        page: str = self.render(
            "panel/message_template.html",
            form=form,
            row=row,
            stored=stored_files.by_digest(db.session, {form.file.data["sha256"]} if form.file.data else ()),
            versions=versions,
            people={one.id: one for one in db.session.scalars(people)},
            **({"conflicts": {}, "by": None, "number": row.number if row else 0} | facts),
            **content_form.choices(form),
        )
        return page

    @expose("/<key>/begin", methods=("POST",))
    def begin(self, key: str) -> ResponseReturnValue:
        """A new broadcast from the newest version; its title may be changed in the form."""
        row = _get(key)
        with writing() as session:
            draft = Draft(row.name, row.topic, message_templates.content_of(session, row), Audience())
            made = broadcasts.create(session, draft, by=_me(session), now=now())
        flash(say(N_("panel.message_template.begun")), "done")
        return redirect(url_for("broadcasts.edit_view", id=made.id), 303)


def _get(key: str) -> MessageTemplate:
    found = get_one_or_abort(db.session, MessageTemplate, key)
    return found if found.deleted_at is None else abort(404)


def _me(session: Session) -> Staff:
    return session.get_one(Staff, current_user.id)


def _version(row: MessageTemplate) -> int:
    """The version of the address, else the newest; 404 for one that was never there."""
    given = request.args.get("version", str(row.number))
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    return number if 1 <= number <= row.number else abort(404)


def _as_form(session: Session, row: MessageTemplate) -> SimpleNamespace:
    return SimpleNamespace(name=row.name, topic=row.topic, **as_fields(message_templates.content_of(session, row)))
