"""Printing a label (in nhãn mã vạch): a number, a size, then the files; or the QR code of its GS1 Digital Link."""

import re
from urllib.parse import urlsplit

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import buttons
from bot.awaiting import Awaits, stop_waiting, wait_for
from bot.barcode_buttons import Draw, PrintLabel, act, to_menu
from bot.drawing import OWN_QR, QR, link_to
from bot.memory import SITE, keep, recall
from bot.recorder import StoredInput
from bot.work import Work
from domain import barcode_label as labels
from domain import gs1
from domain.errors import NoLabel
from domain.folding import clean
from domain.messages import N_
from domain.questions import asks_plainly
from locales import translate
from usecases import codes, uploads
from usecases.codes import CodeFinding

router = Router(name="labels")
_SIZES = (80, 100, 120, 150, 200)
_CASE_SIZES = (150, 175, 200)
_PERCENT = re.compile(r"(\d{2,3})(?:[.,]\d+)?\s*%?")
_LONGEST_SITE = 120


class Labelling(StatesGroup):
    """The next text is the number, the size in percent, or the site that the QR code leads to."""

    number = State()
    percent = State()
    site = State()


class LinkSite(CallbackData, prefix="site"):
    """Ask where the QR code of a number is to lead."""

    number: str


@router.callback_query(PrintLabel.filter())
async def begin(press: CallbackQuery, callback_data: PrintLabel, work: Work) -> None:
    await press.answer()
    if not isinstance(press.message, Message):
        return
    if callback_data.number:
        await _ask_size(press.message, work, callback_data.number)
        return
    wait_for(work, Labelling.number, True)
    await press.message.answer(work.say("label.ask_number"), reply_markup=buttons.keyboard([to_menu(work)]))


@router.message(Awaits(Labelling.number), F.text)
async def numbered(message: Message, work: Work) -> None:
    """A text without a digit is no number: it goes on to whoever else would have it."""
    text = message.text or ""
    found = codes.find(text)
    if not found and (asks_plainly(text) or not any(map(str.isdigit, text))):
        stop_waiting(work)
        raise SkipHandler
    await _ask_size(message, work, found[0] if found else text)


async def _ask_size(message: Message, work: Work, text: str) -> None:
    found = _printable(work, text)
    wait_for(work, Labelling.percent, found.number)
    sizes = _CASE_SIZES if len(found.number) == 14 else _SIZES
    row = [buttons.button(f"{percent} %", Draw(number=found.number, percent=percent)) for percent in sizes]
    nominal = labels.label_of(found.number, max(100, sizes[0]))
    width, height = nominal.size
    facts = {"number": found.number, "kind": nominal.bars.kind, "least": sizes[0], "percent": round(nominal.percent)}
    text = work.say("label.ask_size", **facts, width=_mm(work, width), height=_mm(work, height))
    qr_code = [act(work, N_("button.link_qr"), LinkSite(number=found.number))]
    await message.answer(text, reply_markup=buttons.keyboard(row, qr_code, [to_menu(work)]))


def _printable(work: Work, text: str) -> CodeFinding:
    """Raises `NoLabel` with the reason."""
    found = codes.ask(work.session, text)
    if found.kind in {codes.OTHER, codes.ELEMENTS, codes.LINK} or found.doubts:
        raise NoLabel(N_("label.no_number"))
    if found.should_end:
        raise NoLabel(N_("label.wrong_check"), number=found.number)
    if not found.is_label:
        kind = found.prefix.kind if found.prefix else gs1.RESERVED
        raise NoLabel(f"label.not_for.{kind}", number=found.number)
    if found.kind == "upce":
        raise NoLabel(N_("label.upc_e"), number=found.upc_a)
    return found


