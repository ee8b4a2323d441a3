"""Outbound message (tin đi): one row of the outbox, a Bot API method for one chat, with its fate."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

WAITING, SENDING, SENT, FAILED, UNKNOWN, SUPPRESSED = "waiting", "sending", "sent", "failed", "unknown", "suppressed"
OPEN = (WAITING, SENDING)

REPLY, OFFICER, REMINDER, BROADCAST = 0, 1, 2, 3
"""Priorities, only between chats; inside a chat the order is first in, first out."""


class OutboundMessage(Base):
    """The message id that our own code knows is `-id`; the deliverer substitutes the platform's."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_order", "channel", "account", "state", "priority", "id"),
        Index("ix_outbox_chat", "channel", "account", "chat_id", "state", "id"),
        Index("ix_outbox_contact", "contact_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(60))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    contact_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contacts.id"))
    enquiry_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("enquiries.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """The officer who wrote it, if a person did."""
    broadcast_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("broadcasts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    """One of `usecases.outbox.KINDS`."""
    priority: Mapped[int]
    on_unknown: Mapped[str] = mapped_column(String(10))
    """list, or resend: once more, marked."""
    method: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    edits_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("outbox.id"))
    """The message of ours that this edit changes; it is waited for."""
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(300))
    attempts: Mapped[int] = mapped_column(default=0)
    resent: Mapped[bool] = mapped_column(default=False)
    """Its first sending had an unknown outcome; this is the one repetition that its kind allows."""
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    platform_message_id: Mapped[str | None] = mapped_column(String(80))
