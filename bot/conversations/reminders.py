"""Reminders in the chat: "nhắc tôi nộp phí ngày 15/6", moving and calling off, the list of all, one's own hours."""

from datetime import time
from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import BaseFilter, Command
from aiogram.types import CallbackQuery, Message

from bot import buttons
from bot.awaiting import Awaits, stop_waiting, wait_for
from bot.class_buttons import act
from bot.memory import AWAITED, recall
from bot.reminder_buttons import Hours, Listed, Off, Own, Pick
from bot.reminding import Reminding, ask_hours, ask_what, ask_when, at_of, choose_hours, plan, remind, show, show_all
from bot.work import Work
from domain import moments
from domain.folding import clean
from domain.messages import N_
from domain.moments import Understood
from domain.own_hours import hours_of, is_said, names_hours
from domain.questions import asks_plainly
from domain.wishes import Wish
from locales import weekday_moment
from usecases import personal_reminders, quiet_hours, reminders

router = Router(name="reminders")


class WantsReminder(BaseFilter):
    """A wish to be reminded, outside an enquiry that an officer has."""

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        wanted = None if work.with_officer else moments.wish_of(message.text or "")
        return {"wanted": wanted} if wanted is not None else False


class SaysOwnHours(BaseFilter):
    """ "Không nhắn trước 8h, sau 20h", "giờ yên tĩnh từ 21h đến 6h", "đừng nhắn tin ban đêm"."""

    async def __call__(self, message: Message, work: Work) -> bool:
        return not work.with_officer and is_said(message.text or "")


@router.message(Command("nhac_toi"))
async def command(message: Message, work: Work, command: Any) -> None:
    stop_waiting(work)
    await (remind(message, work, clean(command.args)) if command.args else ask_what(message, work))


@router.message(F.text, WantsReminder())
async def wanted_in_words(message: Message, work: Work, wanted: str) -> None:
    stop_waiting(work)
    await remind(message, work, wanted)


@router.message(F.text, SaysOwnHours())
async def own_hours(message: Message, work: Work) -> None:
    if not names_hours(message.text or ""):
        await ask_hours(message, work)
        return
    await choose_hours(message, work, hours_of(message.text or "", _usual_hours(work)))


@router.message(Awaits(Reminding.what), F.text)
async def what(message: Message, work: Work, about: list[Any]) -> None:
    text = clean(message.text or "")
    if asks_plainly(text):
        raise SkipHandler
    token, at = about
    if not at:
        await remind(message, work, text)
        return
    await plan(message, work, token, moments.words_of(text), Understood(at_of(at // 60), ""))


@router.message(Awaits(Reminding.when), F.text)
async def when(message: Message, work: Work, about: list[Any]) -> None:
    text = clean(message.text or "")
    if asks_plainly(text):
        raise SkipHandler
    token, words = about
    found = moments.read(text, work.now, work.language)
    if isinstance(found, Understood):
        await plan(message, work, token, words, found)
    else:
        await ask_when(message, work, token, words, found, again=True)


@router.message(Awaits(Reminding.hours), F.text)
async def hours(message: Message, work: Work, about: str) -> None:
    if asks_plainly(message.text or ""):
        raise SkipHandler
    await choose_hours(message, work, hours_of(message.text or "", _usual_hours(work)))


@router.callback_query(Pick.filter())
async def picked(press: CallbackQuery, callback_data: Pick, work: Work) -> None:
    """One of the moments that were offered. Pressed twice it is one reminder."""
    await press.answer()
    if not isinstance(press.message, Message):
        return
    if (known := personal_reminders.by_token(work.session, work.contact, callback_data.token)) is not None:
        await show(press.message, work, known)
        return
    about = recall(work, AWAITED)
    if work.conversation.state != Reminding.when.state or not about or about[0] != callback_data.token:
        await press.message.answer(work.say("strays.old_button"), reply_markup=buttons.menu(work))
        return
    await plan(press.message, work, callback_data.token, about[1], Understood(at_of(callback_data.at), ""))


@router.callback_query(Own.filter())
async def decided(press: CallbackQuery, callback_data: Own, work: Work) -> None:
    await press.answer()
    if not isinstance(press.message, Message):
        return
    row = personal_reminders.get_own(work.session, work.contact, callback_data.key)
    listed = act(work, N_("button.all_reminders"), buttons.Go(wish=Wish.REMINDERS))
    at = weekday_moment(row.at, work.language)
    if callback_data.act == "move":
        wait_for(work, Reminding.when, [f"move{row.id}", row.words])
        await press.message.answer(work.say("reminder.move", words=row.words, at=at))
    elif callback_data.act == "off":
        personal_reminders.call_off(work.session, row, work.now)
        await press.message.answer(work.say("reminder.called_off", name=row.words), reply_markup=buttons.keyboard([listed]))
    else:
        await press.message.answer(work.say("reminder.right", at=at), reply_markup=buttons.keyboard([listed]))


@router.callback_query(Off.filter())
async def off(press: CallbackQuery, callback_data: Off, work: Work) -> None:
    """Call off one of the list."""
    await press.answer()
    row = reminders.get_own(work.session, work.contact, callback_data.key)
    name = reminders.name_of(work.session, row)
    reminders.call_off(work.session, row, work.now)
    if isinstance(press.message, Message):
        listed = act(work, N_("button.all_reminders"), buttons.Go(wish=Wish.REMINDERS))
        await press.message.answer(work.say("reminder.called_off", name=name), reply_markup=buttons.keyboard([listed]))


@router.callback_query(Listed.filter())
async def more(press: CallbackQuery, callback_data: Listed, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await show_all(press.message, work, max(0, callback_data.start))


@router.callback_query(Hours.filter())
async def hours_chosen(press: CallbackQuery, callback_data: Hours, work: Work) -> None:
    await press.answer()
    if not isinstance(press.message, Message):
        return
    if callback_data.chosen == "ask":
        await ask_hours(press.message, work)
        return
    chosen = None if callback_data.chosen == "office" else (_hour(callback_data.chosen[:4]), _hour(callback_data.chosen[5:]))
    await choose_hours(press.message, work, chosen)


def _usual_hours(work: Work) -> tuple[time, time]:
    """Their own; the office's where their own are a night, of which nobody means to keep one end."""
    own = quiet_hours.of(work.session, work.contact)
    usual = own if own.opens < own.closes else quiet_hours.for_all(work.session)
    return usual.opens, usual.closes


def _hour(written: str) -> time:
    return time(int(written[:2]), int(written[2:]))
