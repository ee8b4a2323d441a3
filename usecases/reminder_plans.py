"""Plans of reminders (kế hoạch nhắc): rows made with what they are about, replaced when it moves, dropped when it ends.

Unique by (kind, subject, moment). What is sent, and how, is `usecases.reminders`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, Reminder
from db.models.reminder import DROPPED, PLANNED
from usecases import quiet_hours

CALLED_OFF = "called off"
"""Why one is dropped that its contact does not want."""


def plan(
    session: Session,
    kind: str,
    subject_id: int,
    contact_id: int,
    moments: Iterable[tuple[datetime, datetime]],
    now: datetime,
    *,
    is_exact: bool = False,
) -> int:
    """Plan these moments (when, about what) of a subject and drop all others that are ahead; planning again adds nothing. How many.

    Moments in the quiet hours of the contact come later or earlier, unless they are `is_exact` what somebody asked for.
    """
    hours = quiet_hours.of(session, session.get_one(Contact, contact_id))
    fitted = [(due if is_exact else hours.fitted(due, about), about) for due, about in moments]
    wanted: dict[datetime, datetime] = {}
    for due, about in sorted(fitted):
        if now < due < about:
            wanted.setdefault(due, about)
    known = {row.due_at: row for row in of(session, kind, subject_id)}
    for due, row in known.items():
        if row.state == PLANNED and row.due_at > now and due not in wanted:
            put_aside(row, "moved", now)
    return sum(_plan_one(session, known.get(due), kind, subject_id, contact_id, due, about) for due, about in wanted.items())


def _plan_one(session: Session, row: Reminder | None, kind: str, subject_id: int, contact_id: int, due: datetime, about: datetime) -> bool:
    if row is None:
        facts = {"kind": kind, "subject_id": subject_id, "contact_id": contact_id}
        session.add(Reminder(**facts, due_at=due, about_at=about, state=PLANNED, reason=""))
        return True
    if row.state == PLANNED:
        row.contact_id, row.about_at = contact_id, about
        return False
    if row.state != DROPPED or row.reason == CALLED_OFF:
        return False
    row.state, row.reason, row.settled_at, row.contact_id, row.about_at = PLANNED, "", None, contact_id, about  # it moved back again
    return True


def drop(session: Session, kind: str, subject_id: int, reason: str, now: datetime) -> None:
    """Nothing that is planned for a subject is sent any more."""
    for row in of(session, kind, subject_id):
        if row.state == PLANNED:
            put_aside(row, reason, now)


def put_aside(row: Reminder, reason: str, now: datetime) -> None:
    """One is not sent any more."""
    row.state, row.reason, row.settled_at = DROPPED, reason, now


def of(session: Session, kind: str, subject_id: int) -> Sequence[Reminder]:
    """All of a subject, by time."""
    its = select(Reminder).where(Reminder.kind == kind, Reminder.subject_id == subject_id)
    return session.scalars(its.order_by(Reminder.due_at)).all()
