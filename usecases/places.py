"""Finding the commune of an address (tìm xã, phường) that somebody typed. What is found is shown back, never taken over by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sqlalchemy.orm import Session

from db.queries.communes import list_communes, list_former, map_regions
from domain.places import Address, Fit, Place, likeliest

_LONGEST = 400
"""Letters of an address, as papers have room for."""


class Outcome(Enum):
    """What is known of an address."""

    ONE = "one"
    """One commune, as typed."""
    CHOOSE = "choose"
    """One or several that may be meant: somebody must say."""
    FORMER = "former"
    """A former commune; the candidates are those that it went into."""
    NOTHING = "nothing"
    """No commune: the address is kept as typed, to be looked at by an officer."""


@dataclass(frozen=True)
class Candidate:
    """A place that may be meant, as it is called now."""

    place: Place
    former: str
    """The unit of before 1 July 2025 that was typed, with district and province; empty where the commune of now was typed."""


@dataclass(frozen=True)
class Finding:
    """What an address may mean, and the address as typed."""

    outcome: Outcome
    as_typed: Place
    candidates: tuple[Candidate, ...] = ()


def find(session: Session, text: str) -> Finding:
    """The communes that an address may mean, likeliest first. Letters after the 400th are not looked at."""
    address = Address(text[:_LONGEST])
    fits = _fits(session, address, address.stated) or _fits(session, address, address.anywhere)
    candidates = tuple(dict.fromkeys(_candidate(fit) for fit in fits))
    return Finding(_outcome(fits, candidates), Place(text.strip(), "", ""), candidates)


def _fits(session: Session, address: Address, starts: list[int]) -> list[Fit]:
    names = sorted(set(address.names(starts)))
    units = [*list_communes(session, names), *list_former(session, names)] if names else []
    regions = map_regions(session, _named(address, {unit.commune_province for unit in units})) if units else {}
    return likeliest(fit for unit in units if unit.commune_province in regions for fit in address.fits(unit, starts, regions))


def _named(address: Address, provinces: set[str]) -> set[str]:
    """Those of some provinces that the address names; all of them where it names none."""
    return {province for province in provinces if address.mentions(province)} or provinces


def _candidate(fit: Fit) -> Candidate:
    unit = fit.unit
    former = f"{unit.name}, {unit.district}, {unit.province}" if unit.is_former else ""
    return Candidate(Place(fit.street, unit.commune, unit.commune_province), former)


def _outcome(fits: list[Fit], candidates: tuple[Candidate, ...]) -> Outcome:
    if not fits:
        return Outcome.NOTHING
    if any(fit.is_doubtful for fit in fits):
        return Outcome.CHOOSE
    if len({candidate.former for candidate in candidates}) == 1 and candidates[0].former:
        return Outcome.FORMER
    return Outcome.ONE if len(candidates) == 1 else Outcome.CHOOSE
