"""Prepackaged goods in a dossier, question by question; every answer is kept in the draft the moment it is given.

What is none of this goes on to the dialogue of dossiers, which reads whole lines, too.
"""

from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import BaseFilter
from aiogram.types import CallbackQuery, Message

from bot import dossier_asking
from bot.awaiting import Awaits
from bot.dossier_asking import FillingIn
from bot.dossier_buttons import PackageStep
from bot.package_asking import MAY_BE_PASSED, OF_PRODUCT, STEPS, given
from bot.work import Work
from db.models import DossierDraft
from domain import quantities
from domain.dossiers import rows as lists
from domain.dossiers.declaration import PACKAGES, Field
from domain.errors import BadLength, BadRowState, NoSuchDraft, OfficeError, TooManyRows
from domain.folding import clean
from domain.quantity_marks.labels import STATES
from domain.questions import asks_plainly
from domain.replies import Reply, reply_of, says_done
from usecases import dossier_drafts

router = Router(name="package_list")

_LONGEST = {"name": 200, "brand": 120, "packaging": 120, "quantity": 60, "label": 60}


class AwaitsPackages(BaseFilter):
    """A draft waits for its prepackaged goods. Gives draft and field."""

    async def __call__(self, event: Message, work: Work) -> bool | dict[str, Any]:
        about = await Awaits(FillingIn.asked)(event, work)
        if not isinstance(about, dict):
            return False
        try:
            draft = dossier_drafts.get_own(work.session, work.contact, int(about["about"]))
        except NoSuchDraft:
            return False
        field = dossier_drafts.declared(draft).field(draft.at)
        return {"draft": draft, "field": field} if field is not None and field.kind == PACKAGES else False


@router.callback_query(PackageStep.filter())
async def pressed(press: CallbackQuery, callback_data: PackageStep, work: Work) -> None:
    await press.answer()
    draft = dossier_drafts.get_own(work.session, work.contact, callback_data.key)
    field = next((one for one in dossier_drafts.declared(draft).fields if one.kind == PACKAGES), None)
    wanted = callback_data.act
    if not isinstance(press.message, Message) or field is None:
        return
    draft.at = field.name
    if wanted in _DEEDS:
        await _DEEDS[wanted](press.message, work, draft, field)
    elif wanted[1:].isdigit() and int(wanted[1:]) < len(STATES) and _half(draft, field).get("step") == "state":
        await _take(press.message, work, draft, field, STATES[int(wanted[1:])])
    else:
        await dossier_asking.ask(press.message, work, draft)


def _half(draft: DossierDraft, field: Field) -> dict[str, Any]:
    return dossier_drafts.half_done(draft, field) or {}


def _keep(work: Work, draft: DossierDraft, field: Field, row: dict[str, str], step: str) -> None:
    dossier_drafts.keep_half_done(draft, field, {"row": row, "step": step}, work.now)


