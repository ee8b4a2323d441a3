"""Figures of the law (thời hạn, phí): one that was changed is unverified until an officer has held it against the document."""

from datetime import datetime
from typing import Any

from db.models import Fee, TimeLimit


def change(row: Fee | TimeLimit, values: dict[str, Any], now: datetime) -> None:
    """Write what the officer gave. What is the same as before stays verified."""
    if all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.verified_by, row.verified_at, row.changed_at = None, None, now


def confirm(row: Fee | TimeLimit, by: str, now: datetime) -> None:
    """An officer held it against the document."""
    row.verified_by, row.verified_at = by, now
