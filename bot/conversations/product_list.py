"""A product list in a dossier: a sheet that is read and offered, or products one by one from a photo of the code or a typed number.

Every answer is kept in the draft the moment it is given. What is none of this goes on to the dialogue of dossiers.
"""

from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import BaseFilter
from aiogram.types import CallbackQuery, Message

from bot import buttons, codes, dossier_asking, product_asking
from bot.awaiting import Awaits, stop_waiting
from bot.class_buttons import act
from bot.dossier_asking import FillingIn
from bot.dossier_buttons import TEMPLATE, FillIn, ProductStep
from bot.dossier_showing import Completing, show_dossier
from bot.product_asking import STEPS, typed_rows
from bot.recorder import StoredInput
from bot.work import FetchedFile, Work
from db.models import Dossier, DossierDraft
from domain import gtin, product_list
from domain.dossiers.declaration import COMPANY_PREFIX, PICTURES, PRODUCTS, Field
from domain.errors import DossierMoved, EnoughProducts, NoGoodProducts, NoSuchDossier, NoSuchDraft, OfficeError, ProductListAwaited
from domain.folding import clean
from domain.messages import N_
from domain.product_list import BY_HAND, Fault
from domain.questions import asks_plainly
from domain.replies import Reply, reply_of, says_done
from usecases import codes as known_codes
from usecases import dossier_drafts, dossiers, kept_lists
from usecases.kept_lists import KeptList

router = Router(name="product_list")


class AwaitsList(BaseFilter):
    """A draft waits for its product list. Gives draft and field."""

    async def __call__(self, event: Message, work: Work) -> bool | dict[str, Any]:
        about = await Awaits(FillingIn.asked)(event, work)
        if not isinstance(about, dict):
            return False
        try:
            draft = dossier_drafts.get_own(work.session, work.contact, int(about["about"]))
        except NoSuchDraft:
            return False
        field = dossier_drafts.declared(draft).field(draft.at)
        return {"draft": draft, "field": field} if field is not None and field.kind == PRODUCTS else False


# buttons


@router.callback_query(ProductStep.filter())
async def pressed(press: CallbackQuery, callback_data: ProductStep, work: Work) -> None:
    await press.answer()
    draft = dossier_drafts.get_own(work.session, work.contact, callback_data.key)
    field = kept_lists.field_of(dossier_drafts.declared(draft))
    deed = _DEEDS.get(callback_data.act)
    if not isinstance(press.message, Message) or field is None or deed is None:
        return
    draft.at = field.name
    await deed(press.message, work, draft, field)


