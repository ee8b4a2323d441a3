"""Registration (phiếu đăng ký lớp): one or several people of a firm who come to a class, or wait for seats."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, BigId
from db.models.contact import Contact
from db.models.training_class import TrainingClass
from db.searched import Searched

WAITING, OFFERED, CONFIRMED, CANCELLED, LAPSED = "waiting", "offered", "confirmed", "cancelled", "lapsed"
"""waiting: on the waiting list · offered: seats are held until `offer_until` · confirmed · cancelled · lapsed: an offer ran out."""
SEATED = (OFFERED, CONFIRMED)
LIVE = (WAITING, OFFERED, CONFIRMED)


class Registration(Searched, Base):
    """`contact_id` is empty where staff wrote it down at the counter or read it from a sheet."""

    __tablename__ = "registrations"
    __table_args__ = (
        UniqueConstraint("class_id", "token"),
        Index("ix_registrations_queue", "class_id", "status", "queued_at", "id"),
        Index("ix_registrations_offers", "status", "offer_until"),
    )
    searched = ("reference", "firm", "tax_code", "phone")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(24), unique=True)
    class_id: Mapped[int] = mapped_column(BigId, ForeignKey("training_classes.id"))
    contact_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contacts.id"), index=True)
    token: Mapped[str] = mapped_column(String(40))
    """Of the draft it came from: the same draft handed in twice is one registration."""
    secret: Mapped[str] = mapped_column(String(43), unique=True)
    """256 random bits: opens the page of the tickets and the calendar file."""
    source: Mapped[str] = mapped_column(String(12))
    """chat, counter or import."""
    firm: Mapped[str] = mapped_column(String(200), default="")
    tax_code: Mapped[str] = mapped_column(String(20), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By the name of the question; a file's is its digest and name."""
    status: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    queued_at: Mapped[datetime]
    """Place in the waiting list; somebody whose offer lapsed and who asks again stands at the end."""
    offer_until: Mapped[datetime | None]
    seated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(12), default="")
    """citizen, staff, or class (it was cancelled)."""
    receipt_number: Mapped[str] = mapped_column(String(60), default="")
    """Number of the receipt of a fee that was paid (đã thu); empty while nothing was."""
    note: Mapped[str] = mapped_column(Text, default="")
    """For staff."""
    training_class: Mapped[TrainingClass] = relationship(lazy="joined")
    contact: Mapped[Contact | None] = relationship(lazy="joined")
    participants: Mapped[list["Participant"]] = relationship(order_by="Participant.id", back_populates="registration", lazy="selectin")


class Participant(Searched, Base):
    """Participant (học viên). `person_key` is theirs alone within a class, and empty once they no longer come."""

    __tablename__ = "participants"
    __table_args__ = (UniqueConstraint("class_id", "person_key"),)
    searched = ("full_name", "phone", "position")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    class_id: Mapped[int] = mapped_column(BigId, ForeignKey("training_classes.id"))
    registration_id: Mapped[int] = mapped_column(BigId, ForeignKey("registrations.id"), index=True)
    full_name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    person_key: Mapped[str | None] = mapped_column(String(200))
    ticket: Mapped[str] = mapped_column(String(43), unique=True)
    """256 random bits: what the QR code on the ticket says. A replaced participant's opens nothing any more."""
    removed_at: Mapped[datetime | None]
    score: Mapped[int | None]
    registration: Mapped[Registration] = relationship(back_populates="participants", lazy="joined")


class SurveyAnswer(Base):
    """What a registration's contact said after the class (phiếu khảo sát): two marks of 1 to 5 and a sentence."""

    __tablename__ = "survey_answers"

    registration_id: Mapped[int] = mapped_column(BigId, ForeignKey("registrations.id"), primary_key=True)
    class_id: Mapped[int] = mapped_column(BigId, ForeignKey("training_classes.id"), index=True)
    content: Mapped[int | None]
    organisation: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class ClassInterest(Base):
    """Somebody who asked to be told of classes in a field (theo dõi lĩnh vực), until they end it."""

    __tablename__ = "class_interests"

    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(120), primary_key=True)
    since: Mapped[datetime]
