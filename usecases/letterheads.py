"""The head of the office's papers (phần đầu văn bản)."""

from sqlalchemy.orm import Session

from domain.messages import N_
from domain.papers.press import Letterhead
from locales import translate
from usecases import office


def letterhead(session: Session, language: str = "vi") -> Letterhead:
    """The office's own; the superior body stands as staff wrote it."""
    return Letterhead(
        authority=office.on_papers(session)["authority"],
        office=office.name(session, language),
        nation=translate(N_("paper.nation"), language),
        motto=translate(N_("paper.motto"), language),
    )
