"""Holiday (ngày nghỉ): a day on which the office is closed, or a swapped working day."""

from datetime import date

from sqlalchemy import Date, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Holiday(Base):
    """`is_working` marks a swapped day (làm bù): worked although it falls on a weekend."""

    __tablename__ = "holidays"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    is_working: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(Text)
    verified_by: Mapped[str | None] = mapped_column(String(200))