@router.message(Awaits(Labelling.percent), F.text)
async def sized(message: Message, work: Work, about: str) -> None:
    """A size of one's own, to be confirmed by a button; another number begins anew."""
    text = clean(message.text or "")
    match = _PERCENT.fullmatch(text)
    if match is None and (numbers := codes.find(text)):
        await _ask_size(message, work, numbers[0])
        return
    if match is None:
        stop_waiting(work)
        raise SkipHandler
    percent = int(match[1])
    if not labels.smallest(about) <= percent <= labels.LARGEST:
        raise NoLabel(N_("label.no_size"), least=labels.smallest(about), most=labels.LARGEST)
    row = [act(work, N_("button.print_at"), Draw(number=about, percent=percent), percent=percent)]
    await message.answer(work.say("label.confirm_size", number=about, percent=percent), reply_markup=buttons.keyboard(row))


@router.callback_query(LinkSite.filter())
async def ask_site(press: CallbackQuery, callback_data: LinkSite, work: Work) -> None:
    await press.answer()
    if not isinstance(press.message, Message):
        return
    number = _printable(work, callback_data.number).number
    wait_for(work, Labelling.site, number)
    row = [act(work, N_("button.gs1_resolver"), Draw(number=number, percent=QR))]
    await press.message.answer(work.say("label.ask_site"), reply_markup=buttons.keyboard(row, [to_menu(work)]))


@router.message(Awaits(Labelling.site), F.text)
async def sited(message: Message, work: Work, about: str) -> None:
    text = clean(message.text or "")
    if asks_plainly(text.partition("?")[0]) or " " in text:
        stop_waiting(work)
        raise SkipHandler
    site = _site_of(text)
    keep(work, SITE, site)
    link = link_to(Draw(number=about, percent=OWN_QR), site)
    row = [act(work, N_("button.make_qr"), Draw(number=about, percent=OWN_QR))]
    await message.answer(work.say("label.link", link=link), reply_markup=buttons.keyboard(row, [to_menu(work)]))


def _site_of(text: str) -> str:
    """An address without its query. Raises `NoLabel` for what is none."""
    address = urlsplit(text if "://" in text else f"https://{text}")
    if address.scheme not in {"http", "https"} or "." not in address.netloc.strip(".") or len(text) > _LONGEST_SITE or not text.isascii():
        raise NoLabel(N_("label.no_site"))
    return f"{address.scheme}://{address.netloc}{address.path}".rstrip("/")


@router.callback_query(Draw.filter())
async def send(press: CallbackQuery, callback_data: Draw, work: Work) -> None:
    """What was drawn before the transaction goes out, with its measures."""
    await press.answer()
    if not isinstance(press.message, Message):
        return
    number = _printable(work, callback_data.number).number
    if not work.prepared.drawn:
        raise NoLabel(N_("label.no_size"), least=labels.smallest(number), most=labels.LARGEST)
    stop_waiting(work)
    text = _link_text(work, callback_data) if callback_data.percent in {QR, OWN_QR} else _size_text(work, number, callback_data.percent)
    await press.message.answer(text, reply_markup=buttons.keyboard([act(work, N_("button.print_label"), PrintLabel()), to_menu(work)]))
    for file in work.prepared.drawn:
        uploads.note(work.session, file.sha256, file.size, file.media_type, work.now)
        await press.message.answer_document(StoredInput(file.sha256, file.name, file.media_type))


def _link_text(work: Work, wanted: Draw) -> str:
    return work.say("label.sent_qr", link=link_to(wanted, recall(work, SITE)))


def _size_text(work: Work, number: str, percent: int) -> str:
    label = labels.label_of(number, percent)
    width, height = label.size
    left, right = (quiet * label.module for quiet in label.bars.quiet)
    facts = {
        "kind": label.bars.kind,
        "number": number,
        "percent": percent,
        "width": _mm(work, width),
        "height": _mm(work, height),
        "module": _mm(work, label.module, 3),
        "left": _mm(work, left),
        "right": _mm(work, right),
        "exact": _mm(work, labels.for_pixels(label).percent, 1),
    }
    return work.say("label.sent", **facts)


def _mm(work: Work, value: float, decimals: int = 2) -> str:
    """With the decimal sign of the language."""
    return f"{value:.{decimals}f}".replace(".", translate(N_("label.decimal_sign"), work.language))
