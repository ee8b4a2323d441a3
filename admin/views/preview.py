"""Preview (hỏi thử): how the bot would answer a question, and why."""

from flask import request
from sqlalchemy import select

from admin.database import db
from admin.language import current
from admin.pages import PanelView, expose
from admin.searching import search_in_force
from db.models import KnowledgeEntry, NotOursSubject
from domain.folding import clean
from domain.messages import N_
from locales.languages import LANGUAGES

LONGEST = 4000


class PreviewView(PanelView):
    endpoint_name = "preview"
    title = N_("panel.tab.preview")
    tab = N_("panel.tab.preview")
    family = "knowledge"

    @expose("/")
    def index(self) -> str:
        """A question, its language, perhaps the question before it; the judgement with its reasons."""
        question = clean(request.args.get("q", ""))[:LONGEST]
        language = request.args.get("language", "")
        language = language if language in LANGUAGES else current()
        previous = clean(request.args.get("previous", ""))[:LONGEST]
        judged = search_in_force(db.session).judge(question, language, previous or None) if question else None
        keys = [hit.entry_id for hit in judged.hits] if judged else []
        subject = select(NotOursSubject).where(NotOursSubject.slug == (judged.subject if judged else None))
        page: str = self.render(
            "panel/preview.html",
            question=question,
            language=language,
            previous=previous,
            judged=judged,
            entries={entry.id: entry for entry in db.session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.id.in_(keys)))},
            subject=db.session.scalars(subject).one_or_none(),
            thresholds=search_in_force(db.session).material.thresholds if judged else None,
        )
        return page
