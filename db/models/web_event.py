"""Web event: one line of a visitor's web chat, in order. An open page is sent it; a page that comes back reads from where it was."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class WebEvent(Base):
    """Appended under the contact's row lock, so that ids of one contact become visible in order."""

    __tablename__ = "web_events"
    __table_args__ = (Index("ix_web_events_contact", "contact_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"))
    body: Mapped[dict[str, Any]]
    at: Mapped[datetime]
