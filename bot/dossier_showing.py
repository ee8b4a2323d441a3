"""Dossiers as a citizen sees them: the services, one's own drafts and dossiers, one with its timeline, the checklist of what is missing."""

from collections.abc import Sequence

from aiogram.fsm.state import State, StatesGroup
from aiogram.types import InlineKeyboardButton, Message

from bot import buttons
from bot.class_buttons import act, short
from bot.dossier_buttons import BeginDossier, DossierAct, FillIn, FillItem, ResumeDossier, ShowDossier
from bot.own_forms import ANNOUNCEMENT, OwnForm
from bot.work import Work
from db.models import DemandedItem, Dossier, DossierDemand, DossierDraft, DossierEvent
from domain import dossiers as declarations
from domain.dossiers.common import NEEDS_MORE
from domain.dossiers.declaration import CITIZEN
from domain.messages import N_
from domain.wishes import Wish
from locales import moment, translate
from usecases import dossier_drafts, dossier_notices, dossiers, paper_layouts, quantity_papers

_DRAFTS = 5


class Completing(StatesGroup):
    """An item of the checklist waits for its answer or file."""

    item = State()


def service_rows(work: Work, family: str) -> list[list[InlineKeyboardButton]]:
    """A button for each procedure of a family."""
    kinds = [one.kind for one in declarations.current_types() if one.family == family]
    return [[buttons.button(translate(f"dossier.type.{kind}", work.language), BeginDossier(kind=kind))] for kind in kinds]


async def show_own(message: Message, work: Work) -> None:
    """One's own drafts and dossiers, each with where it stands."""
    drafts, own = dossier_drafts.of(work.session, work.contact)[:_DRAFTS], dossiers.own(work.session, work.contact)
    if not drafts and not own:
        rows = [row for family in dict.fromkeys(one.family for one in declarations.current_types()) for row in service_rows(work, family)]
        await message.answer(work.say("my_dossiers.none"), reply_markup=buttons.under_reply(work, *rows))
        return
    lines = [_draft_line(work, draft) for draft in drafts] + [_own_line(work, one) for one in own]
    rows = [[act(work, N_("button.continue_dossier"), ResumeDossier(key=one.id), kind=short(_kind(work, one)))] for one in drafts]
    rows += [
        [buttons.button(f"{one.reference} · {translate(f'dossier.state.{one.status}', work.language)}", ShowDossier(key=one.id))]
        for one in own
    ]
    await message.answer("\n\n".join([work.say("my_dossiers.list"), *lines]), reply_markup=buttons.under_reply(work, *rows))


def _kind(work: Work, one: Dossier | DossierDraft) -> str:
    return translate(f"dossier.type.{one.kind}", work.language)


def _draft_line(work: Work, draft: DossierDraft) -> str:
    return work.say("my_dossiers.draft", kind=_kind(work, draft), changed=moment(draft.changed_at, work.language))


def _own_line(work: Work, one: Dossier) -> str:
    return work.say("my_dossiers.line", **dossier_notices.facts(work.session, one, work.language), firm=one.firm)


async def show_dossier(message: Message, work: Work, one: Dossier, before: str = "") -> None:
    """Where it stands since when, with whom, by when, what comes next; and what the firm can do."""
    facts = dossier_notices.facts(work.session, one, work.language)
    lines = [work.say("my_dossiers.one", **facts, firm=one.firm, submitted=moment(one.submitted_at, work.language))]
    if dossiers.is_late(work.session, one, work.now):
        key = "my_dossiers.late" if one.late_reason else "my_dossiers.late_unexplained"
        lines.append(work.say(key, reason=one.late_reason))
    if said := _last_words(work, one):
        lines.append(work.say("my_dossiers.words", words=said))
    text = "\n\n".join(part for part in (before, *lines) if part)
    await message.answer(text, reply_markup=buttons.under_reply(work, *_act_rows(work, one)))


