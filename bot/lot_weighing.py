"""The weights of a lot (số cân): what a message or sheet holds is read and added, or makes a question with a button for each reading."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from aiogram.types import InlineKeyboardButton, Message

from bot.lot_asking import ask, keyboard, plan_of, step
from bot.lot_draft import LotDraft, put
from bot.work import Work
from domain.errors import AmbiguousWeights, MixedUnits, NegativeQuantity, NotAWeight, NotAWeightInRow, OfficeError, TooManyWeights
from domain.messages import N_
from domain.quantities import UNITS, number_said, said, symbol_said, unit_of
from domain.quantity_marks import weighing
from domain.quantity_marks.tables import Plan
from usecases.weight_sheets import WeightColumn, WeightSheet

_COMMON = ("mg", "g", "kg", "mL", "cL", "L", "cm3", "dm3", "mm", "cm", "m", "cm2", "dm2", "m2")
"""Units in which packages are weighed or measured."""
_SHOWN = 3


async def refuse(message: Message, work: Work, draft: LotDraft, error: OfficeError, *rows: Sequence[InlineKeyboardButton]) -> None:
    """Why it is not taken, with the buttons of the question and of the step."""
    await message.answer(work.say(error.key, **error.facts), reply_markup=keyboard(work, draft, *rows))


def symbol_of(draft: LotDraft) -> str:
    return symbol_said(draft.unit)


async def take(message: Message, work: Work, draft: LotDraft, raw: dict[str, Any]) -> None:
    """Add the weights of a text or a sheet; what is not plain waits for the answer to a question."""
    try:
        values = _read(draft, raw)
    except AmbiguousWeights as question:
        row = [step(work, draft, N_("button.lot_reading"), "points", points, reading=question.facts[name]) for points, name in _READINGS]
        await refuse(message, work, put(work, draft, pending=raw), question, row)
    except MixedUnits as question:
        pending = put(work, draft, pending=raw)
        await refuse(message, work, pending, question, *_other_unit(work, pending, question))
    except OfficeError as refusal:
        await refuse(message, work, draft, refusal)
    else:
        await _add(message, work, draft, raw, values)


_READINGS = ((weighing.DECIMALS, "small"), (weighing.THOUSANDS, "large"))


def _read(draft: LotDraft, raw: dict[str, Any]) -> list[Decimal]:
    """Raises what `weighing.values_of` raises; of a sheet, with the row."""
    if "text" in raw:
        return weighing.values_of(raw["text"], draft.unit, draft.points)
    if raw["unit"] and raw["unit"] != draft.unit:
        raise MixedUnits(place=1, text=symbol_said(raw["unit"]), unit=symbol_of(draft))
    return [value for cell, row in zip(raw["cells"], raw["rows"], strict=True) for value in _read_cell(draft, raw, cell, row)]


def _read_cell(draft: LotDraft, raw: dict[str, Any], cell: object, row: int) -> list[Decimal]:
    """One cell by itself, so that what is wrong is named with its row."""
    try:
        return weighing.cells_of([cell], draft.unit, draft.points)
    except (NotAWeight, NegativeQuantity) as fault:
        raise NotAWeightInRow(row=row, column=raw["heading"], text=fault.facts["text"]) from fault


def _other_unit(work: Work, draft: LotDraft, question: MixedUnits) -> list[list[InlineKeyboardButton]]:
    """All in the other unit: offered before the first weight, where it is of the same kind."""
    symbol = unit_of(re.sub(r"[\d.,\s()\-−–]|[xX×*]\s*\d+$", "", question.facts["text"]))
    if symbol not in UNITS or draft.parts or draft.unit != draft.symbol or UNITS[symbol].kind != draft.quantity.kind:
        return []
    return [[step(work, draft, N_("button.lot_all_in"), "unit", symbol, unit=symbol_said(symbol))]]


async def _add(message: Message, work: Work, draft: LotDraft, raw: dict[str, Any], values: list[Decimal]) -> None:
    total = len(draft.weights) + len(values)
    if not values:
        await ask(message, work, draft)
    elif total > weighing.AT_MOST:
        await refuse(message, work, draft, TooManyWeights(limit=weighing.AT_MOST))
    elif total > draft.lot_size:
        text = work.say("lot.wrong.more_than_lot", value=total, size=draft.lot_size)
        await message.answer(text, reply_markup=keyboard(work, draft))
    elif not draft.is_sure and (odd := weighing.implausible(values, draft.in_unit)) is not None:
        await ask_unit(message, work, put(work, draft, pending=raw), odd)
    else:
        parts = [*draft.parts, " ".join(map(str, values))]
        changed = put(work, draft, parts=parts, pending=None)
        await ask(message, work, changed, _taken(work, changed, values))


def _taken(work: Work, draft: LotDraft, values: list[Decimal]) -> str:
    """How many, the first and the last shown back, how many are there of how many."""
    shown = [number_said(value, work.language) for value in values]
    listed = " · ".join(shown if len(shown) <= 2 * _SHOWN else [*shown[:_SHOWN], "…", *shown[-_SHOWN:]])
    plan, given = plan_of(work, draft), len(draft.weights)
    needed = plan.n if isinstance(plan, Plan) else 0
    key = N_("lot.taken.enough") if given >= needed else N_("lot.taken.more")
    facts = {"count": len(values), "shown": listed, "unit": symbol_of(draft), "given": given, "needed": needed, "more": needed - given}
    return work.say("lot.taken", **facts) + " " + work.say(key, **facts)


async def ask_unit(message: Message, work: Work, draft: LotDraft, odd: Decimal) -> None:
    """A weight far from the nominal quantity: is the unit right?"""
    nominal = draft.quantity
    likely = [
        symbol
        for symbol in _COMMON
        if not draft.parts
        and symbol != draft.unit
        and nominal.symbol in UNITS
        and UNITS[symbol].kind == nominal.kind
        and nominal.base / 2 <= odd * UNITS[symbol].size <= nominal.base * 2
    ]
    rows = [[step(work, draft, N_("button.lot_all_in"), "unit", symbol, unit=symbol_said(symbol))] for symbol in likely]
    rows.append([step(work, draft, N_("button.lot_sure"), "sure", unit=symbol_of(draft))])
    facts = {"value": number_said(odd, work.language), "unit": symbol_of(draft), "quantity": said(nominal, work.language)}
    await message.answer(work.say("lot.which_unit", **facts), reply_markup=keyboard(work, draft, *rows))


async def take_sheet(message: Message, work: Work, draft: LotDraft, sheet: WeightSheet) -> None:
    columns = [_raw(column) for column in sheet.columns]
    if len(columns) == 1:
        await take(message, work, draft, columns[0])
        return
    pending = put(work, draft, pending={"columns": columns})
    rows = [
        [step(work, pending, N_("button.lot_column"), "column", str(place), heading=one["heading"][:30], first=_first(work, one))]
        for place, one in enumerate(columns)
    ]
    await message.answer(work.say("lot.which_column", count=len(columns)), reply_markup=keyboard(work, pending, *rows))


def _raw(column: WeightColumn) -> dict[str, Any]:
    return {"cells": list(column.cells), "rows": list(column.rows), "heading": column.heading, "unit": column.unit}


def _first(work: Work, raw: dict[str, Any]) -> str:
    """The first cells, as they came."""
    return ", ".join(str(cell)[:10] for cell in raw["cells"][:_SHOWN])
