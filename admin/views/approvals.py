"""Approvals (duyệt): what one officer wrote is published, or returned, by another who sees it beside what stands."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select

from admin.database import db, get_one_or_abort, locked, writing
from admin.effects import MEASURE, act, effect_page
from admin.language import now, say, today
from admin.pages import PanelView, expose
from admin.second_person import is_alone
from db.models import KnowledgeEntry, Staff
from domain.folding import clean
from domain.material import EntryText
from domain.messages import N_
from usecases import knowledge, legal_documents
from usecases.material import OVERDUE_AFTER

APPROVE, RETURN = "approve", "return"


class ApprovalsView(PanelView):
    endpoint_name = "approvals"
    title = N_("panel.tab.approvals")
    tab = N_("panel.tab.approvals")
    family = "knowledge"

    @expose("/")
    def index(self) -> str:
        """What waits for a second person, the oldest first."""
        rows = db.session.execute(
            select(KnowledgeEntry, Staff)
            .outerjoin(Staff, Staff.id == KnowledgeEntry.proposed_by_id)
            .where(KnowledgeEntry.proposed_at.is_not(None))
            .order_by(KnowledgeEntry.proposed_at, KnowledgeEntry.id)
        ).all()
        page: str = self.render("panel/approvals.html", rows=rows)
        return page

    @expose("/entry")
    def entry(self) -> ResponseReturnValue:
        """Before and after, field by field, and the decision."""
        entry = get_one_or_abort(db.session, KnowledgeEntry, request.args.get("id", ""))
        if not knowledge.is_waiting(entry):
            return redirect(url_for("knowledge.edit_view", id=entry.id), 302)
        standing = knowledge.last_published(db.session, entry)
        becomes = knowledge.values(knowledge.proposed(entry))
        page: str = self.render(
            "panel/approval.html",
            entry=entry,
            before=knowledge.values(standing) if standing else None,
            after=becomes,
            author=db.session.get(Staff, entry.proposed_by_id) if entry.proposed_by_id else None,
            is_own=entry.proposed_by_id == current_user.id,
            is_alone=is_alone(db.session),
            cited=legal_documents.cited(db.session, becomes["source"], becomes["answer"]),
        )
        return page

    @expose("/approve", methods=("POST",))
    def approve(self) -> ResponseReturnValue:
        """Publish it, return it with a note, or show first what it would change."""
        entry = get_one_or_abort(db.session, KnowledgeEntry, request.form.get("id", ""))
        deed = act("")
        facts: dict[str, int] = {}
        if deed == MEASURE:
            return self._measure(entry)
        with writing() as session:
            row = locked(session, KnowledgeEntry, entry.id)
            if request.form.get("version") != str(row.version):
                flash(say(N_("panel.entry.changed_meanwhile")), "refused")
                return redirect(url_for(".entry", id=entry.id), 303)
            if deed == RETURN:
                knowledge.send_back(row, clean(request.form.get("note", ""))[:1000], now())
                done = N_("panel.approval.returned")
            elif deed == APPROVE:
                told = knowledge.approve(session, row, staff_id=current_user.id, now=now(), alone=is_alone(session))
                done, facts = N_("panel.approval.done_told") if told else N_("panel.approval.done"), {"number": told}
            else:  # back from the effect
                return redirect(url_for(".entry", id=entry.id), 303)
        flash(say(done, **facts), "done")
        return redirect(url_for(".index"), 303)

    def _measure(self, entry: KnowledgeEntry) -> str:
        written: dict[str, Any] = knowledge.values(knowledge.proposed(entry))
        text = EntryText(
            key=entry.id,
            slug=entry.slug,
            language=entry.language,
            topic=written["topic"],
            question=written["question"],
            answer=written["answer"],
            phrasings=tuple(row.text for row in knowledge.phrasings(db.session, entry)),
            is_served=today() <= written["review_by"] + OVERDUE_AFTER,
        )
        may_save = entry.proposed_by_id != current_user.id or is_alone(db.session)
        return effect_page(self, lambda before: knowledge.with_text(before, text), heading=text.question, save=APPROVE if may_save else "")
