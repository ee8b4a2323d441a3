"""The queues of the inbox (hộp phiếu hỏi): which enquiries stand in each, in which order, and when each is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, nulls_last, or_, select
from sqlalchemy.orm import Session

from admin.access import rows
from db.models import Contact, Enquiry, KnowledgeEntry, Staff
from db.models.enquiry import BOT, CLOSED, HUMAN, WAITING, WITH_PEOPLE
from db.models.knowledge_entry import PUBLISHED
from domain.messages import N_
from domain.worktime import NeverOpen
from usecases import learning, office

PAGE = 30
URGENT = 8

QUEUES = {
    "waiting": N_("panel.queue.waiting"),
    "mine": N_("panel.queue.mine"),
    "open": N_("panel.queue.open"),
    "given_back": N_("panel.queue.given_back"),
    "closed": N_("panel.queue.closed"),
}

_AWAITING: ColumnElement[bool] = or_(Enquiry.last_staff_at.is_(None), Enquiry.last_citizen_at > Enquiry.last_staff_at)
"""The citizen spoke last."""


@dataclass(frozen=True)
class Line:
    """An enquiry as the inbox shows it. `due` is None while nobody waits for us."""

    enquiry: Enquiry
    due: datetime | None
    is_overdue: bool


def page(session: Session, queue: str, officer_id: int, search: str, number: int, now: datetime) -> tuple[list[Line], int]:
    """One page of a queue, and how many enquiries it has in all."""
    wanted = _narrowed(queue, officer_id, search)
    total = session.scalar(select(func.count()).select_from(wanted.order_by(None).with_only_columns(Enquiry.id).subquery())) or 0
    rows = session.scalars(wanted.order_by(*_order(queue)).limit(PAGE).offset(PAGE * number)).all()
    return lines(session, rows, now), total


def lines(session: Session, enquiries: Sequence[Enquiry], now: datetime) -> list[Line]:
    """Enquiries with their due times. An answer to what a citizen adds later is due as long after it as the first one was."""
    hours, within = office.working_hours(session), office.setting(session, "answer_within")
    found = []
    for enquiry in enquiries:
        due = enquiry.due_at if is_awaiting(enquiry) else None
        if due is not None and enquiry.last_staff_at is not None:
            try:
                due = hours.after(enquiry.last_citizen_at, within)
            except NeverOpen:
                due = enquiry.due_at
        found.append(Line(enquiry, due, due is not None and due < now))
    return found


def is_awaiting(enquiry: Enquiry) -> bool:
    """Whether the citizen waits for our answer."""
    if enquiry.status not in WITH_PEOPLE:
        return False
    return enquiry.last_staff_at is None or enquiry.last_citizen_at > enquiry.last_staff_at


def counts(session: Session, officer_id: int) -> dict[str, int]:
    """How many enquiries stand in each queue but the closed one, which only grows."""
    by_status = {status: number for status, number in session.execute(select(Enquiry.status, func.count()).group_by(Enquiry.status))}
    mine = session.scalar(select(func.count()).where(Enquiry.status == HUMAN, Enquiry.assigned_to_id == officer_id)) or 0
    waiting = by_status.get(WAITING, 0)
    return {"waiting": waiting, "mine": mine, "open": waiting + by_status.get(HUMAN, 0), "given_back": by_status.get(BOT, 0)}


def following(session: Session, officer_id: int, enquiry_id: int) -> str | None:
    """The reference of the enquiry that this officer should turn to next: the most urgent that is free or theirs and waits for us."""
    free_or_theirs = (Enquiry.status == WAITING) | ((Enquiry.status == HUMAN) & (Enquiry.assigned_to_id == officer_id))
    wanted = select(Enquiry.reference).where(free_or_theirs, _AWAITING, Enquiry.id != enquiry_id).order_by(Enquiry.due_at, Enquiry.id)
    return session.scalars(wanted.limit(1)).one_or_none()


def urgent(session: Session, officer_id: int, now: datetime) -> list[Line]:
    """The enquiries that this officer should turn to first: free or theirs, and the citizen waits for us."""
    free_or_theirs = (Enquiry.status == WAITING) | ((Enquiry.status == HUMAN) & (Enquiry.assigned_to_id == officer_id))
    wanted = select(Enquiry).where(rows("enquiries"), free_or_theirs, _AWAITING).order_by(Enquiry.due_at, Enquiry.id).limit(URGENT)
    return lines(session, session.scalars(wanted).all(), now)


def count_waiting(session: Session) -> int:
    """Enquiries that nobody has taken yet."""
    return session.scalar(select(func.count()).where(Enquiry.status == WAITING)) or 0


def count_overdue(session: Session, now: datetime) -> int:
    """Enquiries whose citizen waits beyond the promised time."""
    rows = session.scalars(select(Enquiry).where(Enquiry.status.in_(WITH_PEOPLE), Enquiry.due_at < now, _AWAITING)).all()
    return sum(line.is_overdue for line in lines(session, rows, now))


def count_approvals(session: Session) -> int:
    """Texts that wait for a second person."""
    return session.scalar(select(func.count()).where(KnowledgeEntry.proposed_at.is_not(None))) or 0


def count_knowledge(session: Session, officer_id: int, today: date) -> dict[str, int]:
    """What waits in the knowledge: unanswered questions, approvals, this officer's own drafts, reviews that are due."""
    conditions = {
        "approvals": KnowledgeEntry.proposed_at.is_not(None),
        "returned": and_(KnowledgeEntry.proposed_by_id == officer_id, KnowledgeEntry.proposed_at.is_(None)),
        "due": and_(KnowledgeEntry.status == PUBLISHED, KnowledgeEntry.review_by <= today),
    }
    numbers = {name: session.scalar(select(func.count()).where(condition)) or 0 for name, condition in conditions.items()}
    return numbers | {"gaps": learning.count_open(session)}


def _narrowed(queue: str, officer_id: int, search: str) -> Select[Enquiry]:
    conditions: dict[str, ColumnElement[bool]] = {
        "waiting": Enquiry.status == WAITING,
        "mine": (Enquiry.status == HUMAN) & (Enquiry.assigned_to_id == officer_id),
        "open": Enquiry.status.in_(WITH_PEOPLE),
        "given_back": Enquiry.status == BOT,
        "closed": Enquiry.status == CLOSED,
    }
    wanted = select(Enquiry).join(Contact, Contact.id == Enquiry.contact_id).outerjoin(Staff, Staff.id == Enquiry.assigned_to_id)
    if search:
        fields = (Enquiry.reference, Enquiry.question, Contact.display_name, Staff.full_name)
        return wanted.where(or_(*(field.icontains(search, autoescape=True) for field in fields)))
    return wanted.where(conditions[queue])


def _order(queue: str) -> tuple[Any, ...]:
    if queue == "closed":
        return (nulls_last(Enquiry.closed_at.desc()), Enquiry.id.desc())
    if queue == "given_back":
        return (Enquiry.last_citizen_at.desc(), Enquiry.id.desc())
    spoke_last = case((_AWAITING, 0), else_=1)
    return (spoke_last, Enquiry.due_at, Enquiry.id)
