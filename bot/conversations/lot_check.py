"""Checking a lot (kiểm tra lô) and planning its weighing (kế hoạch cân): a dialogue kept in the conversation, step by step.

What can be read in two ways makes a question with a button for each; nothing is guessed.
"""

import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from decimal import Decimal
from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import BaseFilter
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot import buttons, lot_draft
from bot.awaiting import Awaits, stop_waiting, wait_for
from bot.lot_asking import ask, keyboard, no_plan, plan_of, show_checks, tell
from bot.lot_draft import (
    BEYOND,
    DEVIATION,
    LOT_SIZE,
    MEAN,
    PLANNED,
    QUANTITY,
    READY,
    SHORT,
    SUMMARY_STEPS,
    WEIGHTS,
    LotDraft,
    N,
    open_draft,
    put,
)
from bot.lot_press import ASSESS, SHEET, LotChecking
from bot.lot_weighing import ask_unit, refuse, symbol_of, take, take_sheet
from bot.quantity_buttons import LotShow, LotStep, to_menu
from bot.recorder import StoredInput
from bot.work import Work
from domain import quantities
from domain.errors import (
    AmbiguousQuantity,
    AmbiguousWeights,
    NegativeQuantity,
    NotAWeight,
    OfficeError,
    UnknownUnit,
)
from domain.folding import clean
from domain.messages import N_
from domain.quantities import UNITS, Quantity, readings_of, said, unit_of
from domain.quantity_marks import weighing
from domain.quantity_marks.limits import OUT_OF_TABLE, deficiency
from domain.quantity_marks.lots import INSUFFICIENT
from domain.quantity_marks.tables import Plan
from domain.questions import asks_plainly
from domain.replies import Reply, reply_of, says_done
from locales import translate
from usecases import lot_checks, uploads
from usecases.lot_checks import LotAsked
from usecases.sheet_writing import XLSX
from usecases.weight_sheets import WeightSheet

router = Router(name="lot_check")

_COUNT = re.compile(rf"(?P<sign>[-−–]?)\s*(?P<number>{quantities.NUMBER})\s*[^\W\d_]{{0,12}}(?:\s[^\W\d_]{{1,12}})?\.?")


class AwaitsLot(BaseFilter):
    """The dialogue waits, and its draft is there. Gives the draft."""

    async def __call__(self, event: Message, work: Work) -> bool | dict[str, Any]:
        if not isinstance(await Awaits(LotChecking.asked)(event, work), dict):
            return False
        draft = open_draft(work)
        return {"draft": draft} if draft is not None else False


# texts


@router.message(AwaitsLot(), F.text)
async def typed(message: Message, work: Work, draft: LotDraft) -> None:
    text = clean(message.text or "")
    has_digit = any(map(str.isdigit, text))
    if asks_plainly(text) and not (has_digit and draft.step == WEIGHTS):
        stop_waiting(work)
        raise SkipHandler
    if reply_of(text) is Reply.BACK:
        await _back(message, work, draft, "")
        return
    await _TYPED[draft.step](message, work, draft, text)


async def _typed_quantity(message: Message, work: Work, draft: LotDraft, text: str) -> None:
    """The nominal quantity. Two readings, or a unit that is none but may be meant, make buttons."""
    text = quantities.part_of(text)
    try:
        quantity = quantities.read(text)
    except AmbiguousQuantity as question:
        await refuse(message, work, draft, question, _quantity_row(work, draft, question))
    except UnknownUnit as question:
        await refuse(message, work, draft, question, *_meant_rows(work, draft, text, question))
    except OfficeError as refusal:
        await refuse(message, work, draft, refusal)
    else:
        await _take_quantity(message, work, draft, quantity)


def _quantity_row(work: Work, draft: LotDraft, question: AmbiguousQuantity) -> list[InlineKeyboardButton]:
    both = (question.facts["small"], question.facts["large"])
    return [buttons.button(one, LotStep(token=draft.token, act="q", value=one)) for one in both]


def _meant_rows(work: Work, draft: LotDraft, text: str, question: UnknownUnit) -> list[list[InlineKeyboardButton]]:
    """What may be meant, with all readings of its number."""
    if not question.facts["meant"]:
        return []
    symbol = question.facts["meant"].rpartition(" ")[2]
    try:
        meant = quantities.read(text[: text.rfind(question.facts["unit"])] + symbol)
    except AmbiguousQuantity as both:
        return [_quantity_row(work, draft, both)]
    except OfficeError:
        return []
    return [[buttons.button(said(meant), LotStep(token=draft.token, act="q", value=said(meant)))]]


