"""The survey after a class: two marks by buttons, then what should change, in words or not at all."""

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
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
    class_survey.mark(work.session, mine, callback_data.question, callback_data.points, work.now)
    if not isinstance(press.message, Message):
        return
    if callback_data.question == class_survey.CONTENT:
        stars = [
            buttons.button(f"{points}★", Mark(key=mine.id, question=class_survey.ORGANISATION, points=points)) for points in range(1, 6)
        ]
        await press.message.answer(work.say("survey.organisation"), reply_markup=buttons.keyboard(stars))
        return
    wait_for(work, Surveying.words, mine.id)
    await press.message.answer(work.say("survey.words"), reply_markup=buttons.keyboard([act(work, N_("button.skip"), NoWords())]))


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
