"""Replies to a question: an entry with its source, choices, the wish for more words, the name of the body to ask instead."""

from dataclasses import replace

from aiogram.types import InlineKeyboardButton, Message

from bot import barcode_menu, buttons, quantity_menu
from bot.class_buttons import Fields, act
from bot.class_showing import show_open
from bot.handing_over import UNSURE_TWICE, hand_over
from bot.memory import CONTEXT, LAST_ENTRY, UNSURE, forget, keep, recall
from bot.work import Several, Work
from db.models import KnowledgeEntry
from domain.judgement import FAIRLY, FAR, INSTRUCTIONS, INSULT, NOT_FOUND, OTHERS_DATA, UNCLEAR, Candidate, Decision, Judgement
from domain.messages import N_
from locales import day
from usecases import answering, broadcast_replies, classes, turns

CHOICES, NEAR, CHOICES_OF_SEVERAL = 3, 2, 4
_CLOSE = 200
"""Characters up to which a question serves as the context of the next; of a longer one the entry's own does."""
_TURNED_AWAY = {
    FAR: N_("not_ours.far"),
    INSULT: N_("not_ours.insult"),
    INSTRUCTIONS: N_("not_ours.instructions"),
    OTHERS_DATA: N_("not_ours.others_data"),
}


def entries_of(work: Work, hits: tuple[Candidate, ...]) -> list[KnowledgeEntry]:
    """The entries of the hits that may be shown at this moment, best first."""
    return answering.servable_of(work.session, [hit.entry_id for hit in hits if hit.is_served], work.today)


async def give(message: Message, work: Work, entry: KnowledgeEntry, near: list[KnowledgeEntry], judged: Judgement) -> None:
    """The entry with its source and as-of date; said only once in a row."""
    if recall(work, LAST_ENTRY) == entry.id:
        work.turned(turns.REPEATED, entry=entry, judged=judged)
        keyboard = buttons.under_reply(work, *_rows(near[:NEAR]), [buttons.person(work)])
        await message.answer(work.say("answer.just_given"), reply_markup=keyboard)
        return
    given = work.turned(turns.ANSWERED, entry=entry, judged=judged)
    _settle(work, entry, judged)
    verdicts = [
        buttons.button(buttons.caption(work, "button.helpful"), buttons.Helped(answer=given.id, yes=True)),
        buttons.button(buttons.caption(work, "button.not_helpful"), buttons.Helped(answer=given.id, yes=False)),
    ]
    keyboard = buttons.under_reply(work, verdicts, *_rows(near[:NEAR]), [buttons.person(work)])
    await message.answer(_text(work, entry), reply_markup=keyboard)


async def offer(message: Message, work: Work, entries: list[KnowledgeEntry], judged: Judgement, key: str = N_("answer.which")) -> None:
    """Up to three choices, and none of them."""
    work.turned(turns.OFFERED, judged=judged)
    forget(work, LAST_ENTRY)
    keyboard = buttons.under_reply(work, *_rows(entries[:CHOICES]), [buttons.none_of_these(work)])
    await message.answer(work.say(key), reply_markup=keyboard)


async def ask_back(message: Message, work: Work, question: str) -> None:
    """Choices where the bot is fairly sure, else the wish for more words; a person when it is unsure twice running."""
    judged = work.prepared.judged
    entries = entries_of(work, judged.hits) if judged.reason != UNCLEAR else []
    if judged.reason != UNCLEAR and not entries:
        await hand_over(message, work, question, NOT_FOUND)
        return
    if recall(work, UNSURE):
        await hand_over(message, work, question, UNSURE_TWICE)
        return
    keep(work, UNSURE, True)
    if entries:
        await offer(message, work, entries, judged)
        return
    work.turned(turns.ASKED_AGAIN)
    await message.answer(work.say("answer.say_more"), reply_markup=buttons.under_reply(work, [buttons.person(work)]))


async def offer_several(message: Message, work: Work, several: Several, question: str) -> None:
    """Many questions in one message: the answers that there are, as choices, and the whole message for a person."""
    hits = tuple(hit for judged in several.judged if (hit := _likely(judged)) is not None)
    entries = list({entry.id: entry for entry in entries_of(work, hits)}.values())[:CHOICES_OF_SEVERAL]
    judged = Judgement(Decision.ASK_BACK, FAIRLY, hits, question=question)
    if not entries:
        await hand_over(message, work, question, NOT_FOUND)
        return
    work.turned(turns.OFFERED, judged=judged)
    forget(work, LAST_ENTRY, UNSURE)
    text = work.say("answer.several", asked=several.asked)
    if (more := several.asked - len(several.judged)) > 0:
        text += "\n" + work.say("answer.several_more", read=len(several.judged), more=more)
    keyboard = buttons.under_reply(work, *_rows(entries), [buttons.person(work, N_("button.whole_to_person"))])
    await message.answer(text, reply_markup=keyboard)


