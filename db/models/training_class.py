"""Training class (lớp tập huấn): what the office teaches, when and where, how many seats there are, and what it asks of those who come."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, BigId
from db.searched import Searched

DRAFT, OPEN, CLOSED, HELD, ARCHIVED, CANCELLED = "draft", "open", "closed", "held", "archived", "cancelled"
"""draft: staff only · open: people sign up (full is a matter of seats) · closed: no more sign-ups · held: over · archived · cancelled."""


class TrainingClass(Searched, Base):
    """Seats are counted under the lock of this row: whoever gives one out holds it."""

    __tablename__ = "training_classes"
    __table_args__ = (
        CheckConstraint("seats > 0", name="seats_positive"),
        CheckConstraint("price >= 0", name="price_not_negative"),
        Index("ix_training_classes_status", "status", "starts_at"),
    )
    searched = ("reference", "title", "topic", "place")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(24), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str] = mapped_column(String(120))
    """Field (lĩnh vực), as the office names it: who follows it is told of new classes."""
    language: Mapped[str] = mapped_column(String(5), default="vi")
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    audience: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(300), default="")
    map_link: Mapped[str] = mapped_column(String(500), default="")
    online_link: Mapped[str] = mapped_column(String(500), default="")
    """Only those who have a seat see it."""
    bring: Mapped[str] = mapped_column(Text, default="")
    """What to bring."""
    seats: Mapped[int]
    sign_up_from: Mapped[datetime]
    sign_up_until: Mapped[datetime]
    changes_until: Mapped[datetime]
    """Until when participants may change answers, replace each other or cancel by themselves."""
    starts_at: Mapped[datetime]
    """Beginning of the first session, kept beside it for lists."""
    price: Mapped[int] = mapped_column(default=0)
    """Đồng a person; 0 is free of charge."""
    price_source: Mapped[str] = mapped_column(String(300), default="")
    """The decision that sets the price; a price without a source is refused."""
    waiting_rule: Mapped[str] = mapped_column(String(10), default="skip")
    """skip: a group that does not fit is passed over · hold: it is waited for."""
    offer_hours: Mapped[int] = mapped_column(default=24)
    """How long a seat is held for somebody from the waiting list."""
    reminders: Mapped[list[Any]] = mapped_column(default=lambda: [7 * 24 * 60, 24 * 60, 2 * 60])
    """Minutes before each beginning."""
    gives_certificate: Mapped[bool] = mapped_column(default=True)
    sessions_needed: Mapped[int] = mapped_column(default=0)
    """Sessions to attend for a certificate; 0 is all of them."""
    pass_mark: Mapped[int | None]
    """Points from which the quiz at the end counts as passed; None where there is none."""
    status: Mapped[str] = mapped_column(String(12), default=DRAFT)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was cancelled or moved, as participants were told."""
    sequence: Mapped[int] = mapped_column(default=0)
    """How often its times or places changed: the SEQUENCE of its calendar entries (RFC 5545)."""
    series: Mapped[str | None] = mapped_column(String(40), index=True)
    stalled_at: Mapped[datetime | None]
    """Since when its waiting list does not move although seats are free and staff were told."""
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    sessions: Mapped[list["ClassSession"]] = relationship(order_by="ClassSession.starts_at", cascade="all, delete-orphan")
    questions: Mapped[list["ClassQuestion"]] = relationship(order_by="ClassQuestion.position", cascade="all, delete-orphan")
    documents: Mapped[list["ClassDocument"]] = relationship(order_by="ClassDocument.id", cascade="all, delete-orphan")


class ClassSession(Base):
    """Session (buổi học): one meeting of a class."""

    __tablename__ = "class_sessions"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    class_id: Mapped[int] = mapped_column(BigId, ForeignKey("training_classes.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class ClassQuestion(Base):
    """A question of a class (câu hỏi khi đăng ký). Answers are kept under `name`, which never changes."""

    __tablename__ = "class_questions"
    __table_args__ = (UniqueConstraint("class_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    class_id: Mapped[int] = mapped_column(BigId, ForeignKey("training_classes.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    """text, choice, date or file."""
    text: Mapped[str] = mapped_column(String(300))
    choices: Mapped[list[str]] = mapped_column(default=list)
    is_required: Mapped[bool] = mapped_column(default=True)
    only_if: Mapped[str] = mapped_column(String(40), default="")
    """Name of an earlier question: asked only where its answer is `only_if_answer`."""
    only_if_answer: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)


class ClassDocument(Base):
    """A document of a class (tài liệu): those who have a seat may fetch it."""

    __tablename__ = "class_documents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    class_id: Mapped[int] = mapped_column(BigId, ForeignKey("training_classes.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), ForeignKey("stored_files.sha256"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
