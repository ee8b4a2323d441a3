"""Calendar (lịch làm việc): the week's hours, holidays, Tết, swapped days and days with hours of their own: data with source and verifier.

What the week and the days say decides when an answer is due, so a change is in force for everything that is promised after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Holiday
from domain.errors import NeverOpenWeek
from domain.worktime import written
from usecases import office

Periods = tuple[tuple[time, time], ...]


@dataclass(frozen=True)
class Day:
    """A day that differs from its week. `periods` is empty for a closed day, and for a swapped one that has Monday's hours."""

    day: date
    name: str
    is_working: bool
    periods: Periods
    source: str


def days_of(session: Session, year: int) -> Sequence[Holiday]:
    """The days of a year that differ from their week, in order; those in the bin too."""
    return session.scalars(select(Holiday).where(Holiday.day.between(date(year, 1, 1), date(year, 12, 31))).order_by(Holiday.day)).all()


def set_day(session: Session, given: Day) -> Holiday:
    """Write a day down, or change what is written; what changed is unverified until somebody confirms it."""
    row = session.get(Holiday, given.day)
    if row is None:
        row = Holiday(day=given.day, name=given.name, source=given.source)
        session.add(row)
    row.name, row.source, row.is_working = given.name, given.source, given.is_working
    row.periods = [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in given.periods] or None
    row.deleted_at, row.verified_by = None, None
    return row


def put_in_bin(row: Holiday, now: datetime) -> None:
    """The day follows its week again."""
    row.deleted_at = now


def take_back(row: Holiday) -> None:
    row.deleted_at = None


def confirm_day(row: Holiday, by: str) -> None:
    """An officer held the day against the official notice."""
    row.verified_by = by


def set_week(session: Session, weekly: Mapping[int, Periods], *, source: str, now: datetime) -> None:
    """The hours of the week by weekday, 0 is Monday. Raises `NeverOpenWeek` for one without an open hour: nothing could be promised."""
    if not any(weekly.values()):
        raise NeverOpenWeek
    value = {str(day): [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in periods] for day, periods in weekly.items() if periods}
    office.change(session, "working_hours", value, source=source, now=now)


def week_of(session: Session) -> dict[int, str]:
    """The hours of the week as they are written, by weekday."""
    hours = office.working_hours(session).weekly
    return {day: written(hours.get(day, ())) for day in range(7)}
