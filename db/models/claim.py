"""Claim: the proof that an update was applied (or set aside), so that a replay has no effect."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Claim(Base):
    """Same id and same body is a replay; the same id with another body is a new event. Kept 30 days."""

    __tablename__ = "claims"

    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    """Channel and account, `telegram:main`."""
    external_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the body."""
    claimed_at: Mapped[datetime] = mapped_column(index=True)
