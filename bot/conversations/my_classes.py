"""One's own registrations: taking offered seats, replacing or taking out a person, other answers, cancelling, the ticket again."""

from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import BaseFilter
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot import buttons
from bot.awaiting import Awaits, stop_waiting, wait_for
from bot.class_buttons import Change, Seat, ShowClass, ShowMine, act, short
from bot.class_showing import show_registration
from bot.signing_up import question_text
from bot.work import Work
from db.models import ClassQuestion, Registration
from db.models.registration import CONFIRMED, OFFERED
from domain.errors import FileAwaited, NoSuchRegistration, OnePersonOnly
from domain.folding import clean, fold
from domain.messages import N_
from domain.questions import asks_plainly
from domain.training import answer_of, asked, people_of
from domain.wishes import Wish
from usecases import class_notices, sign_up, waiting_list

router = Router(name="my_classes")

_TAKING = {"nhan cho", "toi nhan cho", "em nhan cho", "nhan", "dong y nhan cho", "toi nhan", "take the seats", "take the seat", "i take it"}


class Changing(StatesGroup):
    """What the next text is: another person, or another answer."""

    person = State()
    answer = State()


@router.callback_query(ShowMine.filter())
async def one(press: CallbackQuery, callback_data: ShowMine, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await show_registration(press.message, work, sign_up.get_own(work.session, work.contact, callback_data.key))


@router.callback_query(Seat.filter())
async def seat(press: CallbackQuery, callback_data: Seat, work: Work) -> None:
    """Take the seats that were offered, or let them go to the next."""
    await press.answer()
    mine = sign_up.own(work.session, work.contact, callback_data.key)
    if not callback_data.take:
        await _cancel(press, work, mine)
        return
    sign_up.take(work.session, mine, work.now)
    if isinstance(press.message, Message):
        await show_registration(press.message, work, mine, N_("class.signed_up"))


class TakesInWords(BaseFilter):
    """Seats are held for this contact, and they say that they take them."""

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        if work.with_officer or fold(clean(message.text or "")).strip(" .!") not in _TAKING:
            return False
        offered = [mine for mine in sign_up.list_of(work.session, work.contact) if mine.status == OFFERED]
        return {"key": offered[0].id} if len(offered) == 1 else False


@router.message(F.text, TakesInWords())
async def taken_in_words(message: Message, work: Work, key: int) -> None:
    mine = sign_up.own(work.session, work.contact, key)
    sign_up.take(work.session, mine, work.now)
    await show_registration(message, work, mine, N_("class.signed_up"))


@router.callback_query(Change.filter())
async def change(press: CallbackQuery, callback_data: Change, work: Work) -> None:
    await press.answer()
    mine = sign_up.own(work.session, work.contact, callback_data.key)
    if isinstance(press.message, Message):
        await _ACTS.get(callback_data.act, _choose)(press, press.message, work, mine, callback_data)


def _must_be_changeable(work: Work, mine: Registration) -> None:
    sign_up.must_be_changeable(mine, work.now)


# cancelling


async def _ask_to_cancel(press: CallbackQuery, message: Message, work: Work, mine: Registration, data: Change) -> None:
    if mine.status == CONFIRMED:
        _must_be_changeable(work, mine)
    facts = class_notices.facts(mine, work.language)
    rows = [
        [act(work, N_("button.cancel_surely"), Change(key=mine.id, act="cancel_surely"))],
        [act(work, N_("button.cancel_not"), ShowMine(key=mine.id))],
    ]
    text = work.say("my_classes.cancel_surely", title=facts["title"], names=facts["names"], reference=mine.reference)
    await message.answer(text, reply_markup=buttons.keyboard(*rows))


async def _cancel_surely(press: CallbackQuery, message: Message, work: Work, mine: Registration, data: Change) -> None:
    await _cancel(press, work, mine)


async def _cancel(press: CallbackQuery, work: Work, mine: Registration) -> None:
    sign_up.cancel(work.session, mine, by=sign_up.CITIZEN, now=work.now)
    if isinstance(press.message, Message):
        text = work.say("my_classes.cancelled", title=mine.training_class.title, reference=mine.reference)
        again = act(work, N_("button.class"), ShowClass(key=mine.class_id))
        others = act(work, N_("button.my_classes"), buttons.Go(wish=Wish.MY_CLASSES))
        await press.message.answer(text, reply_markup=buttons.keyboard([again, others]))


async def _ticket(press: CallbackQuery, message: Message, work: Work, mine: Registration, data: Change) -> None:
    if mine.status != CONFIRMED:
        raise NoSuchRegistration
    await show_registration(message, work, mine, N_("class.signed_up"))


# people


async def _replace(press: CallbackQuery, message: Message, work: Work, mine: Registration, data: Change) -> None:
    """Who leaves, where there are several; then who comes."""
    _must_be_changeable(work, mine)
    people = class_notices.present(mine)
    leaving = people[0].id if len(people) == 1 else data.what
    if not leaving:
        await _choose_person(message, work, mine, "replace", N_("my_classes.replace_whom"))
        return
    name = next((person.full_name for person in people if person.id == leaving), None)
    if name is None:
        raise NoSuchRegistration
    wait_for(work, Changing.person, [mine.id, leaving])
    await message.answer(work.say("my_classes.replace_by", name=name), reply_markup=buttons.keyboard([_never_mind(work, mine)]))


async def _take_out(press: CallbackQuery, message: Message, work: Work, mine: Registration, data: Change) -> None:
    _must_be_changeable(work, mine)
    if not data.what:
        await _choose_person(message, work, mine, "out", N_("my_classes.take_out_whom"))
        return
    if waiting_list.size(mine) == 1:
        await _ask_to_cancel(press, message, work, mine, data)
        return
    sign_up.take_out(work.session, mine, data.what, by=sign_up.CITIZEN, now=work.now)
    await show_registration(message, work, mine, N_("my_classes.changed"))


async def _choose_person(message: Message, work: Work, mine: Registration, wanted: str, key: str) -> None:
    people = class_notices.present(mine)
    rows = [[buttons.button(short(person.full_name), Change(key=mine.id, act=wanted, what=person.id))] for person in people]
    await message.answer(work.say(key), reply_markup=buttons.keyboard(*rows, [_never_mind(work, mine)]))


def _never_mind(work: Work, mine: Registration) -> InlineKeyboardButton:
    return act(work, N_("button.never_mind"), ShowMine(key=mine.id))


@router.message(Awaits(Changing.person), F.text)
async def other_person(message: Message, work: Work, about: list[int]) -> None:
    text = clean(message.text or "")
    if asks_plainly(text):
        raise SkipHandler
    mine = sign_up.own(work.session, work.contact, about[0])
    _must_be_changeable(work, mine)
    people = people_of(text)
    if len(people) != 1:
        raise OnePersonOnly
    sign_up.replace(work.session, mine, about[1], people[0], work.now)
    stop_waiting(work)
    await show_registration(message, work, mine, N_("my_classes.changed"))


# answers


async def _answers(press: CallbackQuery, message: Message, work: Work, mine: Registration, data: Change) -> None:
    """Which answer to change, where there are several; then the question."""
    _must_be_changeable(work, mine)
    wanted = _asked(mine, mine.answers)
    if not wanted:
        raise NoSuchRegistration
    if len(wanted) == 1 or data.what:
        question = next((one for one in wanted if one.id == data.what), wanted[0])
        await _ask(message, work, mine, question)
        return
    rows = [[buttons.button(short(one.text), Change(key=mine.id, act="answers", what=one.id))] for one in wanted]
    await message.answer(work.say("my_classes.which_answer"), reply_markup=buttons.keyboard(*rows, [_never_mind(work, mine)]))


def _asked(mine: Registration, answers: dict[str, Any]) -> list[ClassQuestion]:
    names = asked(mine.training_class.questions, answers)
    return [question for question in mine.training_class.questions if question.name in names]


async def _ask(message: Message, work: Work, mine: Registration, question: ClassQuestion) -> None:
    wait_for(work, Changing.answer, [mine.id, question.id])
    rows = [
        [buttons.button(choice, Change(key=mine.id, act=f"choose{number}", what=question.id))]
        for number, choice in enumerate(question.choices)
    ]
    before = mine.answers.get(question.name)
    now = before["name"] if isinstance(before, dict) else before
    text = question_text(work, question) + ("\n" + work.say("my_classes.answer_now", said=now) if now else "")
    await message.answer(text, reply_markup=buttons.keyboard(*rows, [_never_mind(work, mine)]))


async def _choose(press: CallbackQuery, message: Message, work: Work, mine: Registration, data: Change) -> None:
    """One of the choices of a question was pressed."""
    question = _question(mine, data.what)
    number = data.act.removeprefix("choose")
    if not number.isdigit() or int(number) >= len(question.choices):
        raise NoSuchRegistration
    await _set(message, work, mine, question, question.choices[int(number)])


def _question(mine: Registration, key: int) -> ClassQuestion:
    for question in mine.training_class.questions:
        if question.id == key:
            return question
    raise NoSuchRegistration


async def _set(message: Message, work: Work, mine: Registration, question: ClassQuestion, answer: Any) -> None:
    """Keep an answer; a question that only now is asked and has none is asked next."""
    _must_be_changeable(work, mine)
    answers = {**mine.answers, question.name: answer}
    wanted = _asked(mine, answers)
    sign_up.change_answers(mine, {one.name: answers[one.name] for one in wanted if one.name in answers})
    stop_waiting(work)
    if (missing := next((one for one in wanted if one.is_required and one.name not in answers), None)) is not None:
        await _ask(message, work, mine, missing)
        return
    await show_registration(message, work, mine, N_("my_classes.changed"))


@router.message(Awaits(Changing.answer), F.text)
async def other_answer(message: Message, work: Work, about: list[int]) -> None:
    mine = sign_up.own(work.session, work.contact, about[0])
    question = _question(mine, about[1])
    text = clean(message.text or "")
    if question.kind != "choice" and asks_plainly(text):
        raise SkipHandler
    if question.kind == "file":
        raise FileAwaited
    await _set(message, work, mine, question, answer_of(question, text))


@router.message(Awaits(Changing.answer), F.photo | F.document)
async def other_file(message: Message, work: Work, about: list[int]) -> None:
    mine = sign_up.own(work.session, work.contact, about[0])
    question = _question(mine, about[1])
    if question.kind != "file":
        raise SkipHandler
    if not work.files:
        raise work.refusals[0]
    await _set(message, work, mine, question, {"sha256": work.files[0].sha256, "name": work.files[0].name})


_ACTS = {
    "cancel": _ask_to_cancel,
    "cancel_surely": _cancel_surely,
    "ticket": _ticket,
    "replace": _replace,
    "out": _take_out,
    "answers": _answers,
}
