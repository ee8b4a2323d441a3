"""Abbreviations (chữ viết tắt): the list that the search spells out before it looks."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Abbreviation
from usecases import material


def listed(session: Session) -> Sequence[Abbreviation]:
    """All of them, by the short form."""
    return session.scalars(select(Abbreviation).order_by(Abbreviation.short)).all()


def save(session: Session, row: Abbreviation | None, short: str, long: str, now: datetime) -> Abbreviation:
    """Change one, or add one."""
    if row is None:
        row = Abbreviation()
        session.add(row)
    row.short, row.long, row.updated_at = short, long, now
    material.touch(session)
    return row


def delete(session: Session, row: Abbreviation) -> None:
    """Take one off the list."""
    session.delete(row)
    material.touch(session)


def changed(before: dict[str, str], old: str | None, short: str | None, long: str) -> dict[str, str]:
    """The list as it would be: without `old`, with `short`."""
    after = {key: value for key, value in before.items() if key != old}
    return after | ({short: long} if short else {})