async def _send_template(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    """The empty sheet, made before the transaction."""
    await _send(message, work.files[0], work.say("product.template"))
    await dossier_asking.ask(message, work, draft)


async def _send(message: Message, file: FetchedFile, caption: str) -> None:
    await message.answer_document(StoredInput(file.sha256, file.name, file.media_type), caption=caption)


async def _more(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    if len(typed_rows(draft, field)) >= BY_HAND:
        raise EnoughProducts(limit=BY_HAND)
    _keep(work, draft, field, {}, STEPS[0])
    await dossier_asking.ask(message, work, draft)


def _keep(work: Work, draft: DossierDraft, field: Field, row: dict[str, str], step: str) -> None:
    dossier_drafts.keep_half_done(draft, field, {"row": row, "step": step}, work.now)


def _half(draft: DossierDraft, field: Field) -> dict[str, Any]:
    half = dossier_drafts.half_done(draft, field) or {}
    return half if "step" in half else {}


async def _done(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    dossier_drafts.keep_half_done(draft, field, None, work.now)
    await dossier_asking.go_on(message, work, draft)


async def _drop(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    """Forget the product that is being typed, or the sheet that was offered."""
    dossier_drafts.keep_half_done(draft, field, None, work.now)
    await dossier_asking.ask(message, work, draft)


async def _drop_last(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    if rows := typed_rows(draft, field):
        _answer(work, draft, field, rows[:-1])
    await dossier_asking.ask(message, work, draft)


def _answer(work: Work, draft: DossierDraft, field: Field, rows: list[dict[str, str]]) -> None:
    dossier_drafts.answer(draft, field, {"rows": rows, "count": len(rows)} if rows else "", work.now)


async def _step_back(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    if half := _half(draft, field):
        _keep(work, draft, field, half["row"], STEPS[max(0, STEPS.index(half["step"]) - 1)])
    await dossier_asking.ask(message, work, draft)


async def _same(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    """As it was of the product before."""
    rows, half = typed_rows(draft, field), _half(draft, field)
    if rows and half:
        await _take_text(message, work, draft, field, rows[-1].get(half["step"], ""))


async def _usual(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    if _half(draft, field):
        await _take_text(message, work, draft, field, product_asking.USUAL_MARKET)


async def _take(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    """Take the good rows of the sheet that was read; pressed again, it goes on."""
    offered = (dossier_drafts.half_done(draft, field) or {}).get("offered")
    if offered:
        dossier_drafts.answer(draft, field, offered, work.now)
        dossier_drafts.keep_half_done(draft, field, None, work.now)
    await dossier_asking.go_on(message, work, draft, work.say("product.taken", count=offered["count"]) if offered else "")


async def _another(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    dossier_drafts.keep_half_done(draft, field, None, work.now)
    await dossier_asking.ask(message, work, draft, work.say("product.send_mended"))


_DEEDS = {
    TEMPLATE: _send_template,
    "more": _more,
    "done": _done,
    "drop": _drop,
    "last": _drop_last,
    "back": _step_back,
    "same": _same,
    "usual": _usual,
    "take": _take,
    "another": _another,
}

# texts


@router.message(AwaitsList(), F.text)
async def typed(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    text, half = clean(message.text or ""), _half(draft, field)
    if text in {"?", "？"} or asks_plainly(text):
        raise SkipHandler
    if half:
        await _typed_inside(message, work, draft, field, text)
    elif says_done(text) and typed_rows(draft, field):
        await _done(message, work, draft, field)
    elif reply_of(text) in {Reply.SKIP, Reply.BACK}:
        raise SkipHandler
    elif reply_of(text) is Reply.YES and dossier_drafts.half_done(draft, field):
        await _take(message, work, draft, field)
    elif sum(char.isdigit() for char in text) > len(text) / 2:
        await _take_code(message, work, draft, field, text)
    else:
        await dossier_asking.ask(message, work, draft, work.say(ProductListAwaited.key))


async def _typed_inside(message: Message, work: Work, draft: DossierDraft, field: Field, text: str) -> None:
    step = _half(draft, field)["step"]
    if reply_of(text) is Reply.BACK:
        await _step_back(message, work, draft, field)
    elif step == "gtin" and says_done(text):
        await _done(message, work, draft, field)
    elif step == "gtin":
        await _take_code(message, work, draft, field, text)
    else:
        await _take_text(message, work, draft, field, text)


async def _take_code(message: Message, work: Work, draft: DossierDraft, field: Field, text: str) -> None:
    """Check a typed or read number, and go on to the name."""
    rows = typed_rows(draft, field)
    prefix = next((str(draft.answers.get(one.name) or "") for one in _fields(draft) if one.kind == COMPANY_PREFIX), "")
    checked = product_list.check_gtin(text, prefix, product_list.prefixes(known_codes.ranges(work.session)))
    fault, same = checked.fault, next((place for place, row in enumerate(rows, 1) if row["gtin"] == checked.gtin), None)
    if fault is None and same is not None:
        fault = Fault(0, "gtin", N_("product.already_there"), {"place": same, "name": rows[same - 1]["name"]})
    if len(rows) >= BY_HAND:
        raise EnoughProducts(limit=BY_HAND)
    if fault is not None:
        _keep(work, draft, field, {}, "gtin")
        await dossier_asking.ask(message, work, draft, work.say(fault.key, **fault.facts))
        return
    _keep(work, draft, field, {"gtin": checked.gtin}, "name")
    await dossier_asking.ask(message, work, draft)


def _fields(draft: DossierDraft) -> tuple[Field, ...]:
    return dossier_drafts.declared(draft).fields


async def _take_text(message: Message, work: Work, draft: DossierDraft, field: Field, said: str) -> None:
    """One answer about the product; after the last it is in the list."""
    half = _half(draft, field)
    step = half["step"]
    text, fault = product_list.check_text(step, said)
    if fault is not None:
        await dossier_asking.ask(message, work, draft, work.say(fault.key, **fault.facts))
        return
    row = {**half["row"], step: text}
    if step != STEPS[-1]:
        _keep(work, draft, field, row, STEPS[STEPS.index(step) + 1])
    else:
        _answer(work, draft, field, [*typed_rows(draft, field), row | {"producer": _firm(draft)}])
        dossier_drafts.keep_half_done(draft, field, None, work.now)
    await dossier_asking.ask(message, work, draft)


def _firm(draft: DossierDraft) -> str:
    """Who makes the goods where nobody else is named."""
    return next((str(draft.answers.get(one.name) or "") for one in _fields(draft) if one.of_firm == "name"), "")


# files


@router.message(AwaitsList(), F.photo | F.document)
async def sent(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    """A sheet, the photo of a code, or a picture of the product that is being typed; other files go where files go."""
    sheets = [file for file in work.files if file.products is not None]
    half = _half(draft, field)
    if sheets:
        await _offer(message, work, draft, field, sheets[0])
    elif not work.files or any(file.media_type not in PICTURES for file in work.files):
        raise SkipHandler
    elif half and half["step"] != "gtin":
        _keep(work, draft, field, {**half["row"], "image_sha256": work.files[0].sha256}, half["step"])
        await dossier_asking.ask(message, work, draft, work.say("product.picture_noted"))
    else:
        await _read_photo(message, work, draft, field)


async def _offer(message: Message, work: Work, draft: DossierDraft, field: Field, file: FetchedFile) -> None:
    """What is in the sheet, and its faults as a sheet to mend. Without one good row there is nothing to take."""
    if isinstance(file.products, OfficeError):
        await dossier_asking.ask(message, work, draft, work.say(file.products.key, **file.products.facts))
        return
    kept = file.products
    assert kept is not None
    offered = {"offered": dict(kept.answer)} if kept.count else None
    dossier_drafts.keep_half_done(draft, field, offered, work.now)
    await _send_faults(message, work, kept)
    await dossier_asking.ask(message, work, draft, _said(work, kept))


def _said(work: Work, kept: KeptList) -> str:
    lines = [] if kept.count else [work.say(NoGoodProducts.key, faulty=kept.faulty)]
    return "\n".join([*lines, product_asking.preview(work, kept)])


async def _send_faults(message: Message, work: Work, kept: KeptList) -> None:
    if kept.faults_file is not None:
        file = kept.faults_file
        caption = work.say("product.faults_file")
        await message.answer_document(StoredInput(file.sha256, file.name, file.media_type), caption=caption)


async def _read_photo(message: Message, work: Work, draft: DossierDraft, field: Field) -> None:
    """The one code in a photo; of several, or none, the number is typed."""
    found = [one.gtin14 for one in codes.read(work).found if one.gtin14]
    if len(found) == 1:
        await _take_code(message, work, draft, field, gtin.plain(found[0]))
        return
    _keep(work, draft, field, {}, "gtin")
    key = N_("product.several_codes") if found else N_("product.no_code_in_photo")
    await dossier_asking.ask(message, work, draft, work.say(key))


# a list that was asked for again


class AwaitsListAgain(BaseFilter):
    """A sheet came for an item of the checklist that is a product list. Gives dossier, item and sheet."""

    async def __call__(self, event: Message, work: Work) -> bool | dict[str, Any]:
        about = await Awaits(Completing.item)(event, work)
        sheets = [file for file in work.files if file.products is not None]
        return {"about": about["about"], "sheet": sheets[0]} if isinstance(about, dict) and sheets else False


@router.message(AwaitsListAgain(), F.document)
async def sent_again(message: Message, work: Work, about: Any, sheet: FetchedFile) -> None:
    """A list that an officer asked for again is taken whole: with faults it comes back to be mended."""
    try:
        mine = dossiers.get_own(work.session, work.contact, key=about[0], locked=True)
        item = dossiers.item_of(work.session, mine, about[1])
    except (NoSuchDossier, DossierMoved) as gone:
        raise SkipHandler from gone
    if isinstance(sheet.products, OfficeError):
        raise sheet.products
    kept = sheet.products
    assert kept is not None
    if kept.faulty:
        await _send_faults(message, work, kept)
        await message.answer(
            product_asking.preview(work, kept) + "\n\n" + work.say("product.send_mended"), reply_markup=_checklist(work, mine)
        )
        return
    dossiers.fill_answer(work.session, mine, item, dict(kept.answer), work.now)
    stop_waiting(work)
    await show_dossier(message, work, mine, work.say("product.taken", count=kept.count))


def _checklist(work: Work, mine: Dossier) -> Any:
    return buttons.keyboard([act(work, N_("button.checklist"), FillIn(key=mine.id))])
