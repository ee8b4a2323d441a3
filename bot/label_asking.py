"""Checking a label's line of quantity (kiểm tra nhãn): what is asked, and what is told of it."""

from decimal import Decimal
from typing import Any

from aiogram.fsm.state import State, StatesGroup
from aiogram.types import InlineKeyboardButton, Message

from bot import buttons
from bot.awaiting import wait_for
from bot.class_buttons import act
from bot.memory import LABEL, keep, recall
from bot.quantity_buttons import LabelStep, label_check, to_menu
from bot.work import Work
from domain.messages import N_
from domain.quantities import number_said, readings_of, said
from domain.quantity_marks import labels
from domain.quantity_marks.labels import AMBIGUOUS_NUMBER, STATES, Finding, Label
from domain.quantity_marks.tables import NUMERAL_HEIGHT, UNIT_CHOICE
from locales import translate
from usecases import lot_words, measurement_tables

LONGEST = 200
_STATES_A_ROW = 2


class LabelChecking(StatesGroup):
    """The next text is a line of a label, or the heights of its letters."""

    line = State()
    heights = State()


async def ask_for_label(message: Message, work: Work) -> None:
    wait_for(work, LabelChecking.line, True)
    await message.answer(work.say("mark.ask_line"), reply_markup=buttons.under_reply(work, [to_menu(work)]))


async def tell_label(message: Message, work: Work, kept: dict[str, Any]) -> None:
    """What there is to say of the line with all that is known of it; what was not looked at is said, too."""
    keep(work, LABEL, kept)
    wait_for(work, LabelChecking.line, True)
    rules = measurement_tables.in_force(work.session, work.today)
    heights = [Decimal(kept[name]) if kept.get(name) else None for name in ("numeral", "mark")]
    found = labels.check(kept["read_as"], rules, state=kept["state"], numeral_mm=heights[0], mark_mm=heights[1])
    if (question := _ambiguous(found)) is not None:
        await _ask_number(message, work, question.facts["number"])
        return
    parts = [_understood(work, kept, found), *_findings(work, found, kept), *_not_looked_at(work, kept), *_warning(work, rules.unverified)]
    parts.append(work.say("mark.advice"))
    await message.answer("\n\n".join(parts), reply_markup=buttons.under_reply(work, *_rows(work, kept, found)))


def _ambiguous(found: Label) -> Finding | None:
    """A number with two readings, of which somebody must say which is meant. What is no number at all is only told."""
    one = next((one for one in found.findings if one.code == AMBIGUOUS_NUMBER), None)
    return one if one is not None and len(readings_of(one.facts["number"])) > 1 else None


async def _ask_number(message: Message, work: Work, number: str) -> None:
    row = [buttons.button(number_said(value, work.language), LabelStep(act="number", value=str(value))) for value in readings_of(number)]
    await message.answer(work.say("mark.which_number", number=number), reply_markup=buttons.under_reply(work, row, [to_menu(work)]))


def _understood(work: Work, kept: dict[str, Any], found: Label) -> str:
    lines = [work.say("mark.line", line=kept["line"])]
    if found.quantity is not None:
        lines.append(work.say("mark.understood", quantity=said(found.quantity, work.language)))
    if kept["read_as"] != kept["line"]:
        lines.append(work.say("mark.number_unclear"))
    return "\n".join(lines)


def _findings(work: Work, found: Label, kept: dict[str, Any]) -> list[str]:
    faults = [one for one in found.findings if one.is_fault]
    soft = [one for one in found.findings if not one.is_fault]
    parts = []
    if faults:
        parts.append("\n".join([work.say("mark.faults", count=len(faults)), *(_finding(work, one) for one in faults)]))
    elif found.quantity is not None:
        parts.append(work.say("mark.no_fault"))
    if soft:
        parts.append("\n".join([work.say("mark.soft"), *(_finding(work, one) for one in soft)]))
    right = next((one.right for one in found.findings if one.right), found.right)
    if right and (faults or soft) and right != kept["line"]:
        parts.append(work.say("mark.right", right=right))
    return parts


def _finding(work: Work, one: Finding) -> str:
    return work.say("mark.finding", text=_plain(work, one), clause=one.clause)


def _plain(work: Work, one: Finding) -> str:
    key = f"label.finding.{one.code}"
    if one.code == labels.UNKNOWN_UNIT and one.facts["meant"]:
        key = N_("label.finding.unknown_unit_meant")
    if one.code == labels.MULTIPACK_TOTAL and not one.facts["printed"]:
        key = N_("label.finding.multipack_no_total")
    return translate(key, work.language, **one.facts)


def _not_looked_at(work: Work, kept: dict[str, Any]) -> list[str]:
    missing = [key for name, key in (("state", N_("mark.no_state")), ("numeral", N_("mark.no_heights"))) if not kept.get(name)]
    if kept.get("numeral") and not kept.get("mark"):
        missing.append(N_("mark.no_mark_height"))
    missing.append(N_("mark.never_seen"))
    return ["\n".join([work.say("mark.not_looked_at"), *(work.say(key) for key in missing)])]


def _warning(work: Work, unverified: tuple[str, ...]) -> list[str]:
    used = [{"name": name, "verified_by": ""} for name in (UNIT_CHOICE, NUMERAL_HEIGHT) if name in unverified]
    warning = lot_words.unverified({"tables": used}, work.language)
    return [work.say("lot.warning", words=warning)] if warning else []


def _rows(work: Work, kept: dict[str, Any], found: Label) -> list[list[InlineKeyboardButton]]:
    if found.quantity is None:
        return [[label_check(work), to_menu(work)]]
    states = [act(work, f"mark.state.{state}", LabelStep(act="state", value=state)) for state in STATES if state != kept["state"]]
    rows = [states[at : at + _STATES_A_ROW] for at in range(0, len(states), _STATES_A_ROW)]
    heights = [act(work, N_("button.mark_heights"), LabelStep(act="heights"))]
    return [heights, *rows, [buttons.person(work), to_menu(work)]]


def kept_label(work: Work) -> dict[str, Any] | None:
    """The label that was checked last, if it is remembered."""
    kept: dict[str, Any] | None = recall(work, LABEL)
    return kept
