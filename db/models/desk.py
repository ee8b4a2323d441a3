"""The desk (bàn làm việc): what officers share about an enquiry and the citizen never reads: notes, drafts, who is looking."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class InternalNote(Base):
    """Internal note (ghi chú nội bộ)."""

    __tablename__ = "internal_notes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enquiry_id: Mapped[int] = mapped_column(BigId, ForeignKey("enquiries.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class ReplyDraft(Base):
    """A reply in writing (bản nháp trả lời), kept on the server as it is typed."""

    __tablename__ = "reply_drafts"

    enquiry_id: Mapped[int] = mapped_column(BigId, ForeignKey("enquiries.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]


class Presence(Base):
    """Who has a conversation open now (đang xem), and whether they write; stale after half a minute."""

    __tablename__ = "presences"

    enquiry_id: Mapped[int] = mapped_column(BigId, ForeignKey("enquiries.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    seen_at: Mapped[datetime]
    wrote_at: Mapped[datetime | None]
