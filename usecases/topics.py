"""Topics (chủ đề nhận tin): who wants to be told of what. A choice is a consent with its proof, and bites at once."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, TopicChoice
from domain.errors import NoSuchTopic
from domain.topics import TOPICS
from locales import translate
from usecases import withdrawals

TEXT_VERSION = "2026-11"


def choose(
    session: Session, contact: Contact, topic: str, *, wanted: bool, now: datetime, broadcast_id: int | None = None, language: str = ""
) -> TopicChoice:
    """Keep a choice, the contact locked. What waits to be sent against it is not sent any more. Raises `NoSuchTopic`.

    `broadcast_id` is the broadcast whose button it was, `language` that in which the text of the consent was shown (the contact's own
    unless said).
    """
    if topic not in TOPICS:
        raise NoSuchTopic
    shown = language or contact.language
    text = f"{translate('topic.consent', shown)} {translate(TOPICS[topic], shown)}"
    row = TopicChoice(
        contact_id=contact.id,
        topic=topic,
        wanted=wanted,
        at=now,
        text_version=f"{TEXT_VERSION}/{hashlib.sha256(text.encode()).hexdigest()[:16]}",
        broadcast_id=broadcast_id,
    )
    session.add(row)
    session.flush()
    if not wanted:
        withdrawals.of_topic(session, contact, topic, now)
    return row


def refuse_all(session: Session, contact: Contact, now: datetime) -> None:
    """No topic is wanted any more, whether it ever was or not."""
    for topic in TOPICS:
        choose(session, contact, topic, wanted=False, now=now)


def of(session: Session, contact: Contact) -> dict[str, bool]:
    """The choices in force by topic; a topic that was never decided is missing."""
    return {topic: wanted for (_, topic), wanted in in_force(session, [contact.id]).items()}


def in_force(session: Session, contact_ids: Collection[int]) -> dict[tuple[int, str], bool]:
    """The choices in force of some contacts, by contact and topic."""
    rows = select(TopicChoice.contact_id, TopicChoice.topic, TopicChoice.wanted).where(TopicChoice.contact_id.in_(contact_ids))
    return {(contact_id, topic): wanted for contact_id, topic, wanted in session.execute(rows.order_by(TopicChoice.id))}
