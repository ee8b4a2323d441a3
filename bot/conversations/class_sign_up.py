"""Signing up for a class, one question a message.

A text or file is the answer to the step that asked last, for two hours (`bot.awaiting`); a text that plainly asks something is not:
it goes on to whoever else would have it, an officer who has the enquiry or the search, and the step keeps waiting. While an officer
has the enquiry, their words end the waiting: what the citizen types then is for them, and buttons or /tiep_tuc go on with the draft.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import CallbackQuery, Message

from bot import buttons, drafts, signing_up
from bot.awaiting import Awaits
from bot.class_buttons import HandIn, Join, Step, act
from bot.class_showing import show_class, show_registration
from bot.drafts import CONSENT, FIRM, PEOPLE, PHONE, SUMMARY, TAX, Draft
from bot.signing_up import SigningUp
from bot.work import Work
from db.models import ClassQuestion
from domain.errors import BadAnswer, FileAwaited, LargerThanClass, NoSuchRegistration, TooManyNames
from domain.folding import clean
from domain.follow_ups import is_bare
from domain.messages import N_
from domain.questions import asks_plainly
from domain.replies import Reply, reply_of
from domain.training import MOST_PEOPLE, Person, answer_of, are_names, people_of, phone_of, tax_code_of
from domain.wishes import Wish
from usecases import classes, contacts, sign_up

router = Router(name="class_sign_up")
_FIRM = 200


@router.callback_query(Join.filter())
async def join(press: CallbackQuery, callback_data: Join, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await signing_up.begin(press.message, work, callback_data.key)


@router.callback_query(HandIn.filter())
async def hand_in(press: CallbackQuery, callback_data: HandIn, work: Work) -> None:
    """Pressed again after it was handed in, it shows what came of it."""
    await press.answer()
    draft = drafts.draft_of(work)
    if not isinstance(press.message, Message):
        return
    if draft is not None and draft.token == callback_data.token:
        await signing_up.hand_in(press.message, work, draft, waits=callback_data.waits)
        return
    try:
        one = sign_up.own_by(work.session, work.contact, token=callback_data.token)
    except NoSuchRegistration:
        await press.message.answer(work.say("strays.old_button"), reply_markup=buttons.menu(work))
        return
    await show_registration(press.message, work, one)


@router.callback_query(Step.filter())
async def pressed(press: CallbackQuery, callback_data: Step, work: Work) -> None:
    """A button of a step; one of an earlier step answers that step."""
    await press.answer()
    draft = drafts.draft_of(work)
    if not isinstance(press.message, Message):
        return
    if draft is None or draft.token != callback_data.token:
        await press.message.answer(work.say("strays.old_button"), reply_markup=buttons.menu(work))
        return
    if callback_data.act not in {"stop", "away"}:
        drafts.must_be_open(work, draft.class_id)
    await _act(press.message, work, draft, callback_data.step, callback_data.act)


async def _act(message: Message, work: Work, draft: Draft, step: str, wanted: str) -> None:
    match wanted:
        case "stop":
            await _stop(message, work, draft)
        case "away":
            signing_up.throw_away(work)
            await message.answer(work.say("sign_up.thrown_away"), reply_markup=buttons.menu(work))
        case "back":
            await signing_up.back(message, work, draft, step)
        case "edit":
            await signing_up.ask(message, work, _at(draft, step))
        case "keep":
            await signing_up.go_on(message, work, draft)
        case "agree" | "refuse":
            await _decide(message, work, draft, agrees=wanted == "agree")
        case _:
            await _fill(message, work, draft, step, wanted)


def _at(draft: Draft, step: str) -> Draft:
    return replace(draft, at=step)


async def _fill(message: Message, work: Work, draft: Draft, step: str, wanted: str) -> None:
    """Answers that a button gives: nothing, the same as last time, the phone behind a name, one of the choices."""
    training_class = classes.get_published(work.session, draft.class_id)
    question = drafts.questions_of(training_class).get(step)
    if wanted == "skip" and drafts.is_optional(step, training_class):
        draft = draft.with_answer(step, "")
    elif wanted == "same" and (last := drafts.last_time(work)):
        draft = replace(draft, said={**draft.said, **last})
    elif wanted == "first" and (phone := drafts.phone_of_people(draft)):
        draft = draft.with_answer(PHONE, phone)
    elif wanted.startswith("c") and question is not None and int(wanted[1:]) < len(question.choices):
        draft = draft.with_answer(step, question.choices[int(wanted[1:])])
    await signing_up.go_on(message, work, draft)


async def _stop(message: Message, work: Work, draft: Draft) -> None:
    signing_up.stop(work)
    again = act(work, N_("button.continue"), buttons.Go(wish=Wish.CONTINUE))
    away = act(work, N_("button.throw_away"), Step(token=draft.token, step=SUMMARY, act="away"))
    await message.answer(work.say("sign_up.stopped"), reply_markup=buttons.keyboard([again], [away]))


async def _decide(message: Message, work: Work, draft: Draft, *, agrees: bool) -> None:
    """Consent, with its proof. Without it nothing is handed in; the draft stays."""
    contacts.consent(work.session, work.contact, contacts.CLASSES, granted=agrees, now=work.now)
    if agrees:
        await signing_up.go_on(message, work, draft)
        return
    rows = [
        [act(work, N_("button.agree"), Step(token=draft.token, step=CONSENT, act="agree"))],
        [act(work, N_("button.throw_away"), Step(token=draft.token, step=SUMMARY, act="away")), buttons.person(work)],
    ]
    await message.answer(work.say("sign_up.refused"), reply_markup=buttons.keyboard(*rows))


# texts and files


@router.message(Awaits(SigningUp.asked), F.text)
async def typed(message: Message, work: Work) -> None:
    draft = drafts.open_draft(work)
    if draft is None:
        raise SkipHandler
    text = clean(message.text or "")
    training_class = classes.get_published(work.session, draft.class_id)
    question = drafts.questions_of(training_class).get(draft.at)
    is_choice = question is not None and question.kind == "choice" and _is_one_of(question, text)
    if asks_plainly(text) and not is_choice:
        await _pass_on(message, work, draft, text)
        return
    reply = reply_of(text)
    if not is_choice and reply is Reply.SKIP and drafts.is_optional(draft.at, training_class):
        await _fill(message, work, draft, draft.at, "skip")
    elif reply is Reply.BACK:
        await signing_up.back(message, work, draft, draft.at)
    elif draft.at == PHONE and (more := _more_people(draft, text)) is not None:
        await _answered(message, work, more)
    elif draft.at in {CONSENT, SUMMARY} or (draft.at in {PEOPLE, PHONE} and reply is not None):
        await _reply(message, work, draft, reply)
    else:
        await _answered(message, work, draft.with_answer(draft.at, _read(draft.at, question, text)))


def _is_one_of(question: ClassQuestion, text: str) -> bool:
    try:
        return bool(answer_of(question, text))
    except BadAnswer:
        return False


async def _pass_on(message: Message, work: Work, draft: Draft, text: str) -> None:
    """A bare "phí bao nhiêu" is about this class; another question is for somebody else, and the draft waits."""
    again = [act(work, N_("button.continue"), buttons.Go(wish=Wish.CONTINUE))]
    if work.with_officer:
        raise SkipHandler
    if is_bare(text):
        await show_class(message, work, draft.class_id, again)
        return
    await message.answer(work.say("sign_up.question_first"), reply_markup=buttons.keyboard(again))
    raise SkipHandler


async def _reply(message: Message, work: Work, draft: Draft, reply: Reply | None) -> None:
    """Yes in words, to what can be answered so; anything else is asked again. "Bỏ qua" is nobody's name."""
    if reply is Reply.YES and draft.at == CONSENT:
        await _decide(message, work, draft, agrees=True)
    elif reply is Reply.YES and draft.at == SUMMARY:
        await signing_up.hand_in(message, work, draft, waits=False)
    elif reply is Reply.YES and draft.at == PHONE and (drafts.last_time(work) or drafts.phone_of_people(draft)):
        await _fill(message, work, draft, PHONE, "same" if drafts.last_time(work) else "first")
    elif draft.at in {PEOPLE, PHONE}:
        await signing_up.ask(message, work, draft, work.say("sign_up.needed"))
    else:
        await signing_up.ask(message, work, draft, work.say("sign_up.press_a_button"))


