"""Contacts: meeting one on a channel, their language, their consent."""

import hashlib
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.models import Consent, Contact, Conversation
from db.searched import folded
from db.upsert import insert_if_absent
from locales import translate
from locales.languages import DEFAULT, LANGUAGES

ANSWERING = "answering"
"""Purpose: keep the conversation so that an officer can answer it."""
CLASSES = "classes"
"""Purpose: keep the people who are signed up for a class, remind them, write their certificates."""
DOSSIERS = "dossiers"
"""Purpose: keep and check a dossier with its papers, and what the firm declared in it."""
PURPOSES = (ANSWERING, CLASSES, DOSSIERS)

CONSENT_TEXT_VERSION = "2026-11"


def find(session: Session, channel: str, account: str, chat_id: int) -> tuple[Contact, Conversation] | None:
    """A contact and where it stands, or None before its first update."""
    row = session.execute(_both(channel, account, chat_id)).one_or_none()
    return (row[0], row[1]) if row else None


def meet(
    session: Session, channel: str, account: str, chat_id: int, *, now: datetime, name: str | None, language: str | None
) -> tuple[Contact, Conversation, bool]:
    """The contact, locked until the end of the transaction, its conversation, and whether this is the first meeting."""
    row = session.execute(_both(channel, account, chat_id).with_for_update()).one_or_none()
    if row is None:
        if (introduced := _introduce(session, channel, account, chat_id, name, language, now)) is not None:
            return *introduced, True
        row = session.execute(_both(channel, account, chat_id).with_for_update()).one()  # another process was a moment earlier
    contact, conversation = row
    contact.last_seen_at = now
    if name:
        contact.display_name = name[:200]
    contact.suppressed_at = contact.suppressed_reason = None
    return contact, conversation, False


def _introduce(
    session: Session, channel: str, account: str, chat_id: int, name: str | None, language: str | None, now: datetime
) -> tuple[Contact, Conversation] | None:
    """Write down a new contact and where it stands; None where another process just did."""
    contact = insert_if_absent(
        session,
        Contact,
        channel=channel,
        account=account,
        chat_id=chat_id,
        display_name=name[:200] if name else None,
        folded=folded(Contact, {"display_name": name}),
        language=language if language in LANGUAGES else DEFAULT,
        first_seen_at=now,
        last_seen_at=now,
    )
    if contact is None:
        return None
    conversation = Conversation(contact_id=contact.id, data={}, version=0)
    session.add(conversation)
    session.flush()
    return contact, conversation


def suppress(contact: Contact, reason: str, now: datetime) -> None:
    """Note that the platform refuses what we send to this contact, until it writes again."""
    contact.suppressed_at, contact.suppressed_reason = now, reason[:200]


def choose_language(contact: Contact, language: str) -> None:
    """Speak this language to the contact from now on."""
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language}")
    contact.language = language


def consent(
    session: Session, contact: Contact, purpose: str, *, granted: bool, now: datetime, language: str = "", channel: str = ""
) -> Consent:
    """Record a decision with its proof: which text in which language, when, on which channel (the contact's own unless said)."""
    if purpose not in PURPOSES:
        raise ValueError(f"no such purpose: {purpose}")
    text = translate(f"consent.{purpose}", language or contact.language)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    row = Consent(
        contact_id=contact.id,
        purpose=purpose,
        granted=granted,
        text_version=f"{CONSENT_TEXT_VERSION}/{digest}",
        language=language or contact.language,
        channel=channel or contact.channel,
        at=now,
    )
    session.add(row)
    return row


def has_consented(session: Session, contact: Contact, purpose: str) -> bool | None:
    """The decision in force: True, False, or None where the contact never decided."""
    return session.scalar(
        select(Consent.granted).where(Consent.contact_id == contact.id, Consent.purpose == purpose).order_by(Consent.id.desc()).limit(1)
    )


def _both(channel: str, account: str, chat_id: int) -> Select[Contact, Conversation]:
    return (
        select(Contact, Conversation)
        .join(Conversation, Conversation.contact_id == Contact.id)
        .where(Contact.channel == channel, Contact.account == account, Contact.chat_id == chat_id)
    )