async def _more(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    """Another product."""
    _must_have_room(draft, field)
    _keep(work, draft, field, {}, STEPS[0])
    await dossier_asking.ask(message, work, draft)


async def _again(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    """Another quantity of the last product: name, brand, packaging and state stay."""
    _must_have_room(draft, field)
    if rows := given(draft, field):
        _keep(work, draft, field, {part: rows[-1][part] for part in OF_PRODUCT}, "quantity")
    await dossier_asking.ask(message, work, draft)


def _must_have_room(draft: DossierDraft, field: Field) -> None:
    if (count := len(given(draft, field))) >= field.at_most:
        raise TooManyRows(count=count + 1, limit=field.at_most)


async def _done(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    """On to the next question; a row that was begun is not thrown away by an old button."""
    if _half(draft, field).get("row"):
        await dossier_asking.ask(message, work, draft, work.say("dossier.packages.half"))
        return
    dossier_drafts.keep_half_done(draft, field, None, work.now)
    await dossier_asking.go_on(message, work, draft)


async def _drop(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    dossier_drafts.keep_half_done(draft, field, None, work.now)
    await dossier_asking.ask(message, work, draft)


async def _drop_last(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    dossier_drafts.answer(draft, field, given(draft, field)[:-1], work.now)
    await dossier_asking.ask(message, work, draft)


async def _step_back(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    if half := _half(draft, field):
        _keep(work, draft, field, half["row"], STEPS[max(0, STEPS.index(half["step"]) - 1)])
    await dossier_asking.ask(message, work, draft)


async def _none(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    """Nothing is said to a step that may be passed over."""
    if _half(draft, field).get("step") in MAY_BE_PASSED:
        await _take(message, work, draft, field, "")
    else:
        await dossier_asking.ask(message, work, draft)


_DEEDS = {"more": _more, "again": _again, "done": _done, "drop": _drop, "last": _drop_last, "back": _step_back, "none": _none}


@router.message(AwaitsPackages(), F.text)
async def typed(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    text, half = clean(message.text or ""), _half(draft, field)
    if text in {"?", "？"} or asks_plainly(text):
        raise SkipHandler
    if half:
        await _typed_inside(message, work, draft, field, text)
    elif says_done(text) and given(draft, field):
        await _done(message, work, draft, field)
    elif reply_of(text) in {Reply.SKIP, Reply.BACK} or lists.is_line(PACKAGES, text) or given(draft, field):
        raise SkipHandler  # whole lines stand in place of what was there
    else:
        _keep(work, draft, field, {}, STEPS[0])
        await _take(message, work, draft, field, text)


async def _typed_inside(message: Message, work: Work, draft: DossierDraft, field: Field, text: str) -> None:
    if reply_of(text) is Reply.BACK:
        await _step_back(message, work, draft, field)
    elif reply_of(text) is Reply.SKIP:
        await _none(message, work, draft, field)
    elif lists.is_line(PACKAGES, text):
        await _add_lines(message, work, draft, field, text)
    else:
        await _take(message, work, draft, field, text)


async def _add_lines(message: Message, work: Work, draft: DossierDraft, field: Field, text: str) -> None:
    """Whole lines in the midst of one product: they come behind what is there, in the place of the one that was begun."""
    rows = [*given(draft, field), *lists.read_lines(PACKAGES, text, field.at_most)]
    if len(rows) > field.at_most:
        raise TooManyRows(count=len(rows), limit=field.at_most)
    dossier_drafts.answer(draft, field, rows, work.now)
    dossier_drafts.keep_half_done(draft, field, None, work.now)
    await dossier_asking.ask(message, work, draft)


async def _take(message: Message, work: Work, draft: DossierDraft, field: Field, said: str) -> None:
    """One answer about the row; after the last it is in the list. What cannot be read is asked again, and nothing is guessed."""
    half = _half(draft, field)
    step = half["step"]
    try:
        row = {**half["row"], **_read(step, " ".join(said.split()), len(given(draft, field)) + 1)}
    except OfficeError as refusal:
        await dossier_asking.ask(message, work, draft, work.say(refusal.key, **refusal.facts))
        return
    if step != STEPS[-1]:
        _keep(work, draft, field, row, STEPS[STEPS.index(step) + 1])
    else:
        dossier_drafts.answer(draft, field, [*given(draft, field), lists.package(row)], work.now)
        dossier_drafts.keep_half_done(draft, field, None, work.now)
    await dossier_asking.ask(message, work, draft)


def _read(step: str, text: str, line: int) -> dict[str, str]:
    """What a step adds to the row of this number. Raises the `OfficeError` that says what is wrong."""
    if step == "state":
        state = lists.state_of(text)
        if state is None:
            raise BadRowState(line=line, text=text[:40])
        return {"state": state}
    if step in {"numeral_mm", "mark_mm"}:
        return {step: lists.height_of(text, line)}
    if (not text and step not in MAY_BE_PASSED) or len(text) > _LONGEST[step] or ";" in text:
        raise BadLength(low=1, high=_LONGEST[step])
    if step == "quantity":
        quantity = lists.quantity_of(text)
        return {"quantity": text, "nominal": quantities.plain(quantity.value), "unit": quantity.symbol}
    return {step: text}
