"""Test sends (gửi thử): a draft as its recipients would get it, sent at once to a member of staff, marked.

It never counts as the broadcast: no recipient is written down, and its buttons name no broadcast.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Broadcast, Contact, Staff, StaffContact
from domain.broadcasts import problems_of
from domain.channels import LIMITS
from domain.errors import BroadcastNotReady, StaffWithoutChat
from locales.languages import LANGUAGES
from usecases import broadcasts, outbox
from usecases.broadcast_writing import compose, facts_of


def chats_of(session: Session, staff_id: int) -> Sequence[Contact]:
    """The contacts that a member of staff has linked and that can be reached."""
    linked = select(Contact).join(StaffContact, StaffContact.contact_id == Contact.id).where(StaffContact.staff_id == staff_id)
    return session.scalars(linked.where(Contact.suppressed_at.is_(None)).order_by(Contact.id)).all()


def send(session: Session, broadcast: Broadcast, to: Staff, languages: Collection[str], *, by: Staff, now: datetime) -> int:
    """Put the message into the outbox for every chat of a member of staff, in each of the languages; how many messages.

    Raises `BroadcastNotReady` for content that a channel would not take, `StaffWithoutChat` where nothing is linked.
    """
    content = broadcasts.content_of(session, broadcast)
    chats = chats_of(session, to.id)
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