async def turn_away(message: Message, work: Work, judged: Judgement) -> None:
    """Not the office's: whom to ask instead, where that is known. Nothing is opened; a person can be had all the same."""
    work.turned(turns.NOT_OURS, judged=judged)
    forget(work, CONTEXT, LAST_ENTRY, UNSURE)
    text = _whom_to_ask(work, judged.subject)
    if work.enquiry is not None:
        text += "\n\n" + work.say("answer.also_in_enquiry", reference=work.enquiry.reference)
    await message.answer(text, reply_markup=buttons.under_reply(work, [buttons.person(work)]))


async def point_to_service(message: Message, work: Work, judged: Judgement) -> None:
    """The open classes; else a service that is not begun in the chat: what the office knows of it, and a person who does it with them."""
    if judged.decision is Decision.START_TRAINING and classes.open_ones(work.session, work.now, limit=1):
        work.turned(turns.SERVICE, judged=judged)
        forget(work, UNSURE)
        await show_open(message, work)
        return
    entries = entries_of(work, judged.hits)[:1]
    work.turned(turns.SERVICE, entry=entries[0] if entries else None, judged=judged)
    forget(work, UNSURE)
    text = work.say(f"service.{judged.decision}")
    for entry in entries:
        _settle(work, entry, judged)
        text += "\n\n" + _text(work, entry)
    fields = [act(work, N_("button.fields"), Fields())] if judged.decision is Decision.START_TRAINING else []
    rows = _SERVICES[judged.decision](work) if judged.decision in _SERVICES else []
    keyboard = buttons.under_reply(work, fields, *rows, [buttons.person(work, N_("button.person_does_it"))])
    await message.answer(text, reply_markup=keyboard)


_SERVICES = {Decision.START_BARCODE: barcode_menu.rows, Decision.START_QUANTITY_MARK: quantity_menu.rows}
"""Services with a menu of their own."""


async def ask_for_known_language(message: Message, work: Work, question: str) -> None:
    """In both languages that are spoken here."""
    work.turned(turns.ASKED_AGAIN, judged=replace(work.prepared.judged, decision=Decision.ASK_BACK, reason="language", question=question))
    keyboard = buttons.keyboard([buttons.person(work, N_("button.person_in_both"))])
    await message.answer(work.say("answer.unknown_language"), reply_markup=keyboard)


def follows_broadcast(work: Work) -> bool:
    """Whether the office told many something, and this is what somebody says to it."""
    if work.message is None or work.message.kind == "button":
        return False
    return work.message.broadcast_id is not None or broadcast_replies.follows_digest(work.session, work.contact, work.now)


def follows_urgent(work: Work) -> bool:
    """Whether the last that the office said was urgent, and this is what somebody says to it in words."""
    is_in_words = work.message is not None and work.message.kind != "button"
    return is_in_words and broadcast_replies.follows_urgent(work.session, work.contact, work.now)


def _likely(judged: Judgement) -> Candidate | None:
    is_likely = judged.decision is Decision.ANSWER or (judged.decision is Decision.ASK_BACK and judged.reason == FAIRLY)
    return judged.served[0] if is_likely and judged.served else None


def _settle(work: Work, entry: KnowledgeEntry, judged: Judgement) -> None:
    """What the next question may live on."""
    is_short = 0 < len(judged.question) <= _CLOSE and judged.decision is Decision.ANSWER
    keep(work, CONTEXT, judged.question if is_short else entry.question)
    keep(work, LAST_ENTRY, entry.id)
    forget(work, UNSURE)


def _whom_to_ask(work: Work, subject: str | None) -> str:
    if subject in _TURNED_AWAY:
        return work.say(_TURNED_AWAY[subject])
    row = answering.not_ours(work.session, subject)
    if row is None:
        return work.say(_TURNED_AWAY[FAR])
    name, body = row.name(work.language), row.ask(work.language)
    if not body:
        return work.say("not_ours.no_body", name=name)
    return work.say("not_ours.ask" if row.verified_by_id else "not_ours.ask_unverified", name=name, body=body)


def _text(work: Work, entry: KnowledgeEntry) -> str:
    parts = [
        work.say("answer.body", question=entry.question, answer=entry.answer),
        work.say("answer.source", source=entry.source, as_of=day(entry.as_of, entry.language)),
    ]
    if entry.language != work.language:
        parts.insert(0, work.say("answer.other_language"))
    if entry.certainty != "high":
        parts.append(work.say(f"answer.certainty.{entry.certainty}"))
    if work.enquiry is not None:
        parts.append(work.say("answer.also_in_enquiry", reference=work.enquiry.reference))
    if work.enquiry is None and follows_broadcast(work):
        parts.append(work.say("answer.after_broadcast", button=work.say("button.person")))
    if entry.review_reason:
        parts.append(work.say("answer.under_review", reason=entry.review_reason))
    return "\n\n".join(parts)


def _rows(entries: list[KnowledgeEntry]) -> list[list[InlineKeyboardButton]]:
    return [[buttons.question(entry)] for entry in entries]
