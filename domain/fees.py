"""Fees of numbers and barcodes (phí mã số mã vạch): the first year's sum. The figures come in; the rule is Thông tư 232/2016/TT-BTC's.

>>> first_year(1_000_000, 500_000, date(2026, 6, 30)), first_year(1_000_000, 500_000, date(2026, 7, 1))
(FirstYear(issue=1000000, yearly=500000), FirstYear(issue=1000000, yearly=250000))
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.worktime import ZONE

HALF_AFTER = (6, 30)
"""Month and day: registered later, half of that year's yearly fee is due. The yearly fee of later years is due on the same day."""
REMIND_BEFORE = (30, 7, 1)
"""Days before the yearly fee is due."""
_MORNING = time(9)
_GROWTH = 1.5
"""Room for growth that a suggested prefix has."""


@dataclass(frozen=True)
class FirstYear:
    """Đồng."""

    issue: int
    yearly: int

    @property
    def total(self) -> int:
        return self.issue + self.yearly


def first_year(issue: int, yearly: int | None, day: date) -> FirstYear:
    """What is paid when one registers on a day; a kind without a yearly fee has none."""
    whole = yearly or 0
    return FirstYear(issue, whole // 2 if (day.month, day.day) > HALF_AFTER else whole)


def due_day(year: int) -> date:
    """Until when the yearly fee of a year is paid."""
    return date(year, *HALF_AFTER)


def reminder_moments(year: int, now: datetime) -> list[datetime]:
    """When to remind of a year's fee, those that lie ahead: at nine in the morning in the office's own time."""
    days = (due_day(year) - timedelta(days=before) for before in REMIND_BEFORE)
    moments = (datetime.combine(day, _MORNING, ZONE) for day in days)
    return [moment for moment in moments if moment > now]


def over_at(year: int) -> datetime:
    """The moment after which a reminder of a year's fee is worthless."""
    return datetime.combine(due_day(year) + timedelta(days=1), time(0), ZONE)


def suggest(products: int, held: Sequence[tuple[str, int]]) -> str | None:
    """Of kinds of prefixes with the numbers that each holds, the smallest with room for growth; None where none is large enough.

    >>> suggest(120, [("gcp8", 10_000), ("gcp9", 1_000), ("gcp10", 100)]), suggest(60, [("gcp10", 100)]), suggest(80, [("gcp10", 100)])
    ('gcp9', 'gcp10', None)
    """
    large = [(holds, kind) for kind, holds in held if holds >= products * _GROWTH]
    return min(large)[1] if large else None
