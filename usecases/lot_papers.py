"""The papers of a lot: the check with all that it rests on, its histogram, the sheet for weighing, all in the language of the contact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from domain.messages import N_
from domain.papers import lot_check
from domain.papers.histogram import Histogram, Scale, Words, histogram
from domain.papers.lot_check import LotPaper
from domain.papers.press import Fact
from domain.papers.weighing_sheet import WeighingSheet
from domain.quantities import BASES, Quantity, number_said, said, symbol_said
from domain.quantity_marks import weighing
from domain.quantity_marks.limits import deficiency
from domain.quantity_marks.tables import (
    DEFICIENCY_ROUNDING,
    TOLERABLE_DEFICIENCY,
    WHOLE,
    Band,
    Plan,
    Rules,
    band_of,
    group_of,
)
from locales import day, moment, translate
from usecases import lot_words
from usecases.lot_checks import LotAsked
from usecases.sheet_writing import XLSX, Heading, write


def paper_of(asked: LotAsked, found: Mapping[str, Any], rules: Rules, language: str, now: datetime) -> LotPaper:
    """The paper of a check."""

    def say(key: str, **facts: Any) -> str:
        return translate(key, language, **facts)

    listed = lot_words.steps(asked, found, language)
    warning = lot_words.unverified(found, language)
    return LotPaper(
        language=language,
        title=say(N_("lot.paper.title")),
        made=say(N_("lot.paper.made"), moment=moment(now, language)),
        verdict_kind=lot_words.kind_of(found["verdict"]),
        verdict=lot_words.verdict(found, language),
        notes=tuple(filter(None, [warning, say(N_("lot.advice"))])),
        facts=tuple(_facts(asked, found, language)),
        steps_title=say(N_("lot.paper.steps")),
        steps=tuple(lot_check.Step(step.name, step.text, say(N_("lot.clause"), clause=step.clause)) for step in listed),
        histogram=histogram_of(asked, found, language),
        tables_title=say(N_("lot.paper.tables")),
        columns=lot_check.Columns(
            say(N_("lot.paper.table")), say(N_("lot.paper.row")), say(N_("lot.paper.source")), say(N_("lot.paper.state"))
        ),
        tables=tuple(_tables(asked, found, rules, language)),
        weights_title=say(N_("lot.paper.weights"), count=len(asked.weights), unit=symbol_said(asked.unit)),
        weights=tuple(number_said(value, language) for value in asked.weights),
        page_of=say(N_("paper.page_of")),
    )


def _facts(asked: LotAsked, found: Mapping[str, Any], language: str) -> list[Fact]:
    first = found["outcomes"][found["policy"]]
    yes_no = N_("lot.paper.yes") if asked.destructive else N_("lot.paper.no")
    listed = {
        N_("lot.paper.quantity"): said(asked.quantity, language),
        N_("lot.paper.lot_size"): str(asked.lot_size),
        N_("lot.paper.destructive"): translate(yes_no, language),
        N_("lot.paper.weighed"): "" if first["n"] is None else str(first["n"]),
        N_("lot.paper.given"): translate(N_("lot.paper.given_summary") if asked.summary else N_("lot.paper.given_weights"), language),
    }
    return [Fact(translate(label, language), text) for label, text in listed.items() if text]


def histogram_of(asked: LotAsked, found: Mapping[str, Any], language: str) -> Histogram | None:
    """None without single weights, or without T."""
    first = found["outcomes"][found["policy"]]
    if not asked.weights or first["tolerable"] is None or first["mean"] is None:
        return None
    scale, tolerable, mean = Scale(asked.quantity.symbol, language), Decimal(first["tolerable"]), Decimal(first["mean"])
    facts = {"quantity": said(asked.quantity, language), "size": asked.lot_size, "count": len(asked.weights)}
    shown = {name: scale.said(value) for name, value in (("mean", round(mean, 3)), ("least", asked.quantity.base - tolerable))}
    words = Words(
        translate(N_("lot.picture.title"), language, **facts),
        translate(N_("lot.picture.packages"), language),
        translate(N_("lot.picture.mean"), language),
        translate(N_("lot.picture.spoken"), language, **facts, **shown, short=first["short"], beyond=first["beyond"]),
    )
    return histogram(asked.counts, asked.quantity.base, tolerable, mean, scale, words)


def _tables(asked: LotAsked, found: Mapping[str, Any], rules: Rules, language: str) -> list[lot_check.Row]:
    return [
        lot_check.Row(
            translate(f"measurement.{table['name']}", language),
            _row_used(table["name"], asked, found, rules, language),
            table["source"],
            _state_of(table, language),
        )
        for table in found["tables"]
    ]


def _state_of(table: Mapping[str, str], language: str) -> str:
    since = day(date.fromisoformat(table["valid_from"]), language)
    if table["verified_by"]:
        return translate(N_("lot.paper.verified"), language, who=table["verified_by"], since=since)
    return translate(N_("lot.paper.unverified"), language, since=since)


def _row_used(name: str, asked: LotAsked, found: Mapping[str, Any], rules: Rules, language: str) -> str:
    """The row of a table that counts for this lot, in words."""
    if name == TOLERABLE_DEFICIENCY:
        return _deficiency_row(asked.quantity, rules, language)
    if name == DEFICIENCY_ROUNDING:
        return translate(f"lot.rounding.{found['policy']}", language)
    plan = found["plan"]
    return lot_words.plan_said(Plan(plan["mode"], plan["n"], Decimal(plan["k"]), plan["c"]), language) if plan else "–"


def _deficiency_row(quantity: Quantity, rules: Rules, language: str) -> str:
    bands = rules.deficiency[group_of(quantity)]
    band = band_of(bands, quantity.base)
    if band is None:
        return "–"
    symbol = symbol_said(BASES.get(quantity.kind, quantity.symbol))
    share = number_said(Decimal(band.facts.get("percent", band.facts.get("amount"))), language)
    tolerable = f"T = {share}\u00a0%" if "percent" in band.facts else f"T = {share} {symbol}"
    low = next((one.end for one, other in pairwise(bands) if other is band), None)
    return f"{_band_said(low, band, symbol, language)}: {tolerable}"


def _band_said(low: Decimal | None, band: Band, symbol: str, language: str) -> str:
    facts = {"low": number_said(low, language) if low is not None else "0", "symbol": symbol}
    if band.end is None:
        return translate(N_("lot.band.above"), language, **facts)
    return translate(N_("lot.band.between"), language, **facts, high=number_said(band.end, language))


# the sheet for weighing


@dataclass(frozen=True)
class Weighing:
    """A sample to be weighed: the lot, its plan, and which packages to take."""

    quantity: Quantity
    lot_size: int
    plan: Plan
    packages: tuple[int, ...]


def weighing_of(quantity: Quantity, lot_size: int, plan: Plan, seed: str) -> Weighing:
    """The same seed takes the same packages."""
    return Weighing(quantity, lot_size, plan, tuple(weighing.positions(lot_size, plan.n, seed)))


def sheet_of(wanted: Weighing, rules: Rules, language: str) -> WeighingSheet:
    """The sheet to print."""

    def say(key: str, **facts: Any) -> str:
        return translate(key, language, **facts)

    quantity, scale = wanted.quantity, Scale(wanted.quantity.symbol, language)
    limit = deficiency(quantity, rules, rules.policy)
    facts = [
        Fact(say(N_("lot.paper.quantity")), said(quantity, language)),
        Fact(say(N_("lot.paper.lot_size")), str(wanted.lot_size)),
        Fact(say(N_("weighing.plan")), lot_words.plan_said(wanted.plan, language)),
    ]
    if limit is not None:
        least = say(N_("weighing.least_text"), t=scale.said(limit.tolerable), least=scale.said(limit.least))
        facts.append(Fact(say(N_("weighing.least")), least))
    how = N_("weighing.take_all") if wanted.plan.mode == WHOLE else N_("weighing.take")
    return WeighingSheet(
        language=language,
        title=say(N_("weighing.title")),
        facts=tuple(facts),
        notes=(say(how), say(N_("weighing.net")), say(N_("weighing.send_back"))),
        number=say(N_("weighing.number")),
        package=say(N_("weighing.package")),
        weight=say(N_("weighing.weight"), unit=symbol_said(quantity.symbol)),
        rows=tuple(map(str, wanted.packages)),
        signed=(say(N_("weighing.day")), say(N_("weighing.instrument")), say(N_("weighing.person"))),
        page_of=say(N_("paper.page_of")),
    )


def write_sheet(path: Path, wanted: Weighing, language: str) -> None:
    """The same as a workbook, to be filled in and sent to the check."""
    headings = [
        Heading(translate(N_("weighing.number"), language), 8),
        Heading(translate(N_("weighing.package"), language), 14),
        Heading(translate(N_("weighing.weight"), language, unit=symbol_said(wanted.quantity.symbol)), 24),
    ]
    rows: Sequence[tuple[int, int, None]] = [(number, package, None) for number, package in enumerate(wanted.packages, 1)]
    write(path, XLSX, translate(N_("weighing.title"), language), headings, rows)
