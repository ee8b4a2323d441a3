"""Quarantined update (tin bị cách ly): an update that our code cannot digest, kept whole for a person to look at."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class QuarantinedUpdate(Base):
    """`body` is what the platform sent, with personal data: shown to administrators only, never logged."""

    __tablename__ = "quarantined_updates"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident: Mapped[str] = mapped_column(String(20), unique=True)
    source: Mapped[str] = mapped_column(String(80))
    external_id: Mapped[str] = mapped_column(String(120))
    contact_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contacts.id"))
    body: Mapped[str] = mapped_column(Text)
    fault: Mapped[str] = mapped_column(String(300))
    """Class of the exception and the place in our code, without its message."""
    at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