def _quantity_of(value: str) -> Quantity:
    """A quantity as a button has it: decimal comma, no marks between thousands."""
    number, _, symbol = value.rpartition(" ")
    return Quantity(Decimal(number.replace(",", ".")), unit_of(symbol))


async def _take_quantity(message: Message, work: Work, draft: LotDraft, quantity: Quantity) -> None:
    rules = lot_checks.in_force(work.session, work.today).rules
    if deficiency(quantity, rules, rules.policy) is None:
        await no_plan(message, work, draft, OUT_OF_TABLE)
        return
    facts = {"value": str(quantity.value), "symbol": quantity.symbol, "unit": quantity.symbol}
    await ask(message, work, put(work, draft, step=LOT_SIZE, **facts))


async def _typed_lot_size(message: Message, work: Work, draft: LotDraft, text: str) -> None:
    match = _COUNT.fullmatch(text)
    values = [int(value) for value in readings_of(match["number"]) if value == value.to_integral_value()] if match else []
    if match and match["sign"]:
        await refuse(message, work, draft, NegativeQuantity(text=text[:30]))
    elif not values or max(values) < 1:
        await message.answer(work.say("lot.wrong.lot_size", text=text[:30]), reply_markup=keyboard(work, draft))
    elif len(values) > 1:
        row = [buttons.button(str(one), LotStep(token=draft.token, act="n", value=str(one))) for one in values]
        await message.answer(work.say("lot.which_number", text=text[:30]), reply_markup=keyboard(work, draft, row))
    else:
        await _take_lot_size(message, work, draft, values[0])


async def _take_lot_size(message: Message, work: Work, draft: LotDraft, size: int) -> None:
    """A lot that is weighed whole is asked nothing more; of the others, whether weighing destroys the package."""
    changed = replace(draft, lot_size=size)
    plan = plan_of(work, changed)
    if not isinstance(plan, Plan):
        await no_plan(message, work, changed, plan)
        return
    rules = lot_checks.in_force(work.session, work.today).rules
    is_whole = size < rules.whole_below
    await ask(message, work, put(work, changed, step=_after_size(draft) if is_whole else lot_draft.DESTRUCTIVE))


def _after_size(draft: LotDraft) -> str:
    return WEIGHTS if draft.goal == lot_draft.CHECK else PLANNED


async def _typed_destructive(message: Message, work: Work, draft: LotDraft, text: str) -> None:
    reply = reply_of(text)
    if reply is None:
        await ask(message, work, draft)
        return
    await _destructive(message, work, draft, "yes" if reply is Reply.YES else "no")


async def _destructive(message: Message, work: Work, draft: LotDraft, value: str) -> None:
    if draft.lot_size:
        await ask(message, work, put(work, draft, step=_after_size(draft), destructive=value == "yes"))


async def _typed_planned(message: Message, work: Work, draft: LotDraft, text: str) -> None:
    """Numbers after a plan are weights."""
    if any(map(str.isdigit, text)):
        await _typed_weights(message, work, put(work, draft, step=WEIGHTS, goal=lot_draft.CHECK), text)
        return
    stop_waiting(work)
    raise SkipHandler


async def _typed_weights(message: Message, work: Work, draft: LotDraft, text: str) -> None:
    if says_done(text) and not draft.was_told:
        await _assess(message, work, draft, "")
        return
    if draft.was_told and not any(map(str.isdigit, text)):
        stop_waiting(work)
        raise SkipHandler
    await take(message, work, put(work, draft, was_told=False), {"text": text})


