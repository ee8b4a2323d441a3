"""A checked lot in words (kết quả kiểm tra lô): verdict, steps with their clause, what nobody verified. For chat and paper alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.messages import N_
from domain.papers.histogram import Scale
from domain.quantities import number_said, said
from domain.quantity_marks import lots
from domain.quantity_marks.limits import OUT_OF_TABLE
from domain.quantity_marks.tables import (
    AS_COMPUTED,
    DEFICIENCY_ROUNDING,
    POLICIES,
    SAMPLE,
    SAMPLING_PLAN,
    TOLERABLE_DEFICIENCY,
    WHOLE,
    Plan,
)
from locales import translate
from usecases.lot_checks import ROUNDING_DECIDES, LotAsked

VERDICTS = {
    lots.PASS: N_("lot.verdict.pass"),
    lots.FAIL: N_("lot.verdict.fail"),
    lots.INSUFFICIENT: N_("lot.verdict.insufficient_sample"),
    lots.DEVIATION_NEEDED: N_("lot.verdict.deviation_needed"),
    lots.MORE_THAN_LOT: N_("lot.verdict.sample_exceeds_lot"),
    lots.LOT_TOO_LARGE: N_("lot.verdict.lot_too_large"),
    lots.BAD_LOT_SIZE: N_("lot.verdict.lot_size_invalid"),
    OUT_OF_TABLE: N_("lot.verdict.out_of_table"),
    ROUNDING_DECIDES: N_("lot.verdict.rounding_decides"),
}
PLAN_CLAUSE = "Điều 3 khoản 12, Điều 5"
LIMIT_CLAUSE = "Điều 3 khoản 6, 7"
AVERAGE_CLAUSE = "Điều 5"
PLAN_ANNEX, LIMIT_ANNEX = "Phụ lục III", "Phụ lục IV"
COUNT_CLAUSE = "Điều 3 khoản 7, Điều 5"
BEYOND_CLAUSE = "Điều 5"
"""Of Thông tư 21/2014/TT-BKHCN, as closely as the sources that were read name them."""
_DECIMALS, _MOST_DECIMALS = 3, 12


@dataclass(frozen=True)
class Step:
    """A step: its name, what came out, the clause; `is_met` is None where nothing is decided there."""

    name: str
    text: str
    clause: str
    is_met: bool | None = None


def verdict(found: Mapping[str, Any], language: str) -> str:
    """The verdict in words, with what it hangs on."""
    plan = found["plan"] or {"n": 0}
    n = (found["outcomes"][found["policy"]]["n"] or 0) if found["plan"] else 0
    said = translate(VERDICTS[found["verdict"]], language, n=n, needed=plan["n"], more=max(0, plan["n"] - n))
    is_provisional = found["verdict"] in {lots.PASS, lots.FAIL} and unverified(found, language)
    return translate(N_("lot.verdict.provisional"), language, verdict=said) if is_provisional else said


def kind_of(verdict: str) -> str:
    """pass, fail, or open."""
    return verdict if verdict in {lots.PASS, lots.FAIL} else "open"


def lot_said(asked: LotAsked, language: str) -> str:
    """Which lot."""
    return translate(N_("lot.said"), language, quantity=said(asked.quantity, language), size=asked.lot_size)


def plan_said(plan: Plan, language: str) -> str:
    """n, k and c in words."""
    if plan.mode == WHOLE:
        return translate(N_("lot.plan.whole"), language, n=plan.n, c=plan.c)
    key = N_("lot.plan.sample") if plan.mode == SAMPLE else N_("lot.plan.destructive")
    return translate(key, language, n=plan.n, c=plan.c, k=number_said(plan.k, language))


def steps(asked: LotAsked, found: Mapping[str, Any], language: str) -> list[Step]:
    """What was decided, one after the other, in the unit of the nominal quantity."""
    return _Steps(asked, found, language).all()


class _Steps:
    """The steps of one check."""

    def __init__(self, asked: LotAsked, found: Mapping[str, Any], language: str) -> None:
        self._asked, self._found, self._language = asked, found, language
        self._first: Mapping[str, Any] = found["outcomes"][found["policy"]]
        self._scale = Scale(asked.quantity.symbol, language)

    def all(self) -> list[Step]:
        if self._found["plan"] is None or self._first["tolerable"] is None:
            return []
        listed = [self._plan(), self._limit()]
        if self._first["mean"] is not None:
            listed += [self._average(), self._count(), self._beyond()]
        return [*listed, self._rounding()]

    def _say(self, key: str, **facts: Any) -> str:
        return translate(key, self._language, **facts)

    def _value(self, base: str | Decimal) -> str:
        return self._scale.said(_shown(Decimal(base)))

    def _met(self, is_met: bool) -> str:
        """Whether it holds; of a sample that is too small only that it has held so far."""
        if is_met and (self._first["n"] or 0) < self._found["plan"]["n"]:
            return self._say(N_("lot.met_so_far"))
        return self._say(N_("lot.met") if is_met else N_("lot.not_met"))

    def _with(self, clause: str, annex: str, *tables: str) -> str:
        return with_annex(clause, annex, self._found["tables"], self._language, *tables)

    def _limit_clause(self) -> str:
        return self._with(LIMIT_CLAUSE, LIMIT_ANNEX, TOLERABLE_DEFICIENCY, DEFICIENCY_ROUNDING)

    def _average_clause(self) -> str:
        return self._with(AVERAGE_CLAUSE, PLAN_ANNEX, SAMPLING_PLAN)

    def _plan(self) -> Step:
        plan = self._found["plan"]
        words = plan_said(Plan(plan["mode"], plan["n"], Decimal(plan["k"]), plan["c"]), self._language)
        n = self._first["n"] or 0
        key = N_("lot.step.plan.enough") if n >= plan["n"] else N_("lot.step.plan.short")
        text = f"{words} {self._say(key, n=n, more=plan['n'] - n)}"
        return Step(self._say(N_("lot.step.plan")), text, self._with(PLAN_CLAUSE, PLAN_ANNEX, SAMPLING_PLAN), n >= plan["n"])

    def _limit(self) -> Step:
        nominal, tolerable = self._asked.quantity.base, Decimal(self._first["tolerable"])
        facts = {"t": tolerable, "least": nominal - tolerable, "worst": nominal - 2 * tolerable}
        values = {name: self._scale.said(value) for name, value in facts.items()}
        text = self._say(N_("lot.step.limit.text"), quantity=said(self._asked.quantity, self._language), **values)
        return Step(self._say(N_("lot.step.limit")), text, self._limit_clause())

    def _average(self) -> Step:
        name, mean, limit = self._say(N_("lot.step.average")), Decimal(self._first["mean"]), self._first["limit"]
        if self._first["average_ok"] is None:
            key = N_("lot.step.average.no_deviation") if limit is None else N_("lot.step.average.not_yet")
            return Step(name, self._say(key, mean=self._value(mean)), self._average_clause())
        is_met = self._first["average_ok"]
        if limit is None:  # the mean reaches Qn: no deviation is needed
            limit = str(self._asked.quantity.base)
        shown, least = _told_apart(mean, Decimal(limit))
        facts = {
            "mean": self._scale.said(shown),
            "limit": self._scale.said(least),
            "met": self._met(is_met),
            "sign": "≥" if is_met else "<",
        }
        k = Decimal(self._found["plan"]["k"])
        deviation = self._first["deviation"]
        if k == 0 or deviation is None:
            return Step(name, self._say(N_("lot.step.average.whole"), **facts), self._average_clause(), is_met)
        facts |= {
            "nominal": self._scale.value(self._asked.quantity.base),
            "k": number_said(k, self._language),
            "s": self._value(deviation),
        }
        return Step(name, self._say(N_("lot.step.average.sample"), **facts), self._average_clause(), is_met)

    def _count(self) -> Step:
        allowed, number, is_met = self._found["plan"]["c"], self._first["short"], self._first["count_ok"]
        text = self._say(N_("lot.step.count.text"), number=number, allowed=allowed, met=self._met(is_met))
        return Step(self._say(N_("lot.step.count")), text, COUNT_CLAUSE, is_met)

    def _beyond(self) -> Step:
        number, is_met = self._first["beyond"], self._first["beyond_ok"]
        text = self._say(N_("lot.step.beyond.text"), number=number, met=self._met(is_met))
        return Step(self._say(N_("lot.step.beyond")), text, BEYOND_CLAUSE, is_met)

    def _rounding(self) -> Step:
        """Both, each with its T and verdict."""
        tolerable = {policy: self._found["outcomes"][policy]["tolerable"] for policy in POLICIES}
        name = self._say(N_("lot.step.rounding"))
        if len(set(map(Decimal, tolerable.values()))) == 1:
            return Step(name, self._say(N_("lot.step.rounding.same")), self._limit_clause())
        lines = [self._one_rounding(policy) for policy in (self._found["policy"], *(p for p in POLICIES if p != self._found["policy"]))]
        if self._found["verdict"] == ROUNDING_DECIDES:
            lines.append(self._say(VERDICTS[ROUNDING_DECIDES]))
        elif self._asked.summary is not None:
            lines.append(self._say(N_("lot.step.rounding.summary")))
        else:
            lines.append(self._say(N_("lot.step.rounding.no_matter")))
        return Step(name, " ".join(lines), self._limit_clause())

    def _one_rounding(self, policy: str) -> str:
        one = self._found["outcomes"][policy]
        key = N_("lot.step.rounding.none") if policy == AS_COMPUTED else N_("lot.step.rounding.r87_up")
        return self._say(key, t=self._scale.said(Decimal(one["tolerable"])), verdict=self._say(f"lot.short.{one['verdict']}"))


def _shown(value: Decimal, decimals: int = _DECIMALS) -> Decimal:
    return round(value, decimals)


def _told_apart(value: Decimal, limit: Decimal) -> tuple[Decimal, Decimal]:
    """Two values rounded for looking at, with so many decimals as show which is the larger."""
    for decimals in range(_DECIMALS, _MOST_DECIMALS):
        shown, least = _shown(value, decimals), _shown(limit, decimals)
        if (shown > least) == (value > limit) and (shown < least) == (value < limit):
            return shown, least
    return value, limit


def with_annex(clause: str, annex: str, known: Sequence[Mapping[str, Any]], language: str, *tables: str) -> str:
    """The clause with its annex, which was not read where the tables that stand for it are not verified."""
    if all(table["verified_by"] for table in known if table["name"] in tables):
        return f"{clause}, {annex}"
    return translate(N_("lot.annex_not_read"), language, clause=clause, annex=annex)


def unverified(found: Mapping[str, Any], language: str) -> str:
    """Which tables nobody verified, in one sentence; empty where all were."""
    names = [translate(f"measurement.{table['name']}", language) for table in found["tables"] if not table["verified_by"]]
    return translate(N_("lot.unverified"), language, tables=", ".join(dict.fromkeys(names))) if names else ""
