"""Checking a lot (kiểm tra lô hàng đóng gói sẵn, Điều 5 Thông tư 21/2014/TT-BKHCN): plan, average rule, packages beyond T and 2T, verdict.

Everything is decided on exact fractions: the average passes when Qn - mean ≤ k·s, which is asked of squares, so that no root is rounded.
A package at Qn - T conforms, one at Qn - 2T is not beyond 2T (strictly less is).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from operator import mul

from domain.quantities import Quantity
from domain.quantity_marks.limits import OUT_OF_TABLE, deficiency
from domain.quantity_marks.tables import WHOLE, Plan, Rules, band_of, plan_of

PASS, FAIL, INSUFFICIENT = "pass", "fail", "insufficient_sample"
LOT_TOO_LARGE, BAD_LOT_SIZE, MORE_THAN_LOT, DEVIATION_NEEDED = "lot_too_large", "lot_size_invalid", "sample_exceeds_lot", "deviation_needed"
"""Why there is no verdict: a lot that must be split, no lot at all, more weighed than there are, the average short and s not known."""
ZERO = Decimal(0)


class NoPlan(ValueError):
    """A lot without a plan: the message is `LOT_TOO_LARGE` or `BAD_LOT_SIZE`."""


def plan_for(lot_size: int, rules: Rules, *, destructive: bool = False) -> Plan:
    """How many to weigh. Raises `NoPlan`. A small lot is weighed whole, also where that destroys it: no other plan was found."""
    if lot_size < 1:
        raise NoPlan(BAD_LOT_SIZE)
    if lot_size > rules.largest_lot:
        raise NoPlan(LOT_TOO_LARGE)
    if lot_size < rules.whole_below:
        return Plan(WHOLE, lot_size, ZERO, math.floor(rules.whole_share * lot_size))
    if destructive:
        return rules.destructive
    band = band_of(rules.plans, Decimal(lot_size))
    assert band is not None  # the last plan ends with the largest lot
    return plan_of(band)


@dataclass(frozen=True)
class Sample:
    """What was weighed, in base units: how many, their mean, the square of the deviation (divisor n - 1), the short ones.

    `variance` is None where nobody knows it (a summary without s, one package).
    """

    n: int
    mean: Fraction
    variance: Fraction | None
    non_conforming: int
    beyond_2t: int


@dataclass(frozen=True)
class Outcome:
    """What came out under one rounding of T. What was not to be decided is None."""

    verdict: str
    plan: Plan | None = None
    sample: Sample | None = None
    tolerable: Decimal | None = None
    least: Decimal | None = None
    nominal: Decimal | None = None
    average_ok: bool | None = None
    count_ok: bool | None = None
    beyond_ok: bool | None = None

    @property
    def deviation(self) -> Decimal | None:
        """s, to 30 digits: for showing."""
        if self.sample is None or self.sample.variance is None:
            return None
        return root(self.sample.variance)

    @property
    def average_limit(self) -> Decimal | None:
        """Qn - k·s, which the mean must reach; for showing. None where s is needed and not known."""
        if self.plan is None or self.nominal is None:
            return None
        if self.plan.k == 0:
            return self.nominal
        return None if self.deviation is None else self.nominal - self.plan.k * self.deviation


_EXACT = Context(prec=40)


def root(value: Fraction) -> Decimal:
    """The square root of an exact value, to 30 digits and more."""
    return _EXACT.sqrt(_EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)))


def decimal(value: Fraction) -> Decimal:
    """An exact value to 40 digits."""
    return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def weigh(counts: Mapping[Decimal, int] | Iterable[tuple[Decimal, int]], nominal: Decimal, tolerable: Decimal) -> Sample:
    """Count what was weighed: (value in base units, how many packages), in any order."""
    pairs = list(counts.items() if isinstance(counts, Mapping) else counts)
    whole, size = _as_whole([value for value, _ in pairs])
    numbers = [number for _, number in pairs]
    n = sum(numbers)
    total = sum(map(mul, whole, numbers))
    squares = sum(value * value * number for value, number in zip(whole, numbers, strict=True))
    variance = Fraction(n * squares - total * total, n * (n - 1) * size * size) if n > 1 else None
    least, worst = nominal - tolerable, nominal - 2 * tolerable
    short = sum(number for value, number in pairs if value < least)
    beyond = sum(number for value, number in pairs if value < worst)
    return Sample(n, Fraction(total, n * size), variance, short, beyond)


def _as_whole(values: Sequence[Decimal]) -> tuple[list[int], int]:
    """The values times a common size at which all are whole: sums of these are exact, and much faster than those of fractions."""
    ratios = [value.as_integer_ratio() for value in values]
    size = math.lcm(*(denominator for _, denominator in ratios))
    return [numerator * (size // denominator) for numerator, denominator in ratios], size


def assess(
    nominal: Quantity, lot_size: int, counts: Iterable[tuple[Decimal, int]], rules: Rules, policy: str, *, destructive: bool = False
) -> Outcome:
    """The verdict on a lot from what its packages hold, in base units."""
    try:
        plan = plan_for(lot_size, rules, destructive=destructive)
    except NoPlan as reason:
        return Outcome(str(reason))
    limit = deficiency(nominal, rules, policy)
    if limit is None:
        return Outcome(OUT_OF_TABLE, plan)
    sample = weigh(counts, nominal.base, limit.tolerable)
    return _decide(nominal.base, lot_size, plan, sample, tolerable=limit.tolerable, least=limit.least)


def assess_summary(nominal: Quantity, lot_size: int, sample: Sample, rules: Rules, *, destructive: bool = False) -> Outcome:
    """The verdict from n, mean, s and the counts of short packages, as somebody else computed them."""
    try:
        plan = plan_for(lot_size, rules, destructive=destructive)
    except NoPlan as reason:
        return Outcome(str(reason))
    return _decide(nominal.base, lot_size, plan, sample)


def _decide(
    nominal: Decimal, lot_size: int, plan: Plan, sample: Sample, *, tolerable: Decimal | None = None, least: Decimal | None = None
) -> Outcome:
    enough = sample.n >= plan.n
    average_ok = _average(nominal, plan, sample) if enough else None
    count_ok, beyond_ok = sample.non_conforming <= plan.c, sample.beyond_2t == 0
    if sample.n > lot_size:
        verdict = MORE_THAN_LOT
    elif not count_ok or not beyond_ok:
        verdict = FAIL
    elif not enough:
        verdict = INSUFFICIENT
    elif average_ok is None:
        verdict = DEVIATION_NEEDED
    else:
        verdict = PASS if average_ok else FAIL
    return Outcome(verdict, plan, sample, tolerable, least, nominal, average_ok, count_ok, beyond_ok)


def _average(nominal: Decimal, plan: Plan, sample: Sample) -> bool | None:
    """Whether the mean reaches Qn - k·s; k is 0 where the whole lot was weighed. None where s decides and is not known."""
    short = Fraction(nominal) - sample.mean
    if short <= 0:
        return True
    if plan.k == 0:
        return False
    return None if sample.variance is None else short**2 <= Fraction(plan.k) ** 2 * sample.variance
