"""Saved audiences (bộ lọc người nhận đã lưu): filters under a name, to begin a broadcast from. Who began keeps what they took."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import SavedAudience, Staff
from domain.audiences import Audience
from domain.errors import NameTaken


def save(session: Session, key: int | None, name: str, audience: Audience, *, by: Staff, now: datetime) -> SavedAudience:
    """Keep filters under a name, of a saved audience that is there or a new one. Raises `NameTaken`, also for a name in the bin."""
    others = select(SavedAudience.id).where(SavedAudience.name == name, SavedAudience.id != (key or 0))
    if session.scalar(others) is not None:
        raise NameTaken(name=name)
    row = session.get_one(SavedAudience, key, with_for_update=True) if key else SavedAudience()
    row.name, row.audience, row.by_id, row.changed_at = name, audience.to_json(), by.id, now
    session.add(row)
    session.flush()
    return row
