"""Time limits (thời hạn giải quyết): from rows with their source, in working days of the office's own calendar or in days, months, years.

Counted as civil law counts: the day itself does not count, a month ends on the same day of the month or on its last. A limit in plain days
that ends while the office is closed ends on its next working day; how the circular's own thirty and ninety days are meant is for the office
to confirm, and this reading is the milder one.
"""

import calendar
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import TimeLimit
from db.models.regulation import CALENDAR_DAYS, MONTHS, WORKING_DAYS
from domain.worktime import ZONE
from usecases import office


def in_force(session: Session, name: str, on: date) -> TimeLimit | None:
    """The row of a limit that counts on a day, or None where nobody laid one down."""
    known = select(TimeLimit).where(TimeLimit.name == name, TimeLimit.valid_from <= on)
    return session.scalars(known.order_by(TimeLimit.valid_from.desc()).limit(1)).one_or_none()


def due(session: Session, name: str, now: datetime) -> date | None:
    """The last day of a limit that begins now: the day itself does not count. None where no number of days is set."""
    return end(session, name, now.astimezone(ZONE).date())


def end(session: Session, name: str, start: date) -> date | None:
    """The last day of a limit that begins on a day. None where nobody set one."""
    limit = in_force(session, name, start)
    if limit is None or limit.days is None:
        return None
    if limit.unit == WORKING_DAYS:
        return office.working_hours(session).working_day_after(start, limit.days)
    if limit.unit == CALENDAR_DAYS:
        return office.working_hours(session).working_day_after(start + timedelta(days=limit.days - 1), 1)
    return months_after(start, limit.days if limit.unit == MONTHS else 12 * limit.days)


def months_after(start: date, months: int) -> date:
    """The same day so many months on, earlier by so many where that is negative; or the last day of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def days_until(session: Session, end: date, now: datetime) -> int:
    """Working days that are left until the last day; negative once it is over."""
    return office.working_hours(session).working_days(now.astimezone(ZONE).date(), end)


def after(session: Session, days: int, now: datetime) -> date:
    """The last day of so many working days from now; of none, today."""
    today = now.astimezone(ZONE).date()
    return today if days <= 0 else office.working_hours(session).working_day_after(today, days)
