"""Commands that work in every state, as commands, buttons and plain words: start, help, cancel, a person, language, status, consent."""

from typing import Any

from aiogram import F, Router
from aiogram.filters import BaseFilter, Command
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot import buttons
from bot.handing_over import hand_over, last_question
from bot.work import Work
from db.models import Enquiry
from db.models.enquiry import CLOSED
from domain.folding import clean
from domain.references import find_reference
from domain.wishes import Wish, wish_of
from locales import moment
from usecases import answers, contacts, enquiries

router = Router(name="commands")

_COMMANDS = {
    "start": Wish.START,
    "menu": Wish.START,
    "help": Wish.HELP,
    "tro_giup": Wish.HELP,
    "huy": Wish.CANCEL,
    "cancel": Wish.CANCEL,
    "nguoi_that": Wish.PERSON,
    "ngon_ngu": Wish.LANGUAGE,
    "trang_thai": Wish.STATUS,
    "dong_y": Wish.CONSENT,
}


class SpokenWish(BaseFilter):
    """A wish in plain words. Thanks, hellos and the like are between the citizen and the officer while one has the enquiry."""

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        wish = wish_of(clean(message.text or ""))
        if wish is None or (work.with_officer and wish in {Wish.HELLO, Wish.THANKS, Wish.CANCEL}):
            return False
        return {"wish": wish}


class MentionsReference(BaseFilter):
    """A reference stands in the text, outside an enquiry that people have."""

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        reference = find_reference(message.text or "")
        return {"reference": str(reference)} if reference and work.enquiry is None else False


@router.message(Command(*_COMMANDS))
async def command(message: Message, work: Work, command: Any) -> None:
    await grant(_COMMANDS[command.command], message, work)


@router.message(F.text, SpokenWish())
async def spoken(message: Message, work: Work, wish: Wish) -> None:
    await grant(wish, message, work)


@router.callback_query(buttons.Go.filter())
async def pressed(press: CallbackQuery, callback_data: buttons.Go, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message) and callback_data.wish in set(Wish):
        await grant(Wish(callback_data.wish), press.message, work)


@router.message(F.text, MentionsReference())
async def status_of(message: Message, work: Work, reference: str) -> None:
    enquiry = enquiries.get_own(work.session, work.contact, reference)
    await message.answer(_line(work, enquiry), reply_markup=_closing(work, [enquiry]))


@router.callback_query(buttons.Speak.filter())
async def speak(press: CallbackQuery, callback_data: buttons.Speak, work: Work) -> None:
    contacts.choose_language(work.contact, callback_data.language)
    await press.answer()
    if isinstance(press.message, Message):
        await press.message.answer(work.say("language.chosen"), reply_markup=buttons.menu(work))


@router.callback_query(buttons.Agree.filter())
async def agree(press: CallbackQuery, callback_data: buttons.Agree, work: Work) -> None:
    contacts.consent(work.session, work.contact, callback_data.purpose, granted=callback_data.yes, now=work.now)
    await press.answer()
    if isinstance(press.message, Message):
        await press.message.answer(work.say("consent.granted" if callback_data.yes else "consent.refused"))


async def grant(wish: Wish, message: Message, work: Work) -> None:
    """Do what is wished."""
    await _GRANTS[wish](message, work)


async def _start(message: Message, work: Work) -> None:
    work.conversation.state = None
    if work.is_new:
        await message.answer(work.say("menu.ask"), reply_markup=buttons.menu(work))
    else:
        await message.answer(work.say("menu.welcome_back"), reply_markup=buttons.menu(work))


async def _help(message: Message, work: Work) -> None:
    await message.answer(work.say("help.text"), reply_markup=buttons.menu(work))


async def _cancel(message: Message, work: Work) -> None:
    work.conversation.state = None
    if work.enquiry is not None:
        text = work.say("cancel.enquiry_stays", reference=work.enquiry.reference)
        await message.answer(text, reply_markup=buttons.keyboard([buttons.close(work, work.enquiry)]))
        return
    await message.answer(work.say("cancel.done"), reply_markup=buttons.menu(work))


async def _person(message: Message, work: Work) -> None:
    if work.enquiry is not None:
        await message.answer(_line(work, work.enquiry), reply_markup=_closing(work, [work.enquiry]))
        return
    await hand_over(message, work, last_question(work), "asked")


async def _language(message: Message, work: Work) -> None:
    await message.answer(work.say("language.choose"), reply_markup=buttons.languages())


async def _status(message: Message, work: Work) -> None:
    own = enquiries.list_of(work.session, work.contact)
    if not own:
        await message.answer(work.say("status.none"), reply_markup=buttons.menu(work))
        return
    await message.answer("\n\n".join(_line(work, enquiry) for enquiry in own), reply_markup=_closing(work, list(own)))


async def _consent(message: Message, work: Work) -> None:
    decision = contacts.has_consented(work.session, work.contact, contacts.ANSWERING)
    state = work.say({True: "consent.is_granted", False: "consent.is_refused", None: "consent.is_open"}[decision])
    text = work.say("consent.answering") + "\n\n" + state
    await message.answer(text, reply_markup=buttons.keyboard(buttons.agree(work, contacts.ANSWERING)))


async def _hello(message: Message, work: Work) -> None:
    answers.record(work.session, work.contact, work.message, outcome="small_talk", now=work.now)
    await message.answer(work.say("small_talk.hello"), reply_markup=buttons.menu(work))


async def _thanks(message: Message, work: Work) -> None:
    answers.record(work.session, work.contact, work.message, outcome="small_talk", now=work.now)
    await message.answer(work.say("small_talk.thanks"))


_GRANTS = {
    Wish.START: _start,
    Wish.HELP: _help,
    Wish.CANCEL: _cancel,
    Wish.PERSON: _person,
    Wish.LANGUAGE: _language,
    Wish.STATUS: _status,
    Wish.CONSENT: _consent,
    Wish.HELLO: _hello,
    Wish.THANKS: _thanks,
}


def _line(work: Work, enquiry: Enquiry) -> str:
    """Where an enquiry stands, in words."""
    language = work.contact.language
    officer = enquiry.assigned_to.full_name if enquiry.assigned_to else ""
    return work.say(
        f"status.{enquiry.status}",
        reference=enquiry.reference,
        opened=moment(enquiry.opened_at, language),
        due=moment(enquiry.due_at, language),
        officer=officer,
        closed=moment(enquiry.closed_at, language) if enquiry.closed_at else "",
    )


def _closing(work: Work, shown: list[Enquiry]) -> InlineKeyboardMarkup | None:
    rows = [[buttons.close(work, enquiry)] for enquiry in shown if enquiry.status != CLOSED]
    return buttons.keyboard(*rows) if rows else None
