"""Files of cases (bộ số liệu kiểm chứng, `quantity-mark-vectors/1`): each case computed by the very rules of the chat, in the same shape.

Numbers are decimal texts. T, Qmin, mean, s and limits are in the base unit (g, mL, m, m2, items); what was weighed is in the case's own.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from domain.quantities import COUNT, Quantity, plain, unit_of
from domain.quantity_marks import labels, lots
from domain.quantity_marks.limits import OUT_OF_TABLE, deficiency, is_right_unit, numeral_height, units_for
from domain.quantity_marks.lots import NoPlan, Outcome, Sample
from domain.quantity_marks.tables import AS_COMPUTED, POLICIES, R87_UP, Rules

SCHEMA = "quantity-mark-vectors/1"
BAD_NUMBER, BAD_UNIT, BAD_CASE = "number_invalid", "unknown_unit", "case_invalid"
_SIX, _FOUR = Decimal("0.000001"), Decimal("0.0001")
Case = Mapping[str, Any]


class BadCase(ValueError):
    """A case that cannot be computed; the message is its error."""


def run(document: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """The document with our results in every `expect`; what is no list of cases stays as it is."""
    return {name: [_answered(one, ANSWERS[name], rules) for one in part] if name in ANSWERS else part for name, part in document.items()}


def _answered(case: Case, answer: Callable[[Case, Rules], dict[str, Any]], rules: Rules) -> dict[str, Any]:
    try:
        found = answer(case, rules)
    except BadCase as reason:
        found = {"expect": {"error": str(reason)}}
    except (KeyError, TypeError, AttributeError):
        found = {"expect": {"error": BAD_CASE}}
    return {**case, **found}


def _number(value: Any) -> Decimal:
    """A decimal text, or a number of the file as its digits stand there."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise BadCase(BAD_NUMBER)
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation as fault:
        raise BadCase(BAD_NUMBER) from fault
    if not number.is_finite():
        raise BadCase(BAD_NUMBER)
    return number


