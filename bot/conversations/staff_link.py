"""Staff link their own chat: "/lien_ket K7M3-Q9XD" with the code of their account in the panel. Anybody else is told so politely."""

import re
from typing import Any

from aiogram import F, Router
from aiogram.filters import BaseFilter, Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot import buttons
from bot.class_buttons import act
from bot.code_tries import count_wrong, may_try
from bot.work import Work
from domain.errors import BadLinkCode, ChatOfAnother
from domain.folding import clean, fold
from domain.messages import N_
from locales import moment
from usecases import staff_contacts

router = Router(name="staff_link")

START = "lk-"
"""Before the code in a link that opens Telegram."""
_LINKING = re.compile(r"^lien ket(?: chat)?(?: voi)?(?: ma)? (?P<code>.{8,12})$")
_UNLINKING = re.compile(r"^(?:huy|bo|ngung) lien ket(?: chat)?(?: nay)?$|^unlink(?: this chat)?$")


class Unlink(CallbackData, prefix="unlink"):
    """This chat is no officer's any more."""


class SaysCode(BaseFilter):
    """ "Liên kết K7M3-Q9XD". What goes on otherwise is a question about something else."""

    async def __call__(self, message: Message) -> bool | dict[str, Any]:
        said = _LINKING.match(fold(clean(message.text or "")))
        code = staff_contacts.read_code(said["code"]) if said else ""
        return {"code": code} if code else False


class UnlinksOwn(BaseFilter):
    """ "Hủy liên kết", in a chat that is linked."""

    async def __call__(self, message: Message, work: Work) -> bool:
        said = _UNLINKING.match(fold(clean(message.text or "")).strip(" .!"))
        return said is not None and staff_contacts.owner(work.session, work.contact) is not None


@router.message(Command("lien_ket"))
async def command(message: Message, work: Work, command: Any) -> None:
    await (_link(message, work, command.args) if command.args else _tell_standing(message, work))


@router.message(Command("start", magic=F.args.startswith(START)))
async def opened_by_link(message: Message, work: Work, command: Any) -> None:
    await _link(message, work, command.args.removeprefix(START))


@router.message(F.text, SaysCode())
async def in_words(message: Message, work: Work, code: str) -> None:
    await _link(message, work, code)


async def _link(message: Message, work: Work, code: str) -> None:
    may_try(work)
    try:
        person = staff_contacts.link(work.session, work.contact, code, work.key, work.now)
    except (BadLinkCode, ChatOfAnother) as refusal:
        count_wrong(work)
        await message.answer(work.say(refusal.key), reply_markup=buttons.menu(work))
        return
    await message.answer(work.say("staff_chat.linked", name=person.full_name or person.email), reply_markup=_unlinking(work))


async def _tell_standing(message: Message, work: Work) -> None:
    if (found := staff_contacts.owner(work.session, work.contact)) is None:
        await message.answer(work.say("staff_chat.how"), reply_markup=buttons.menu(work))
        return
    person, since = found
    text = work.say("staff_chat.standing", name=person.full_name or person.email, since=moment(since, work.language))
    await message.answer(text, reply_markup=_unlinking(work))


def _unlinking(work: Work) -> Any:
    return buttons.keyboard([act(work, N_("button.unlink"), Unlink())])


@router.message(Command("huy_lien_ket"))
@router.message(F.text, UnlinksOwn())
async def unlink(message: Message, work: Work) -> None:
    was_linked = staff_contacts.unlink_here(work.session, work.contact, work.now)
    await message.answer(work.say("staff_chat.unlinked" if was_linked else "staff_chat.not_linked"), reply_markup=buttons.menu(work))


@router.callback_query(Unlink.filter())
async def pressed(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await unlink(press.message, work)
