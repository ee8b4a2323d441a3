"""One's own dossiers: where they stand, what is still missing, what the firm reports from the national centre, the receipt again."""

from dataclasses import replace
from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot import albums, buttons
from bot.awaiting import Awaits, stop_waiting, wait_for
from bot.class_buttons import act
from bot.dossier_buttons import DossierAct, FillIn, FillItem, ShowDossier, SpeakFor
from bot.dossier_showing import Completing, show_checklist, show_dossier, show_timeline
from bot.work import FetchedFile, Work
from db.models import DemandedItem, Dossier, OrganisationContact
from domain.dossiers.answers import must_fit, read
from domain.dossiers.declaration import CITIZEN, Field, Paper
from domain.errors import DossierMoved, FileAwaited, NoSuchDossier, OfficeError
from domain.folding import clean
from domain.messages import N_
from domain.questions import asks_plainly
from locales import translate
from usecases import dossier_forms, dossier_notices, dossier_words, dossiers, organisations

router = Router(name="my_dossiers")


@router.callback_query(ShowDossier.filter())
async def one(press: CallbackQuery, callback_data: ShowDossier, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await show_dossier(press.message, work, dossiers.get_own(work.session, work.contact, key=callback_data.key))


@router.callback_query(DossierAct.filter())
async def acted(press: CallbackQuery, callback_data: DossierAct, work: Work) -> None:
    """Read the timeline, get the receipt again, or report a step: a withdrawal is asked about once."""
    await press.answer()
    message = press.message
    if not isinstance(message, Message):
        return
    mine = dossiers.get_own(work.session, work.contact, key=callback_data.key, locked=True)
    wanted = callback_data.act
    if wanted == "timeline":
        await show_timeline(message, work, mine)
    elif wanted == "receipt":
        dossiers.resend_receipt(work.session, mine, work.now, to=work.contact)
    elif not wanted.endswith("_surely"):
        await _ask_surely(message, work, mine, wanted)
    else:
        dossiers.move(work.session, mine, wanted.removesuffix("_surely"), contact=work.contact, now=work.now)
        await show_dossier(message, work, mine, work.say("my_dossiers.moved"))


async def _ask_surely(message: Message, work: Work, mine: Dossier, target: str) -> None:
    """A step that cannot be taken back is asked about once, with what it means."""
    way = dossiers.declared(mine).move(mine.status, target)
    if way is None or CITIZEN not in way.by:
        raise DossierMoved(reference=mine.reference)
    rows = [
        [buttons.button(translate(f"dossier.report.{target}", work.language), DossierAct(key=mine.id, act=f"{target}_surely"))],
        [act(work, N_("button.not_now"), ShowDossier(key=mine.id))],
    ]
    state, following = translate(f"dossier.state.{target}", work.language), translate(f"dossier.next.{target}", work.language)
    text = work.say("my_dossiers.surely", reference=mine.reference, state=state, next=following)
    await message.answer(text, reply_markup=buttons.keyboard(*rows))


@router.callback_query(SpeakFor.filter())
async def speak_for(press: CallbackQuery, callback_data: SpeakFor, work: Work) -> None:
    """A confirmed contact of a firm lets another speak for it, or not."""
    await press.answer()
    link = work.session.get(OrganisationContact, callback_data.key, with_for_update={"of": OrganisationContact})
    if link is None or not organisations.speaks_for(work.session, work.contact, link.organisation_id) or link.contact_id == work.contact.id:
        raise NoSuchDossier(reference="")
    organisations.decide(work.session, link, confirmed=callback_data.yes, by=work.contact, now=work.now)
    if isinstance(press.message, Message):
        key = N_("organisation.now_speaks") if callback_data.yes else N_("organisation.now_refused")
        await press.message.answer(work.say(key, person=link.person, firm=link.organisation.name))


# the checklist


@router.callback_query(FillIn.filter())
async def checklist(press: CallbackQuery, callback_data: FillIn, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await show_checklist(press.message, work, dossiers.get_own(work.session, work.contact, key=callback_data.key))


@router.callback_query(FillItem.filter())
async def item(press: CallbackQuery, callback_data: FillItem, work: Work) -> None:
    """Ask for an item, or end it once its files are there."""
    await press.answer()
    if not isinstance(press.message, Message):
        return
    mine = dossiers.get_own(work.session, work.contact, key=callback_data.key, locked=True)
    wanted = dossiers.item_of(work.session, mine, callback_data.item)
    if callback_data.act == "done":
        await _done(press.message, work, mine, wanted)
    elif callback_data.act.startswith("c"):
        field = _field(mine, wanted)
        values = list(dossier_words.captions(field, work.language)) if field else []
        if callback_data.act[1:].isdigit() and int(callback_data.act[1:]) < len(values):
            await _filled(
                press.message, work, mine, dossiers.fill_answer(work.session, mine, wanted, values[int(callback_data.act[1:])], work.now)
            )
    else:
        await _ask(press.message, work, mine, wanted)


def _field(mine: Dossier, wanted: DemandedItem) -> Field | None:
    return dossiers.declared(mine).field(wanted.name) if wanted.kind == dossiers.FIELD else None


async def _ask(message: Message, work: Work, mine: Dossier, wanted: DemandedItem, before: str = "") -> None:
    text, rows = _asked(work, mine, wanted)
    await message.answer(f"{before}\n\n{text}" if before else text, reply_markup=buttons.keyboard(*rows))


def _asked(work: Work, mine: Dossier, wanted: DemandedItem) -> tuple[str, list[list[InlineKeyboardButton]]]:
    """What is wanted, in the officer's words and the declaration's; the next text or file is the answer."""
    wait_for(work, Completing.item, [mine.id, wanted.id])
    part = dossiers.declared(mine).part(wanted.name) if wanted.kind != dossiers.WORDS else None
    name = dossier_notices.part_name(wanted.kind, wanted.name, work.language)
    lines = [work.say("my_dossiers.ask_item", name=name, words=wanted.words)]
    rows = []
    if isinstance(part, Paper):
        lines.append(work.say("dossier.takes", kinds=dossier_words.kinds(part, work.language), most=part.most))
        if sent := dossiers.sent_for(work.session, mine, wanted):
            rows.append([act(work, N_("button.files_done"), FillItem(key=mine.id, item=wanted.id, act="done"), count=len(sent))])
    elif isinstance(part, Field):
        lines.append(work.say("dossier.for_example", example=dossier_words.example(part, work.language)))
        captions = dossier_words.captions(part, work.language)
        rows += [[buttons.button(text, FillItem(key=mine.id, item=wanted.id, act=f"c{at}"))] for at, text in enumerate(captions.values())]
    return "\n".join(lines), [*rows, [act(work, N_("button.checklist"), FillIn(key=mine.id))]]


async def _done(message: Message, work: Work, mine: Dossier, wanted: DemandedItem) -> None:
    if not dossiers.sent_for(work.session, mine, wanted):
        raise FileAwaited
    await _filled(message, work, mine, dossiers.done(work.session, mine, wanted, work.now))


async def _filled(message: Message, work: Work, mine: Dossier, is_all: bool) -> None:
    stop_waiting(work)
    if is_all:
        await show_dossier(message, work, mine, work.say("my_dossiers.all_filled"))
    else:
        await show_checklist(message, work, mine, work.say("my_dossiers.item_noted"))


def _awaited(work: Work, about: Any) -> tuple[Dossier, DemandedItem]:
    """The dossier and item that wait; where it moved on, the text is somebody else's."""
    try:
        mine = dossiers.get_own(work.session, work.contact, key=about[0], locked=True)
        return mine, dossiers.item_of(work.session, mine, about[1])
    except (NoSuchDossier, DossierMoved) as gone:
        raise SkipHandler from gone


@router.message(Awaits(Completing.item), F.text)
async def typed(message: Message, work: Work, about: Any) -> None:
    mine, wanted = _awaited(work, about)
    text, field = clean(message.text or ""), _field(mine, wanted)
    if asks_plainly(text) and wanted.kind != dossiers.WORDS:
        raise SkipHandler
    if wanted.kind == dossiers.PAPER:
        raise FileAwaited
    try:
        value = read(field, text, dossier_words.captions(field, work.language)) if field else text
        if field:
            dossier_forms.must_hold(field, value, work.today)
    except OfficeError as refusal:
        await _ask(message, work, mine, wanted, work.say(refusal.key, **refusal.facts))
        return
    await _filled(message, work, mine, dossiers.fill_answer(work.session, mine, wanted, value, work.now))


@router.message(Awaits(Completing.item), F.photo | F.document)
async def sent_file(message: Message, work: Work, about: Any) -> None:
    """Files for a paper that was asked for, or for something that was asked for in words."""
    mine, wanted = _awaited(work, about)
    if not work.files:
        raise work.refusals[0]
    if wanted.kind == dossiers.FIELD:
        raise SkipHandler
    album = albums.gather(message, work)
    not_taken, said = _take(work, mine, wanted, work.files)
    taken = tuple(name for name in album.taken if name not in not_taken)
    album = replace(album, taken=taken, refused=tuple(dict.fromkeys([*album.refused, *said])))
    if wanted.kind == dossiers.WORDS and taken:
        await _filled(message, work, mine, dossiers.done(work.session, mine, wanted, work.now))
    elif not taken:
        await _ask(message, work, mine, wanted, "\n".join(album.refused))
    else:
        text, rows = _asked(work, mine, wanted)
        name = dossier_notices.part_name(wanted.kind, wanted.name, work.language)
        noted = work.say("dossier.files_now", count=len(dossiers.sent_for(work.session, mine, wanted)), paper=name)
        await albums.reply(message, work, album, f"{noted}\n\n{text}", keyboard=buttons.keyboard(*rows))


def _take(work: Work, mine: Dossier, wanted: DemandedItem, files: list[FetchedFile]) -> tuple[set[str], list[str]]:
    """Keep the files that the paper takes; the names of the others, and the sentences why."""
    paper = dossiers.declared(mine).paper(wanted.name)
    not_taken, said = set[str](), list[str]()
    for file in files:
        facts = {"sha256": file.sha256, "name": file.name, "media_type": file.media_type, "size": file.size}
        try:
            if paper is not None:
                caption, kinds = dossier_words.name(paper, work.language), dossier_words.kinds(paper, work.language)
                must_fit(paper, name=file.name, media_type=file.media_type, caption=caption, kinds=kinds)
            dossiers.fill_paper(work.session, mine, wanted, facts, work.now)
        except OfficeError as refusal:
            said.append(work.say(refusal.key, **refusal.facts))
            not_taken.add(file.name)
    return not_taken, said
