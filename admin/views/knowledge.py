"""Knowledge (kho kiến thức): written and edited by officers, side by side in both languages; nothing is deleted or overwritten unseen."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from admin import wording
from admin.database import db, locked, writing
from admin.effects import EDIT, MEASURE, act, effect_page
from admin.forms import lines
from admin.knowledge_form import KnowledgeForm, free_slug
from admin.language import now, say, today
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import KnowledgeEntry, Staff
from db.models.knowledge_entry import PUBLISHED, WITHDRAWN
from domain.material import EntryText, Material
from domain.messages import N_
from locales.languages import LANGUAGES
from usecases import knowledge, legal_documents
from usecases.material import OVERDUE_AFTER

SEND, DRAFT = "send", "draft"
"""Values of the button `act`: send for approval, keep as a draft."""
SENT, KEPT = N_("panel.entry.sent"), N_("panel.entry.kept")
DONE = {
    "draft": N_("panel.entry.now_draft"),
    "withdrawn": N_("panel.entry.now_withdrawn"),
}
REVIEW = {
    "due": N_("panel.review.due"),
    "unserved": N_("panel.review.unserved"),
    "replaced": N_("panel.review.replaced"),
}
APPROVAL = {
    "waiting": N_("panel.approval.waiting"),
    "mine": N_("panel.approval.mine"),
}


class KnowledgeView(OfficeView):
    record = KnowledgeEntry
    endpoint_name = "knowledge"
    title = N_("panel.menu.knowledge")
    room = "work"
    tab = N_("panel.tab.entries")
    family = "knowledge"
    new = N_("panel.entry.new")
    offered = frozenset({"index_view", "create_view", "edit_view", "status", "still_right", "discard", "phrasings"})
    columns = {
        "question": N_("panel.entry.question"),
        "topic": N_("panel.entry.topic"),
        "language": N_("panel.entry.language"),
        "status": N_("panel.entry.status"),
        "certainty": N_("panel.entry.certainty"),
        "as_of": N_("panel.entry.as_of"),
        "review_by": N_("panel.entry.review_by"),
    }
    choices = {
        "review": REVIEW,
        "approval": APPROVAL,
        "status": wording.ENTRY_STATUS,
        "topic": wording.TOPIC,
        "language": LANGUAGES,
        "certainty": wording.CERTAINTY,
    }
    searched = ("question", "answer", "source", "slug")
    order = (KnowledgeEntry.updated_at.desc(), KnowledgeEntry.id)
    list_template = "panel/knowledge.html"
    can_create = can_edit = True
    form = KnowledgeForm

    def narrow(self, name: str, value: str) -> ColumnElement[bool]:
        """Due for review, no longer served, under review for a replaced document; waiting for approval, in my hands."""
        conditions: dict[tuple[str, str], ColumnElement[bool]] = {
            ("review", "due"): and_(KnowledgeEntry.review_by <= today(), KnowledgeEntry.status == PUBLISHED),
            ("review", "unserved"): and_(KnowledgeEntry.review_by < today() - OVERDUE_AFTER, KnowledgeEntry.status == PUBLISHED),
            ("review", "replaced"): and_(KnowledgeEntry.review_reason.is_not(None), KnowledgeEntry.status != WITHDRAWN),
            ("approval", "waiting"): KnowledgeEntry.proposed_at.is_not(None),
            ("approval", "mine"): and_(KnowledgeEntry.proposed_by_id == current_user.id, KnowledgeEntry.proposed_at.is_(None)),
        }
        return conditions[name, value] if (name, value) in conditions else super().narrow(name, value)

    def review_state(self, entry: KnowledgeEntry) -> str | None:
        """How an entry stands with its review: replaced, unserved, due, or nothing to say."""
        if entry.status == WITHDRAWN:
            return None
        if entry.review_by + OVERDUE_AFTER < today():
            return "unserved"
        return "replaced" if entry.review_reason else "due" if entry.review_by <= today() else None

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new entry begins as a draft. `beside` is an entry that is to be written in the other language."""
        beside = self._beside()
        form = KnowledgeForm(request.form)
        if request.method == "GET":
            form.suggest_days(today())
            if beside is not None:
                form.fill(knowledge.values(knowledge.proposed(beside)) | {"question": "", "answer": ""})
                form.language.data = _other(beside.language)
            return self._form(form, None, beside)
        if act(SEND) == EDIT:
            return self._form(form, None, beside)
        if not form.is_good(to_send=act(SEND) == SEND):
            return self._form(form, None, beside), 422
        if act(SEND) == MEASURE:
            return self._measure(form, None)
        with writing() as session:
            slug = beside.slug if beside else free_slug(session, form.question.data)
            language = _other(beside.language) if beside else form.language.data
            if beside and _twin(session, beside):
                abort(409)
            entry = knowledge.create(session, slug, language, form.written, staff_id=current_user.id, now=now(), send=act(SEND) == SEND)
        flash(say(SENT if act(SEND) == SEND else KEPT), "done")
        return redirect(url_for(".edit_view", id=entry.id), 303)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Edit an entry; what somebody else saved meanwhile is shown beside what was typed."""
        entry = self.get_one_or_abort(request.values.get("id", ""))
        form = KnowledgeForm(request.form, obj=entry)
        del form.language
        if request.method == "GET":
            form.fill(knowledge.values(knowledge.proposed(entry)))
            form.version.data = str(entry.version)
            return self._form(form, entry, None)
        if act(SEND) == EDIT:
            return self._form(form, entry, None)
        if not form.is_good(to_send=act(SEND) == SEND):
            return self._form(form, entry, None), 422
        if act(SEND) == MEASURE:
            return self._measure(form, entry)
        with writing() as session:
            row = locked(session, KnowledgeEntry, entry.id)
            seen, kept = form.version.data == str(row.version), True
            if seen:
                kept = knowledge.propose(session, row, form.written, staff_id=current_user.id, now=now(), send=act(SEND) == SEND)
        if not seen:
            return self._conflict(form, row), 409
        flash(say((SENT if act(SEND) == SEND else KEPT) if kept else N_("panel.entry.unchanged")), "done")
        return redirect(url_for(".edit_view", id=entry.id), 303)

    @expose("/status/", methods=("POST",))
    def status(self) -> ResponseReturnValue:
        """Withdraw, or return to draft: as the entry was when the button was shown."""
        status = request.form.get("status", "")
        if status not in DONE:
            abort(400)
        return self._decide(lambda session, row: knowledge.set_status(session, row, status, current_user.id, now()), DONE[status])

    @expose("/still-right/", methods=("POST",))
    def still_right(self) -> ResponseReturnValue:
        """Looked at again today and found right."""
        return self._decide(
            lambda session, row: knowledge.still_right(session, row, current_user.id, now()), N_("panel.entry.now_reviewed")
        )

    @expose("/discard/", methods=("POST",))
    def discard(self) -> ResponseReturnValue:
        """Drop the edit that is not approved."""
        return self._decide(lambda session, row: knowledge.discard(row, now()), N_("panel.entry.now_discarded"))

    @expose("/phrasings/", methods=("POST",))
    def phrasings(self) -> ResponseReturnValue:
        """Save the alternative phrasings, or show what they would change."""
        entry = self.get_one_or_abort(request.form.get("id", ""))
        wanted = lines(request.form.get("phrasings", ""))
        shown = {int(key) for key in request.form.get("shown", "").split(",") if key.isascii() and key.isdigit()}
        if act() == EDIT:
            form = KnowledgeForm(obj=entry)
            del form.language
            form.fill(knowledge.values(knowledge.proposed(entry)))
            form.version.data = str(entry.version)
            return self._form(form, entry, None, phrasings_typed=wanted)
        if act() == MEASURE:
            added, gone = knowledge.rephrased(knowledge.phrasings(db.session, entry), wanted, shown)
            left = tuple(row.text for row in knowledge.phrasings(db.session, entry) if row not in gone)
            edit = _with_phrasings(entry.id, (*left, *added))
            return effect_page(self, edit, heading=say(N_("panel.phrasings.title")) + ": " + entry.question)
        with writing() as session:
            row = locked(session, KnowledgeEntry, entry.id)
            added_, gone_ = knowledge.rephrase(session, row, wanted, shown, staff_id=current_user.id, now=now())
        flash(say(N_("panel.phrasings.saved"), added=added_, gone=gone_), "done")
        return redirect(url_for(".edit_view", id=entry.id, _anchor="phrasings"), 303)

    def _decide(self, deed: Callable[[Session, KnowledgeEntry], None], done: str) -> ResponseReturnValue:
        entry = self.get_one_or_abort(request.form.get("id", ""))
        with writing() as session:
            row = locked(session, KnowledgeEntry, entry.id)
            changed = request.form.get("version") == str(row.version)
            if changed:
                deed(session, row)
        flash(say(done if changed else N_("panel.entry.changed_meanwhile")), "done" if changed else "refused")
        return redirect(url_for(".edit_view", id=entry.id), 303)

    def _beside(self) -> KnowledgeEntry | None:
        key = request.values.get("beside", "")
        return self.get_one_or_abort(key) if key else None

    def _measure(self, form: KnowledgeForm, entry: KnowledgeEntry | None) -> ResponseReturnValue:
        """What the text would change once it is published."""
        phrasings = tuple(row.text for row in knowledge.phrasings(db.session, entry)) if entry else ()
        beside = self._beside()
        text = EntryText(
            key=entry.id if entry else 0,
            slug=entry.slug if entry else beside.slug if beside else free_slug(db.session, form.question.data),
            language=entry.language if entry else form.language.data,
            topic=form.topic.data,
            question=form.question.data,
            answer=form.answer.data,
            phrasings=phrasings,
            is_served=today() <= form.review_by.data + OVERDUE_AFTER,
        )
        return effect_page(self, lambda before: knowledge.with_text(before, text), heading=text.question, save=SEND)

    def _form(self, form: KnowledgeForm, entry: KnowledgeEntry | None, beside: KnowledgeEntry | None, **facts: Any) -> str:
        page: str = self.render(
            "panel/entry.html",
            form=form,
            entry=entry,
            twin=_twin(db.session, entry) if entry else beside,
            beside=beside,
            **(_about(entry) if entry else {}),
            **({"conflict": None, "phrasings_typed": None} | facts),
            cited=legal_documents.cited(db.session, form.source.data or "", form.answer.data or ""),
        )
        return page

    def _conflict(self, form: KnowledgeForm, row: KnowledgeEntry) -> str:
        """The typed text stays in the form; saving it again is a decision made in sight of the other's text."""
        theirs = knowledge.values(knowledge.proposed(row))
        differing = {name: value for name, value in theirs.items() if form.written[name] != value}
        form.version.data = str(row.version)
        return self._form(form, row, None, conflict=differing)


def _about(entry: KnowledgeEntry) -> dict[str, Any]:
    return {
        "waiting": knowledge.is_waiting(entry),
        "author": db.session.get(Staff, entry.proposed_by_id) if entry.proposed_by_id else None,
        "approver": db.session.get(Staff, entry.approved_by_id) if entry.approved_by_id else None,
        "note": (entry.proposal or {}).get(knowledge.NOTE),
        "phrasings": knowledge.phrasings(db.session, entry),
        "next_review": today() + knowledge.REVIEW_AFTER,
    }


def _other(language: str) -> str:
    return next(code for code in LANGUAGES if code != language)


def _twin(session: Session, entry: KnowledgeEntry) -> KnowledgeEntry | None:
    wanted = select(KnowledgeEntry).where(KnowledgeEntry.slug == entry.slug, KnowledgeEntry.language != entry.language)
    return session.scalars(wanted.order_by(KnowledgeEntry.id).limit(1)).one_or_none()


def _with_phrasings(key: int, phrasings: tuple[str, ...]) -> Callable[[Material], Material]:
    def edit(before: Material) -> Material:
        changed = (replace(text, phrasings=phrasings) if text.key == key else text for text in before.entries)
        return replace(before, entries=tuple(changed))

    return edit
