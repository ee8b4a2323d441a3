"""Checking lots (kiểm tra lô hàng đóng gói sẵn) for firms: what was given and what came out, both roundings of T computed, kept as rows.

Advice to the firm that asks, never a confirmation of the office.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, LotCheck
from db.upsert import insert_if_absent
from domain.errors import NoSuchLotCheck
from domain.quantities import UNITS, Quantity, said
from domain.quantity_marks import lots, weighing
from domain.quantity_marks.limits import OUT_OF_TABLE, deficiency
from domain.quantity_marks.lots import NoPlan, Outcome, Sample
from domain.quantity_marks.tables import DEFICIENCY_ROUNDING, POLICIES, SAMPLING_PLAN, TOLERABLE_DEFICIENCY, Plan, Rules
from usecases import measurement_tables

ROUNDING_DECIDES = "rounding_decides"
"""The verdict under one rounding of T is not that under the other: an officer confirms."""
OPEN = frozenset({ROUNDING_DECIDES, lots.INSUFFICIENT, lots.DEVIATION_NEEDED, lots.MORE_THAN_LOT, OUT_OF_TABLE})
USED = (TOLERABLE_DEFICIENCY, DEFICIENCY_ROUNDING, SAMPLING_PLAN)
"""Tables on which a lot rests; heights and units are for labels."""
SHOWN = 10
"""Checks of a contact that are listed."""


@dataclass(frozen=True)
class Summary:
    """What somebody else computed: how many, mean and deviation in the unit of the weights, how many short and beyond 2T."""

    n: int
    mean: Decimal
    deviation: Decimal | None
    short: int
    beyond: int


@dataclass(frozen=True)
class LotAsked:
    """A lot to be checked. `weights` and `summary` are in `unit`; one of the two is given."""

    quantity: Quantity
    lot_size: int
    destructive: bool
    unit: str
    weights: tuple[Decimal, ...] = ()
    summary: Summary | None = None

    @property
    def counts(self) -> list[tuple[Decimal, int]]:
        """Weights in base units."""
        return weighing.in_base(self.weights, self.unit)

    def row(self) -> dict[str, Any]:
        """As a row keeps it: numbers as texts, exactly as they came."""
        kept: dict[str, Any] = {
            "quantity": [str(self.quantity.value), self.quantity.symbol],
            "lot_size": self.lot_size,
            "destructive": self.destructive,
            "unit": self.unit,
            "weights": [str(value) for value in self.weights],
        }
        if self.summary is not None:
            one = self.summary
            deviation = None if one.deviation is None else str(one.deviation)
            kept["summary"] = {"n": one.n, "mean": str(one.mean), "deviation": deviation, "short": one.short, "beyond": one.beyond}
        return kept

    @staticmethod
    def of(kept: Mapping[str, Any]) -> "LotAsked":
        """From what a row keeps."""
        given = kept.get("summary")
        deviation = Decimal(given["deviation"]) if given and given["deviation"] is not None else None
        value, symbol = kept["quantity"]
        return LotAsked(
            Quantity(Decimal(value), symbol),
            kept["lot_size"],
            kept["destructive"],
            kept["unit"],
            tuple(map(Decimal, kept["weights"])),
            Summary(given["n"], Decimal(given["mean"]), deviation, given["short"], given["beyond"]) if given else None,
        )


def size_of(symbol: str) -> Decimal:
    """How many base units a unit is; counted things are their own."""
    return UNITS[symbol].size if symbol in UNITS else Decimal(1)


@dataclass(frozen=True)
class TableInForce:
    """A table that was used, as the row of a check keeps it."""

    name: str
    source: str
    valid_from: str
    verified_by: str


@dataclass(frozen=True)
class InForce:
    """The rules of a day with their rows."""

    rules: Rules
    tables: tuple[TableInForce, ...]


def in_force(session: Session, on: date) -> InForce:
    """Raises `BadTable`."""
    rows = measurement_tables.rows_in_force(session, on)
    listed = [rows[name] for name in USED if name in rows]
    tables = tuple(TableInForce(row.name, row.source, row.valid_from.isoformat(), row.verified_by or "") for row in listed)
    return InForce(measurement_tables.in_force(session, on), tables)


def plan_of(quantity: Quantity, lot_size: int, rules: Rules, *, destructive: bool) -> Plan | str:
    """How many to weigh, or why there is no plan: `LOT_TOO_LARGE`, `BAD_LOT_SIZE`, `OUT_OF_TABLE`."""
    if deficiency(quantity, rules, rules.policy) is None:
        return OUT_OF_TABLE
    try:
        return lots.plan_for(lot_size, rules, destructive=destructive)
    except NoPlan as reason:
        return str(reason)


def check(asked: LotAsked, known: InForce) -> dict[str, Any]:
    """What comes out, as a row keeps it: the verdict, the outcome under each rounding, the tables; numbers as texts in base units."""
    outcomes = {policy: _outcome(asked, known.rules, policy) for policy in POLICIES}
    verdicts = {one.verdict for one in outcomes.values()}
    first = outcomes[known.rules.policy]
    return {
        "verdict": ROUNDING_DECIDES if len(verdicts) > 1 else first.verdict,
        "policy": known.rules.policy,
        "plan": None if first.plan is None else {"mode": first.plan.mode, "n": first.plan.n, "k": str(first.plan.k), "c": first.plan.c},
        "outcomes": {policy: _kept(one) for policy, one in outcomes.items()},
        "tables": [vars(table) for table in known.tables],
    }


def _outcome(asked: LotAsked, rules: Rules, policy: str) -> Outcome:
    if asked.summary is None:
        return lots.assess(asked.quantity, asked.lot_size, asked.counts, rules, policy, destructive=asked.destructive)
    limit = deficiency(asked.quantity, rules, policy)
    if limit is None:
        return Outcome(OUT_OF_TABLE)
    sample = _sample(asked.summary, size_of(asked.unit))
    found = lots.assess_summary(asked.quantity, asked.lot_size, sample, rules, destructive=asked.destructive)
    return replace(found, tolerable=limit.tolerable, least=limit.least)


def _sample(one: Summary, size: Decimal) -> Sample:
    variance = None if one.deviation is None else Fraction(one.deviation * size) ** 2
    return Sample(one.n, Fraction(one.mean * size), variance, one.short, one.beyond)


def _kept(one: Outcome) -> dict[str, Any]:
    sample, deviation, limit = one.sample, one.deviation, one.average_limit
    return {
        "verdict": one.verdict,
        "tolerable": _text(one.tolerable),
        "least": _text(one.least),
        "n": sample.n if sample else None,
        "mean": _text(lots.decimal(sample.mean)) if sample else None,
        "deviation": _text(deviation),
        "limit": _text(limit),
        "short": sample.non_conforming if sample else None,
        "beyond": sample.beyond_2t if sample else None,
        "average_ok": one.average_ok,
        "count_ok": one.count_ok,
        "beyond_ok": one.beyond_ok,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


# rows


def keep(session: Session, contact: Contact, token: str, asked: LotAsked, found: Mapping[str, Any], now: datetime) -> LotCheck:
    """The row of a check. The same dialogue keeps one, however often it is pressed."""
    insert_if_absent(
        session,
        LotCheck,
        contact_id=contact.id,
        token=token,
        quantity=said(asked.quantity),
        lot_size=asked.lot_size,
        verdict=found["verdict"],
        asked=asked.row(),
        found=dict(found),
        at=now,
    )
    return session.scalars(select(LotCheck).where(LotCheck.token == token)).one()


def by_token(session: Session, contact: Contact, token: str) -> LotCheck | None:
    """A check of this contact's by its dialogue."""
    return session.scalars(select(LotCheck).where(LotCheck.token == token, LotCheck.contact_id == contact.id)).one_or_none()


def get_own(session: Session, contact: Contact, key: int) -> LotCheck:
    """Raises `NoSuchLotCheck`."""
    found = session.scalars(select(LotCheck).where(LotCheck.id == key, LotCheck.contact_id == contact.id)).one_or_none()
    if found is None:
        raise NoSuchLotCheck
    return found


def of_contact(session: Session, contact: Contact) -> Sequence[LotCheck]:
    """The last checks of a contact, the newest first."""
    return session.scalars(select(LotCheck).where(LotCheck.contact_id == contact.id).order_by(LotCheck.id.desc()).limit(SHOWN)).all()
