"""Labelled question (câu hỏi mẫu): a question whose right entries are known; every change of the search is measured on them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class LabelledQuestion(Base):
    """`expect` are slugs of entries, any of which is right; `intent` is a decision (answer, handover, start-…, status, smalltalk)."""

    __tablename__ = "labelled_questions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    style: Mapped[str] = mapped_column(String(20))
    expect: Mapped[list[str]] = mapped_column(default=list)
    intent: Mapped[str] = mapped_column(String(30))
    origin: Mapped[str] = mapped_column(String(10))
    """starter or staff."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
