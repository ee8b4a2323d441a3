"""Measuring instruments of one's own firms (phương tiện đo của cơ sở): named on one line, a new day after verification, reminders."""

import re

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import CallbackQuery, Message

from bot import buttons
from bot.awaiting import Awaits, stop_waiting, wait_for
from bot.class_buttons import short
from bot.instrument_showing import NamingInstruments, ask_for_day, show_instrument, show_instruments
from bot.quantity_buttons import InstrumentAct, to_menu
from bot.work import Work
from db.models import MeasuringInstrument, Organisation
from domain.folding import clean
from domain.instruments import day_in, instrument_of
from domain.questions import asks_plainly
from usecases import instruments, organisations

router = Router(name="instruments")
_TAX_CODE = re.compile(r"\d[\d\s.-]{8,16}\d")
_LONGEST_FIRM = 200


@router.callback_query(InstrumentAct.filter())
async def pressed(press: CallbackQuery, callback_data: InstrumentAct, work: Work) -> None:
    """Pressed twice it is done once."""
    await press.answer()
    if not isinstance(press.message, Message):
        return
    if callback_data.act == "new":
        await _new(press.message, work)
    elif callback_data.act == "list":
        await show_instruments(press.message, work)
    elif callback_data.act == "firm":
        await _ask_line(press.message, work, callback_data.key)
    else:
        await _act(press.message, work, instruments.get_own(work.session, work.contact, callback_data.key), callback_data.act)


async def _act(message: Message, work: Work, one: MeasuringInstrument, deed: str) -> None:
    if deed == "day":
        await ask_for_day(message, work, one)
    elif deed == "end":
        instruments.end(work.session, one, work.now)
        await show_instruments(message, work, work.say("instrument.ended", name=one.name))
    else:
        if deed in {"on", "off"}:
            instruments.remind(work.session, one, work.contact, work.now, wanted=deed == "on")
        await show_instrument(message, work, one)


async def _new(message: Message, work: Work) -> None:
    """Of which firm: the one there is, one of several, or one that is named now."""
    firms = organisations.of(work.session, work.contact)
    if not firms:
        wait_for(work, NamingInstruments.firm, True)
        await message.answer(work.say("instrument.ask_firm"), reply_markup=buttons.keyboard([to_menu(work)]))
    elif len(firms) == 1:
        await _ask_line(message, work, firms[0].organisation_id)
    else:
        rows = [[buttons.button(short(_firm(one.organisation)), InstrumentAct(key=one.organisation_id, act="firm"))] for one in firms]
        await message.answer(work.say("instrument.which_firm"), reply_markup=buttons.keyboard(*rows, [to_menu(work)]))


def _firm(organisation: Organisation) -> str:
    return organisation.name or organisation.tax_code


async def _ask_line(message: Message, work: Work, organisation_id: int) -> None:
    if organisation_id not in {one.organisation_id for one in organisations.of(work.session, work.contact)}:
        await show_instruments(message, work)
        return
    wait_for(work, NamingInstruments.line, organisation_id)
    firm = _firm(work.session.get_one(Organisation, organisation_id))
    await message.answer(work.say("instrument.ask_line", firm=firm), reply_markup=buttons.keyboard([to_menu(work)]))


@router.message(Awaits(NamingInstruments.firm), F.text)
async def firm(message: Message, work: Work) -> None:
    """Tax code and name in one text. Naming a firm proves nothing: only what one names oneself is seen."""
    text = clean(message.text or "")
    if asks_plainly(text):
        _let_go(work)
    match = _TAX_CODE.search(text)
    name = (text[: match.start()] + text[match.end() :]).strip(" \n,;:-–") if match else ""
    if match is None or not name or len(name) > _LONGEST_FIRM:
        await message.answer(work.say("instrument.ask_firm"), reply_markup=buttons.keyboard([to_menu(work)]))
        return
    organisation = instruments.firm_named(work.session, work.contact, match.group(), name, work.now)
    await _ask_line(message, work, organisation.id)


@router.message(Awaits(NamingInstruments.line), F.text)
async def line(message: Message, work: Work, about: int) -> None:
    text = clean(message.text or "")
    if asks_plainly(text):
        _let_go(work)
    named = instrument_of(text)
    one = instruments.add(work.session, work.contact, work.session.get_one(Organisation, about), named, work.now)
    if one.valid_until is None:
        await ask_for_day(message, work, one)
        return
    stop_waiting(work)
    await show_instruments(message, work, work.say("instrument.added", name=one.name))


@router.message(Awaits(NamingInstruments.day), F.text)
async def day(message: Message, work: Work, about: int) -> None:
    """The last day of the new verification: one that is over already is asked about again."""
    text = clean(message.text or "")
    if asks_plainly(text):
        _let_go(work)
    one, until = instruments.get_own(work.session, work.contact, about), day_in(text)
    if until < work.today:
        await message.answer(work.say("instrument.day_over", text=text[:40]), reply_markup=buttons.keyboard([to_menu(work)]))
        return
    instruments.verified_again(work.session, one, work.contact, until, work.now)
    stop_waiting(work)
    await show_instrument(message, work, one)


def _let_go(work: Work) -> None:
    """A question in the place of an answer is a question."""
    stop_waiting(work)
    raise SkipHandler
