"""Askers (người hỏi đang chờ): those whose question had no answer are told once when there is one."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, GivenAnswer, KnowledgeEntry
from domain.messages import N_
from locales import day, translate_html
from usecases import contacts, outbox

CERTAINTY = {"medium": N_("answer.certainty.medium"), "low": N_("answer.certainty.low")}


def tell(session: Session, entry: KnowledgeEntry, now: datetime) -> int:
    """Send the answer of a published entry to every contact that waits for it; the number of contacts told. Nobody is told of it twice."""
    of_entry = select(GivenAnswer).where(GivenAnswer.awaits_entry_id == entry.id)
    untold = of_entry.where(GivenAnswer.told_at.is_(None))
    contacts_first = select(Contact.id).where(Contact.id.in_(untold.with_only_columns(GivenAnswer.contact_id))).order_by(Contact.id)
    session.execute(contacts_first.with_for_update())  # the order of locks in the whole house
    waiting = session.scalars(untold.order_by(GivenAnswer.id).with_for_update()).all()
    told = set(session.scalars(of_entry.where(GivenAnswer.told_at.is_not(None)).with_only_columns(GivenAnswer.contact_id)))
    before = len(told)
    for row in waiting:
        contact = session.get_one(Contact, row.contact_id)
        if contacts.has_consented(session, contact, contacts.ANSWERING) is False:
            continue  # who wants nothing kept is not written to
        row.told_at = now
        if contact.id not in told:
            told.add(contact.id)
            _send(session, contact, row.question or entry.question, entry, now)
    return len(told) - before


def _send(session: Session, contact: Contact, asked: str, entry: KnowledgeEntry, now: datetime) -> None:
    language = contact.language
    parts = [
        translate_html("answer.now_published", language, question=asked),
        translate_html("answer.body", language, question=entry.question, answer=entry.answer),
        translate_html("answer.source", language, source=entry.source, as_of=day(entry.as_of, language)),
    ]
    if entry.language != language:
        parts.insert(1, translate_html("answer.other_language", language))
    if entry.certainty in CERTAINTY:
        parts.append(translate_html(CERTAINTY[entry.certainty], language))
    if entry.review_reason:
        parts.append(translate_html("answer.under_review", language, reason=entry.review_reason))
    outbox.send(session, contact, "sendMessage", {"text": "\n\n".join(parts), "parse_mode": "HTML"}, kind="notice", now=now)
