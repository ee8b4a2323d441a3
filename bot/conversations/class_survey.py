"""The survey after a class: two marks by buttons, then what should change, in words or not at all."""

from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import BaseFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import buttons
from bot.awaiting import Awaits, stop_waiting, wait_for
from bot.class_buttons import Mark, act
from bot.work import Work
from db.models import Registration
from db.models.registration import CONFIRMED
from db.models.training_class import ARCHIVED, HELD
from domain.errors import NoSuchRegistration
from domain.folding import clean
from domain.messages import N_
from domain.questions import asks_plainly
from domain.replies import Reply, reply_of
from usecases import class_survey, sign_up

router = Router(name="class_survey")


class Surveying(StatesGroup):
    """The next text is what should change."""

    words = State()


class NoWords(CallbackData, prefix="nowords"):
    """Nothing should change, or the survey is left."""


@router.callback_query(Mark.filter(F.points.in_({1, 2, 3, 4, 5}) & F.question.in_({class_survey.CONTENT, class_survey.ORGANISATION})))
async def mark(press: CallbackQuery, callback_data: Mark, work: Work) -> None:
    await press.answer()
    mine = _attended(work, callback_data.key)
    if isinstance(press.message, Message):
        await _marked(press.message, work, mine, callback_data.question, callback_data.points)


async def _marked(message: Message, work: Work, mine: Registration, question: str, points: int) -> None:
    """Keep a mark and ask for what comes next."""
    class_survey.mark(work.session, mine, question, points, work.now)
    if question == class_survey.CONTENT:
        stars = [buttons.button(f"{star}★", Mark(key=mine.id, question=class_survey.ORGANISATION, points=star)) for star in range(1, 6)]
        await message.answer(work.say("survey.organisation"), reply_markup=buttons.keyboard(stars))
        return
    wait_for(work, Surveying.words, mine.id)
    await message.answer(work.say("survey.words"), reply_markup=buttons.keyboard([act(work, N_("button.skip"), NoWords())]))


class MarksInWords(BaseFilter):
    """A number alone, from somebody who was asked for a mark."""

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        text = clean(message.text or "")
        if work.with_officer or not (text.isascii() and text.isdigit() and len(text) < 3):
            return False
        due = class_survey.due(work.session, work.contact, work.now)
        return {"mine": due[0], "question": due[1], "points": int(text)} if due else False


@router.message(F.text, MarksInWords())
async def marked_in_words(message: Message, work: Work, mine: Registration, question: str, points: int) -> None:
    if 1 <= points <= 5:
        await _marked(message, work, mine, question, points)
    else:
        await message.answer(work.say("survey.one_to_five"))


def _attended(work: Work, key: int) -> Registration:
    """One's own registration that had a seat in a class that is over."""
    mine = sign_up.get_own(work.session, work.contact, key)
    if mine.status != CONFIRMED or mine.training_class.status not in {HELD, ARCHIVED}:
        raise NoSuchRegistration
    return mine


@router.callback_query(NoWords.filter())
async def no_words(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    stop_waiting(work)
    if isinstance(press.message, Message):
        await press.message.answer(work.say("survey.thanks"))


@router.message(Awaits(Surveying.words), F.text)
async def words(message: Message, work: Work, about: int) -> None:
    """A text that asks something is a question, not what should change."""
    text = clean(message.text or "")
    stop_waiting(work)
    if asks_plainly(text):
        raise SkipHandler
    if reply_of(text) is not Reply.SKIP:
        class_survey.say(work.session, _attended(work, about), text, work.now)
    await message.answer(work.say("survey.thanks"))
