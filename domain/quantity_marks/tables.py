"""Tables of the rules of measurement (bảng số liệu), as rows hold them: read, checked, and looked up. Exact decimals throughout.

    tolerable_deficiency  {"mass_volume": [{"up_to": "50", "percent": "9"}, {"up_to": "100", "amount": "4.5"}, …, {"up_to": "50000", …}],
                           "length": […], "area": […], "count": […]}; the last band may be open: "up_to": null
    deficiency_rounding   {"policy": "none" | "r87_up", "steps": [{"up_to": "1000", "step": "0.1"}, {"up_to": null, "step": "1"}]}
    sampling_plan         {"largest_lot": 100000, "whole_below": 100, "whole_percent": "2.5",
                           "plans": [{"up_to": 500, "n": 50, "k": "0.379", "c": 3}, …], "destructive": {"n": 20, "k": "0.640", "c": 1}}
    numeral_height        {"mass_volume": [{"up_to": "50", "mm": "2"}, …], "other": "2", "mark": "3"}
    unit_choice           {"mass": [{"below": "1", "units": ["mg"]}, …], "liquid": […], "solid": […], "length": […], "area": […]}

Bands are in base units (g, mL, m, m², items), begin where the one before ends, and end with their `up_to` (its own side) or `below`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from domain.quantities import COUNT, LENGTH, MASS, UNITS, VOLUME, Quantity

TOLERABLE_DEFICIENCY, DEFICIENCY_ROUNDING, SAMPLING_PLAN = "tolerable_deficiency", "deficiency_rounding", "sampling_plan"
NUMERAL_HEIGHT, UNIT_CHOICE = "numeral_height", "unit_choice"
NAMES = (TOLERABLE_DEFICIENCY, DEFICIENCY_ROUNDING, SAMPLING_PLAN, NUMERAL_HEIGHT, UNIT_CHOICE)
"""lượng thiếu cho phép T · cách làm tròn T · kế hoạch lấy mẫu · chiều cao chữ số · đơn vị theo độ lớn."""

AS_COMPUTED, R87_UP = "none", "r87_up"
POLICIES = (AS_COMPUTED, R87_UP)
"""T as computed · up to the next step, OIML R 87 note a: whether annex IV prints that note was not verified, so both are computed."""


class BadTable(ValueError):
    """A table that is not of its shape; says where."""


@dataclass(frozen=True)
class Band:
    """From where the band before ends, up to `end` (None: open). `is_inclusive`: `end` itself belongs to it."""

    end: Decimal | None
    is_inclusive: bool
    facts: Mapping[str, Any]

    def holds(self, value: Decimal) -> bool:
        return self.end is None or value < self.end or (self.is_inclusive and value == self.end)


@dataclass(frozen=True)
class Plan:
    """How many packages of a lot are weighed (n), k for the average, and how many may be non-conforming (c)."""

    mode: str
    n: int
    k: Decimal
    c: int


WHOLE, SAMPLE, DESTRUCTIVE = "full", "sample", "sample_destructive"


@dataclass(frozen=True)
class Rules:
    """All tables that are in force on a day. `unverified` names those that no officer has held against the office's copy."""

    deficiency: Mapping[str, Sequence[Band]]
    policy: str
    steps: Sequence[Band]
    largest_lot: int
    whole_below: int
    whole_share: Decimal
    plans: Sequence[Band]
    destructive: Plan
    heights: Sequence[Band]
    other_height: Decimal
    mark_height: Decimal
    units: Mapping[str, Sequence[Band]]
    unverified: tuple[str, ...] = ()
    sources: Mapping[str, str] | None = None


def rules(contents: Mapping[str, Mapping[str, Any]], unverified: Sequence[str] = (), sources: Mapping[str, str] | None = None) -> Rules:
    """Read all five. Raises `BadTable`."""
    if lacking := [name for name in NAMES if name not in contents]:
        raise BadTable(f"missing: {', '.join(lacking)}")
    for name in NAMES:
        must_be_sound(name, contents[name])
    plan, heights, rounding = contents[SAMPLING_PLAN], contents[NUMERAL_HEIGHT], contents[DEFICIENCY_ROUNDING]
    return Rules(
        deficiency={kind: _bands(bands) for kind, bands in contents[TOLERABLE_DEFICIENCY].items()},
        policy=rounding["policy"],
        steps=_bands(rounding["steps"]),
        largest_lot=plan["largest_lot"],
        whole_below=plan["whole_below"],
        whole_share=Decimal(plan["whole_percent"]) / 100,
        plans=_bands(plan["plans"]),
        destructive=_plan(DESTRUCTIVE, plan["destructive"]),
        heights=_bands(heights["mass_volume"]),
        other_height=Decimal(heights["other"]),
        mark_height=Decimal(heights["mark"]),
        units={kind: _bands(bands) for kind, bands in contents[UNIT_CHOICE].items()},
        unverified=tuple(unverified),
        sources=sources,
    )


def band_of(bands: Sequence[Band], value: Decimal) -> Band | None:
    """The band that holds a value; None beyond the last."""
    return next((band for band in bands if band.holds(value)), None)


