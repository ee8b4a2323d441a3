"""The measuring instruments of one's own firms (phương tiện đo), as a list and one by one."""

from aiogram.fsm.state import State, StatesGroup
from aiogram.types import InlineKeyboardButton, Message

from bot import buttons
from bot.awaiting import wait_for
from bot.class_buttons import act, short
from bot.quantity_buttons import InstrumentAct, to_menu
from bot.work import Work
from db.models import MeasuringInstrument
from domain.messages import N_
from locales import day, translate
from usecases import instruments

_SOON = 30
"""Days before the end in which it is said that it is near."""
_LISTED = 20


class NamingInstruments(StatesGroup):
    """The next text is a firm, an instrument on one line, or a new day."""

    firm = State()
    line = State()
    day = State()


async def show_instruments(message: Message, work: Work, before: str = "") -> None:
    own = instruments.of_contact(work.session, work.contact)
    lines = [work.say("instrument.list") if own else work.say("instrument.none"), *(line_of(work, one) for one in own[:_LISTED])]
    rows = [[buttons.button(short(_caption(one)), InstrumentAct(key=one.id, act="show"))] for one in own[:_LISTED]]
    new = [act(work, N_("button.instrument_new"), InstrumentAct(key=0, act="new"))]
    text = "\n\n".join(part for part in (before, "\n".join(lines)) if part)
    await message.answer(text, reply_markup=buttons.under_reply(work, *rows, new, [to_menu(work)]))


def _caption(one: MeasuringInstrument) -> str:
    return f"{one.name} · {one.number}" if one.number else one.name


def line_of(work: Work, one: MeasuringInstrument) -> str:
    return work.say("instrument.line", name=_caption(one), firm=one.organisation.name or one.organisation.tax_code, until=_until(work, one))


def _until(work: Work, one: MeasuringInstrument) -> str:
    """Until when, and whether that is over or near."""
    if one.valid_until is None:
        return translate(N_("instrument.no_day"), work.language)
    left = (one.valid_until - work.today).days
    key = N_("instrument.over") if left < 0 else N_("instrument.soon") if left <= _SOON else N_("instrument.until")
    return translate(key, work.language, day=day(one.valid_until, work.language), days=left)


async def show_instrument(message: Message, work: Work, one: MeasuringInstrument) -> None:
    lines = [line_of(work, one)]
    if one.valid_until is not None:
        lines.append(work.say("instrument.reminded" if one.wants_reminders else "instrument.not_reminded"))
    await message.answer("\n".join(lines), reply_markup=buttons.under_reply(work, *_rows(work, one)))


def _rows(work: Work, one: MeasuringInstrument) -> list[list[InlineKeyboardButton]]:
    wanted = (N_("button.no_reminders"), "off") if one.wants_reminders else (N_("button.instrument_reminders"), "on")
    return [
        [act(work, N_("button.instrument_verified"), InstrumentAct(key=one.id, act="day"))],
        [act(work, wanted[0], InstrumentAct(key=one.id, act=wanted[1]))],
        [act(work, N_("button.instrument_end"), InstrumentAct(key=one.id, act="end"))],
        [act(work, N_("button.instrument_list"), InstrumentAct(key=0, act="list")), to_menu(work)],
    ]


async def ask_for_day(message: Message, work: Work, one: MeasuringInstrument) -> None:
    wait_for(work, NamingInstruments.day, one.id)
    await message.answer(work.say("instrument.ask_day", name=_caption(one)), reply_markup=buttons.keyboard([to_menu(work)]))
