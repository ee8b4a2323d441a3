"""Given answer (câu trả lời đã đưa): what the bot did with a turn, and whether it helped."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class GivenAnswer(Base):
    """Exactly one for every message and pressed button. `helpful` is the citizen's word, if given."""

    __tablename__ = "given_answers"
    __table_args__ = (Index("ix_given_answers_open", "is_gap", "settled_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), index=True)
    inbound_message_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("inbound_messages.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    """One of `usecases.turns.OUTCOMES`."""
    reason: Mapped[str | None] = mapped_column(String(30))
    question: Mapped[str | None] = mapped_column(Text)
    """What was asked, with what a follow-up takes from the question before it; None where nothing was."""
    entry_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("knowledge_entries.id"))
    scores: Mapped[list[Any]] = mapped_column(default=list)
    """Pairs (entry id, score), best first."""
    confidence: Mapped[float | None]
    """0 to 1: how sure the search was of the first hit."""
    helpful: Mapped[bool | None]
    is_gap: Mapped[bool] = mapped_column(default=False)
    """Whether the office's knowledge had no answer: a question to learn from."""
    settled_at: Mapped[datetime | None]
    """When staff dealt with the gap: made a draft or a phrasing of it, or set it aside."""
    awaits_entry_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("knowledge_entries.id"), index=True)
    """The draft whose publication the asker is told of."""
    told_at: Mapped[datetime | None]
    at: Mapped[datetime]