def _plan(mode: str, row: Mapping[str, Any]) -> Plan:
    return Plan(mode, row["n"], Decimal(row["k"]), row["c"])


def plan_of(band: Band) -> Plan:
    return _plan(SAMPLE, band.facts)


def group_of(quantity: Quantity) -> str:
    """Which bands of the tolerable deficiency and of the heights: masses and volumes share theirs."""
    return "mass_volume" if quantity.kind in {MASS, VOLUME} else quantity.kind


def _bands(rows: Sequence[Mapping[str, Any]]) -> tuple[Band, ...]:
    def band(row: Mapping[str, Any]) -> Band:
        end = row.get("up_to", row.get("below"))
        return Band(None if end is None else Decimal(str(end)), "up_to" in row, row)

    return tuple(band(row) for row in rows)


# whether a table is sound, before it is kept


def must_be_sound(name: str, content: Mapping[str, Any]) -> None:
    """Raises `BadTable` with what is wrong: bands in order, numbers that are numbers, limits that never shrink with the size."""
    try:
        _CHECKS[name](content)
    except (KeyError, TypeError, InvalidOperation, AttributeError) as fault:
        raise BadTable(f"{type(fault).__name__}: {fault}") from fault


def _ordered(rows: Sequence[Mapping[str, Any]], where: str) -> tuple[Band, ...]:
    bands = _bands(rows)
    if not bands:
        raise BadTable(f"{where}: no rows")
    for one, other in pairwise(bands):
        if one.end is None or (other.end is not None and other.end <= one.end):
            raise BadTable(f"{where}: rows must rise, {one.end} comes before {other.end}")
    return bands


def _check_deficiency(content: Mapping[str, Any]) -> None:
    for kind in ("mass_volume", LENGTH, "area", COUNT):
        before: Decimal | None = None
        for band in _ordered(content[kind], kind):
            if ("percent" in band.facts) == ("amount" in band.facts):
                raise BadTable(f"{kind}, {band.end}: one of percent and amount")
            share = Decimal(band.facts.get("percent", band.facts.get("amount")))
            if share < 0 or ("percent" in band.facts and share >= 100):
                raise BadTable(f"{kind}, {band.end}: {share}")
            last = band.end if band.end is not None else before
            before = last
    _must_rise(_bands(content["mass_volume"]))


def _must_rise(bands: Sequence[Band]) -> None:
    """A larger package never has a smaller tolerable deficiency: the end of each band is looked at from both sides."""
    for one, other in pairwise(bands):
        if one.end is not None and deficiency_in(other, one.end) < deficiency_in(one, one.end):
            raise BadTable(f"mass_volume: T falls at {one.end}")


def deficiency_in(band: Band, value: Decimal) -> Decimal:
    """T of a value by a band, as computed: a share of it, or an amount."""
    if "amount" in band.facts:
        return Decimal(band.facts["amount"])
    return value * Decimal(band.facts["percent"]) / 100


def _check_rounding(content: Mapping[str, Any]) -> None:
    if content["policy"] not in POLICIES:
        raise BadTable(f"policy: {content['policy']}")
    for band in _ordered(content["steps"], "steps"):
        if Decimal(band.facts["step"]) <= 0:
            raise BadTable(f"steps, {band.end}: {band.facts['step']}")


def _check_plan(content: Mapping[str, Any]) -> None:
    bands = _ordered(content["plans"], "plans")
    if bands[-1].end != content["largest_lot"]:
        raise BadTable("plans: the last row must end with the largest lot")
    for plan in (*(plan_of(band) for band in bands), _plan(DESTRUCTIVE, content["destructive"])):
        if not (plan.n > 0 and 0 <= plan.c < plan.n and plan.k >= 0):
            raise BadTable(f"n {plan.n}, k {plan.k}, c {plan.c}")
    if not (0 < content["whole_below"] <= content["largest_lot"] and 0 <= Decimal(content["whole_percent"]) < 100):
        raise BadTable("whole_below, whole_percent")
    if max(plan_of(bands[0]).n, content["destructive"]["n"]) > content["whole_below"]:
        raise BadTable("n is more than the smallest lot that is sampled")


def _check_heights(content: Mapping[str, Any]) -> None:
    heights = [Decimal(band.facts["mm"]) for band in _ordered(content["mass_volume"], "mass_volume")]
    if any(other < one for one, other in pairwise(heights)) or min(*heights, Decimal(content["other"]), Decimal(content["mark"])) <= 0:
        raise BadTable("heights must be more than 0 and never fall")


def _check_units(content: Mapping[str, Any]) -> None:
    for kind in ("mass", "liquid", "solid", "length", "area"):
        for band in _ordered(content[kind], kind):
            if not band.facts["units"] or any(symbol not in UNITS for symbol in band.facts["units"]):
                raise BadTable(f"{kind}, {band.end}: {band.facts['units']}")


_CHECKS = {
    TOLERABLE_DEFICIENCY: _check_deficiency,
    DEFICIENCY_ROUNDING: _check_rounding,
    SAMPLING_PLAN: _check_plan,
    NUMERAL_HEIGHT: _check_heights,
    UNIT_CHOICE: _check_units,
}
