"""Reminders as a citizen sees them: what was understood is shown back, what was not is asked; the list of all, and one's own hours."""

from datetime import UTC, datetime, time, timedelta

from aiogram.fsm.state import State, StatesGroup
from aiogram.types import InlineKeyboardButton, Message

from bot import buttons
from bot.awaiting import stop_waiting, wait_for
from bot.class_buttons import act, short
from bot.reminder_buttons import Hours, Listed, Off, Own, Pick
from bot.work import Work
from db.models import PersonalReminder, Reminder
from domain import moments
from domain.messages import N_
from domain.moments import MORNING, Understood
from domain.wishes import Wish
from domain.worktime import ZONE
from locales import translate, weekday_moment
from usecases import personal_reminders, quiet_hours, reminders

AT_ONCE = 8
"""Reminders that one message lists."""
USUAL_HOURS = ("0800-2000", "0700-2100")

_WHY = {
    moments.LUNAR: N_("reminder.why.lunar"),
    moments.PAST: N_("reminder.why.past"),
    moments.NO_SUCH_DAY: N_("reminder.why.no_such_day"),
    moments.WHICH: N_("reminder.why.which"),
    moments.WEEKDAY: N_("reminder.why.weekday"),
}


class Reminding(StatesGroup):
    """What the next text says: what to remind of, when, or from when until when messages may come."""

    what = State()
    when = State()
    hours = State()


async def ask_what(message: Message, work: Work, at: datetime | None = None) -> None:
    """What to remind of; the moment may be known."""
    wait_for(work, Reminding.what, [_token(work), int(at.timestamp()) if at else 0])
    text = work.say("reminder.what_at", at=weekday_moment(at, work.language)) if at else work.say("reminder.what")
    await message.answer(text, reply_markup=buttons.keyboard([_never_mind(work)]))


async def remind(message: Message, work: Work, text: str) -> None:
    """Plan what a text wants, or ask for what it does not say."""
    found = moments.read(text, work.now, work.language)
    if isinstance(found, Understood) and found.words:
        await plan(message, work, _token(work), found.words, found)
    elif isinstance(found, Understood):
        await ask_what(message, work, found.at)
    elif not (words := found.words if found else moments.words_of(text)):
        await ask_what(message, work)
    else:
        await ask_when(message, work, _token(work), words, found)


async def ask_when(message: Message, work: Work, token: str, words: str, found: moments.Unclear | None, *, again: bool = False) -> None:
    """When, with the moments that may be meant, or usual ones."""
    wait_for(work, Reminding.when, [token, words])
    options = found.options if found is not None and found.why in {moments.WHICH, moments.WEEKDAY} else _usual(work)
    if found is not None:
        said = weekday_moment(found.options[0], work.language) if found.options else ""
        text = work.say(_WHY[found.why], words=words, at=said)
    else:
        text = work.say("reminder.when_again" if again else "reminder.when", words=words)
    rows = [[_option(work, token, at)] for at in options]
    await message.answer(text, reply_markup=buttons.keyboard(*rows, [_never_mind(work)]))


def _usual(work: Work) -> tuple[datetime, ...]:
    """Tomorrow and a week from today, in the morning."""
    return tuple(datetime.combine(work.today + timedelta(days=days), MORNING, ZONE) for days in (1, 7))


