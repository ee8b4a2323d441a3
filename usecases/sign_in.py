"""Signing in (đăng nhập): failed attempts, counted for all processes of the panel together, and one-time codes that were used.

An attempt is counted before it is judged and taken back when it succeeds. So of many that arrive at the same moment no more are judged
than the limit allows, on both engines.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from db.models import SignInFailure, Staff

WINDOW = timedelta(minutes=15)
"""How long a failed attempt counts."""


def wait(session: Session, limits: Mapping[str, int], now: datetime) -> int:
    """Seconds until another attempt is heard, 0 if at once. `limits` maps what is counted to the failures that it may have."""
    return max((_wait(session, counted, limit, now) for counted, limit in limits.items()), default=0)


def count(session: Session, counted: Iterable[str], now: datetime) -> list[int]:
    """Note an attempt under each of these; the keys of the rows, for `forget`. What is older than the window goes."""
    session.execute(delete(SignInFailure).where(SignInFailure.at <= now - WINDOW))
    rows = [SignInFailure(key=_digest(each), at=now) for each in counted]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def forget(session: Session, keys: Collection[int], counted: str) -> None:
    """A success: this attempt was no failure, and what was counted under `counted` is forgotten."""
    session.execute(delete(SignInFailure).where(or_(SignInFailure.id.in_(keys), SignInFailure.key == _digest(counted))))


def use_code(session: Session, staff_id: int, step: int, now: datetime) -> bool:
    """Whether the person's code of a time step is used for the first time. A code lives 90 seconds, its row as long as a failure."""
    session.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update())  # two at the same moment: one waits
    key = _digest(f"used code {staff_id} {step}")
    if session.scalar(select(SignInFailure.id).where(SignInFailure.key == key)) is not None:
        return False
    session.add(SignInFailure(key=key, at=now))
    session.flush()
    return True


def _wait(session: Session, counted: str, limit: int, now: datetime) -> int:
    failures = select(SignInFailure.at).where(SignInFailure.key == _digest(counted), SignInFailure.at > now - WINDOW)
    latest = session.scalars(failures.order_by(SignInFailure.at.desc()).limit(limit)).all()
    return 0 if len(latest) < limit else ceil((latest[-1] + WINDOW - now).total_seconds())


def _digest(counted: str) -> str:
    return hashlib.sha256(counted.encode()).hexdigest()
