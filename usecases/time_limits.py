"""Time limits (thời hạn giải quyết): working days from rows with their source, counted in the office's own calendar."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import TimeLimit
from domain.worktime import ZONE
from usecases import office


def in_force(session: Session, name: str, on: date) -> TimeLimit | None:
    """The row of a limit that counts on a day, or None where nobody laid one down."""
    known = select(TimeLimit).where(TimeLimit.name == name, TimeLimit.valid_from <= on)
    return session.scalars(known.order_by(TimeLimit.valid_from.desc()).limit(1)).one_or_none()


def due(session: Session, name: str, now: datetime) -> date | None:
    """The last day of a limit that begins now: the day itself does not count. None where no number of days is set."""
    today = now.astimezone(ZONE).date()
    limit = in_force(session, name, today)
    return None if limit is None or limit.days is None else office.working_hours(session).working_day_after(today, limit.days)


def days_until(session: Session, end: date, now: datetime) -> int:
    """Working days that are left until the last day; negative once it is over."""
    return office.working_hours(session).working_days(now.astimezone(ZONE).date(), end)


def after(session: Session, days: int, now: datetime) -> date:
    """The last day of so many working days from now; of none, today."""
    today = now.astimezone(ZONE).date()
    return today if days <= 0 else office.working_hours(session).working_day_after(today, days)
