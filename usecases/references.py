"""Giving out references (cấp mã phiếu): unique for ever, without gaps within a year."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from db.models import ReferenceCounter
from db.upsert import insert_if_absent
from domain.references import format_reference
from domain.worktime import ZONE


def next_reference(session: Session, prefix: str, now: datetime) -> str:
    """The next reference of a prefix in the office's current year; its row lock lasts until the commit, so ask for it late."""
    year = now.astimezone(ZONE).year
    counted = (
        update(ReferenceCounter)
        .where(ReferenceCounter.prefix == prefix, ReferenceCounter.year == year)
        .values(last_number=ReferenceCounter.last_number + 1)
        .returning(ReferenceCounter.last_number)
        .execution_options(synchronize_session=False)
    )
    number = session.scalar(counted)
    if number is None:
        insert_if_absent(session, ReferenceCounter, prefix=prefix, year=year, last_number=0)  # or another process began the year
        number = session.scalars(counted).one()
    return format_reference(prefix, year, number)
