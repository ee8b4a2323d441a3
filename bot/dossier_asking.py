"""Asking for a dossier, one question a message, as its declaration says: place, question, help, back, skip, the summary, handing in."""

from html import escape

from aiogram.fsm.state import State, StatesGroup
from aiogram.types import InlineKeyboardButton, Message

from bot import buttons, package_asking, product_asking
from bot.awaiting import stop_waiting, wait_for
from bot.class_buttons import act, is_loopback, short
from bot.dossier_buttons import DossierStep, HandInDossier, ShowDossier
from bot.work import Work
from db.models import Dossier, DossierDraft
from db.models.dossier import CHAT
from domain.dossiers.declaration import CHOICE, PACKAGES, PRODUCTS, RECOMMENDED, REQUIRED, YES_NO, Field, Paper, Part, is_given
from domain.errors import DossierIncomplete, DossierStopped
from domain.messages import N_
from locales import translate
from usecases import contacts, dossier_drafts, dossier_notices, dossier_words, dossiers, mark_registers, mark_words

CONSENT, SUMMARY, UNSORTED = "consent", "summary", "unsorted"
"""Steps that are no part of the declaration: consent, the summary; and files that came where none was asked for."""

Rows = list[list[InlineKeyboardButton]]
_MOST_EDITS = 10
"""Rows of buttons under a summary: with more of them the button that hands in is out of sight on a phone."""

DIALOGUES = {PRODUCTS: product_asking.asked, PACKAGES: package_asking.asked}
"""Kinds of fields with a dialogue of several steps: from work, draft and field to lines, buttons, and whether it is in the midst of it."""


class FillingIn(StatesGroup):
    """A part of a draft waits for its answer or file."""

    asked = State()


def part_of(draft: DossierDraft, name: str) -> Part | None:
    """A part of the declaration by its name."""
    return dossier_drafts.declared(draft).part(name)


def steps(work: Work, draft: DossierDraft) -> list[str]:
    """What is asked, in order; consent last, and only where it was not given."""
    names = [part.name for part in dossier_drafts.parts(draft)]
    return names if contacts.has_consented(work.session, work.contact, contacts.DOSSIERS) else [*names, CONSENT]


async def go_on(message: Message, work: Work, draft: DossierDraft, before: str = "") -> None:
    """To the first part that was neither answered nor passed over, then consent, then the summary."""
    open_parts = (part.name for part in dossier_drafts.parts(draft) if not dossier_drafts.is_asked(draft, part))
    rest = [CONSENT] if CONSENT in steps(work, draft) else []
    draft.at = next(open_parts, (*rest, SUMMARY)[0])
    await ask(message, work, draft, before)


async def to_missing(message: Message, work: Work, draft: DossierDraft, before: str = "") -> None:
    """To the first required part that is missing, however it was passed over."""
    missing = dossier_drafts.declared(draft).missing(draft.answers, draft.papers)
    draft.at = missing[0].name if missing else SUMMARY
    await ask(message, work, draft, before)


async def back(message: Message, work: Work, draft: DossierDraft, name: str) -> None:
    """To the part before this one."""
    listed = steps(work, draft)
    at = listed.index(name) if name in listed else len(listed)
    draft.at = listed[max(0, at - 1)]
    await ask(message, work, draft)


def stop(work: Work) -> None:
    """Ask no more; the draft stays."""
    stop_waiting(work)


# asking


async def ask(message: Message, work: Work, draft: DossierDraft, before: str = "") -> None:
    """Ask for where the draft stands, after what was understood of the answer before."""
    if draft.at != SUMMARY and draft.at not in steps(work, draft):
        await go_on(message, work, draft, before)
        return
    text, rows = asked_again(work, draft)
    await message.answer("\n\n".join(part for part in (before, text) if part), reply_markup=buttons.keyboard(*rows))


def asked_again(work: Work, draft: DossierDraft) -> tuple[str, Rows]:
    """The words and buttons of where the draft stands; the next text or file is the answer."""
    wait_for(work, FillingIn.asked, draft.id)
    return _summary(work, draft) if draft.at == SUMMARY else _step(work, draft)


def _act(work: Work, draft: DossierDraft, key: str, part: str, what: str, **facts: object) -> InlineKeyboardButton:
    return act(work, key, DossierStep(key=draft.id, part=part, act=what), **facts)