def _option(work: Work, token: str, at: datetime) -> InlineKeyboardButton:
    return buttons.button(weekday_moment(at, work.language), Pick(token=token, at=int(at.timestamp()) // 60))


def _never_mind(work: Work) -> InlineKeyboardButton:
    return act(work, N_("button.reminder_never_mind"), buttons.Go(wish=Wish.CANCEL))


def _token(work: Work) -> str:
    """Of the message that asks: handed in twice it is one reminder."""
    return f"m{work.message.id}" if work.message is not None else f"c{work.contact.id}-{int(work.now.timestamp())}"


async def plan(message: Message, work: Work, token: str, words: str, found: Understood) -> None:
    """Write it down, or move the one whose moment was asked for anew, and show back what was understood."""
    if token.startswith("move"):
        row = personal_reminders.get_own(work.session, work.contact, int(token.removeprefix("move")))
        personal_reminders.move(work.session, row, found.at, work.now, work.language)
    else:
        row = personal_reminders.ask(work.session, work.contact, token, words, found.at, work.now)
    stop_waiting(work)
    await show(message, work, row, is_next_year=found.is_next_year, is_again=found.is_again)


async def show(message: Message, work: Work, row: PersonalReminder, *, is_next_year: bool = False, is_again: bool = False) -> None:
    """What was understood, to be confirmed, changed or called off."""
    text = work.say("reminder.planned", words=row.words, at=weekday_moment(row.at, work.language))
    if is_next_year:
        text += "\n" + work.say("reminder.next_year", year=row.at.astimezone(ZONE).year)
    if is_again:
        text += "\n" + work.say("reminder.once")
    choices = [
        [act(work, N_("button.reminder_right"), Own(key=row.id, act="right"))],
        [
            act(work, N_("button.reminder_move"), Own(key=row.id, act="move")),
            act(work, N_("button.reminder_off"), Own(key=row.id, act="off")),
        ],
    ]
    await message.answer(text, reply_markup=buttons.keyboard(*choices))


def at_of(minutes: int) -> datetime:
    """The moment on a button."""
    return datetime.fromtimestamp(minutes * 60, UTC)


# the list


async def show_all(message: Message, work: Work, start: int = 0) -> None:
    """Everything that this contact will be reminded of, each to be called off, and the hours in which it comes."""
    listed = reminders.ahead(work.session, work.contact)
    shown = listed[start : start + AT_ONCE]
    if not shown:
        text = work.say("reminder.none")
    else:
        lines = [_line(work, number, row) for number, row in enumerate(shown, start + 1)]
        text = "\n".join([work.say("reminder.list", number=len(listed)), *lines])
    rows = [
        [act(work, N_("button.reminder_off_number"), Off(key=row.id), number=number, name=_name(work, row))]
        for number, row in enumerate(shown, start + 1)
    ]
    more = [act(work, N_("button.more_reminders"), Listed(start=start + AT_ONCE), number=len(listed) - start - AT_ONCE)]
    new = [act(work, N_("button.new_reminder"), buttons.Go(wish=Wish.REMIND)), act(work, N_("button.own_hours"), Hours())]
    keyboard = buttons.under_reply(work, *rows, more if len(listed) > start + AT_ONCE else [], new)
    await message.answer(text + "\n\n" + _hours(work), reply_markup=keyboard)


def _line(work: Work, number: int, row: Reminder) -> str:
    label = translate(reminders.KINDS[row.kind].label, work.language)
    name, at = reminders.name_of(work.session, row), weekday_moment(row.due_at, work.language)
    return work.say("reminder.line", number=number, kind=label, name=name, at=at)


def _name(work: Work, row: Reminder) -> str:
    return short(reminders.name_of(work.session, row))


# one's own hours


def _hours(work: Work) -> str:
    opens, closes = quiet_hours.shown(work.session, work.contact)
    key = N_("reminder.hours_own") if work.contact.hours_from else N_("reminder.hours_office")
    return work.say(key, opens=opens, closes=closes)


def _silence(work: Work) -> list[str]:
    """When nothing comes, by the hours that somebody chose: whoever was misread sees it."""
    opens, closes = quiet_hours.shown(work.session, work.contact)
    return [work.say("reminder.hours_silent", begins=closes, ends=opens)] if work.contact.hours_from else []


async def ask_hours(message: Message, work: Work) -> None:
    """From when until when messages may come."""
    wait_for(work, Reminding.hours, "")
    usual = [buttons.button(f"{one[:2]}:{one[2:4]} – {one[5:7]}:{one[7:]}", Hours(chosen=one)) for one in USUAL_HOURS]
    office = [act(work, N_("button.office_hours"), Hours(chosen="office"))]
    await message.answer(_hours(work) + "\n" + work.say("reminder.hours_ask"), reply_markup=buttons.keyboard(usual, office))


async def choose_hours(message: Message, work: Work, chosen: tuple[time, time] | None) -> None:
    """Keep them, and say so."""
    if chosen is None:
        quiet_hours.choose_none(work.contact)
    else:
        quiet_hours.choose(work.contact, *chosen)
    stop_waiting(work)
    listed = act(work, N_("button.all_reminders"), buttons.Go(wish=Wish.REMINDERS))
    text = "\n".join([_hours(work), *_silence(work), work.say("reminder.hours_kept")])
    await message.answer(text, reply_markup=buttons.keyboard([listed]))
