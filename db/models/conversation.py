"""Conversation (hội thoại): where a contact stands in a dialogue, for aiogram's FSM."""

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class Conversation(Base):
    """`version` counts the updates applied: work prepared for one version is not applied to another."""

    __tablename__ = "conversations"

    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), primary_key=True, autoincrement=False)
    state: Mapped[str | None] = mapped_column(String(120))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)
    said: Mapped[str | None] = mapped_column(String(64))
    """Digest of the last text we sent, so that the same words are never sent twice running."""
