"""Given answer (câu trả lời đã đưa): what the bot offered for a question, and whether it helped."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class GivenAnswer(Base):
    """`outcome`: answered, offered, handed_over, asked_again, small_talk. `helpful` is the citizen's word, if given."""

    __tablename__ = "given_answers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), index=True)
    inbound_message_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("inbound_messages.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    entry_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("knowledge_entries.id"))
    scores: Mapped[list[Any]] = mapped_column(default=list)
    """Pairs (entry id, score), best first."""
    helpful: Mapped[bool | None]
    at: Mapped[datetime]
