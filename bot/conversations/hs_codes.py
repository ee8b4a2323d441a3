"""HS codes that a contact follows: asked for, typed at any time ("theo dõi mã HS 1604"), left by a button or in words."""

import re
from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import BaseFilter, Command
from aiogram.types import CallbackQuery, Message

from bot import following_hs
from bot.awaiting import Awaits, stop_waiting
from bot.following_hs import FollowingHs
from bot.news_buttons import AddHsCodes, DropHsCode, HsCodes, KeepHsCode
from bot.work import Work
from domain import hs_codes
from domain.folding import clean, fold
from domain.questions import asks_plainly

router = Router(name="hs_codes")

_WHO = r"(?:(?:toi|em|minh|cho|muon|xin|nho|please|i want to|i'd like to) )*"
_HS = r"(?: cac| them| tat ca| het| toan bo)*(?: ma| nhom| mat hang)*(?: so)? hs(?: code)?s?\b"
_FOLLOWING = re.compile(
    rf"^{_WHO}(?:(?:theo doi|quan tam|dang ky|them|nhan tin|nhan canh bao)(?: ve| theo| den)?{_HS}|"
    r"(?:follow|watch|track|add)(?: the)? hs(?: codes?)?\b)"
)
_LEAVING = re.compile(
    rf"^{_WHO}(?:(?:bo|huy|ngung|dung|thoi|xoa|khong)(?: theo doi| quan tam)?{_HS}|"
    r"(?:bo|huy|ngung|dung|thoi|khong) theo doi(?: ma)?(?= \d)|"
    r"(?:unfollow|stop following|remove|unwatch)(?: the)?(?: hs(?: codes?)?\b|(?= \d)))"
)
_ALL = re.compile(r"\b(?:het|tat ca|toan bo|moi|all)\b")
_LIST = re.compile(r"^(?:xem |cac )*ma hs(?: dang)?(?: quan tam| theo doi| cua (?:toi|em|minh))*$|^(?:my )?hs codes?$")


class Follows(BaseFilter):
    """ "Theo dõi mã HS 1604": codes must follow; the rest is a question."""

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        text = clean(message.text or "")
        if work.with_officer or _FOLLOWING.match(fold(text)) is None or asks_plainly(text):
            return False
        found = hs_codes.read(text)
        return {"found": found} if found.codes or found.faults else False


class Leaves(BaseFilter):
    """ "Bỏ theo dõi 1604", "huy het ma hs", in any state: that something is no longer wanted is always heard."""

    async def __call__(self, message: Message) -> bool | dict[str, Any]:
        text = clean(message.text or "")
        if (said := _LEAVING.match(plain := fold(text))) is None:
            return False
        if codes := hs_codes.read(text).codes:
            return {"codes": codes}
        return {"codes": None} if _ALL.search(plain, said.start()) else False


@router.message(Command("ma_hs"))
async def command(message: Message, work: Work, command: Any) -> None:
    found = hs_codes.read(command.args or "")
    await (following_hs.follow(message, work, found) if found.codes or found.faults else following_hs.show(message, work))


@router.message(F.text, Leaves())
async def left_in_words(message: Message, work: Work, codes: tuple[str, ...] | None) -> None:
    stop_waiting(work)
    await following_hs.leave(message, work, codes)


@router.message(F.text, Follows())
async def followed_in_words(message: Message, work: Work, found: hs_codes.Read) -> None:
    await following_hs.follow(message, work, found)


@router.message(F.text, F.text.func(lambda text: _LIST.match(fold(clean(text)).strip(" .!"))))
async def list_in_words(message: Message, work: Work) -> None:
    await following_hs.show(message, work)


@router.message(Awaits(FollowingHs.codes), F.text)
async def typed(message: Message, work: Work) -> None:
    """A question in the place of codes is a question."""
    text = clean(message.text or "")
    if asks_plainly(text):
        stop_waiting(work)
        raise SkipHandler
    await following_hs.follow(message, work, hs_codes.read(text))


@router.callback_query(HsCodes.filter())
async def shown(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await following_hs.show(press.message, work)


@router.callback_query(AddHsCodes.filter())
async def asked(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await following_hs.ask(press.message, work)


@router.callback_query(DropHsCode.filter())
async def dropped(press: CallbackQuery, callback_data: DropHsCode, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await following_hs.leave(press.message, work, hs_codes.read(callback_data.code).codes)


@router.callback_query(KeepHsCode.filter())
async def kept(press: CallbackQuery, callback_data: KeepHsCode, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await following_hs.follow(press.message, work, hs_codes.read(callback_data.code))
