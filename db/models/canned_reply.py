"""Canned reply (câu trả lời mẫu): a text that officers put into their answers, with places for the citizen's own facts."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.searched import Searched


class CannedReply(Searched, Base):
    """`text_*` may hold {citizen}, {reference}, {officer}, {office}, {due}; `text_en` may be empty."""

    __tablename__ = "canned_replies"
    searched = ("title", "text_vi", "text_en")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    text_vi: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
