"""Searching the registers of quantity marks (tra sổ): words, with or without diacritics, then at most five lines, each to look at."""

import re
from typing import Any
from urllib.parse import urlencode

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import BaseFilter, Command
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot import buttons
from bot.awaiting import Awaits, stop_waiting, wait_for
from bot.class_buttons import is_loopback
from bot.memory import AWAITED, recall
from bot.register_buttons import SearchRegister, ShowLine, search_register
from bot.work import Work
from db.models.quantity_mark import ANNOUNCEMENT
from domain.folding import clean, fold
from domain.messages import N_
from domain.questions import asks_plainly
from locales import day, translate
from usecases import public_registers
from usecases.public_registers import Line, Wanted

router = Router(name="register_search")
_SHOWN, _GOODS_SHOWN, _ALL_GOODS = 5, 3, 40
_CAPTION = 40
_SPOKEN = re.compile(
    r"(?:tra so|tra cuu so|so cong bo|so dang ky)$|"
    r"(?:tra|tra cuu|tim|tim trong|search)(?: the)? (?:so|register)?(?: of)? ?(?:cong bo )?(?:dau dinh luong|quantity marks?)\b"
)


class Searching(StatesGroup):
    """The next text is what is sought."""

    words = State()


class SpokenSearch(BaseFilter):
    """ "Tra sổ dấu định lượng Phú Thuận", where nobody else has a right to the message. A question about it is a question."""

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        text = clean(message.text or "")
        if work.with_officer or (work.conversation.state and recall(work, AWAITED) is not None) or asks_plainly(text) or "?" in text:
            return False
        folded = fold(text)
        found = _SPOKEN.match(folded)
        return {"sought": folded[found.end() :].strip(" :,.-")} if found else False


@router.message(Command("tra_so"))
async def command(message: Message, work: Work, command: Any) -> None:
    await _begin(message, work, clean(command.args or ""))


@router.message(F.text, SpokenSearch())
async def spoken(message: Message, work: Work, sought: str) -> None:
    await _begin(message, work, sought)


@router.callback_query(SearchRegister.filter())
async def pressed(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await _begin(press.message, work, "")


async def _begin(message: Message, work: Work, sought: str) -> None:
    if sought:
        await _tell(message, work, sought)
        return
    wait_for(work, Searching.words, True)
    await message.answer(work.say("register.chat.ask"), reply_markup=buttons.under_reply(work, [buttons.person(work)]))


@router.message(Awaits(Searching.words), F.text)
async def typed(message: Message, work: Work) -> None:
    """A question in the place of a name is a question; the waiting ends."""
    text = clean(message.text or "")
    stop_waiting(work)
    if not text or asks_plainly(text) or text.endswith("?"):
        raise SkipHandler
    await _tell(message, work, text)


async def _tell(message: Message, work: Work, sought: str) -> None:
    stop_waiting(work)
    lines, has_more = public_registers.look_up(work.session, Wanted(words=sought), work.today, size=_SHOWN)
    shown = sought[:_CAPTION]
    rows = [[_open(work, line)] for line in lines] + _pages(work, sought, lines)
    again = [search_register(work, N_("button.search_again")), buttons.person(work)]
    if not lines:
        parts = [work.say("register.chat.none", words=shown), work.say("register.chat.none_means")]
    else:
        head = N_("register.chat.first") if has_more else N_("register.chat.found")
        parts = [work.say(head, words=shown, count=len(lines)), *(_brief(work, line) for line in lines)]
        parts.append(work.say("register.chat.receipt"))
    parts += _links(work, sought, lines)
    await message.answer("\n\n".join(parts), reply_markup=buttons.under_reply(work, *rows, again))


def _brief(work: Work, line: Line) -> str:
    return _head(work, line) + _goods(work, line, _GOODS_SHOWN)


def _head(work: Work, line: Line) -> str:
    facts = {"number": line.number, "firm": line.firm, "commune": line.commune or "–", "state": _standing(work, line)}
    return work.say("register.chat.line", **facts)


def _standing(work: Work, line: Line) -> str:
    said = translate(f"register.standing.{line.register}.{line.status}", work.language, on=day(line.since, work.language))
    until = translate(N_("register.suspended_until"), work.language, on=day(line.until, work.language)) if line.until else ""
    return f"{said} {until}".strip()


def _goods(work: Work, line: Line, most: int) -> str:
    said = [work.say("register.chat.goods", name=one.name, brand=one.brand, quantity=one.quantity) for one in line.goods[:most]]
    more = len(line.goods) - most
    return "".join(f"\n{one}" for one in [*said, *([work.say("register.chat.more_goods", count=more)] if more > 0 else [])])


def _open(work: Work, line: Line) -> InlineKeyboardButton:
    number = line.number if len(line.number) <= _CAPTION else line.number[: _CAPTION - 1] + "…"
    return buttons.button(buttons.caption(work, N_("button.register_line"), number=number), ShowLine(key=line.key))


def _pages(work: Work, sought: str, lines: list[Line]) -> list[list[InlineKeyboardButton]]:
    """The web page of the search; Telegram takes no button to this machine's own address."""
    if is_loopback(work):
        return []
    return [[InlineKeyboardButton(text=buttons.caption(work, N_("button.register_page")), url=_page(work, sought, lines))]]


def _links(work: Work, sought: str, lines: list[Line]) -> list[str]:
    return [work.say("register.chat.page", address=_page(work, sought, lines))] if is_loopback(work) else []


def _page(work: Work, sought: str, lines: list[Line]) -> str:
    """Where the search goes on: in the register in which all that was found stands, else where one is chosen."""
    registers = {line.register for line in lines}
    if len(registers) != 1:
        return f"{work.public_url}/registers?lang={work.language}"
    name = "announcements" if ANNOUNCEMENT in registers else "certificates"
    return f"{work.public_url}/registers/{name}?{urlencode({'q': sought[: public_registers.LONGEST_SEARCH], 'lang': work.language})}"


@router.callback_query(ShowLine.filter())
async def show(press: CallbackQuery, callback_data: ShowLine, work: Work) -> None:
    """One line with all its goods and what it means."""
    await press.answer()
    if not isinstance(press.message, Message):
        return
    found = public_registers.by_key(work.session, callback_data.key)
    if found is None:
        await press.message.answer(work.say("register.chat.gone"), reply_markup=buttons.keyboard([search_register(work)]))
        return
    line = public_registers.line(found, work.today)
    newer = public_registers.successor(work.session, found.id)
    facts = {"times": line.times, "on": day(line.received_on, work.language)}
    parts = [
        _head(work, line) + "\n" + work.say(f"register.chat.times.{line.register}", **facts) + _until(work, line),
        *([work.say("register.replaced_by", number=newer.number, on=day(newer.received_on, work.language))] if newer else []),
        work.say("register.goods") + ":" + _goods(work, line, _ALL_GOODS),
        work.say(f"register.{line.register}_note"),
    ]
    rows = [[_open(work, public_registers.line(newer, work.today))]] if newer else []
    again = [search_register(work, N_("button.search_again")), buttons.person(work)]
    await press.message.answer("\n\n".join(parts), reply_markup=buttons.under_reply(work, *rows, again))


def _until(work: Work, line: Line) -> str:
    return "\n" + work.say("register.chat.until", on=day(line.expires_on, work.language)) if line.expires_on else ""
