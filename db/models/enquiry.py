"""Enquiry (phiếu hỏi): a question that an officer answers."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, BigId
from db.models.contact import Contact
from db.models.staff import Staff
from db.searched import Searched

WAITING, HUMAN, BOT, CLOSED = "waiting", "human", "bot", "closed"
"""waiting: no officer yet · human: an officer has it, the bot is silent · bot: given back to the bot, not closed · closed."""
WITH_PEOPLE = (WAITING, HUMAN)


class Enquiry(Searched, Base):
    """A citizen has at most one enquiry that is with people; what they write meanwhile belongs to it."""

    __tablename__ = "enquiries"
    __table_args__ = (
        Index("ix_enquiries_status", "status", "due_at"),
        Index("ix_enquiries_contact", "contact_id", "status"),
    )
    searched = ("reference", "question")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(24), unique=True)
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"))
    status: Mapped[str] = mapped_column(String(12))
    question: Mapped[str] = mapped_column(Text)
    transcript_from: Mapped[int] = mapped_column(BigId, default=0)
    """The first inbound message that belongs to the transcript."""
    reason: Mapped[str] = mapped_column(String(30))
    """Why a person is needed: not_found, asked, not_helpful."""
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When the citizen was told to expect an answer."""
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime | None]
    last_citizen_at: Mapped[datetime]
    last_staff_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(10))
    """citizen or staff."""
    rating: Mapped[int | None]
    """1 to 5, given once."""
    contact: Mapped[Contact] = relationship(lazy="joined")
    assigned_to: Mapped[Staff | None] = relationship(lazy="joined")
