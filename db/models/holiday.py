"""Holiday (ngày nghỉ): a day on which the office is closed, or a swapped working day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Holiday(Base):
    """`is_working` marks a swapped day (làm bù): worked although it falls on a weekend."""

    __tablename__ = "holidays"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    is_working: Mapped[bool] = mapped_column(default=False)
    periods: Mapped[list[Any] | None]
    """Pairs of times ("07:30", "11:30") of a day that is worked otherwise than the week says; None: a swapped day has Monday's."""
    source: Mapped[str] = mapped_column(Text)
    verified_by: Mapped[str | None] = mapped_column(String(200))
    deleted_at: Mapped[datetime | None]
