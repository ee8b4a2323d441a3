"""Pause: a platform told one account to be silent until a moment (Telegram's 429 with `retry_after`)."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Pause(Base):
    """Kept as a row, so that a restart keeps the silence."""

    __tablename__ = "pauses"

    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200))
