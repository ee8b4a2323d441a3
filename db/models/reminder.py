"""Reminder (lời nhắc): one thing to be said at one moment, planned when what it is about is made, dropped when that ends."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
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
    """Key of what it is about: of kind `class`, a registration; of kind `fee`, a company prefix."""
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), index=True)
    due_at: Mapped[datetime]
    about_at: Mapped[datetime]
    """The moment that it reminds of: after it the reminder is worthless."""
    state: Mapped[str] = mapped_column(String(10), default=PLANNED)
    reason: Mapped[str] = mapped_column(String(60), default="")
    settled_at: Mapped[datetime | None]
