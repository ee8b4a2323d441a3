"""Figures of the law and of the office (số liệu pháp luật và của cơ quan): time limits, fees and tables, each a row with its source."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

WORKING_DAYS, CALENDAR_DAYS, MONTHS, YEARS = "working_days", "calendar_days", "months", "years"
UNITS = (WORKING_DAYS, CALENDAR_DAYS, MONTHS, YEARS)
"""ngày làm việc · ngày · tháng · năm."""


class TimeLimit(Base):
    """How long a step of a procedure may take (thời hạn giải quyết). The newest row that is in force counts."""

    __tablename__ = "time_limits"
    __table_args__ = (UniqueConstraint("name", "valid_from"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    """As declarations call it: `barcode.check`."""
    days: Mapped[int | None]
    """How many of `unit`; empty where nobody set any."""
    unit: Mapped[str] = mapped_column(String(16), default=WORKING_DAYS, server_default=WORKING_DAYS)
    source: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    verified_by: Mapped[str | None] = mapped_column(String(200))
    """Empty while no officer has confirmed it: then it is shown as unverified."""
    verified_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class Fee(Base):
    """A fee (phí): for issuing, and for keeping a year. The newest row of a kind that is in force counts."""

    __tablename__ = "fees"
    __table_args__ = (UniqueConstraint("kind", "valid_from"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    """gcp10, gcp9, gcp8, gcp7, single_gtin, gln, gtin8, foreign_dossier, foreign_code."""
    issue: Mapped[int]
    """Đồng, once."""
    yearly: Mapped[int | None]
    """Đồng a year; empty where none is known."""
    holds: Mapped[int | None]
    """GTIN-13s that a prefix of this kind holds."""
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[str] = mapped_column(String(10))
    """read (in the source named), second_hand or general."""
    valid_from: Mapped[date] = mapped_column(Date)
    verified_by: Mapped[str | None] = mapped_column(String(200))
    verified_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class MeasurementTable(Base):
    """A table of the rules of measurement (bảng số liệu đo lường): tolerable deficiency, its rounding, sampling, heights, units.

    The newest row of a name that is in force counts. `content` is read by `domain.quantity_marks.tables`, which says its shape.
    """

    __tablename__ = "measurement_tables"
    __table_args__ = (UniqueConstraint("name", "valid_from"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    source: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    verified_by: Mapped[str | None] = mapped_column(String(200))
    """Empty while no officer has held it against the office's copy: then every result says so."""
    verified_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