def _last_words(work: Work, one: Dossier) -> str:
    """What an officer wrote with the move that led here."""
    moved = [
        event for event in dossiers.timeline(work.session, one) if event.kind == "moved" and event.status == one.status and event.words
    ]
    return moved[-1].words if moved else ""


def _act_rows(work: Work, one: Dossier) -> list[list[InlineKeyboardButton]]:
    rows = [[act(work, N_("button.fill_in"), FillIn(key=one.id))]] if one.status == NEEDS_MORE else []
    for way in dossiers.declared(one).moves_from(one.status, CITIZEN):
        if one.status == NEEDS_MORE and way.target not in _ENDING:
            continue  # the checklist leads there
        rows.append([buttons.button(translate(f"dossier.report.{way.target}", work.language), DossierAct(key=one.id, act=way.target))])
    if paper_layouts.ANNOUNCEMENT in quantity_papers.fitting(work.session, one):
        rows.append([act(work, N_("button.announcement_form"), OwnForm(kind=ANNOUNCEMENT, key=one.id, year=0))])
    receipt = [act(work, N_("button.receipt_again"), DossierAct(key=one.id, act="receipt"))] if one.receipt_sha256 else []
    return [*rows, [act(work, N_("button.timeline"), DossierAct(key=one.id, act="timeline")), *receipt], [_all(work), buttons.person(work)]]


_ENDING = frozenset({"withdrawn"})


def _all(work: Work) -> InlineKeyboardButton:
    return act(work, N_("button.my_dossiers"), buttons.Go(wish=Wish.DOSSIERS))


async def show_timeline(message: Message, work: Work, one: Dossier) -> None:
    """Everything that happened to it, as the firm may read it."""
    lines = [_event(work, event) for event in dossiers.timeline(work.session, one)]
    rows = [[act(work, N_("button.open_dossier"), ShowDossier(key=one.id))]]
    text = "\n\n".join([work.say("my_dossiers.timeline", reference=one.reference), *lines])
    await message.answer(text, reply_markup=buttons.keyboard(*rows))


def _event(work: Work, event: DossierEvent) -> str:
    facts = {
        "at": moment(event.at, work.language),
        "state": translate(f"dossier.state.{event.status}", work.language),
        "by": event.staff.full_name if event.staff else translate(f"dossier.actor.{event.actor}", work.language),
    }
    line = work.say(f"dossier.event.{event.kind}", **facts)
    return f"{line}\n{work.say('my_dossiers.words', words=event.words)}" if event.words else line


# the checklist


async def show_checklist(message: Message, work: Work, one: Dossier, before: str = "") -> None:
    """What is asked for, item by item; done ones ticked. Raises `DossierMoved` by way of the caller where nothing is."""
    asked = dossiers.open_demand(work.session, one)
    if asked is None:
        await show_dossier(message, work, one, before)
        return
    lines = [work.say("my_dossiers.checklist", reference=one.reference), *(_item(work, item) for item in asked.items)]
    if until := dossier_notices.completion_due(work.session, one, asked, work.language):
        lines.append(until)
    text = "\n".join(lines)
    await message.answer(f"{before}\n\n{text}" if before else text, reply_markup=buttons.under_reply(work, *_item_rows(work, one, asked)))


def _item(work: Work, item: DemandedItem) -> str:
    key = "my_dossiers.item_done" if item.done_at else "my_dossiers.item_open"
    return work.say(key, name=dossier_notices.part_name(item.kind, item.name, work.language), words=item.words)


def _item_rows(work: Work, one: Dossier, asked: DossierDemand) -> list[Sequence[InlineKeyboardButton]]:
    rows: list[Sequence[InlineKeyboardButton]] = [
        [
            buttons.button(
                f"{'☑' if item.done_at else '☐'} {short(dossier_notices.part_name(item.kind, item.name, work.language))}",
                FillItem(key=one.id, item=item.id, act="open"),
            )
        ]
        for item in asked.items
    ]
    return [*rows, [act(work, N_("button.open_dossier"), ShowDossier(key=one.id)), buttons.person(work)]]
