"""Unanswered questions (câu chưa có lời đáp): put together, the most frequent first; one click makes something of them."""

from collections.abc import Sequence

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select

from admin.database import db, get_one_or_abort, locked, writing
from admin.knowledge_form import free_slug
from admin.language import now, say
from admin.pages import PanelView, expose
from admin.searching import search_in_force
from db.models import KnowledgeEntry, Staff
from db.models.knowledge_entry import DRAFT, WITHDRAWN
from domain.folding import clean, fold
from domain.messages import N_
from usecases import learning
from usecases.learning import Gap

PAGE = 10
SUGGESTED, FOUND = 3, 12
LONGEST = 1000
NO_TOPIC = "lien-he"
"""Where nothing resembles the question: to be chosen by the officer."""


class LearningView(PanelView):
    endpoint_name = "learning"
    title = N_("panel.tab.learning")
    tab = N_("panel.tab.learning")
    family = "knowledge"

    @expose("/")
    def index(self) -> str:
        """The groups with what the search found for each."""
        found = learning.gaps(db.session)
        pages = -(-len(found) // PAGE)
        number = min(max(request.args.get("page", 0, type=int), 0), max(pages - 1, 0))
        shown = found[number * PAGE : (number + 1) * PAGE]
        page: str = self.render(
            "panel/learning.html",
            gaps=[(gap, _entries(gap.near)[:SUGGESTED]) for gap in shown],
            total=len(found),
            questions=learning.count_open(db.session),
            newest=learning.NEWEST,
            number=number,
            pages=pages,
        )
        return page

    @expose("/group")
    def group(self) -> str:
        """One group: every wording, the officer's answer, and any entry to join it to."""
        gap = _gap(request.args.get("key", ""))
        sought = clean(request.args.get("q", ""))[:200]
        page: str = self.render(
            "panel/gap.html",
            gap=gap,
            reply=learning.reply_to(db.session, gap.enquiries),
            sought=sought,
            entries=_held(sought) if sought else _suggested(gap.question, gap.language),
        )
        return page

    @expose("/draft", methods=("POST",))
    def draft(self) -> ResponseReturnValue:
        """A draft with the question, and with the officer's answer where there is one."""
        ids, gap = _ids(), _gap(request.form.get("key", ""))
        question = clean(request.form.get("question", ""))[:LONGEST] or gap.question
        near = _entries(gap.near)
        with writing() as session:
            entry = learning.draft(
                session,
                ids,
                question=question,
                answer=learning.reply_to(session, gap.enquiries),
                language=gap.language,
                topic=near[0].topic if near else NO_TOPIC,
                slug=free_slug(session, question),
                staff=session.get_one(Staff, current_user.id),
                now=now(),
            )
        flash(say(N_("panel.learning.drafted")), "done")
        return redirect(url_for("knowledge.edit_view", id=entry.id), 303)

    @expose("/phrase", methods=("POST",))
    def phrase(self) -> ResponseReturnValue:
        """Another phrasing of an entry that is there."""
        ids = _ids()
        entry = get_one_or_abort(db.session, KnowledgeEntry, request.form.get("entry", ""))
        text = clean(request.form.get("question", ""))[:LONGEST] or abort(400)
        with writing() as session:
            row = locked(session, KnowledgeEntry, entry.id)
            learning.rephrase(session, ids, row, text, staff=session.get_one(Staff, current_user.id), now=now())
        key = N_("panel.learning.phrased_draft") if entry.status == DRAFT else N_("panel.learning.phrased")
        flash(say(key, question=entry.question), "done")
        return redirect(url_for(".index"), 303)

    @expose("/aside", methods=("POST",))
    def aside(self) -> ResponseReturnValue:
        """Nothing is to be learnt from it."""
        with writing() as session:
            number = learning.set_aside(session, _ids(), now())
        flash(say(N_("panel.learning.set_aside"), number=number), "done")
        return redirect(url_for(".index"), 303)


def _ids() -> list[int]:
    """The questions that the page showed: what came in since stays open."""
    given = request.form.get("ids", "").split(",")
    ids = [int(key) for key in given if key.isascii() and key.isdigit() and len(key) < 19]
    return ids or abort(400)


def _gap(key: str) -> Gap:
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        abort(404)
    return learning.find(db.session, int(key)) or abort(404)


def _suggested(question: str, language: str) -> list[KnowledgeEntry]:
    """The entries that the search finds now, best first."""
    return _entries([hit.entry_id for hit in search_in_force(db.session).judge(question, language).hits])


def _entries(keys: Sequence[int]) -> list[KnowledgeEntry]:
    wanted = select(KnowledgeEntry).where(KnowledgeEntry.id.in_(keys), KnowledgeEntry.status != WITHDRAWN)
    rows = {row.id: row for row in db.session.scalars(wanted)}
    return [rows[key] for key in keys if key in rows]


def _held(sought: str) -> list[KnowledgeEntry]:
    """The entries that hold every word of a search, with or without diacritics."""
    words = fold(sought).split()
    rows = db.session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.status != WITHDRAWN).order_by(KnowledgeEntry.id))
    return [row for row in rows if all(word in fold(f"{row.question} {row.answer} {row.slug}") for word in words)][:FOUND]
