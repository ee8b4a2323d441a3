"""Handing in a dossier, one question a message, as its declaration says.

A text or file is the answer to what was asked last, for two hours (`bot.awaiting`); "?" asks for help with it. Every answer is kept in the
draft's row the moment it is given. A text that plainly asks something goes on to whoever else would have it, and the draft waits.
"""

from dataclasses import replace
from html import escape
from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import CallbackQuery, Message

from bot import albums, buttons, dossier_addresses, dossier_asking
from bot.awaiting import Awaits
from bot.class_buttons import act
from bot.dossier_asking import CONSENT, SUMMARY, UNSORTED, FillingIn, part_of
from bot.dossier_buttons import BeginDossier, DossierStep, HandInDossier, ResumeDossier
from bot.work import FetchedFile, Work
from db.models import Dossier, DossierDraft
from domain import dossiers as declarations
from domain.dossiers.answers import must_fit, read
from domain.dossiers.declaration import ADDRESS, CHOICE, TAX_CODE, TEXT, YES_NO, Field, Paper, Part, is_given
from domain.errors import FileAwaited, NoSuchDraft, OfficeError
from domain.folding import clean
from domain.messages import N_
from domain.questions import asks_plainly
from domain.replies import Reply, reply_of, says_done
from locales import translate
from usecases import contacts, dossier_advice, dossier_drafts, dossier_words

router = Router(name="dossiers")

_LONG = 1000
"""A field that takes so many characters takes a question too: the note to the officer."""


@router.callback_query(BeginDossier.filter())
async def begin(press: CallbackQuery, callback_data: BeginDossier, work: Work) -> None:
    """Begin, or ask whether to go on with what was begun."""
    await press.answer()
    if not isinstance(press.message, Message) or callback_data.kind not in {one.kind for one in declarations.current_types()}:
        return
    begun = [one for one in dossier_drafts.of(work.session, work.contact) if one.kind == callback_data.kind]
    if begun and not callback_data.anew:
        rows = [
            [act(work, N_("button.go_on"), ResumeDossier(key=begun[0].id))],
            [act(work, N_("button.begin_anew"), BeginDossier(kind=callback_data.kind, anew=True))],
        ]
        text = work.say(
            "dossier.begun_before", kind=translate(f"dossier.type.{callback_data.kind}", work.language), step=_progress(begun[0])
        )
        await press.message.answer(text, reply_markup=buttons.keyboard(*rows))
        return
    draft = dossier_drafts.begin(work.session, callback_data.kind, contact=work.contact, language=work.language, now=work.now)
    await dossier_asking.go_on(press.message, work, draft, work.say(f"dossier.purpose.{callback_data.kind}"))


def _progress(draft: DossierDraft) -> str:
    parts = dossier_drafts.parts(draft)
    return f"{sum(is_given(part, draft.answers, draft.papers) for part in parts)}/{len(parts)}"