def _step(work: Work, draft: DossierDraft) -> tuple[str, Rows]:
    listed = steps(work, draft)
    kind = translate(f"dossier.type.{draft.kind}", work.language)
    lines = [work.say("dossier.place", number=listed.index(draft.at) + 1, total=len(listed), kind=kind)]
    part, inside = part_of(draft, draft.at), False
    if part is None:
        lines.append(work.say("dossier.ask_consent", consent=work.say(f"consent.{contacts.DOSSIERS}")))
        rows = [[_act(work, draft, N_("button.agree"), CONSENT, "agree")], [_act(work, draft, N_("button.refuse"), CONSENT, "refuse")]]
    elif isinstance(part, Field) and part.kind in DIALOGUES:
        own, rows, inside = DIALOGUES[part.kind](work, draft, part)
        lines += own or _question(work, part)
        rows += [] if inside or own else _answers(work, draft, part)
    else:
        lines += _question(work, part)
        rows = _answers(work, draft, part)
    return "\n".join(lines), [*rows, _moves(work, draft, part, is_first=inside or listed[0] == draft.at, inside=inside)]


def _question(work: Work, part: Part) -> list[str]:
    need = {REQUIRED: [], RECOMMENDED: [work.say("dossier.recommended")]}.get(part.need, [work.say("dossier.optional")])
    lines = [work.say("dossier.question", question=dossier_words.ask(part, work.language)), *need]
    if isinstance(part, Paper):
        return [*lines, work.say("dossier.takes", kinds=dossier_words.kinds(part, work.language), most=part.most)]
    if part.kind not in {CHOICE, YES_NO}:
        lines.append(work.say("dossier.for_example", example=dossier_words.example(part, work.language)))
    return lines


def _answers(work: Work, draft: DossierDraft, part: Part) -> Rows:
    """Buttons that answer a part."""
    if isinstance(part, Paper):
        return _files(work, draft, part)
    rows = [
        [buttons.button(caption, DossierStep(key=draft.id, part=part.name, act=f"c{number}"))]
        for number, caption in enumerate(dossier_words.captions(part, work.language).values())
    ]
    if part.kind == YES_NO:
        rows = [[one for row in rows for one in row]]
    if part.of_firm and (known := dossier_drafts.known_answers(work.session, draft, work.contact)) and not draft.answers.get(part.name):
        rows.append([_act(work, draft, N_("button.same_firm"), part.name, "same", firm=short(str(known.get("firm", ""))))])
    if is_given(part, draft.answers, draft.papers):
        said = dossier_words.briefly(part, draft.answers[part.name], work.language)
        rows.append([_act(work, draft, N_("button.keep_answer"), part.name, "keep", said=short(said))])
    return rows


def _files(work: Work, draft: DossierDraft, paper: Paper) -> Rows:
    there = draft.papers.get(paper.name) or []
    if not there:
        return []
    rows = [[_act(work, draft, N_("button.files_done"), paper.name, "keep", count=len(there))]]
    return [*rows, [_act(work, draft, N_("button.take_out_file"), paper.name, "last", name=short(there[-1]["name"]))]]


def _moves(work: Work, draft: DossierDraft, part: Part | None, *, is_first: bool, inside: bool = False) -> list[InlineKeyboardButton]:
    acts = [] if is_first else [(N_("button.back"), "back")]
    if part is not None and not inside and not is_given(part, draft.answers, draft.papers):
        acts.append((N_("button.later"), "skip") if part.need == REQUIRED else (N_("button.skip"), "skip"))
    if part is not None:
        acts.append((N_("button.explain"), "help"))
    acts.append((N_("button.stop"), "stop"))
    return [_act(work, draft, key, draft.at, what) for key, what in acts]


def explained(work: Work, part: Part) -> str:
    """Why it is asked, an example, and what often goes wrong."""
    lines = [work.say("dossier.why", why=dossier_words.why(part, work.language))]
    if isinstance(part, Field):
        lines.append(work.say("dossier.for_example", example=dossier_words.example(part, work.language)))
    return "\n".join([*lines, work.say("dossier.mistake", mistake=dossier_words.mistake(part, work.language))])


# files that came where none was asked for


def offer_papers(work: Work, draft: DossierDraft) -> Rows:
    """Which paper the unsorted files are, of those that take them."""
    waiting = draft.papers.get(UNSORTED) or []
    takes = [
        part
        for part in dossier_drafts.parts(draft)
        if isinstance(part, Paper) and any(file["media_type"] in part.types for file in waiting)
    ]
    rows = [
        [_act(work, draft, N_("button.is_paper"), part.name, "sort", paper=short(dossier_words.name(part, work.language)))]
        for part in takes
    ]
    return [*rows, [_act(work, draft, N_("button.is_no_paper"), UNSORTED, "drop")]]


# summary


def summary_lines(work: Work, draft: DossierDraft) -> list[str]:
    """Every part with what was said, and what is missing marked as such."""
    missing = {part.name for part in dossier_drafts.declared(draft).missing(draft.answers, draft.papers)}
    lines = []
    for part in dossier_drafts.parts(draft):
        value = draft.papers.get(part.name) if isinstance(part, Paper) else draft.answers.get(part.name)
        said = (
            dossier_words.said_files(value or [], work.language)
            if isinstance(part, Paper)
            else dossier_words.briefly(part, value, work.language)
        )
        key = "dossier.line_missing" if part.name in missing else "dossier.line"
        lines.append(work.say(key, name=dossier_words.name(part, work.language), said=said))
    return lines


