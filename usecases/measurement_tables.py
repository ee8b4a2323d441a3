"""Tables of the rules of measurement (bảng số liệu đo lường): the rows in force on a day, and as the computing takes them."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import MeasurementTable
from domain.quantity_marks import tables
from domain.quantity_marks.tables import Rules
from usecases.starter import STARTER


def rows_in_force(session: Session, on: date) -> dict[str, MeasurementTable]:
    """By name, the row of each table that counts on a day."""
    known = select(MeasurementTable).where(MeasurementTable.valid_from <= on).order_by(MeasurementTable.valid_from)
    return {row.name: row for row in session.scalars(known)}


def in_force(session: Session, on: date) -> Rules:
    """All tables as they count on a day, with those that nobody verified named. Raises `BadTable` where one is missing."""
    rows = rows_in_force(session, on).values()
    return _rules((row.name, row.content, row.source, row.verified_by) for row in rows)


def starter_rows() -> list[dict[str, Any]]:
    """The rows that `prepare` lays down."""
    kept: list[dict[str, Any]] = json.loads((STARTER / "measurement_tables.json").read_text("utf-8"))
    return kept


def starter() -> Rules:
    """The rules of the starter content, for computing without a database; nothing in it is verified."""
    return _rules((row["name"], row["content"], row["source"], None) for row in starter_rows())


def _rules(rows: Iterable[tuple[str, dict[str, Any], str, str | None]]) -> Rules:
    listed = list(rows)
    return tables.rules(
        {name: content for name, content, _, _ in listed},
        [name for name, _, _, verified_by in listed if not verified_by],
        {name: source for name, _, source, _ in listed},
    )
