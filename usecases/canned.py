"""Canned replies (câu trả lời mẫu): found by a few words, and filled with the facts of the enquiry that is being answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import CannedReply, Enquiry, Staff
from domain import canned
from domain.errors import NoSuchCannedReply
from domain.folding import fold
from domain.messages import N_
from locales import moment, translate
from locales.languages import DEFAULT
from usecases import enquiries, office


@dataclass(frozen=True)
class FilledReply:
    """A text ready for the reply box, its language, and the names of places that nobody could fill."""

    text: str
    language: str
    open_places: Sequence[str]


def find(session: Session, search: str, limit: int = 20) -> Sequence[CannedReply]:
    """The canned replies that hold every word of the search, with or without diacritics, by title."""
    holds = (CannedReply.folded.contains(word, autoescape=True) for word in fold(search).split())
    wanted = select(CannedReply).where(CannedReply.deleted_at.is_(None), *holds)
    return session.scalars(wanted.order_by(CannedReply.title, CannedReply.id).limit(limit)).all()


def get(session: Session, key: int) -> CannedReply:
    """One of them; raises `NoSuchCannedReply` for one that is unknown or deleted."""
    reply = session.get(CannedReply, key)
    if reply is None or reply.deleted_at is not None:
        raise NoSuchCannedReply
    return reply


def text_for(reply: CannedReply, language: str) -> tuple[str, str]:
    """The text in a language and that language, or the office's own where there is no such text."""
    if language == "en" and reply.text_en.strip():
        return reply.text_en, language
    return reply.text_vi, DEFAULT


def fill(session: Session, reply: CannedReply, enquiry: Enquiry, officer: Staff, now: datetime) -> FilledReply:
    """The text for the citizen of an enquiry, in their language."""
    text, language = text_for(reply, enquiry.contact.language)
    filled = canned.fill(text, _facts(session, enquiry, officer, language, now))
    return FilledReply(filled, language, canned.places(filled))


def _facts(session: Session, enquiry: Enquiry, officer: Staff, language: str, now: datetime) -> dict[str, str]:
    due = enquiries.answer_due(session, enquiry) or office.answer_due(session, now)
    return {
        "citizen": enquiry.contact.display_name or translate(N_("enquiry.unnamed_citizen"), language),
        "reference": enquiry.reference,
        "officer": officer.full_name,
        "office": office.name(session, language),
        "due": moment(due, language),
    }
