"""A dossier (hồ sơ) as its page shows it: what was handed in beside what is asked, the marks of checking, moves, timeline, and the stand
that a form was opened with."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import access, wording
from admin.language import current, now, say
from db.models import Dossier, DossierDemand, DossierEvent, DossierPaper, OrganisationContact, TimeLimit
from domain.dossiers.common import NEEDS_MORE
from domain.dossiers.declaration import RECOMMENDED, REQUIRED, STAFF, DossierType, Field, Move, Paper, Part
from domain.errors import DossierMoved
from domain.masking import mask
from domain.messages import N_
from domain.worktime import ZONE
from usecases import dossier_advice, dossier_checks, dossier_notices, dossier_words, dossiers, mark_registers, time_limits
from usecases.dossier_checks import Mark

_LONGEST_REFERENCE = 24
GIVEN, MISSING, WEAK, EMPTY = "given", "missing", "weak", "empty"
"""there · required and not there · recommended and not there · optional and not there."""


@dataclass(frozen=True)
class Row:
    """A field or paper of a dossier: what is there, and how an officer found it. `phrase` is the canned sentence of what is often wrong."""

    part: Part
    name: str
    state: str
    text: str = ""
    files: Sequence[DossierPaper] = ()
    mark: Mark | None = None
    phrase: str = ""
    advice: str = ""
    """What the office's own figures say to the answer."""
    is_wanted: bool = False
    """Whether the firm is asked for it now."""

    @property
    def kind(self) -> str:
        return dossiers.FIELD if isinstance(self.part, Field) else dossiers.PAPER


@dataclass(frozen=True)
class Group:
    """Rows under one heading."""

    title: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Happened:
    """An event as staff read it."""

    event: DossierEvent
    what: str
    who: str
    details: Sequence[str] = field(default_factory=tuple)


def get(session: Session, reference: str) -> Dossier | None:
    """The dossier of a reference, if the person may see it."""
    return session.scalars(select(Dossier).where(Dossier.reference == reference, access.rows("dossiers"))).unique().one_or_none()


def get_or_abort(session: Session, reference: str) -> Dossier:
    """The dossier of a reference in an address; 404 where there is none, or none for this person."""
    if len(reference) > _LONGEST_REFERENCE or not (reference.isascii() and reference.isprintable()):
        abort(404)
    return get(session, reference) or abort(404)


def locked(session: Session, reference: str, opened: str) -> Dossier:
    """The same, locked, as the page was opened with it. Raises `DossierMoved` where somebody moved it meanwhile."""
    dossier = dossiers.lock_for_staff(session, get_or_abort(session, reference).id)
    if stand(dossier) != opened:
        raise DossierMoved(reference=reference)
    return dossier


def stand(dossier: Dossier) -> str:
    """What a form on the page relies on: where it stands, what is drafted, how often more was asked for."""
    facts = (dossier.status, dossier.status_since.isoformat(), dossier.proposed_status, dossier.proposed_by_id, dossier.proposed_words)
    relied_on = (*facts, dossier.demand_count, dossier.late_reason)
    return hashlib.sha256(json.dumps(relied_on, ensure_ascii=False).encode()).hexdigest()[:24]


def readable(text: str) -> str:
    """Words of a dossier as the person may read them: whole, or without the numbers that belong to somebody."""
    return text if access.sees("dossiers.answers") else mask(text)


def tax_code(code: str) -> str:
    """A firm's tax code; of the twelve digits of a person, to others only that they are hidden."""
    return code if len(code) != 12 or access.sees("dossiers.answers") else say(N_("panel.hidden"))


# what was handed in