def _more_people(draft: Draft, text: str) -> Draft | None:
    """Who types one name a message is still naming people when the phone is asked; None for what is no name."""
    if not are_names(text):
        return None
    named = [*drafts.people_of_draft(draft), *people_of(text)]
    if len(named) > MOST_PEOPLE:
        raise TooManyNames(count=len(named), limit=MOST_PEOPLE)
    return replace(draft, at=PEOPLE, said={**draft.said, PEOPLE: _kept(named)})


def _kept(people: Sequence[Person]) -> list[list[str]]:
    return [[one.full_name, one.position, one.phone] for one in people]


def _read(step: str, question: ClassQuestion | None, text: str) -> Any:
    """The answer as the draft keeps it; raises the `OfficeError` that says what is wrong."""
    if question is not None:
        if question.kind == "file":
            raise FileAwaited
        return answer_of(question, text)
    match step:
        case "people":
            return _kept(people_of(text))
        case "phone":
            return phone_of(text)
        case "tax":
            return tax_code_of(text)
        case _:
            return " ".join(text.split())[:_FIRM]


async def _answered(message: Message, work: Work, draft: Draft) -> None:
    """Say back what was understood, where it could be misread, and go on."""
    before = ""
    if draft.at == PEOPLE:
        people = drafts.people_of_draft(draft)
        training_class = classes.get_published(work.session, draft.class_id)
        if len(people) > training_class.seats:
            raise LargerThanClass(title=training_class.title, people=len(people), seats=training_class.seats)
        before = work.say("sign_up.noted_people", people=len(people), names=drafts.said(work, draft, PEOPLE))
    elif draft.at in {PHONE, FIRM, TAX}:
        before = work.say("sign_up.noted", said=drafts.said(work, draft, draft.at))
    await signing_up.go_on(message, work, draft, before)


@router.message(Awaits(SigningUp.asked), F.photo | F.document)
async def sent_file(message: Message, work: Work) -> None:
    """A file where a file was asked for; elsewhere it is nobody's answer."""
    draft = drafts.open_draft(work)
    if draft is None:
        raise SkipHandler
    question = drafts.questions_of(classes.get_published(work.session, draft.class_id)).get(draft.at)
    if question is None or question.kind != "file":
        raise SkipHandler
    if not work.files:
        raise work.refusals[0]
    file = work.files[0]
    await _answered(message, work, draft.with_answer(draft.at, {"sha256": file.sha256, "name": file.name}))


@router.edited_message(Awaits(SigningUp.asked), F.text)
async def edited(message: Message, work: Work) -> None:
    """What was typed before is changed with the buttons, not by editing the message."""
    draft = drafts.open_draft(work)
    if draft is None:
        raise SkipHandler
    await signing_up.ask(message, work, draft, work.say("sign_up.edited"))