@router.callback_query(ResumeDossier.filter())
async def resume(press: CallbackQuery, callback_data: ResumeDossier, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await dossier_asking.go_on(press.message, work, dossier_drafts.get_own(work.session, work.contact, callback_data.key))


@router.callback_query(HandInDossier.filter())
async def hand_in(press: CallbackQuery, callback_data: HandInDossier, work: Work) -> None:
    """Pressed again after it was handed in, it says the same again."""
    await press.answer()
    if not isinstance(press.message, Message):
        return
    draft = dossier_drafts.get_own(work.session, work.contact, callback_data.key, any_status=True)
    if draft.dossier_id is not None:
        await dossier_asking.tell_received(press.message, work, work.session.get_one(Dossier, draft.dossier_id))
        return
    if draft.status != dossier_drafts.OPEN:
        raise NoSuchDraft
    await dossier_asking.hand_in(press.message, work, draft)


@router.callback_query(DossierStep.filter())
async def pressed(press: CallbackQuery, callback_data: DossierStep, work: Work) -> None:
    """A button of a part; one of an earlier part answers that part."""
    await press.answer()
    if not isinstance(press.message, Message):
        return
    draft = dossier_drafts.get_own(work.session, work.contact, callback_data.key)
    part = part_of(draft, callback_data.part)
    if callback_data.act in _WHOLE:
        await _WHOLE[callback_data.act](press.message, work, draft, callback_data.part)
    elif part is not None:
        draft.at = part.name
        await _act(press.message, work, draft, part, callback_data.act)
    else:
        await dossier_asking.go_on(press.message, work, draft)


# acts on the draft as a whole


async def _stop(message: Message, work: Work, draft: DossierDraft, _name: str) -> None:
    dossier_asking.stop(work)
    rows = [
        [act(work, N_("button.go_on"), ResumeDossier(key=draft.id))],
        [act(work, N_("button.throw_away"), DossierStep(key=draft.id, part=SUMMARY, act="away"))],
    ]
    await message.answer(work.say("dossier.stopped", days=dossier_drafts.EXPIRE_AFTER.days), reply_markup=buttons.keyboard(*rows))


async def _away(message: Message, work: Work, draft: DossierDraft, _name: str) -> None:
    """Throwing away what took half an hour to type is asked about once."""
    rows = [
        [act(work, N_("button.throw_away_surely"), DossierStep(key=draft.id, part=SUMMARY, act="away_surely"))],
        [act(work, N_("button.go_on"), ResumeDossier(key=draft.id))],
    ]
    await message.answer(work.say("dossier.throw_away_surely", step=_progress(draft)), reply_markup=buttons.keyboard(*rows))


async def _away_surely(message: Message, work: Work, draft: DossierDraft, _name: str) -> None:
    dossier_asking.stop(work)
    dossier_drafts.throw_away(work.session, draft, work.now)
    await message.answer(work.say("dossier.thrown_away"), reply_markup=buttons.menu(work))


async def _back(message: Message, work: Work, draft: DossierDraft, name: str) -> None:
    await dossier_asking.back(message, work, draft, name)


async def _missing(message: Message, work: Work, draft: DossierDraft, _name: str) -> None:
    await dossier_asking.to_missing(message, work, draft)


async def _agree(message: Message, work: Work, draft: DossierDraft, _name: str) -> None:
    contacts.consent(work.session, work.contact, contacts.DOSSIERS, granted=True, now=work.now)
    await dossier_asking.go_on(message, work, draft)


async def _refuse(message: Message, work: Work, draft: DossierDraft, _name: str) -> None:
    """Without consent nothing is handed in; the draft stays."""
    contacts.consent(work.session, work.contact, contacts.DOSSIERS, granted=False, now=work.now)
    rows = [
        [act(work, N_("button.agree"), DossierStep(key=draft.id, part=CONSENT, act="agree"))],
        [act(work, N_("button.throw_away"), DossierStep(key=draft.id, part=SUMMARY, act="away")), buttons.person(work)],
    ]
    await message.answer(work.say("dossier.refused"), reply_markup=buttons.keyboard(*rows))


async def _web(message: Message, work: Work, draft: DossierDraft, _name: str) -> None:
    text, rows = dossier_asking.web_link(work, draft)
    await message.answer(text, reply_markup=buttons.keyboard(*rows))


async def _code(message: Message, work: Work, draft: DossierDraft, _name: str) -> None:
    code = dossier_drafts.new_code(draft, work.key, work.now)
    await message.answer(work.say("dossier.move_code", code=code, minutes=int(dossier_drafts.CODE_LASTS.total_seconds() // 60)))


async def _drop(message: Message, work: Work, draft: DossierDraft, _name: str) -> None:
    """The files that came unasked belong to no paper."""
    draft.papers = {name: files for name, files in draft.papers.items() if name != UNSORTED}
    await dossier_asking.go_on(message, work, draft)


_WHOLE = {
    "stop": _stop,
    "away": _away,
    "away_surely": _away_surely,
    "back": _back,
    "missing": _missing,
    "agree": _agree,
    "refuse": _refuse,
    "web": _web,
    "code": _code,
    "drop": _drop,
}

# acts on a part


async def _act(message: Message, work: Work, draft: DossierDraft, part: Part, wanted: str) -> None:
    before = ""
    if wanted == "help":
        await dossier_asking.ask(message, work, draft, dossier_asking.explained(work, part))
        return
    if wanted == "edit":
        await dossier_asking.ask(message, work, draft)
        return
    if wanted == "skip":
        dossier_drafts.put_off(draft, part, work.now)
    elif isinstance(part, Paper):
        before = _act_on_paper(work, draft, part, wanted)
    elif wanted == "same":
        before = _fill_firm(work, draft)
    elif wanted[1:].isdigit():
        before = _choose(work, draft, part, wanted[0], int(wanted[1:]))
    await dossier_asking.go_on(message, work, draft, before)


def _choose(work: Work, draft: DossierDraft, field: Field, what: str, number: int) -> str:
    """One of the choices of a field, or of the places that an address may mean."""
    if field.kind == ADDRESS and what == dossier_addresses.CHOSEN and draft.answers.get(field.name):
        dossier_addresses.choose(work, draft, field, number)
        return _noted(work, draft, field)
    values = list(dossier_words.captions(field, work.language))
    if number < len(values):
        dossier_drafts.answer(draft, field, values[number], work.now)
    return _noted(work, draft, field)


def _act_on_paper(work: Work, draft: DossierDraft, paper: Paper, wanted: str) -> str:
    there = draft.papers.get(paper.name) or []
    if wanted == "last" and there:
        dossier_drafts.detach(draft, paper, there[-1]["sha256"], work.now)
        return work.say("dossier.file_taken_out", name=there[-1]["name"])
    if wanted == "sort":
        return _sort(work, draft, paper)
    return ""


def _sort(work: Work, draft: DossierDraft, paper: Paper) -> str:
    """The files that came unasked are this paper, those that it takes."""
    waiting = draft.papers.get(UNSORTED) or []
    fitting = [file for file in waiting if file["media_type"] in paper.types]
    for file in fitting:
        dossier_drafts.attach(draft, paper, file, dossier_words.name(paper, work.language), work.now)
    rest = [file for file in waiting if file not in fitting]
    draft.papers = {name: files for name, files in draft.papers.items() if name != UNSORTED} | ({UNSORTED: rest} if rest else {})
    return work.say("dossier.files_noted", count=len(fitting), paper=dossier_words.name(paper, work.language))


def _fill_firm(work: Work, draft: DossierDraft) -> str:
    """Everything that is known of the firm at once, said back."""
    known = dossier_drafts.known_answers(work.session, draft, work.contact)
    filled = dossier_drafts.prefill(draft, known, work.now)
    declared = dossier_drafts.declared(draft)
    fields = [field for field in declared.fields if field.name in filled]
    lines = [
        work.say(
            "dossier.line",
            name=dossier_words.name(field, work.language),
            said=dossier_words.briefly(field, known[field.name], work.language),
        )
        for field in fields
    ]
    return "\n".join([work.say("dossier.filled_in"), *lines]) if lines else ""


def _noted(work: Work, draft: DossierDraft, field: Field) -> str:
    said = dossier_words.briefly(field, draft.answers.get(field.name), work.language)
    noted = work.say("dossier.noted", name=dossier_words.name(field, work.language), said=said)
    advice = dossier_advice.on(work.session, field, draft.answers.get(field.name), work.language, work.today)
    return f"{noted}\n{escape(advice, quote=False)}" if advice else noted


# texts


@router.message(Awaits(FillingIn.asked), F.text)
async def typed(message: Message, work: Work, about: Any) -> None:
    draft = _awaited(work, about)
    text = clean(message.text or "")
    part = part_of(draft, draft.at)
    if text in {"?", "？"} and part is not None:
        await dossier_asking.ask(message, work, draft, dossier_asking.explained(work, part))
    elif _says_stop(text, draft):
        await _stop(message, work, draft, draft.at)
    elif reply_of(text) is Reply.BACK:
        await dossier_asking.back(message, work, draft, draft.at)
    elif _is_question(part, text):
        await _pass_on(message, work, draft)
    elif part is None:
        await _reply(message, work, draft, reply_of(text))
    elif isinstance(part, Paper):
        await _reply_on_paper(message, work, draft, part, text)
    else:
        await _answer(message, work, draft, part, text)


def _says_stop(text: str, draft: DossierDraft) -> bool:
    """ "Dừng"; typed without its marks it may be "đúng" or a name, and stops only where neither is asked for but a decision."""
    plain = text.casefold().strip(" .!")
    return plain == "dừng" or (plain == "dung" and draft.at in {CONSENT, SUMMARY})


def _awaited(work: Work, about: Any) -> DossierDraft:
    """The draft whose answer is awaited; where it is gone, the text is somebody else's."""
    try:
        return dossier_drafts.get_own(work.session, work.contact, int(about))
    except NoSuchDraft as gone:
        raise SkipHandler from gone


def _is_question(part: Part | None, text: str) -> bool:
    """Free words to the officer may ask something; elsewhere a question is no answer."""
    takes_words = isinstance(part, Field) and part.kind == TEXT and part.at_most >= _LONG
    takes_yes = isinstance(part, Field) and part.kind in {CHOICE, YES_NO}
    return asks_plainly(text) and not takes_words and not (takes_yes and "?" not in text)


async def _pass_on(message: Message, work: Work, draft: DossierDraft) -> None:
    if not work.with_officer:
        again = [act(work, N_("button.go_on"), ResumeDossier(key=draft.id))]
        await message.answer(work.say("dossier.question_first"), reply_markup=buttons.keyboard(again))
    raise SkipHandler


async def _reply(message: Message, work: Work, draft: DossierDraft, reply: Reply | None) -> None:
    """Yes in words, to consent and to the summary; anything else is asked again."""
    if reply is Reply.YES and draft.at == CONSENT:
        await _agree(message, work, draft, CONSENT)
    elif reply is Reply.YES and draft.at == SUMMARY:
        await dossier_asking.hand_in(message, work, draft)
    else:
        await dossier_asking.ask(message, work, draft, work.say("sign_up.press_a_button"))


async def _reply_on_paper(message: Message, work: Work, draft: DossierDraft, paper: Paper, text: str) -> None:
    """ "Xong" or "bỏ qua" in words; other words are no file."""
    if reply_of(text) is Reply.SKIP or (reply_of(text) is Reply.YES and draft.papers.get(paper.name)) or says_done(text):
        dossier_drafts.put_off(draft, paper, work.now)
        await dossier_asking.go_on(message, work, draft)
        return
    raise FileAwaited


async def _answer(message: Message, work: Work, draft: DossierDraft, field: Field, text: str) -> None:
    """Keep what was understood, say it back, and go on. What is known of a firm by its tax code is filled in for who may see it."""
    if reply_of(text) is Reply.SKIP and field.kind not in {YES_NO, CHOICE}:
        dossier_drafts.put_off(draft, field, work.now)
        await dossier_asking.go_on(message, work, draft)
        return
    captions = dossier_words.captions(field, work.language)
    try:
        value = read(field, text, captions)
    except OfficeError as refusal:
        await dossier_asking.ask(message, work, draft, work.say(refusal.key, **refusal.facts))
        return
    dossier_drafts.answer(draft, field, value, work.now)
    if field.kind == ADDRESS:
        await _settle_address(message, work, draft, field)
        return
    before = _noted(work, draft, field)
    if field.kind == TAX_CODE and (filled := _fill_firm(work, draft)):
        before += "\n\n" + filled
    await dossier_asking.go_on(message, work, draft, before)


async def _settle_address(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    asked, rows = dossier_addresses.settle(work, draft, field)
    if rows:
        await message.answer(asked, reply_markup=buttons.keyboard(*rows))
        return
    noted = _noted(work, draft, field)
    await dossier_asking.go_on(message, work, draft, f"{noted}\n{asked}" if asked else noted)


# files


@router.message(Awaits(FillingIn.asked), F.photo | F.document)
async def sent_file(message: Message, work: Work, about: Any) -> None:
    """A file for the paper that was asked for; elsewhere it is kept, and asked which paper it is."""
    draft = _awaited(work, about)
    if not work.files:
        raise work.refusals[0]
    part = part_of(draft, draft.at)
    if isinstance(part, Paper):
        await _take_for(message, work, draft, part)
        return
    waiting = [*(draft.papers.get(UNSORTED) or []), *(facts_of(file) for file in work.files)]
    draft.papers = {**draft.papers, UNSORTED: list({file["sha256"]: file for file in waiting}.values())}
    draft.changed_at = work.now
    text = work.say("dossier.which_paper", names=", ".join(file["name"] for file in draft.papers[UNSORTED]))
    await message.answer(text, reply_markup=buttons.keyboard(*dossier_asking.offer_papers(work, draft)))


def facts_of(file: FetchedFile) -> dict[str, Any]:
    """A taken file as drafts keep it."""
    return {"sha256": file.sha256, "name": file.name, "media_type": file.media_type, "size": file.size}


async def _take_for(message: Message, work: Work, draft: DossierDraft, paper: Paper) -> None:
    """One answer for all files that were sent together: what was taken, and what not, and why; then the paper is asked for again."""
    album = albums.gather(message, work)
    not_taken, said = _attach(work, draft, paper)
    taken = tuple(name for name in album.taken if name not in not_taken)
    album = replace(album, taken=taken, refused=tuple(dict.fromkeys([*album.refused, *said])))
    if not taken:
        await dossier_asking.ask(message, work, draft, "\n".join(album.refused))
        return
    text, rows = dossier_asking.asked_again(work, draft)
    noted = work.say("dossier.files_now", count=len(draft.papers[paper.name]), paper=dossier_words.name(paper, work.language))
    await albums.reply(message, work, album, f"{noted}\n\n{text}", keyboard=buttons.keyboard(*rows))


def _attach(work: Work, draft: DossierDraft, paper: Paper) -> tuple[set[str], list[str]]:
    """Keep the files that the paper takes; the names of the others, and the sentences why."""
    caption, kinds = dossier_words.name(paper, work.language), dossier_words.kinds(paper, work.language)
    not_taken, said = set[str](), list[str]()
    for file in work.files:
        try:
            must_fit(paper, name=file.name, media_type=file.media_type, caption=caption, kinds=kinds)
            if dossier_drafts.attach(draft, paper, facts_of(file), caption, work.now):
                continue
            said.append(work.say("dossier.file_there", name=file.name, paper=caption))
        except OfficeError as refusal:
            said.append(work.say(refusal.key, **refusal.facts))
        not_taken.add(file.name)
    return not_taken, said


@router.edited_message(Awaits(FillingIn.asked), F.text)
async def edited(message: Message, work: Work, about: Any) -> None:
    """What was typed before is changed with the buttons, not by editing the message."""
    await dossier_asking.ask(message, work, _awaited(work, about), work.say("sign_up.edited"))