def _summary(work: Work, draft: DossierDraft) -> tuple[str, Rows]:
    declared = dossier_drafts.declared(draft)
    missing, weak = declared.missing(draft.answers, draft.papers), declared.weak(draft.answers, draft.papers)
    text = [work.say("dossier.summary", kind=translate(f"dossier.type.{draft.kind}", work.language)), *summary_lines(work, draft), ""]
    text += _compared(work, draft)
    text += [work.say(f"dossier.stop.{field.name}.{draft.answers[field.name]}") for field in declared.stopped(draft.answers)]
    if missing:
        text.append(work.say("dossier.still_missing", count=len(missing)))
        first = [_act(work, draft, N_("button.fill_missing"), SUMMARY, "missing")]
    else:
        text.append(work.say("dossier.check"))
        first = [act(work, N_("button.hand_in_dossier"), HandInDossier(key=draft.id))]
    if weak:
        text.append(work.say("dossier.weak", parts=", ".join(dossier_words.name(part, work.language) for part in weak)))
    edits = _edits(work, draft)
    if len(edits) > _MOST_EDITS:
        edits = [[_act(work, draft, N_("button.edit_something"), SUMMARY, "edits")]]
    rows = [first, *edits]
    return "\n".join(text), [
        *rows,
        [_act(work, draft, N_("button.on_the_web"), SUMMARY, "web"), _act(work, draft, N_("button.elsewhere"), SUMMARY, "code")],
        [_act(work, draft, N_("button.stop"), SUMMARY, "stop")],
    ]


def _compared(work: Work, draft: DossierDraft) -> list[str]:
    """What an announcement made again changes of the last one."""
    found = mark_registers.compared_draft(work.session, draft)
    if found is None:
        return []
    previous, changes = found
    key = N_("mark.again.summary") if changes else N_("mark.again.same")
    said = [escape(line, quote=False) for line in mark_words.changes(changes, work.language)]
    return [work.say(key, number=previous.number), *said, ""]


def _edits(work: Work, draft: DossierDraft) -> Rows:
    """A button for each part, two in a row."""
    edits = [
        _act(work, draft, N_("button.edit"), part.name, "edit", name=short(dossier_words.name(part, work.language)))
        for part in dossier_drafts.parts(draft)
    ]
    return [edits[at : at + 2] for at in range(0, len(edits), 2)]


async def ask_what_to_edit(message: Message, work: Work, draft: DossierDraft) -> None:
    """All parts to choose from, where the summary has no room for them."""
    back = [_act(work, draft, N_("button.back_to_summary"), SUMMARY, "summary")]
    await message.answer(work.say("dossier.what_to_edit"), reply_markup=buttons.keyboard(*_edits(work, draft), back))


def web_link(work: Work, draft: DossierDraft) -> tuple[str, Rows]:
    """A new one-time link to the web form: as a button, or as text where the address is this machine's own."""
    link = f"{work.public_url}/form/{dossier_drafts.new_link(draft, work.now)}"
    if is_loopback(work):
        return work.say("dossier.web_link_text", link=link, days=dossier_drafts.LINK_LASTS.days), []
    row = [InlineKeyboardButton(text=buttons.caption(work, "button.open_form"), url=link)]
    return work.say("dossier.web_link", days=dossier_drafts.LINK_LASTS.days), [row]


# handing in


async def hand_in(message: Message, work: Work, draft: DossierDraft) -> None:
    """Hand in what is complete; else ask for what is missing. Handed in before, it shows the dossier."""
    if draft.papers.get(UNSORTED):
        await message.answer(work.say("dossier.sort_first"), reply_markup=buttons.keyboard(*offer_papers(work, draft)))
        return
    if not contacts.has_consented(work.session, work.contact, contacts.DOSSIERS):
        draft.at = CONSENT
        await ask(message, work, draft)
        return
    try:
        dossier, _ = dossiers.submit(work.session, draft, source=CHAT, contact=work.contact, now=work.now)
    except DossierIncomplete:
        await to_missing(message, work, draft)
        return
    except DossierStopped as stopped:
        draft.at = dossier_drafts.declared(draft).stopped(draft.answers)[0].name
        await ask(message, work, draft, work.say(stopped.key))
        return
    stop_waiting(work)
    await tell_received(message, work, dossier)


async def tell_received(message: Message, work: Work, dossier: Dossier) -> None:
    """The receipt in the chat; the one on paper follows by itself."""
    text = work.say("dossier.received", **dossier_notices.facts(work.session, dossier, work.language))
    rows = [[act(work, N_("button.open_dossier"), ShowDossier(key=dossier.id))]]
    await message.answer(text, reply_markup=buttons.keyboard(*rows))
