"""Test sends (gửi thử): a draft as its recipients would get it, sent at once to a member of staff, marked.

It never counts as the broadcast: no recipient is written down, and its buttons name no broadcast.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from db.models import Broadcast, Staff
from domain.broadcasts import problems_of
from domain.channels import LIMITS
from domain.errors import BroadcastNotReady, StaffWithoutChat
from locales.languages import LANGUAGES
from usecases import broadcasts, outbox, staff_contacts
from usecases.broadcast_writing import compose, facts_of


def send(session: Session, broadcast: Broadcast, to: Staff, languages: Collection[str], *, by: Staff, now: datetime) -> int:
    """Put the message into the outbox for every chat of a member of staff, in each of the languages; how many messages.

    Raises `BroadcastNotReady` for content that a channel would not take, `StaffWithoutChat` where nothing is linked that can be reached.
    """
    content = broadcasts.content_of(session, broadcast)
    chats = [contact for contact, _ in staff_contacts.of(session, to.id) if contact.suppressed_at is None]
    if not chats:
        raise StaffWithoutChat(name=to.full_name or to.email)
    if problems := problems_of(content, LANGUAGES, {one.channel: LIMITS[one.channel] for one in chats}):
        raise BroadcastNotReady(problems)
    facts = facts_of(session, chats)
    for contact in chats:
        for language in languages:
            written = compose(content, language, facts[contact.id], topic=broadcast.topic, broadcast_id=0, trial=True)
            outbox.send(session, contact, written.method, written.payload, kind="notice", now=now, staff=by)
    return len(chats) * len(languages)