async def _typed_whole(message: Message, work: Work, draft: LotDraft, text: str) -> None:
    """n, or how many are short; n, mean and s in one line are taken together."""
    if draft.step == N and (three := _three_of(text)) is not None and 1 <= three[0] <= draft.lot_size:
        n, mean, deviation = three
        changed = put(work, draft, summary={N: n, DEVIATION: str(deviation)}, step=MEAN)
        shown = {"n": n, "mean": quantities.number_said(mean, work.language), "s": quantities.number_said(deviation, work.language)}
        await message.answer(work.say("lot.three_read", unit=symbol_of(draft), **shown))
        await _take_value(message, work, changed, mean)
        return
    match = _COUNT.fullmatch(text)
    values = [int(value) for value in readings_of(match["number"]) if value == value.to_integral_value()] if match else []
    if match is None or match["sign"] or len(values) != 1:
        await message.answer(work.say("lot.wrong.whole", text=text[:30]), reply_markup=keyboard(work, draft))
        return
    await _take_whole(message, work, draft, values[0])


async def _take_whole(message: Message, work: Work, draft: LotDraft, value: int) -> None:
    n, short = draft.summary.get(N, 0), draft.summary.get(SHORT, 0)
    wrong = {
        N: N_("lot.wrong.none_weighed") if value < 1 else N_("lot.wrong.more_than_lot") if value > draft.lot_size else "",
        SHORT: N_("lot.wrong.more_than_n") if value > n else "",
        BEYOND: N_("lot.wrong.more_than_short") if value > short else "",
    }[draft.step]
    if wrong:
        text = work.say(wrong, value=value, n=n, short=short, size=draft.lot_size)
        await message.answer(text, reply_markup=keyboard(work, draft))
        return
    await _answered(message, work, draft, value)


def _three_of(text: str) -> tuple[int, Decimal, Decimal] | None:
    """n, mean and s of a line that holds just these three numbers, each with one reading; None for anything else."""
    read = [readings_of(one) for one in re.findall(r"\d+(?:[.,]\d+)*", text)]
    if len(read) != 3 or any(len(values) != 1 for values in read) or re.search(r"[-−–]\s*\d", text):
        return None
    n, mean, deviation = (values[0] for values in read)
    return (int(n), mean, deviation) if n == n.to_integral_value() else None


async def _answered(message: Message, work: Work, draft: LotDraft, value: Any) -> None:
    """Keep an answer of the summary, and go on to what is not answered yet."""
    later = SUMMARY_STEPS[SUMMARY_STEPS.index(draft.step) + 1 :]
    following = next(one for one in later if not (one == DEVIATION and one in draft.summary))
    await ask(message, work, put(work, draft, summary={**draft.summary, draft.step: value}, step=following, pending=None))


async def _typed_value(message: Message, work: Work, draft: LotDraft, text: str) -> None:
    """The mean or the deviation, in the unit of the weights."""
    if draft.step == DEVIATION and reply_of(text) is Reply.SKIP:
        await _answered(message, work, draft, None)
        return
    try:
        values = weighing.values_of(text, draft.unit)
    except AmbiguousWeights as question:
        both = (question.facts["small"], question.facts["large"])
        row = [buttons.button(one, LotStep(token=draft.token, act="v", value=one)) for one in both]
        await message.answer(work.say("lot.which_number", text=text[:30]), reply_markup=keyboard(work, draft, row))
    except NotAWeight:
        await message.answer(work.say("lot.wrong.value", text=text[:30], unit=symbol_of(draft)), reply_markup=keyboard(work, draft))
    except OfficeError as refusal:
        await refuse(message, work, draft, refusal)
    else:
        if len(values) == 1:
            await _take_value(message, work, draft, values[0])
        else:
            await message.answer(work.say("lot.wrong.value", text=text[:30], unit=symbol_of(draft)), reply_markup=keyboard(work, draft))


async def _take_value(message: Message, work: Work, draft: LotDraft, value: Decimal) -> None:
    if draft.step == MEAN and not draft.is_sure and weighing.implausible([value], draft.in_unit) is not None:
        await ask_unit(message, work, put(work, draft, pending={"mean": str(value)}), value)
        return
    await _answered(message, work, draft, str(value))


async def _typed_ready(message: Message, work: Work, draft: LotDraft, text: str) -> None:
    if says_done(text):
        await _assess(message, work, draft, "")
    else:
        await ask(message, work, draft)


Typed = Callable[[Message, Work, LotDraft, str], Coroutine[Any, Any, None]]
_TYPED: dict[str, Typed] = {
    QUANTITY: _typed_quantity,
    LOT_SIZE: _typed_lot_size,
    lot_draft.DESTRUCTIVE: _typed_destructive,
    PLANNED: _typed_planned,
    WEIGHTS: _typed_weights,
    N: _typed_whole,
    MEAN: _typed_value,
    DEVIATION: _typed_value,
    SHORT: _typed_whole,
    BEYOND: _typed_whole,
    READY: _typed_ready,
}


