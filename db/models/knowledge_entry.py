"""Knowledge entry (mục kiến thức): a question with the office's sourced answer."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"


class KnowledgeEntry(Base):
    """`slug` joins the languages of one entry. Never served without a source."""

    __tablename__ = "knowledge_entries"
    __table_args__ = (UniqueConstraint("slug", "language"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(5))
    topic: Mapped[str] = mapped_column(String(40), index=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date] = mapped_column(Date)
    certainty: Mapped[str] = mapped_column(String(10))
    """high, medium, low: how sure the source is; shown to citizens unless high."""
    review_by: Mapped[date] = mapped_column(Date)
    """The day of the next review; thirty days later the entry is no longer served."""
    review_reason: Mapped[str | None] = mapped_column(String(300))
    """Why it is under review before its day: the number of a replaced document that it cites."""
    status: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(index=True)
    proposal: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The text that waits for a second person's approval; until then the entry is served as it stands, or not at all."""
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who published what stands; empty for starter content."""


class KnowledgeVersion(Base):
    """How an entry read before an edit (phiên bản cũ)."""

    __tablename__ = "knowledge_versions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, ForeignKey("knowledge_entries.id"), index=True)
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