def groups(session: Session, dossier: Dossier) -> list[Group]:
    """Everything that applies, in the order of the declaration: the firm, the matter, the papers."""
    declared = dossiers.declared(dossier)
    marks = dossier_checks.marks(session, dossier)
    demand = dossiers.open_demand(session, dossier)
    wanted = {item.name for item in demand.items if item.done_at is None} if demand else set()
    rows = [_row(session, dossier, part, marks.get(part.name), part.name in wanted) for part in declared.asked(dossier.answers)]
    firm = _of_firm(declared)
    found = [
        Group(say(N_("panel.dossier.group.firm")), [row for row in rows if row.part.name in firm]),
        Group(say(N_("panel.dossier.group.matter")), [row for row in rows if isinstance(row.part, Field) and row.part.name not in firm]),
        Group(say(N_("panel.dossier.group.papers")), [row for row in rows if isinstance(row.part, Paper)]),
    ]
    return [group for group in found if group.rows]


def _of_firm(declared: DossierType) -> frozenset[str]:
    """The fields up to the last one that fills a column of the firm: they are about the firm and who speaks for it."""
    last = max((at for at, part in enumerate(declared.fields) if part.of_firm), default=-1)
    return frozenset(part.name for part in declared.fields[: last + 1])


def firm_fields(declared: DossierType) -> tuple[Field, ...]:
    """The same, as fields."""
    names = _of_firm(declared)
    return tuple(part for part in declared.fields if part.name in names)


def _row(session: Session, dossier: Dossier, part: Part, mark: Mark | None, is_wanted: bool) -> Row:
    name = dossier_words.name(part, current())
    more: dict[str, Any] = {"mark": mark, "phrase": phrase(part), "is_wanted": is_wanted}
    if isinstance(part, Paper):
        files = [paper for paper in dossier.papers if paper.paper == part.name and paper.replaced_at is None]
        return Row(part, name, _state(part, bool(files)), files=files, **more)
    value = dossier.answers.get(part.name)
    text = dossier_words.said(part, value, current())
    advice = dossier_advice.on(session, part, value, current(), now().astimezone(ZONE).date())
    return Row(part, name, _state(part, bool(text)), text=text, advice=advice, **more)


def _state(part: Part, is_there: bool) -> str:
    return GIVEN if is_there else {REQUIRED: MISSING, RECOMMENDED: WEAK}.get(part.need, EMPTY)


def phrase(part: Part) -> str:
    """The canned sentence on what is often wrong with a part."""
    return say(f"dossier.{'field' if isinstance(part, Field) else 'paper'}.{part.name}.mistake")


def other_files(dossier: Dossier) -> list[DossierPaper]:
    """Files that belong to no paper of the declaration: they came for something that was asked for in words."""
    declared = dossiers.declared(dossier)
    return [paper for paper in dossier.papers if declared.paper(paper.paper) is None and paper.replaced_at is None]


def replaced_files(dossier: Dossier) -> list[DossierPaper]:
    """What better files stand in for."""
    return [paper for paper in dossier.papers if paper.replaced_at is not None]


# what can be done


def limit_of(session: Session, dossier: Dossier) -> TimeLimit | None:
    """The row of the time limit that runs, or began when it was handed in."""
    return time_limits.in_force(session, dossiers.declared(dossier).limit_in(dossier.status), dossier.submitted_at.astimezone(ZONE).date())


def moves(dossier: Dossier) -> tuple[Move, ...]:
    """Where staff may move it, but for asking for more, which has a page of its own."""
    return tuple(
        move for move in dossiers.declared(dossier).moves_from(dossier.status, STAFF) if move.target != NEEDS_MORE and not move.register
    )


def may_demand(dossier: Dossier) -> bool:
    """Whether more may be asked for as it stands."""
    return any(move.target == NEEDS_MORE for move in dossiers.declared(dossier).moves_from(dossier.status, STAFF))


def link_of(session: Session, dossier: Dossier) -> OrganisationContact | None:
    """Whether who filed it speaks for the firm, as far as that was decided."""
    if dossier.organisation_id is None or dossier.contact_id is None:
        return None
    its = select(OrganisationContact).where(
        OrganisationContact.organisation_id == dossier.organisation_id, OrganisationContact.contact_id == dossier.contact_id
    )
    return session.scalars(its).one_or_none()