def _size(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadCase(BAD_NUMBER)
    return value


def _nominal(case: Case, number: str = "Qn", unit: str = "unit") -> Quantity:
    symbol = unit_of(case[unit]) or (case[unit] if case.get("kind") == COUNT else "")
    if not symbol:
        raise BadCase(BAD_UNIT)
    value = _number(case[number])
    if value <= 0:
        raise BadCase(BAD_NUMBER)
    return Quantity(value, symbol)


def _base(quantity: Quantity, value: Decimal) -> Decimal:
    """A value in the quantity's unit, in the base unit."""
    return Quantity(value, quantity.symbol).base


def _tolerable_deficiency(case: Case, rules: Rules) -> dict[str, Any]:
    quantity = _nominal(case)
    found: dict[str, Any] = {"base_unit": quantity.base_symbol, "Qn_base": plain(quantity.base)}
    limits = {policy: deficiency(quantity, rules, policy) for policy in POLICIES}
    if None in limits.values():
        return {"expect": {"error": OUT_OF_TABLE}}
    found |= {f"T_{policy}": plain(limit.tolerable) for policy, limit in limits.items() if limit}
    found |= {f"Qmin_{policy}": plain(limit.least) for policy, limit in limits.items() if limit}
    return {"expect": found}


def _numeral_height(case: Case, rules: Rules) -> dict[str, Any]:
    height = numeral_height(_nominal(case), rules)
    return {"expect": {"min_height_mm": int(height) if height == int(height) else float(height)}}


def _unit_choice(case: Case, rules: Rules) -> dict[str, Any]:
    quantity = _nominal(case, "printed_Qn", "printed_unit")
    return {"expect": {"allowed_units": list(units_for(quantity, rules)), "ok": is_right_unit(quantity, rules)}}


def _sampling_plan(case: Case, rules: Rules) -> dict[str, Any]:
    try:
        plan = lots.plan_for(_size(case["lot_size"]), rules, destructive=bool(case.get("destructive")))
    except NoPlan as reason:
        return {"expect": {"error": str(reason)}}
    return {"expect": {"mode": plan.mode, "n": plan.n, "k": str(plan.k), "c": plan.c}}


def _label_text(case: Case, rules: Rules) -> dict[str, Any]:
    problems = labels.check(case["label"], rules).problems
    return {"expect": {"ok": not problems, "problems": sorted(problems)}}


def _lot_assessment(case: Case, rules: Rules) -> dict[str, Any]:
    quantity, size = _nominal(case), _size(case["lot_size"])
    counts = [(_base(quantity, _number(value)), _size(number)) for value, number in case["sample_counts"]]
    if not counts or any(value < 0 or number < 1 for value, number in counts):
        raise BadCase(BAD_NUMBER)
    destructive = bool(case.get("destructive"))
    outcomes = {policy: lots.assess(quantity, size, counts, rules, policy, destructive=destructive) for policy in POLICIES}
    differs = outcomes[AS_COMPUTED].verdict != outcomes[R87_UP].verdict
    return {"expect": {policy: _outcome(outcome) for policy, outcome in outcomes.items()}, "verdict_depends_on_rounding": differs}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    plan, sample = outcome.plan, outcome.sample
    if plan is None or sample is None or outcome.tolerable is None or outcome.least is None:
        return {"verdict": outcome.verdict}
    decided = outcome.average_ok is not None
    return {
        "n_required": plan.n,
        "n": sample.n,
        "k": plain(plan.k),
        "c": plan.c,
        "T": plain(outcome.tolerable),
        "Qmin": plain(outcome.least),
        "mean": plain(_rounded(lots.decimal(sample.mean), _SIX)),
        "s": _shown(outcome.deviation, _SIX),
        "average_limit": _shown(outcome.average_limit, _SIX) if decided else None,
        "non_conforming": sample.non_conforming,
        "beyond_2T": sample.beyond_2t,
        "average_ok": outcome.average_ok,
        "count_ok": outcome.count_ok,
        "t2_ok": outcome.beyond_ok,
        "verdict": outcome.verdict,
    }


def _lot_summary(case: Case, rules: Rules) -> dict[str, Any]:
    quantity, size = _nominal(case), _size(case["lot_size"])
    variance = None if case.get("s") is None else Fraction(_base(quantity, _number(case["s"]))) ** 2
    mean = Fraction(_base(quantity, _number(case["mean"])))
    sample = Sample(_size(case["n"]), mean, variance, _size(case["non_conforming"]), _size(case["beyond_2T"]))
    if sample.n < 1 or not 0 <= sample.beyond_2t <= sample.n or not 0 <= sample.non_conforming <= sample.n:
        raise BadCase(BAD_NUMBER)
    outcome = lots.assess_summary(quantity, size, sample, rules, destructive=bool(case.get("destructive")))
    if outcome.plan is None:
        return {"expect": {"verdict": outcome.verdict}}
    limit = None if variance is None else _shown(outcome.average_limit, _FOUR)
    plan = outcome.plan
    return {
        "expect": {"n_required": plan.n, "k": plain(plan.k), "c": plan.c, "average_limit": limit, "verdict": outcome.verdict},
    }


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, ROUND_HALF_EVEN)


def _shown(value: Decimal | None, step: Decimal) -> str | None:
    return None if value is None else f"{_rounded(value, step):f}"


ANSWERS: Mapping[str, Callable[[Case, Rules], dict[str, Any]]] = {
    "tolerable_deficiency": _tolerable_deficiency,
    "numeral_height": _numeral_height,
    "unit_choice": _unit_choice,
    "sampling_plan": _sampling_plan,
    "label_text": _label_text,
    "lot_assessment": _lot_assessment,
    "lot_summary": _lot_summary,
}
"""By the name of the list in the document."""