async def _go_on(message: Message, work: Work, draft: LotDraft) -> None:
    """With what waited for an answer."""
    pending, changed = draft.pending, put(work, draft, pending=None)
    if pending is None or "columns" in pending:
        await ask(message, work, changed)
    elif "mean" in pending:
        await _take_value(message, work, changed, Decimal(pending["mean"]))
    else:
        await take(message, work, changed, pending)


# files


@router.message(AwaitsLot(), F.photo | F.document)
async def sent(message: Message, work: Work, draft: LotDraft) -> None:
    """A sheet of weights; what a photo shows is not read."""
    for refusal in work.refusals:
        await message.answer(work.say(refusal.key, **refusal.facts))
    found = next((file.weights for file in work.files if file.weights is not None), None)
    if isinstance(found, WeightSheet):
        await take_sheet(message, work, draft, found)
    elif found is not None:
        await refuse(message, work, draft, found)
    elif work.files:
        key = N_("lot.no_sheet") if draft.step == WEIGHTS else N_("lot.not_now")
        await ask(message, work, draft, work.say(key))


# buttons


@router.callback_query(LotStep.filter())
async def pressed(press: CallbackQuery, callback_data: LotStep, work: Work) -> None:
    await press.answer()
    if not isinstance(press.message, Message):
        return
    draft = open_draft(work)
    if draft is None or draft.token != callback_data.token:
        await _of_long_ago(press.message, work, callback_data)
        return
    deed = _DEEDS.get(callback_data.act)
    if deed is not None:
        await deed(press.message, work, draft, callback_data.value)


async def _of_long_ago(message: Message, work: Work, data: LotStep) -> None:
    """The dialogue is over: its check is told again, or gone on with."""
    known = lot_checks.by_token(work.session, work.contact, data.token)
    if known is None:
        await message.answer(work.say("strays.old_button"), reply_markup=buttons.keyboard([to_menu(work)]))
    elif data.act == "more":
        draft = lot_draft.again(work, LotAsked.of(known.asked))
        await ask(message, work, draft, work.say("lot.go_on", given=len(draft.weights)))
    else:
        await tell(message, work, known)


async def _chosen_quantity(message: Message, work: Work, draft: LotDraft, value: str) -> None:
    if draft.step == QUANTITY:
        await _take_quantity(message, work, draft, _quantity_of(value))


async def _chosen_size(message: Message, work: Work, draft: LotDraft, value: str) -> None:
    if draft.step == LOT_SIZE and value.isdigit():
        await _take_lot_size(message, work, draft, int(value))


async def _chosen_value(message: Message, work: Work, draft: LotDraft, value: str) -> None:
    if draft.step in {MEAN, DEVIATION}:
        await _take_value(message, work, draft, Decimal(value.replace(",", ".")))


async def _no_deviation(message: Message, work: Work, draft: LotDraft, _value: str) -> None:
    if draft.step == DEVIATION:
        await _answered(message, work, draft, None)


async def _zero(message: Message, work: Work, draft: LotDraft, _value: str) -> None:
    if draft.step in {SHORT, BEYOND}:
        await _answered(message, work, draft, 0)


async def _points(message: Message, work: Work, draft: LotDraft, value: str) -> None:
    await _go_on(message, work, put(work, draft, points=value))


async def _unit(message: Message, work: Work, draft: LotDraft, value: str) -> None:
    """All weights are in this unit. Those of a sheet then are, whatever its heading says."""
    if value not in UNITS or draft.parts:
        return
    pending = draft.pending and {**draft.pending, "unit": ""}
    await _go_on(message, work, put(work, draft, unit=value, pending=pending))


async def _sure(message: Message, work: Work, draft: LotDraft, _value: str) -> None:
    await _go_on(message, work, put(work, draft, is_sure=True))


async def _column(message: Message, work: Work, draft: LotDraft, value: str) -> None:
    columns = (draft.pending or {}).get("columns", [])
    if value.isdigit() and int(value) < len(columns):
        await take(message, work, put(work, draft, pending=None), columns[int(value)])


