"""Figures of the law (thời hạn, phí, bảng số liệu đo lường, hàng nhóm 2).

One that was changed is unverified until an officer has held it against the document.
"""

from datetime import datetime
from typing import Any

from db.models import Fee, Group2Good, MeasurementTable, TimeLimit

Figure = Fee | TimeLimit | MeasurementTable | Group2Good


def change(row: Figure, values: dict[str, Any], now: datetime) -> None:
    """Write what the officer gave. What is the same as before stays verified."""
    if all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.verified_by, row.verified_at, row.changed_at = None, None, now


def confirm(row: Figure, by: str, now: datetime) -> None:
    """An officer held it against the document."""
    row.verified_by, row.verified_at = by, now
