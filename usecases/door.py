"""At the door (điểm danh): who has a ticket, who came. Scans come late and in any order, and say the same in the end.

Somebody is there when there is a scan that no later undoing took back; they came when the earliest such scan says.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Attendance, ClassSession, DoorScan, Participant, Registration, TrainingClass
from db.models.attendance import IN, UNDO
from db.models.registration import CONFIRMED
from db.upsert import insert_if_absent
from domain.training import Person
from usecases import sign_up, waiting_list

UNKNOWN, NO_SEAT, REPLACED, OTHER_CLASS, FUTURE = "unknown", "no_seat", "replaced", "other_class", "future"
"""Why a scan is no attendance: no such ticket · it waits or was cancelled · somebody else comes instead · another class · a wrong clock."""
_SKEW = timedelta(minutes=10)
"""How far the clock of a device may be ahead of ours."""


@dataclass(frozen=True)
class Scan:
    """One act at the door, as a device keeps it until it is merged."""

    uid: str
    ticket: str
    kind: str
    at: datetime


@dataclass(frozen=True)
class Merged:
    """What became of a scan: who it was, since when they are there (None: not), or why it does not count."""

    uid: str
    name: str
    first_at: datetime | None
    fault: str = ""
    is_first: bool = False
    """Whether this scan says when they came."""


def expected(session: Session, training_class: TrainingClass) -> Sequence[Participant]:
    """Everybody who has a seat, by name: the list that a device keeps."""
    seated = select(Participant).join(Registration).where(Registration.class_id == training_class.id, Registration.status == CONFIRMED)
    return session.scalars(seated.where(Participant.removed_at.is_(None)).order_by(Participant.folded, Participant.id)).all()


def present(session: Session, meeting: ClassSession) -> dict[int, datetime]:
    """Since when whom is there, by participant."""
    rows = select(Attendance.participant_id, Attendance.first_at).where(Attendance.session_id == meeting.id)
    return {key: at for key, at in session.execute(rows)}


def merge(session: Session, meeting: ClassSession, scans: Iterable[Scan], *, staff_id: int, now: datetime) -> list[Merged]:
    """Take in scans of one device, each once whatever is sent again. The class is locked meanwhile."""
    waiting_list.lock(session, meeting.class_id)
    return [_merge(session, meeting, scan, staff_id, now) for scan in scans]


def _merge(session: Session, meeting: ClassSession, scan: Scan, staff_id: int, now: datetime) -> Merged:
    person = session.scalars(select(Participant).where(Participant.ticket == scan.ticket)).one_or_none()
    if person is None:
        return Merged(scan.uid, "", None, UNKNOWN)
    if fault := _fault(person, meeting, scan, now):
        return Merged(scan.uid, person.full_name, _first(session, meeting, person), fault)
    values = {"session_id": meeting.id, "participant_id": person.id, "kind": scan.kind, "at": scan.at}
    insert_if_absent(session, DoorScan, uid=scan.uid, **values, received_at=now, staff_id=staff_id)
    first = _recount(session, meeting, person)
    return Merged(scan.uid, person.full_name, first, is_first=scan.kind == IN and first == scan.at)


def _fault(person: Participant, meeting: ClassSession, scan: Scan, now: datetime) -> str:
    if person.class_id != meeting.class_id:
        return OTHER_CLASS
    if person.removed_at is not None and person.registration.status == CONFIRMED:
        return REPLACED
    if person.registration.status != CONFIRMED:
        return NO_SEAT
    return FUTURE if scan.at > now + _SKEW else ""


def _first(session: Session, meeting: ClassSession, person: Participant) -> datetime | None:
    row = session.get(Attendance, (meeting.id, person.id))
    return row.first_at if row else None


def _recount(session: Session, meeting: ClassSession, person: Participant) -> datetime | None:
    """Attendance anew from all scans: the order in which they arrived says nothing."""
    its = select(DoorScan.kind, DoorScan.at).where(DoorScan.session_id == meeting.id, DoorScan.participant_id == person.id)
    first = came_at([(kind, at) for kind, at in session.execute(its)])
    row = session.get(Attendance, (meeting.id, person.id))
    if first is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(Attendance(session_id=meeting.id, participant_id=person.id, first_at=first))
    else:
        row.first_at = first
    session.flush()
    return first


def came_at(scans: Iterable[tuple[str, datetime]]) -> datetime | None:
    """When somebody came, from all scans of them: the earliest after the last undoing; None where they did not."""
    listed = list(scans)
    undone = max((at for kind, at in listed if kind == UNDO), default=None)
    return min((at for kind, at in listed if kind == IN and (undone is None or at > undone)), default=None)


def walk_in(session: Session, meeting: ClassSession, person: Person, firm: str, *, uid: str, staff_id: int, now: datetime) -> Merged:
    """Somebody without a sign-up comes (đến tại chỗ): a free seat is theirs at once, and they are there. Twice the same is once.

    Raises `ClassFull`, `AlreadySignedUp` and what `sign_up.sign_up` raises.
    """
    wish = sign_up.Wish([person], token=f"door-{uid}"[:40], firm=firm, phone=person.phone)
    registration = sign_up.sign_up(session, meeting.class_id, wish, contact=None, source=sign_up.COUNTER, waits=False, now=now)
    scan = Scan(uid, registration.participants[0].ticket, IN, now)
    return merge(session, meeting, [scan], staff_id=staff_id, now=now)[0]


def new_uid() -> str:
    """A number for a scan that comes from a page and not from a device's own list."""
    return secrets.token_hex(16)
