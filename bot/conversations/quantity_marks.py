"""Checking a label's line of quantity (kiểm tra nhãn): typed as it is printed; then, if they like, the state of the goods and heights."""

import re
from decimal import Decimal

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import CallbackQuery, Message

from bot import buttons
from bot.awaiting import Awaits, stop_waiting, wait_for
from bot.class_buttons import act
from bot.label_asking import LONGEST, LabelChecking, ask_for_label, kept_label, tell_label
from bot.quantity_buttons import LabelStep, to_menu
from bot.work import Work
from domain.folding import clean
from domain.messages import N_
from domain.quantities import NUMBER, number_said, readings_of
from domain.quantity_marks.labels import STATES
from domain.questions import asks_plainly
from domain.replies import Reply, reply_of

router = Router(name="quantity_marks")
_HEIGHTS = re.compile(r"[^\d\-−–]*(?P<numeral>\d+(?:[.,]\d+)?)(?:\s*mm)?(?:[^\d\-−–]+(?P<mark>\d+(?:[.,]\d+)?)(?:\s*mm)?)?[^\d\-−–]*")
_HIGHEST = 200
"""Millimetres."""


@router.message(Awaits(LabelChecking.line), F.text)
async def typed(message: Message, work: Work) -> None:
    """A line without a digit is none; a question is a question."""
    text = clean(message.text or "")
    if asks_plainly(text) or (not any(map(str.isdigit, text)) and len(text.split()) > 3):
        stop_waiting(work)
        raise SkipHandler
    if len(text) > LONGEST:
        await message.answer(work.say("mark.too_long", limit=LONGEST), reply_markup=buttons.keyboard([to_menu(work)]))
        return
    await tell_label(message, work, {"line": text, "read_as": text, "state": ""})


@router.message(Awaits(LabelChecking.line), F.photo | F.document)
async def pictured(message: Message, work: Work) -> None:
    """The photo is kept with the conversation; nobody reads its text here. A line in its caption is checked."""
    for refusal in work.refusals:
        await message.answer(work.say(refusal.key, **refusal.facts))
    caption = clean(message.caption or "")
    if any(map(str.isdigit, caption)) and len(caption) <= LONGEST:
        await tell_label(message, work, {"line": caption, "read_as": caption, "state": ""})
    elif work.files:
        wait_for(work, LabelChecking.line, True)
        await message.answer(work.say("mark.photo_kept"), reply_markup=buttons.keyboard([to_menu(work)]))


@router.callback_query(LabelStep.filter())
async def pressed(press: CallbackQuery, callback_data: LabelStep, work: Work) -> None:
    await press.answer()
    if not isinstance(press.message, Message):
        return
    kept = kept_label(work)
    if kept is None:
        await ask_for_label(press.message, work)
    elif callback_data.act == "state" and callback_data.value in STATES:
        await tell_label(press.message, work, {**kept, "state": callback_data.value})
    elif callback_data.act == "number":
        read_as = _read_as(kept["line"], Decimal(callback_data.value))
        await tell_label(press.message, work, {**kept, "read_as": read_as})
    elif callback_data.act == "heights":
        wait_for(work, LabelChecking.heights, True)
        skip = [act(work, N_("button.skip"), LabelStep(act="skip")), to_menu(work)]
        await press.message.answer(work.say("mark.ask_heights"), reply_markup=buttons.keyboard(skip))
    else:
        await tell_label(press.message, work, kept)


def _read_as(line: str, value: Decimal) -> str:
    """The line with its unclear number written so that it has this one reading."""
    clear = number_said(value)
    if len(readings_of(clear)) > 1:
        clear += "0"
    unclear = next(
        (one for one in re.finditer(NUMBER, line) if value in readings_of(one.group()) and len(readings_of(one.group())) > 1), None
    )
    return f"{line[: unclear.start()]}{clear}{line[unclear.end() :]}" if unclear else line


@router.message(Awaits(LabelChecking.heights), F.text)
async def measured(message: Message, work: Work) -> None:
    """Heights of the numerals and, if it is said, of the mark, in millimetres."""
    text, kept = clean(message.text or ""), kept_label(work)
    if kept is None or asks_plainly(text):
        stop_waiting(work)
        raise SkipHandler
    if reply_of(text) is Reply.SKIP:
        await tell_label(message, work, kept)
        return
    heights = _heights(text)
    if heights is None:
        await message.answer(work.say("mark.wrong_heights", text=text[:40]), reply_markup=buttons.keyboard([to_menu(work)]))
        return
    numeral, mark = heights
    await tell_label(message, work, {**kept, "numeral": numeral, "mark": mark})


def _heights(text: str) -> tuple[str, str] | None:
    """Heights of numerals and mark as decimal digits, the second empty where it was not said; None for what is none in millimetres."""
    match = _HEIGHTS.fullmatch(text)
    if match is None or re.search(r"\d\s*(cm|m)\b", text):
        return None
    numeral, mark = match["numeral"].replace(",", "."), (match["mark"] or "").replace(",", ".")
    return (numeral, mark) if all(0 < Decimal(one) <= _HIGHEST for one in (numeral, mark) if one) else None
