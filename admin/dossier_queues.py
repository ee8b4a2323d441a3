"""The queues of dossiers (hàng đợi hồ sơ): what stands in each, in which order, and how many working days each has left.

Everything here shows only the dossiers that the person of the request may see. Nothing is counted beyond `MANY`, as in the inbox.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from admin import access
from admin.language import say
from admin.queues import MANY, MOST_WORDS, PAGE, Wish
from db.models import Dossier, Staff
from domain import dossiers
from domain.dossiers.declaration import CENTRE, FIRM, NOBODY, OFFICE, DossierType, State
from domain.folding import fold
from domain.messages import N_
from domain.worktime import ZONE, WorkingHours
from usecases import desk, office

SOON = 2
"""Working days that are few."""
UNASSIGNED = "nobody"

QUEUES = {
    "new": N_("panel.dossier.queue.new"),
    "mine": N_("panel.dossier.queue.mine"),
    "review": N_("panel.dossier.queue.review"),
    "firm": N_("panel.dossier.queue.firm"),
    "approve": N_("panel.dossier.queue.approve"),
    "late": N_("panel.dossier.queue.late"),
    "finished": N_("panel.dossier.queue.finished"),
    "all": N_("panel.dossier.queue.all"),
}
EMPTY = {
    "new": N_("panel.dossier.empty.new"),
    "mine": N_("panel.dossier.empty.mine"),
    "review": N_("panel.dossier.empty.review"),
    "firm": N_("panel.dossier.empty.firm"),
    "approve": N_("panel.dossier.empty.approve"),
    "late": N_("panel.dossier.empty.late"),
    "finished": N_("panel.dossier.empty.finished"),
    "all": N_("panel.dossier.empty.all"),
}
"""What an empty queue says: what would stand here, and when."""
COUNTED = tuple(name for name in QUEUES if name not in {"finished", "all"})


@dataclass(frozen=True)
class Due:
    """How a dossier stands to its time limit: `left` or `late` by working days, `today`, `paused` or `paused_late` with them, `none`."""

    kind: str
    days: int = 0

    @property
    def is_soon(self) -> bool:
        return self.kind == "today" or (self.kind == "left" and self.days <= SOON)


@dataclass(frozen=True)
class Line:
    """A dossier as the list shows it."""

    dossier: Dossier
    state: State
    due: Due


def offered() -> dict[str, str]:
    """The queues that make sense for the person: who only reads has none of their own."""
    works = access.may("dossiers.take")
    return {code: title for code, title in QUEUES.items() if works or code not in {"mine", "approve"}}


def due_of(dossier: Dossier, hours: WorkingHours, today: date) -> Due:
    """Working days until or since the last day; the last day itself is not late."""
    if dossier.due_on is None:
        return (
            Due("none") if dossier.days_left is None else Due("paused" if dossier.days_left >= 0 else "paused_late", abs(dossier.days_left))
        )
    days = hours.working_days(today, dossier.due_on)
    if dossier.due_on < today:
        return Due("late", -days)
    return Due("left", days) if dossier.due_on > today else Due("today")


def page(session: Session, wish: Wish, officer_id: int, number: int, now: datetime) -> tuple[list[Line], bool]:
    """One page of what is wanted, and whether there is another."""
    found = session.scalars(wanted(wish, officer_id, now).limit(PAGE + 1).offset(PAGE * number)).unique().all()
    return lines(session, found[:PAGE], now), len(found) > PAGE


def lines(session: Session, rows: Sequence[Dossier], now: datetime) -> list[Line]:
    """Dossiers with their states and time limits."""
    hours, today = office.working_hours(session), now.astimezone(ZONE).date()
    return [Line(row, dossiers.declared(row.kind, row.version).state(row.status), due_of(row, hours, today)) for row in rows]


def counts(session: Session, officer_id: int, now: datetime) -> dict[str, int]:
    """How many dossiers stand in each queue that is worked off, to one more than `MANY`."""
    return {queue: _count(session, _condition(queue, officer_id, now)) for queue in offered() if queue in COUNTED}


def following(session: Session, officer_id: int, key: int) -> str | None:
    """The reference of the dossier that this officer should turn to next: the most urgent with the office that is free or theirs."""
    free_or_theirs = Dossier.assigned_to_id.is_(None) | (Dossier.assigned_to_id == officer_id)
    wanted = select(Dossier.reference).where(free_or_theirs, _in(lambda state: state.unit == OFFICE), access.rows("dossiers"))
    return session.scalars(wanted.where(Dossier.id != key).order_by(*_BY_DUE).limit(1)).one_or_none()


def wanted(wish: Wish, officer_id: int, now: datetime) -> Select[Any]:
    """What is wanted, in order."""
    queue = "all" if wish.search else wish.queue
    narrowed = [_FILTERS[name](value) for name, value in wish.chosen.items()] + [_holds(word) for word in _words(wish.search)]
    found = select(Dossier).where(_condition(queue, officer_id, now), access.rows("dossiers"), *narrowed)
    return found.order_by(*(_BY_DUE if queue in COUNTED else (Dossier.id.desc(),)))


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    some = select(Dossier.id).where(condition, access.rows("dossiers")).limit(MANY + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


_BY_DUE = (case((Dossier.due_on.is_(None), 1), else_=0), Dossier.due_on, Dossier.id)
"""The earliest last day first; what has none at the end, the oldest first."""


def _condition(queue: str, officer_id: int, now: datetime) -> ColumnElement[bool]:
    conditions: dict[str, Callable[[], ColumnElement[bool]]] = {
        "new": lambda: _stands(lambda declared, state: state.name == declared.first),
        "mine": lambda: (Dossier.assigned_to_id == officer_id) & ~_in(_is_over),
        "review": lambda: _stands(lambda declared, state: state.unit == OFFICE and state.name != declared.first),
        "firm": lambda: _in(lambda state: state.unit in {FIRM, CENTRE}),
        "approve": lambda: Dossier.proposed_status != "",
        "late": lambda: Dossier.due_on < now.astimezone(ZONE).date(),
        "finished": lambda: _in(_is_over),
        "all": true,
    }
    return conditions[queue]()


def _is_over(state: State) -> bool:
    return state.is_final or state.unit == NOBODY


def _in(fits: Callable[[State], bool]) -> ColumnElement[bool]:
    return _stands(lambda _, state: fits(state))


def _stands(fits: Callable[[DossierType, State], bool]) -> ColumnElement[bool]:
    """Whether a dossier stands in a state of its own declaration that fits."""
    return or_(
        false(),
        *(
            and_(
                Dossier.kind == one.kind,
                Dossier.version == one.version,
                Dossier.status.in_([state.name for state in one.states if fits(one, state)]),
            )
            for one in dossiers.DECLARED
        ),
    )


def _words(search: str) -> list[str]:
    return fold(search).split()[:MOST_WORDS]


def _holds(word: str) -> ColumnElement[bool]:
    """Whether a dossier holds a folded word. Nobody finds by searching what they may not read."""
    if access.sees("dossiers.phone") or not any(char.isdigit() for char in word):
        return Dossier.folded.contains(word, autoescape=True)
    return Dossier.reference.icontains(word, autoescape=True)


_FILTERS: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "kind": lambda value: Dossier.kind == value,
    "status": lambda value: Dossier.status == value,
    "officer": lambda value: Dossier.assigned_to_id.is_(None) if value == UNASSIGNED else Dossier.assigned_to_id == int(value),
}


def kinds() -> list[DossierType]:
    """The types of dossiers that the person sees, in their newest versions."""
    seen = access.kinds()
    all_of_them = bool(access.roles() & {access.ADMINISTRATOR, access.VIEWER})
    return [one for one in dossiers.current_types() if all_of_them or one.kind in seen]


def choices(session: Session) -> dict[str, dict[str, str]]:
    """What each filter offers to the person: value and words."""
    types = kinds()
    states = dict.fromkeys(state.name for one in types for state in one.states)
    people = desk.answerers(session, access.DOSSIER_OFFICERS)
    return {
        "kind": {one.kind: say(f"dossier.type.{one.kind}") for one in types},
        "status": {name: say(f"dossier.state.{name}") for name in states},
        "officer": {UNASSIGNED: say(N_("panel.talk.nobody"))} | {str(one.id): one.full_name or one.email for one in people},
    }


def chosen(given: Mapping[str, str], offer: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The filters in an address; one that is empty is none, one that is not offered is a bad request."""
    found = {name: given[name] for name in _FILTERS if given.get(name)}
    if any(value not in offer[name] for name, value in found.items()):
        abort(400)
    return found


def officers(session: Session, declared: DossierType) -> Sequence[Staff]:
    """Who works on dossiers of a type."""
    return desk.answerers(session, access.FAMILIES.get(declared.family, access.NOBODY))
