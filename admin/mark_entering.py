"""Entering a dossier into its register of quantity marks (vào sổ), as its page offers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from admin.language import current
from db.models import Dossier, MarkEntry, Staff
from domain.dossiers.declaration import RECEIVE
from domain.folding import clean
from domain.training import date_of
from domain.worktime import ZONE
from usecases import dossier_checks, dossiers, mark_registers, mark_words, office

_LONGEST = {"number": 60, "signer": 120, "signer_title": 120}


@dataclass(frozen=True)
class Entering:
    """What the box is filled with, and the comparison with the line whose place it takes."""

    register: str
    number: str
    on: str
    signer: str
    signer_title: str
    needs_second: bool
    previous: MarkEntry | None
    compared: Sequence[str] | None
    is_unknown: bool
    """Whether it names an old number that the register does not have."""
    unseen: int
    """Answers and papers that nobody has looked at, and that were found wrong."""
    wrong: int


def entering(session: Session, dossier: Dossier, now: datetime) -> Entering | None:
    """None where a dossier cannot be entered as it stands."""
    declared = dossiers.declared(dossier)
    way = declared.act(dossier.status, RECEIVE)
    if way is None:
        return None
    marks = dossier_checks.marks(session, dossier)
    today, signs = now.astimezone(ZONE).date(), office.on_papers(session)
    previous, found = mark_registers.previous_of(session, dossier), mark_registers.compared(session, dossier)
    return Entering(
        register=declared.register,
        number=mark_registers.suggested_number(session, declared.register, today),
        on=f"{today:%d/%m/%Y}",
        signer=signs["signer"],
        signer_title=signs["signer_title"],
        needs_second=way.needs_second,
        previous=previous,
        compared=None if found is None else mark_words.changes(found, current()),
        is_unknown=previous is None and bool(mark_registers.old_number(dossier)),
        unseen=sum(part.name not in marks for part in declared.asked(dossier.answers)),
        wrong=sum(not mark.is_right for mark in marks.values()),
    )


def needs_second(dossier: Dossier) -> bool:
    way = dossiers.declared(dossier).act(dossier.status, RECEIVE)
    return way is not None and way.needs_second


def is_proposed(dossier: Dossier) -> bool:
    """Whether what a colleague drafted is a line of the register."""
    way = dossiers.declared(dossier).act(dossier.status, RECEIVE)
    return way is not None and dossier.proposed_status == way.target


def posted(form: Mapping[str, str]) -> dict[str, str]:
    """What was typed into the box."""
    return {name: clean(form.get(name, ""))[:most] for name, most in _LONGEST.items()} | {"received_on": form.get("received_on", "")[:20]}


def enter(session: Session, dossier: Dossier, line: Mapping[str, str], *, staff: Staff, words: str, now: datetime) -> None:
    """Enter it, or draft the line for a second person. Raises `BadDate`, and what `mark_registers.receive` does."""
    on: date = date_of(line["received_on"])
    if needs_second(dossier):
        mark_registers.propose(session, dossier, {**line, "received_on": on.isoformat()}, staff=staff, words=words, now=now)
        return
    mark_registers.receive(
        session,
        dossier,
        number=line["number"],
        received_on=on,
        signer=line["signer"],
        signer_title=line["signer_title"],
        staff=staff,
        words=words,
        now=now,
    )
