"""Failed update: how often our own code failed on an update that is not applied yet."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class FailedUpdate(Base):
    """Counted in a transaction of its own; at the third failure the update is quarantined."""

    __tablename__ = "failed_updates"

    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_failed_at: Mapped[datetime]
