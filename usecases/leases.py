"""Leases: one process at a time for a task, on either engine."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import Lease


def hold(session: Session, name: str, holder: str, now: datetime, lasts: timedelta) -> bool:
    """Take, keep or take over the lease; False while somebody else's has not lapsed."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    wanted = insert(Lease).values(name=name, holder=holder, expires_at=now + lasts)
    wanted = wanted.on_conflict_do_update(
        index_elements=[Lease.name],
        set_={"holder": holder, "expires_at": now + lasts},
        where=(Lease.holder == holder) | (Lease.expires_at < now),
    )
    return session.execute(wanted.returning(Lease.name)).first() is not None


def release(session: Session, name: str, holder: str) -> None:
    """Give the lease back, so that another need not wait for it to lapse."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def is_held(session: Session, beginning: str, now: datetime) -> bool:
    """Whether anybody holds a lease whose name begins so."""
    held = select(Lease.name).where(Lease.name.startswith(beginning, autoescape=True), Lease.expires_at > now)
    return session.scalar(held.limit(1)) is not None
