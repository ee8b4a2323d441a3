"""Checking a dossier (thẩm tra hồ sơ): an officer ticks each answer and paper; what is not right becomes the request for more.

The marks are kept as the dossier's newest internal event `checked`. What was asked for since has to be looked at again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import DemandedItem, Dossier, DossierDemand, DossierEvent, Staff
from db.models.dossier import STAFF
from usecases import dossiers

CHECKED = "checked"
LONGEST_WORDS = 1000


@dataclass(frozen=True)
class Mark:
    """What an officer found: right, or what is wrong with it."""

    is_right: bool
    words: str = ""


Marks = Mapping[str, Mark]
"""By the name of the field or paper; what nobody looked at yet is not among them."""


def latest(session: Session, dossier: Dossier) -> DossierEvent | None:
    """The event that holds the newest marks."""
    its = select(DossierEvent).where(DossierEvent.dossier_id == dossier.id, DossierEvent.kind == CHECKED)
    return session.scalars(its.order_by(DossierEvent.id.desc()).limit(1)).one_or_none()


def marks(session: Session, dossier: Dossier) -> dict[str, Mark]:
    """The marks as they stand, without those of what was asked for since."""
    event = latest(session, dossier)
    if event is None:
        return {}
    its = select(DemandedItem.name).join(DossierDemand, DossierDemand.id == DemandedItem.demand_id)
    asked = set(session.scalars(its.where(DossierDemand.dossier_id == dossier.id, DossierDemand.asked_at >= event.at)))
    return {name: mark for name, mark in read(event.words).items() if name not in asked}


def written(marks: Marks) -> str:
    """Marks as an event keeps them."""
    return json.dumps({name: {"right": mark.is_right, "words": mark.words} for name, mark in sorted(marks.items())}, ensure_ascii=False)


def read(text: str) -> dict[str, Mark]:
    """What `written` wrote. Raises ValueError, KeyError, TypeError or AttributeError for something else."""
    return {name: Mark(bool(one["right"]), str(one["words"])) for name, one in json.loads(text).items()}


def save(session: Session, dossier: Dossier, changed: Mapping[str, Mark | None], *, staff: Staff, now: datetime) -> dict[str, Mark]:
    """Put what one officer changed into the marks of a locked dossier; None takes a mark away. The marks as they stand then."""
    before = marks(session, dossier)
    found = {name: mark for name, mark in ({**before, **changed}).items() if mark is not None}
    if found == before:
        return before
    words = written(found)
    event = latest(session, dossier)
    if event is not None and event.staff_id == staff.id and _is_last(session, event):
        event.words, event.at = words, now  # one sitting is one event
    else:
        dossiers.record(session, dossier, CHECKED, actor=STAFF, staff=staff, words=words, is_internal=True, now=now)
    session.flush()
    return found


def _is_last(session: Session, event: DossierEvent) -> bool:
    later = select(DossierEvent.id).where(DossierEvent.dossier_id == event.dossier_id, DossierEvent.id > event.id)
    return session.scalar(later.limit(1)) is None
