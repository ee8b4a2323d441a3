"""Questions and answers: what was judged before the transaction is said here."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot import albums, buttons
from bot.granting import grant
from bot.handing_over import NOT_HELPFUL, REPLIED, hand_over, last_question
from bot.memory import QUESTION, SPOKEN, forget, keep
from bot.replying import (
    CHOICES,
    ask_back,
    ask_for_known_language,
    entries_of,
    follows_broadcast,
    follows_urgent,
    give,
    offer,
    offer_several,
    point_to_service,
    turn_away,
)
from bot.work import Work
from db.models import GivenAnswer, KnowledgeEntry
from domain.folding import clean, words
from domain.judgement import ASKED, NOT_OURS, Decision, Judgement
from domain.languages import OTHER
from domain.wishes import ROBOT, WELL_WISHING, Wish, acknowledges
from usecases import answering, turns

router = Router(name="answers")

CHOSEN = "chosen"
"""Reason of an answer that the citizen chose."""


@router.message(F.text, ~F.text.startswith("/"))
@router.edited_message(F.text, ~F.text.startswith("/"))
async def asked(message: Message, work: Work) -> None:
    question = clean(message.text or "")
    if work.spoken == OTHER:
        keep(work, QUESTION, question)
        await ask_for_known_language(message, work, question)
        return
    if not words(question):
        work.turned(turns.ASKED_AGAIN)
        await message.answer(work.say("strays.empty"), reply_markup=buttons.menu(work))
        return
    _note_language(work)
    if work.prepared.several is not None:
        keep(work, QUESTION, question)
        await offer_several(message, work, work.prepared.several, question)
    elif work.prepared.judged.decision is Decision.SMALLTALK:
        await _small_talk(message, work)
    elif work.prepared.judged.decision is Decision.STATUS:
        await grant(Wish.STATUS, message, work)
    else:
        keep(work, QUESTION, question)
        await _reply(message, work, question)


def _note_language(work: Work) -> None:
    """What is pressed or added next is answered in the same language, whichever the contact chose once."""
    if work.language != work.contact.language:
        keep(work, SPOKEN, work.language)
    else:
        forget(work, SPOKEN)


async def _reply(message: Message, work: Work, question: str) -> None:
    judged = work.prepared.judged
    match judged.decision:
        case Decision.ANSWER if follows_urgent(work):
            await _replied(message, work, question)
        case Decision.ANSWER:
            await _answer(message, work, question)
        case Decision.ASK_BACK | Decision.HANDOVER if judged.reason != NOT_OURS and follows_broadcast(work):
            await _replied(message, work, question)
        case Decision.ASK_BACK:
            await ask_back(message, work, question)
        case Decision.HANDOVER if judged.reason == NOT_OURS:
            await turn_away(message, work, judged)
        case Decision.HANDOVER:
            await hand_over(message, work, question, judged.reason)
        case _:
            await point_to_service(message, work, judged)


async def _replied(message: Message, work: Work, question: str) -> None:
    """To who wrote the broadcast: what the machine cannot answer for sure is no riddle to be asked back, and what is said to something
    urgent is for people. "Đã nhận" wants nothing."""
    if acknowledges(question):
        await grant(Wish.THANKS, message, work)
    else:
        await hand_over(message, work, question, REPLIED)


async def _answer(message: Message, work: Work, question: str) -> None:
    """Outright, unless the entry was withdrawn a moment ago: then what is left is only offered."""
    judged = work.prepared.judged
    entries = entries_of(work, judged.hits)
    if entries and entries[0].id == judged.hits[0].entry_id:
        await give(message, work, entries[0], entries[1:], judged)
    else:
        await ask_back(message, work, question)


async def _small_talk(message: Message, work: Work) -> None:
    talk = work.prepared.judged.reason
    if talk in {ROBOT, WELL_WISHING}:
        work.turned(turns.SMALL_TALK)
        await message.answer(work.say(f"small_talk.{talk}"), reply_markup=buttons.under_reply(work, [buttons.person(work)]))
    else:
        await grant(Wish(talk), message, work)


@router.message(F.photo | F.document)
@router.edited_message(F.photo | F.document)
async def file_came(message: Message, work: Work) -> None:
    """A file outside an enquiry: with words it goes to a person at once; without, it is kept and the wish is asked for, once an album."""
    album = albums.gather(message, work)
    caption = clean(message.caption or "")
    if caption:  # also where no file was taken: the words are not lost
        await hand_over(message, work, caption, ASKED)
    elif not work.files:
        work.turned(turns.REFUSED)
    elif not album.is_begun:
        work.turned(turns.ASKED_AGAIN)
    await albums.reply(message, work, album, work.say("files.kept"), keyboard=buttons.keyboard([buttons.person(work)]))


@router.callback_query(buttons.Ask.filter())
async def chosen(press: CallbackQuery, callback_data: buttons.Ask, work: Work) -> None:
    await press.answer()
    if not isinstance(press.message, Message):
        return
    entry = answering.servable(work.session, callback_data.entry, work.today)
    if entry is None:
        await press.message.answer(work.say("answer.gone"), reply_markup=buttons.keyboard([buttons.person(work)]))
        return
    await give(press.message, work, entry, [], Judgement(Decision.ASK_BACK, CHOSEN, question=last_question(work)))


@router.callback_query(buttons.NoneOfThese.filter())
async def none_of_these(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await hand_over(press.message, work, last_question(work), NOT_HELPFUL)


@router.callback_query(buttons.Helped.filter())
async def helped(press: CallbackQuery, callback_data: buttons.Helped, work: Work) -> None:
    await press.answer()
    given = work.session.get(GivenAnswer, callback_data.answer)
    if given is None or given.contact_id != work.contact.id or not isinstance(press.message, Message):
        return
    had_said = given.helpful
    given.helpful = callback_data.yes
    if callback_data.yes:
        forget(work, QUESTION)
        await press.message.answer(work.say("answer.glad"))
    elif had_said is False or not (others := _others(work, given)):
        await hand_over(press.message, work, last_question(work), NOT_HELPFUL)
    else:
        await offer(press.message, work, others, work.prepared.judged, "answer.perhaps_these")


def _others(work: Work, given: GivenAnswer) -> list[KnowledgeEntry]:
    others = (answering.servable(work.session, key, work.today) for key, _ in given.scores if key != given.entry_id)
    return [entry for entry in others if entry is not None][:CHOICES]