# what happened


def timeline(session: Session, dossier: Dossier) -> list[Happened]:
    """Everything, oldest first, what is internal among it."""
    demands = iter(dossier.demands)
    return [_happened(dossier, event, demands) for event in dossiers.timeline(session, dossier, internal=True)]


def _happened(dossier: Dossier, event: DossierEvent, demands: Iterator[DossierDemand]) -> Happened:
    who = (event.staff.full_name or event.staff.email) if event.staff else say(wording.ACTOR.get(event.actor, event.actor))
    what = say(wording.DOSSIER_EVENT.get(event.kind, event.kind))
    if event.kind in {"submitted", "moved", "filled"}:
        what = f"{what}: {say(f'dossier.state.{event.status}')}"
    return Happened(event, what, who, [readable(one) for one in _details(dossier, event, demands) if one])


def _details(dossier: Dossier, event: DossierEvent, demands: Iterator[DossierDemand]) -> Iterator[str]:
    if event.kind == "demanded" and (demand := next(demands, None)) is not None:
        yield from (f"{dossier_notices.part_name(item.kind, item.name, current())}: {item.words}" for item in demand.items)
        if demand.reason:
            yield say(N_("panel.dossier.demand.because"), reason=demand.reason)
    elif event.kind == "corrected":
        yield from _corrections(dossier, json.loads(event.words))
    elif event.kind == dossier_checks.CHECKED:
        yield from _tally(dossier_checks.read(event.words).values())
    elif event.kind != mark_registers.DRAFTED:  # what it holds is said where it is proposed
        yield event.words


def _corrections(dossier: Dossier, before: Mapping[str, Any]) -> Iterator[str]:
    """What stood there before; nothing of it for those who may not read answers."""
    for name, value in before.items():
        part = dossiers.declared(dossier).field(name)
        if part is not None and access.sees("dossiers.answers"):
            was = dossier_words.said(part, value, current()) or "–"
            yield say(N_("panel.dossier.was"), name=dossier_words.name(part, current()), was=was)


def _tally(marks: Any) -> Iterator[str]:
    found = list(marks)
    right = sum(mark.is_right for mark in found)
    yield say(N_("panel.dossier.check.tally"), right=right, wrong=len(found) - right)


def posted_marks(form: Mapping[str, str], dossier: Dossier, opened: Mapping[str, Mark]) -> dict[str, Mark | None]:
    """What an officer changed of the marks since their page was opened."""
    found = {part.name: _posted(form, part.name) for part in dossiers.declared(dossier).asked(dossier.answers)}
    return {name: mark for name, mark in found.items() if mark != opened.get(name)}


def _posted(form: Mapping[str, str], name: str) -> Mark | None:
    if (found := form.get(f"mark_{name}", "")) not in {"right", "wrong"}:
        return None
    return Mark(True) if found == "right" else Mark(False, form.get(f"words_{name}", "").strip()[: dossier_checks.LONGEST_WORDS])


def opened_marks(text: str) -> dict[str, Mark]:
    """The marks that a page was opened with; of an unreadable field, none."""
    try:
        return dossier_checks.read(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def demandable(rows: Sequence[Row]) -> list[Row]:
    """What is most likely to be asked for first: found wrong, missing, recommended and missing; then the rest, as it stands."""
    order = {MISSING: 1, WEAK: 2}
    return sorted(rows, key=lambda row: 0 if row.mark and not row.mark.is_right else order.get(row.state, 3))


def is_faulty(row: Row) -> bool:
    """Whether an officer ticked it as wrong, or something required is not there."""
    return row.state == MISSING if row.mark is None else not row.mark.is_right


def suggested(row: Row) -> str:
    """What the request says of a part before an officer writes: their own words on it, or that it is missing; of the rest nothing."""
    if row.mark is not None and not row.mark.is_right:
        return row.mark.words
    return say(N_("panel.dossier.demand.missing")) if row.state in {MISSING, WEAK} else ""
