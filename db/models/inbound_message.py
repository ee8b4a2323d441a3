"""Inbound message (tin đến): what a citizen wrote, pressed or sent. With the outbox it is the transcript."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, BigId


class InboundMessage(Base):
    """`text` is cleaned (NFC, no invisible characters); for a button it is the button's caption."""

    __tablename__ = "inbound_messages"
    __table_args__ = (Index("ix_inbound_messages_contact", "contact_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"))
    enquiry_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("enquiries.id"), index=True)
    broadcast_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("broadcasts.id"), index=True)
    """The broadcast that it follows: nothing else was said to the contact in between."""
    kind: Mapped[str] = mapped_column(String(20))
    """message, edit, button, other."""
    text: Mapped[str] = mapped_column(Text, default="")
    platform_message_id: Mapped[str | None] = mapped_column(String(80))
    at: Mapped[datetime]
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id", lazy="selectin")


class Attachment(Base):
    """A file that came with an inbound message (tệp đính kèm)."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    inbound_message_id: Mapped[int] = mapped_column(BigId, ForeignKey("inbound_messages.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), ForeignKey("stored_files.sha256"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    """Bytes."""
