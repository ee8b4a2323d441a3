"""Broadcasts for tests: people who want a topic, officers, a draft, and the rounds that the counter would do, without a counter."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from db.models import Broadcast, BroadcastRecipient, Contact, Conversation, OutboundMessage, Staff, TopicChoice
from db.models.outbound_message import SENT, WAITING
from domain.audiences import Audience
from domain.broadcasts import Content
from usecases import broadcast_planning, broadcast_sending, broadcasts
from usecases.broadcasts import Draft

ACCOUNT = ("telegram", "main")
TEXTS = {"vi": "Kính gửi {{name}}[[ – {{firm}}]]: <b>mức phí mới</b>", "en": "Dear {{name}}[[ – {{firm}}]]: <b>new fees</b>"}


def people(session: Session, number: int, now: datetime, *, topic: str | None = "barcodes", first: int = 1) -> list[int]:
    """So many contacts on Telegram, chat ids from `first` on, who want a topic."""
    facts: dict[str, Any] = {
        "channel": "telegram",
        "account": "main",
        "language": "vi",
        "first_seen_at": now,
        "last_seen_at": now,
        "folded": "",
    }
    chats = range(first, first + number)
    session.execute(insert(Contact), [facts | {"chat_id": chat, "display_name": f"Người {chat}"} for chat in chats])
    mine = select(Contact.id).where(Contact.channel == "telegram", Contact.chat_id.between(first, first + number - 1))
    ids = list(session.scalars(mine.order_by(Contact.chat_id)))
    session.execute(insert(Conversation), [{"contact_id": key, "data": {}, "version": 0} for key in ids])
    if topic:
        session.execute(insert(TopicChoice), [{"contact_id": key, "topic": topic, "wanted": True, "at": now} for key in ids])
    return ids


def officer(session: Session, now: datetime, name: str = "Nguyễn Thị Lan") -> Staff:
    """One more on the staff, who receives alerts."""
    staff = Staff(email=f"{len(name)}-{name[-3:]}@chuan.example", full_name=name, fs_uniquifier=name, created_at=now, receives_alerts=True)
    session.add(staff)
    session.flush()
    return staff


def draft(**more: Any) -> Draft:
    """A draft on barcodes for everybody who wants it."""
    usual: dict[str, Any] = {"title": "Mức phí mới", "topic": "barcodes", "content": Content(TEXTS), "audience": Audience()}
    return Draft(**usual | more)


def let_go(session: Session, now: datetime, by: Staff, approver: Staff, **more: Any) -> Broadcast:
    """Written, submitted and, where that is needed, approved."""
    broadcast = broadcasts.create(session, draft(**more), by=by, now=now)
    number = sum(broadcasts.reach(session, broadcast, now).values())
    broadcasts.submit(session, broadcast.id, digest=broadcast.digest, typed=number, now=now)
    if broadcast.status == "submitted":
        broadcasts.approve(session, broadcast.id, by=approver, digest=broadcast.digest, now=now)
    return broadcast


def plan(session: Session, key: int, now: datetime, *, trial: bool = False) -> None:
    """From its moment until all recipients are written down."""
    broadcast_planning.start(session, key, trial=trial, now=now)
    while session.get_one(Broadcast, key).status == "planning":
        broadcast_planning.plan(session, key, broadcast_planning.next_chunk(session, key, [ACCOUNT], now), now)


def feed(session: Session, key: int, now: datetime, *, trial: bool = False) -> int:
    """Until the queue is full or nobody is due."""
    fed = 0
    while more := broadcast_sending.feed(session, key, ACCOUNT, trial=trial, now=now):
        fed += more
    return fed


def deliver(session: Session, now: datetime, fate: Callable[[OutboundMessage], str] = lambda row: SENT) -> list[OutboundMessage]:
    """What a deliverer would do with all that waits, and what it took."""
    waiting = (
        select(OutboundMessage).where(OutboundMessage.state == WAITING, OutboundMessage.channel == "telegram").order_by(OutboundMessage.id)
    )
    rows = list(session.scalars(waiting))
    for row in rows:
        row.state, row.finished_at = fate(row), now
        row.reason = "the platform's word" if row.state != SENT else None
    session.flush()
    return rows


def states(session: Session, key: int) -> dict[int, tuple[str, str]]:
    """State and reason by contact."""
    rows = select(BroadcastRecipient.contact_id, BroadcastRecipient.state, BroadcastRecipient.reason)
    return {contact: (state, reason) for contact, state, reason in session.execute(rows.where(BroadcastRecipient.broadcast_id == key))}
