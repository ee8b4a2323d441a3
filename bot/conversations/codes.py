"""Asking about a code (tra mã): a number typed at any time, a photo, several at once.

A text is a code only where it is nothing else: a dialogue that waits and an officer who has the enquiry go first, and phone numbers,
tax codes, personal numbers and dates are left alone. While "Tra mã" waits for a code, a number inside a sentence will do.
"""

import re
from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import BaseFilter
from aiogram.types import CallbackQuery, Message

from bot import buttons
from bot.awaiting import Awaits, stop_waiting
from bot.barcode_buttons import CheckCode, to_menu
from bot.codes import AskingCode, Reading, read, tell
from bot.memory import AWAITED, recall
from bot.work import Work
from domain.folding import clean, fold
from domain.questions import asks_plainly
from usecases import codes

router = Router(name="codes")
_OF_CODES = re.compile(r"^\W*((tra|kiem tra|check|doc|quet|xem|scan|read)\b.{0,30})?(ma|ma vach|ma so|barcode|qr|gtin|code)?( nay)?\W*$")


class IsFree(BaseFilter):
    """Nobody else has a right to this message: no officer, no dialogue that waits."""

    async def __call__(self, message: Message, work: Work) -> bool:
        return not work.with_officer and not (work.conversation.state and recall(work, AWAITED) is not None)


class IsCode(BaseFilter):
    """The message is nothing but codes, or asks of one whether it is right."""

    async def __call__(self, message: Message) -> bool:
        return codes.are_codes(message.text or "") or codes.asks_of_code(message.text or "")


class ShowsCode(BaseFilter):
    """In a picture stands the code of a product."""

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        has_product = any(code.gtin14 for file in work.files for code in file.codes)
        return {"reading": read(work)} if has_product else False


@router.message(Awaits(AskingCode.code), F.text)
async def typed(message: Message, work: Work) -> None:
    """A question in the place of a code is a question; the waiting ends."""
    text = message.text or ""
    found = codes.find(text)
    if not found and (asks_plainly(text) or not any(map(str.isdigit, text))):
        stop_waiting(work)
        raise SkipHandler
    if not found:
        await message.answer(work.say("code.none_typed"), reply_markup=buttons.keyboard([to_menu(work)]))
        return
    await _tell(message, work, found)


@router.message(Awaits(AskingCode.code), F.photo | F.document)
async def pictured(message: Message, work: Work) -> None:
    """Where nothing was read, why, and how to take the picture again; the waiting goes on."""
    for refusal in work.refusals:
        await message.answer(work.say(refusal.key, **refusal.facts))
    reading = read(work)
    if reading.found:
        await tell(message, work, reading.found, reading.more, reading.advice)
    elif work.files:
        await _tell_why_not(message, work, reading)


async def _tell_why_not(message: Message, work: Work, reading: Reading) -> None:
    reasons = [work.say(key) for key in reading.advice] or [work.say("code.nothing_read")]
    text = "\n".join([*reasons, work.say("code.how_to_retake")])
    await message.answer(text, reply_markup=buttons.keyboard([to_menu(work), buttons.person(work)]))


@router.message(IsFree(), F.text, IsCode())
@router.edited_message(IsFree(), F.text, IsCode())
async def typed_unasked(message: Message, work: Work) -> None:
    await _tell(message, work, codes.find(message.text or ""))


@router.message(IsFree(), F.photo | F.document, ShowsCode())
async def pictured_unasked(message: Message, work: Work, reading: Reading) -> None:
    """Words beside the picture that say more than "tra mã" are not lost: they go on to whoever else would have them."""
    await tell(message, work, reading.found, reading.more, reading.advice)
    if not _OF_CODES.match(fold(clean(message.caption or ""))):
        raise SkipHandler


async def _tell(message: Message, work: Work, found: list[str]) -> None:
    first = found[: codes.AT_MOST]
    await tell(message, work, [codes.ask(work.session, text) for text in first], len(found) - len(first))


@router.callback_query(CheckCode.filter())
async def checked(press: CallbackQuery, callback_data: CheckCode, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await tell(press.message, work, [codes.ask(work.session, callback_data.number)])
