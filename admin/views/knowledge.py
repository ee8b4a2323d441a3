"""Knowledge (kho kiến thức): drafted, edited, published and withdrawn by officers; nothing is deleted, nothing overwritten unseen."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import wording
from admin.database import writing
from admin.knowledge_form import FIELDS, KnowledgeForm, free_slug
from admin.language import now, say
from admin.records import RecordsView, expose
from db.models import KnowledgeEntry
from db.models.knowledge_entry import DRAFT
from domain.messages import N_
from domain.worktime import ZONE
from locales.languages import LANGUAGES
from usecases import knowledge

DONE = {
    "draft": N_("panel.entry.now_draft"),
    "published": N_("panel.entry.now_published"),
    "withdrawn": N_("panel.entry.now_withdrawn"),
}


class KnowledgeView(RecordsView):
    record = KnowledgeEntry
    endpoint_name = "knowledge"
    title = N_("panel.menu.knowledge")
    offered = frozenset({"index_view", "create_view", "edit_view", "status"})
    columns = {
        "question": N_("panel.entry.question"),
        "topic": N_("panel.entry.topic"),
        "language": N_("panel.entry.language"),
        "status": N_("panel.entry.status"),
        "certainty": N_("panel.entry.certainty"),
        "as_of": N_("panel.entry.as_of"),
        "review_by": N_("panel.entry.review_by"),
    }
    choices = {"status": wording.ENTRY_STATUS, "topic": wording.TOPIC, "language": LANGUAGES, "certainty": wording.CERTAINTY}
    searched = ("question", "answer", "source", "slug")
    order = (KnowledgeEntry.updated_at.desc(), KnowledgeEntry.id)
    list_template = "panel/knowledge.html"
    can_create = can_edit = True
    form = KnowledgeForm

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new entry begins as a draft."""
        form = KnowledgeForm(request.form)
        if request.method == "GET":
            form.suggest_days(now().astimezone(ZONE).date())
            return self._form(form, None)
        if not form.validate():
            return self._form(form, None), 422
        with writing() as session:
            entry = KnowledgeEntry(status=DRAFT, version=1)
            form.populate_obj(entry)
            entry.slug = free_slug(session, entry)
            session.add(entry)
            knowledge.touch(session, entry, now())
            session.flush()
        flash(say(N_("panel.entry.created")), "done")
        return redirect(url_for(".edit_view", id=entry.id), 303)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Edit an entry; what somebody else saved meanwhile is shown beside what was typed."""
        entry = self.get_one_or_abort(request.values.get("id", ""))
        form = KnowledgeForm(request.form, obj=entry)
        if request.method == "GET":
            form.version.data = str(entry.version)
            return self._form(form, entry)
        if not form.validate():
            return self._form(form, entry), 422
        with writing() as session:
            row = _locked(session, entry.id)
            seen = form.version.data == str(row.version)
            if seen:
                _save(session, row, form)
        if not seen:
            return self._conflict(form, row), 409
        flash(say(N_("panel.entry.saved")), "done")
        return redirect(url_for(".edit_view", id=entry.id), 303)

    @expose("/status/", methods=("POST",))
    def status(self) -> ResponseReturnValue:
        """Publish, withdraw, return to draft: as the entry was when the button was shown."""
        entry = self.get_one_or_abort(request.form.get("id", ""))
        status = request.form.get("status", "")
        if status not in DONE:
            abort(400)
        with writing() as session:
            row = _locked(session, entry.id)
            changed = request.form.get("version") == str(row.version)
            if changed:
                knowledge.set_status(session, row, status, current_user.id, now())
        flash(say(DONE[status] if changed else N_("panel.entry.changed_meanwhile")), "done" if changed else "refused")
        return redirect(url_for(".edit_view", id=entry.id), 303)

    def _form(self, form: KnowledgeForm, entry: KnowledgeEntry | None, **facts: Any) -> str:
        page: str = self.render("panel/entry.html", form=form, entry=entry, **({"conflict": None} | facts))
        return page

    def _conflict(self, form: KnowledgeForm, row: KnowledgeEntry) -> str:
        """The typed text stays in the form; saving it again is a decision made in sight of the other's text."""
        differing = [name for name in FIELDS if getattr(form, name).data != getattr(row, name)]
        form.version.data = str(row.version)
        return self._form(form, row, conflict=differing)


def _locked(session: Session, key: int) -> KnowledgeEntry:
    return session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.id == key).with_for_update()).one()


def _save(session: Session, row: KnowledgeEntry, form: KnowledgeForm) -> None:
    before = knowledge.content(row)
    slug = row.slug
    form.populate_obj(row)
    row.slug = slug
    if knowledge.content(row) != before:
        knowledge.keep_version(session, row, before, current_user.id, now())
