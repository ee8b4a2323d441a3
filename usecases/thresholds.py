"""Thresholds (ngưỡng tự tin): from which confidence on the bot answers outright or offers choices."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.models import OfficeSetting
from domain.material import Thresholds
from usecases import material, office

KEY = "answering"


def current(session: Session) -> Thresholds:
    """The thresholds in force."""
    return Thresholds(**office.setting(session, KEY))


def change(session: Session, thresholds: Thresholds, *, by: str, now: datetime) -> None:
    """Set them; `by` is the officer who confirms them."""
    if not 0 < thresholds.fairly < thresholds.sure < 1:
        raise ValueError("0 < fairly < sure < 1")
    row = session.get_one(OfficeSetting, KEY)
    row.value = {"sure": thresholds.sure, "fairly": thresholds.fairly}
    row.verified_by, row.updated_at = by, now
    material.touch(session)
