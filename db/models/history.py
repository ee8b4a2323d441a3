"""History (nhật ký): what staff did and which personal data they looked at, appended and never changed, sealed each minute."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class HistoryEvent(Base):
    """One act on one record. The database itself refuses to update or delete a row (triggers of migration 0003)."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_record", "noun", "key", "id"), Index("ix_history_staff", "staff_id", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Empty for an operator at the command line."""
    who: Mapped[str] = mapped_column(String(200))
    """The name as it was then."""
    address: Mapped[str] = mapped_column(String(60))
    act: Mapped[str] = mapped_column(String(20))
    """One of `usecases.history.ACTS`."""
    noun: Mapped[str] = mapped_column(String(40))
    """The table of the record."""
    key: Mapped[str] = mapped_column(String(120))
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    """Only what changed. Secrets are never here, only that they changed."""


class HistorySeal(Base):
    """The hash over a run of events and the seal before it: whoever alters an event breaks every later seal."""

    __tablename__ = "history_seals"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    first_id: Mapped[int] = mapped_column(BigId)
    last_id: Mapped[int] = mapped_column(BigId)
    events: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