async def _undo(message: Message, work: Work, draft: LotDraft, _value: str) -> None:
    await ask(message, work, put(work, draft, parts=draft.parts[:-1], pending=None))


async def _clear(message: Message, work: Work, draft: LotDraft, _value: str) -> None:
    await ask(message, work, put(work, draft, parts=[], pending=None, unit=draft.symbol, points="", is_sure=False))


async def _to_summary(message: Message, work: Work, draft: LotDraft, _value: str) -> None:
    if draft.lot_size:
        await ask(message, work, put(work, draft, step=N, summary={}, pending=None, parts=[], unit=draft.symbol, is_sure=False))


async def _to_weights(message: Message, work: Work, draft: LotDraft, _value: str) -> None:
    if draft.lot_size:
        await ask(message, work, put(work, draft, step=WEIGHTS, goal=lot_draft.CHECK, pending=None))


async def _back(message: Message, work: Work, draft: LotDraft, _value: str) -> None:
    """To the step before; weights that were given stay."""
    if draft.pending is not None:
        await ask(message, work, put(work, draft, pending=None))
        return
    before = {PLANNED: LOT_SIZE, WEIGHTS: LOT_SIZE, N: WEIGHTS}
    at = before.get(draft.step) or lot_draft.STEPS[max(0, lot_draft.STEPS.index(draft.step) - 1)]
    await ask(message, work, put(work, draft, step=at, parts=[] if at in {QUANTITY, LOT_SIZE} else draft.parts))


async def _continue(message: Message, work: Work, draft: LotDraft, _value: str) -> None:
    await ask(message, work, put(work, draft, pending=None))


async def _assess(message: Message, work: Work, draft: LotDraft, _value: str) -> None:
    """Keep and tell what was checked before the transaction; without all answers, ask on."""
    drawn = work.prepared.lot
    if drawn is None or drawn.asked is None:
        await ask(message, work, put(work, draft, pending=None), work.say("lot.nothing_yet") if draft.step == WEIGHTS else "")
        return
    check = lot_checks.keep(work.session, work.contact, draft.token, drawn.asked, drawn.found, work.now)
    for file in drawn.files:
        uploads.note(work.session, file.sha256, file.size, file.media_type, work.now, file.findings)
        if file.media_type == "image/png":
            check.picture_sha256 = file.sha256
        else:
            check.pdf_sha256 = file.sha256
    lot_draft.close(work)
    await tell(message, work, check)
    if check.verdict == INSUFFICIENT and drawn.asked.weights:  # what is pasted next are the weights that are missing
        wait_for(work, LotChecking.asked, lot_draft.again(work, drawn.asked, was_told=True).token)


async def _sheet(message: Message, work: Work, draft: LotDraft, _value: str) -> None:
    """The sheet to print and the workbook to fill in."""
    if work.prepared.lot is None:
        await ask(message, work, draft)
        return
    await message.answer(work.say("weighing.sent", size=draft.lot_size), reply_markup=keyboard(work, draft))
    name = f"{translate(N_('weighing.file_name'), work.language)}-{draft.lot_size}"
    for file in work.prepared.lot.files:
        uploads.note(work.session, file.sha256, file.size, file.media_type, work.now)
        ending = ".pdf" if file.media_type == uploads.PDF else f".{XLSX}"
        await message.answer_document(StoredInput(file.sha256, name + ending, file.media_type))


_DEEDS: dict[str, Typed] = {
    "continue": _continue,
    "back": _back,
    "q": _chosen_quantity,
    "n": _chosen_size,
    "d": _destructive,
    "v": _chosen_value,
    "none": _no_deviation,
    "zero": _zero,
    "points": _points,
    "unit": _unit,
    "sure": _sure,
    "column": _column,
    "undo": _undo,
    "clear": _clear,
    "summary": _to_summary,
    "weights": _to_weights,
    ASSESS: _assess,
    SHEET: _sheet,
}


# own checks


@router.callback_query(LotShow.filter())
async def show(press: CallbackQuery, callback_data: LotShow, work: Work) -> None:
    await press.answer()
    if not isinstance(press.message, Message):
        return
    if callback_data.key:
        await tell(press.message, work, lot_checks.get_own(work.session, work.contact, callback_data.key))
    else:
        await show_checks(press.message, work)
