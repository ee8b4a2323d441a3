"""The queues of the inbox (hộp phiếu hỏi): which enquiries stand in each, in which order, and when each is due.

Everything here shows only the enquiries that the person of the request may see. Nothing is counted beyond `MANY`: a page reads one row more
than it shows, and a number of 1,001 means "more than 1,000".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from admin import access, filters
from db.models import Contact, Enquiry, KnowledgeEntry
from db.models.enquiry import BOT, CLOSED, HUMAN, WAITING, WITH_PEOPLE
from db.models.knowledge_entry import PUBLISHED
from domain.folding import fold
from domain.messages import N_
from usecases import enquiries, learning, office

PAGE = 30
URGENT = 8
LAST_PAGE = 9_999
MANY = 1_000
LONGEST_SEARCH = 100
MOST_WORDS = 8

QUEUES = {
    "waiting": N_("panel.queue.waiting"),
    "mine": N_("panel.queue.mine"),
    "open": N_("panel.queue.open"),
    "given_back": N_("panel.queue.given_back"),
    "closed": N_("panel.queue.closed"),
    "all": N_("panel.queue.all"),
}

EMPTY = {
    "waiting": N_("panel.empty.waiting"),
    "mine": N_("panel.empty.mine"),
    "open": N_("panel.empty.open"),
    "given_back": N_("panel.empty.given_back"),
    "closed": N_("panel.empty.closed"),
    "all": N_("panel.empty.all"),
}
"""What an empty queue says: what would stand here, and when."""


@dataclass(frozen=True)
class Line:
    """An enquiry as the inbox shows it. `due` is None while nobody waits for us; `left` is minutes of working time until or since then."""

    enquiry: Enquiry
    due: datetime | None
    is_overdue: bool
    left: int


@dataclass(frozen=True)
class Wish:
    """What a person wants to see: a queue, or what a search finds in all of them, narrowed by filters."""

    queue: str
    search: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)


def offered() -> dict[str, str]:
    """The queues that make sense for the person: who sees only what was assigned to them finds nothing in the others."""
    if access.may("inbox.take_over"):
        return QUEUES
    shown = ("mine", "closed", "all") if access.may("inbox.reply") else ("waiting", "open", "given_back", "closed", "all")
    return {code: QUEUES[code] for code in shown}


def page(session: Session, wish: Wish, officer_id: int, number: int, now: datetime) -> tuple[list[Line], bool]:
    """One page of what is wanted, and whether there is another."""
    keys = session.scalars(_wanted(session, wish, officer_id, now).limit(PAGE + 1).offset(PAGE * number)).all()
    rows = {row.id: row for row in session.scalars(select(Enquiry).where(Enquiry.id.in_(keys[:PAGE])))}
    return lines(session, [rows[key] for key in keys[:PAGE]], now), len(keys) > PAGE


def lines(session: Session, rows: Sequence[Enquiry], now: datetime) -> list[Line]:
    """Enquiries with their due times."""
    hours = office.working_hours(session)
    found = []
    for enquiry in rows:
        due = enquiries.answer_due(session, enquiry)
        is_overdue = due is not None and due < now
        left = 0 if due is None else hours.between(due, now) if is_overdue else hours.between(now, due)
        found.append(Line(enquiry, due, is_overdue, left))
    return found


def counts(session: Session, officer_id: int) -> dict[str, int]:
    """How many enquiries stand in each queue that is worked off, to one more than `MANY`."""
    waiting, given_back = _count(session, Enquiry.status == WAITING), _count(session, Enquiry.status == BOT)
    mine = _count(session, _conditions("mine", officer_id))
    held = _count(session, Enquiry.status == HUMAN)
    return {"waiting": waiting, "mine": mine, "open": min(waiting + held, MANY + 1), "given_back": given_back}


def following(session: Session, officer_id: int, enquiry_id: int) -> str | None:
    """The reference of the enquiry that this officer should turn to next: the most urgent that is free or theirs and waits for us."""
    if not access.may("inbox.reply"):
        return None
    free_or_theirs = (Enquiry.status == WAITING) | _conditions("mine", officer_id)
    wanted = select(Enquiry.reference).where(free_or_theirs, filters.AWAITING, access.rows("enquiries"), Enquiry.id != enquiry_id)
    return session.scalars(wanted.order_by(Enquiry.due_at, Enquiry.id).limit(1)).one_or_none()


def urgent(session: Session, officer_id: int, now: datetime) -> list[Line]:
    """The enquiries that this officer should turn to first: free or theirs, and the citizen waits for us."""
    free_or_theirs = (Enquiry.status == WAITING) | _conditions("mine", officer_id)
    wanted = select(Enquiry).where(free_or_theirs, filters.AWAITING, access.rows("enquiries")).order_by(Enquiry.due_at, Enquiry.id)
    return lines(session, session.scalars(wanted.limit(URGENT)).all(), now)


def count_waiting(session: Session) -> int:
    """Enquiries that nobody has taken yet, to one more than `MANY`."""
    return _count(session, Enquiry.status == WAITING)


def count_overdue(session: Session, now: datetime) -> int:
    """Enquiries whose citizen waits beyond the promised time, to one more than `MANY`."""
    return _count(session, filters.overdue(session, now))


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


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    some = select(Enquiry.id).where(condition, access.rows("enquiries")).limit(MANY + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _wanted(session: Session, wish: Wish, officer_id: int, now: datetime) -> Select[int]:
    """The keys of what is wanted, in order."""
    queue = "all" if wish.search else wish.queue
    wanted = select(Enquiry.id).where(_conditions(queue, officer_id), access.rows("enquiries"))
    if wish.search or {"channel", "language"} & wish.chosen.keys():
        wanted = wanted.join(Contact, Contact.id == Enquiry.contact_id)
    narrowed = filters.conditions(wish.chosen, session, now) + [_holds(word) for word in fold(wish.search).split()[:MOST_WORDS]]
    return wanted.where(*narrowed).order_by(*_order(queue))


def _conditions(queue: str, officer_id: int) -> ColumnElement[bool]:
    return {
        "waiting": Enquiry.status == WAITING,
        "mine": (Enquiry.status == HUMAN) & (Enquiry.assigned_to_id == officer_id),
        "open": Enquiry.status.in_(WITH_PEOPLE),
        "given_back": Enquiry.status == BOT,
        "closed": Enquiry.status == CLOSED,
        "all": true(),
    }[queue]


def _holds(word: str) -> ColumnElement[bool]:
    """Whether an enquiry or its citizen's name holds a folded word. Nobody finds by searching what they may not read."""
    reference, text = Enquiry.reference.icontains(word, autoescape=True), Enquiry.folded.contains(word, autoescape=True)
    if not access.sees("inbound_messages.text"):
        text = reference if any(char.isdigit() for char in word) else text
    if not access.sees("contacts.display_name"):
        return text
    return or_(text, Contact.folded.contains(word, autoescape=True))


def _order(queue: str) -> tuple[Any, ...]:
    """What is worked off: the citizen who spoke last and was promised the earliest answer first. What is looked up: the newest first."""
    if queue in {"mine", "open"}:
        return (case((filters.AWAITING, 0), else_=1), Enquiry.due_at, Enquiry.id)
    if queue == "waiting":
        return (Enquiry.due_at, Enquiry.id)
    if queue == "all":
        return (Enquiry.id.desc(),)
    return (Enquiry.due_at.desc(), Enquiry.id.desc())
