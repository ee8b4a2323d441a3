"""Lease: the right of one process to be the only one doing something, taken over when it lapses."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Lease(Base):
    """Names: `job:<name>`, `deliver:<channel>:<account>`."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime]
