"""Replies to broadcasts (tin trả lời sau tin gửi hàng loạt): what a contact says next belongs to what they were told last."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Broadcast, BroadcastRecipient, Contact, OutboundMessage
from db.models.outbound_message import SENT
from domain.outgoing import EPHEMERAL
from usecases import broadcast_writing, broadcasts, outbox

FOLLOWS_WITHIN = timedelta(days=3)


def followed(session: Session, contact: Contact, now: datetime) -> int | None:
    """The broadcast that was the last thing the contact was told, within three days; None where something else was."""
    told = _last_told(session, contact, now)
    return told.broadcast_id if told is not None else None


def follows_digest(session: Session, contact: Contact, now: datetime) -> bool:
    """Whether the last thing was several broadcasts in one message: a reply follows them, and none of them alone."""
    told = _last_told(session, contact, now)
    return told is not None and told.kind == "digest"


def follows_urgent(session: Session, contact: Contact, now: datetime) -> bool:
    """Whether the last thing was an urgent broadcast: what is said to a recall is for people, however sure the machine is."""
    told = _last_told(session, contact, now)
    return told is not None and told.kind == "urgent"


def _last_told(session: Session, contact: Contact, now: datetime) -> OutboundMessage | None:
    last = select(OutboundMessage).where(OutboundMessage.contact_id == contact.id)
    told = last.where(OutboundMessage.state == SENT, OutboundMessage.method.not_in(EPHEMERAL))
    row = session.scalars(told.order_by(OutboundMessage.id.desc()).limit(1)).one_or_none()
    return row if row is not None and row.finished_at is not None and row.finished_at > now - FOLLOWS_WITHIN else None


def show_again(session: Session, contact: Contact, recipient_key: int, now: datetime) -> bool:
    """Show a contact what a digest only named, so that what they say next follows it; False, and nothing, where it is not theirs."""
    mine = session.get(BroadcastRecipient, recipient_key)
    if mine is None or mine.contact_id != contact.id:
        return False
    broadcast = session.get_one(Broadcast, mine.broadcast_id)
    facts = broadcast_writing.facts_of(session, [contact])[contact.id]
    written = broadcast_writing.write(broadcast, broadcasts.content_of(session, broadcast), contact, facts, trial=broadcast.is_trial)
    outbox.send(session, contact, written.method, written.payload, kind="reply", now=now, broadcast_id=broadcast.id)
    return True
