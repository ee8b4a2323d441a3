"""Reminder (lời nhắc): one thing to be said at one moment, planned when what it is about is made, dropped when that ends."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

PLANNED, SENT, DROPPED = "planned", "sent", "dropped"


class Reminder(Base):
    """Unique by (kind, subject, moment): planning twice is planning once."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "due_at"), Index("ix_reminders_due", "state", "due_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigId)
    """Key of what it is about, as its kind says (`usecases.reminders.KINDS`): a registration, a company prefix, …"""
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), index=True)
    due_at: Mapped[datetime]
    about_at: Mapped[datetime]
    """The moment that it reminds of: after it the reminder is worthless."""
    state: Mapped[str] = mapped_column(String(10), default=PLANNED)
    reason: Mapped[str] = mapped_column(String(60), default="")
    settled_at: Mapped[datetime | None]


class PersonalReminder(Base):
    """What somebody asked us to remind them of (lời nhắc riêng), in their own words."""

    __tablename__ = "personal_reminders"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), index=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    """Of the message that asked for it: asked twice, it is one."""
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was said, or called off."""
