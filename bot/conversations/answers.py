"""Questions and answers: the sourced answer when sure, up to three choices when fairly sure, a person otherwise."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot import buttons
from bot.handing_over import forget_question, hand_over, last_question, remember_question
from bot.work import Work
from db.models import GivenAnswer, KnowledgeEntry
from domain.folding import clean, words
from locales import day
from usecases import answers
from usecases.answers import CHOICES, Found

router = Router(name="answers")

_TOO_SHORT = 2
"""A message of fewer words that nothing fits is asked about before a person is troubled."""


@router.message(F.text, ~F.text.startswith("/"))
@router.edited_message(F.text, ~F.text.startswith("/"))
async def asked(message: Message, work: Work) -> None:
    question = clean(message.text or "")
    found = work.prepared.found
    remember_question(work, question)
    entries = _entries(work, found) if found.verdict != "unknown" else []
    if not words(question):
        await message.answer(work.say("strays.empty"), reply_markup=buttons.menu(work))
    elif found.verdict == "sure" and entries:
        await _answer(message, work, entries[0], entries[1:], found)
    elif found.verdict == "fairly" and entries:
        await _offer(message, work, entries, found)
    elif len(words(question)) < _TOO_SHORT and not work.conversation.data.get("asked_again"):
        await _ask_again(message, work)
    else:
        await _to_a_person(message, work, question, "not_found")


@router.message(F.photo | F.document)
@router.edited_message(F.photo | F.document)
async def file_came(message: Message, work: Work) -> None:
    """A file outside an enquiry: with words it goes to a person at once; without, it is kept and the wish is asked for, once an album."""
    for refusal in work.refusals:
        await message.answer(work.say(refusal.key, **refusal.facts))
    caption = clean(message.caption or "")
    if caption:  # also where no file was taken: the words are not lost
        await hand_over(message, work, caption, "asked")
    elif work.files and not _same_album(work, message):
        names = ", ".join(file.name for file in work.files)
        await message.answer(work.say("files.kept", names=names), reply_markup=buttons.keyboard([buttons.person(work)]))


@router.callback_query(buttons.Ask.filter())
async def chosen(press: CallbackQuery, callback_data: buttons.Ask, work: Work) -> None:
    await press.answer()
    if not isinstance(press.message, Message):
        return
    entry = answers.servable(work.session, callback_data.entry)
    if entry is None:
        await press.message.answer(work.say("answer.gone"), reply_markup=buttons.keyboard([buttons.person(work)]))
        return
    await _answer(press.message, work, entry, [], Found("sure"))


@router.callback_query(buttons.Helped.filter())
async def helped(press: CallbackQuery, callback_data: buttons.Helped, work: Work) -> None:
    await press.answer()
    given = work.session.get(GivenAnswer, callback_data.answer)
    if given is None or given.contact_id != work.contact.id or not isinstance(press.message, Message):
        return
    had_said = given.helpful
    given.helpful = callback_data.yes
    if callback_data.yes:
        forget_question(work)
        await press.message.answer(work.say("answer.glad"))
    elif had_said is False or not (others := _others(work, given)):
        await _to_a_person(press.message, work, last_question(work), "not_helpful")
    else:
        rows = [[buttons.question(entry)] for entry in others]
        text = work.say("answer.perhaps_these")
        await press.message.answer(text, reply_markup=buttons.keyboard(*rows, [_none_of_these(work)]))


async def _answer(message: Message, work: Work, entry: KnowledgeEntry, near: list[KnowledgeEntry], found: Found) -> None:
    """The entry with its source and as-of date; said only once in a row."""
    data = work.conversation.data
    if data.get("last_entry") == entry.id:
        await message.answer(work.say("answer.just_given"), reply_markup=buttons.keyboard(*_near(near), [buttons.person(work)]))
        return
    given = answers.record(work.session, work.contact, work.message, outcome="answered", now=work.now, entry=entry, found=found)
    work.conversation.data = {**data, "last_entry": entry.id, "asked_again": False}
    verdicts = [
        buttons.button(buttons.caption(work, "button.helpful"), buttons.Helped(answer=given.id, yes=True)),
        buttons.button(buttons.caption(work, "button.not_helpful"), buttons.Helped(answer=given.id, yes=False)),
    ]
    await message.answer(_text(work, entry), reply_markup=buttons.keyboard(verdicts, *_near(near), [buttons.person(work)]))


def _text(work: Work, entry: KnowledgeEntry) -> str:
    language = work.contact.language
    parts = [
        work.say("answer.body", question=entry.question, answer=entry.answer),
        work.say("answer.source", source=entry.source, as_of=day(entry.as_of, entry.language)),
    ]
    if entry.language != language:
        parts.insert(0, work.say("answer.other_language"))
    if entry.certainty != "high":
        parts.append(work.say(f"answer.certainty.{entry.certainty}"))
    return "\n\n".join(parts)


async def _offer(message: Message, work: Work, entries: list[KnowledgeEntry], found: Found) -> None:
    answers.record(work.session, work.contact, work.message, outcome="offered", now=work.now, found=found)
    work.conversation.data = {**work.conversation.data, "last_entry": None, "asked_again": False}
    rows = [[buttons.question(entry)] for entry in entries[:CHOICES]]
    await message.answer(work.say("answer.which"), reply_markup=buttons.keyboard(*rows, [_none_of_these(work)]))


async def _ask_again(message: Message, work: Work) -> None:
    answers.record(work.session, work.contact, work.message, outcome="asked_again", now=work.now)
    work.conversation.data = {**work.conversation.data, "asked_again": True}
    await message.answer(work.say("answer.say_more"), reply_markup=buttons.keyboard([buttons.person(work)]))


async def _to_a_person(message: Message, work: Work, question: str, reason: str) -> None:
    work.conversation.data = {**work.conversation.data, "last_entry": None, "asked_again": False}
    await hand_over(message, work, question, reason)


def _none_of_these(work: Work) -> InlineKeyboardButton:
    return buttons.button(buttons.caption(work, "button.none_of_these"), buttons.Go(wish="person"))


def _near(entries: list[KnowledgeEntry]) -> list[list[InlineKeyboardButton]]:
    return [[buttons.question(entry)] for entry in entries[:2]]


def _entries(work: Work, found: Found) -> list[KnowledgeEntry]:
    return [entry for key in found.ids if (entry := answers.servable(work.session, key)) is not None]


def _others(work: Work, given: GivenAnswer) -> list[KnowledgeEntry]:
    others = (answers.servable(work.session, key) for key, _ in given.scores if key != given.entry_id)
    return [entry for entry in others if entry is not None][:CHOICES]


def _same_album(work: Work, message: Message) -> bool:
    album = message.media_group_id
    is_same = album is not None and work.conversation.data.get("album") == album
    work.conversation.data = {**work.conversation.data, "album": album}
    return is_same
