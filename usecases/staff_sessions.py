"""Staff sessions (phiên đăng nhập): the browsers in which a member of staff is signed in. One that is ended is refused at once."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from db.models import StaffSession

LASTS = timedelta(hours=12)
"""However busy the browser is."""


def digest(token: str) -> str:
    """What is stored of a browser's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(session: Session, staff_id: int, token: str, *, address: str, browser: str, now: datetime) -> StaffSession:
    """Somebody signed in. `browser` is what the browser says of itself."""
    seen = now.replace(second=0, microsecond=0)
    begun = StaffSession(
        digest=digest(token), staff_id=staff_id, created_at=now, last_seen_at=seen, address=address[:60], browser=browser[:200]
    )
    session.add(begun)
    session.flush()
    return begun


def find(session: Session, staff_id: int, token: str, now: datetime) -> StaffSession | None:
    """The person's open session with this token."""
    return session.scalars(select(StaffSession).where(_is_open(staff_id, now), StaffSession.digest == digest(token))).one_or_none()


def all_open(session: Session, staff_id: int, now: datetime) -> Sequence[StaffSession]:
    """Where the person is signed in, the newest first."""
    return session.scalars(select(StaffSession).where(_is_open(staff_id, now)).order_by(StaffSession.id.desc())).all()


def see(session: Session, key: int, now: datetime) -> None:
    """The browser was here; noted to the minute."""
    seen = now.replace(second=0, microsecond=0)
    session.execute(update(StaffSession).where(StaffSession.id == key, StaffSession.ended_at.is_(None)).values(last_seen_at=seen))


def end(session: Session, staff_id: int, key: int, now: datetime) -> bool:
    """End one of the person's sessions; False where it is not open or somebody else's."""
    ended = update(StaffSession).where(_is_open(staff_id, now), StaffSession.id == key).values(ended_at=now).returning(StaffSession.id)
    return bool(session.scalars(ended).all())


def end_by_token(session: Session, token: str, now: datetime) -> None:
    """The browser with this token is signed in anew, or as somebody else."""
    session.execute(update(StaffSession).where(StaffSession.digest == digest(token), StaffSession.ended_at.is_(None)).values(ended_at=now))


def _is_open(staff_id: int, now: datetime) -> ColumnElement[bool]:
    return and_(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None), StaffSession.created_at > now - LASTS)
