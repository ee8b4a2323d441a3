"""Not-ours subject (việc không thuộc Chi cục): what people bring to the wrong counter, and whom to ask instead."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class NotOursSubject(Base):
    """`ask_*` is empty where no public body is to be named. `verified_by` is empty until an officer confirms the body."""

    __tablename__ = "not_ours_subjects"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name_vi: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, default="")
    ask_vi: Mapped[str] = mapped_column(Text, default="")
    ask_en: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    phrasings: Mapped[list[str]] = mapped_column(default=list)
    """Questions as people put them, in any language."""
    active: Mapped[bool] = mapped_column(default=True)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

    def name(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name_vi

    def ask(self, language: str) -> str:
        return self.ask_en if language == "en" and self.ask_en else self.ask_vi
