"""Granting wishes: what start, help, cancel, a person, language, status, consent, classes, hello and thanks do, however they were said."""

import re

from aiogram.types import InlineKeyboardMarkup, Message

from bot import buttons, dossier_asking, lot_asking, quantity_menu
from bot.awaiting import stop_waiting
from bot.barcode_menu import show_menu
from bot.class_buttons import act
from bot.class_showing import show_my_classes, show_open
from bot.code_tries import count_wrong, may_try
from bot.codes import ask_for_code
from bot.dossier_buttons import ResumeDossier
from bot.dossier_showing import show_own
from bot.drafts import open_draft
from bot.handing_over import hand_over, last_question
from bot.instrument_showing import show_instruments
from bot.label_asking import ask_for_label
from bot.reminding import ask_what, show_all
from bot.signing_up import resume
from bot.work import Work
from db.models import Enquiry
from db.models.enquiry import CLOSED
from domain.errors import BadMoveCode
from domain.judgement import ASKED
from domain.messages import N_
from domain.wishes import Wish
from locales import moment, translate
from usecases import contacts, dossier_drafts, dossiers, enquiries, sign_up, turns

_CODE_DIGITS, _DRAFTS = 6, 5


async def grant(wish: Wish, message: Message, work: Work) -> None:
    """Do what is wished. What a dialogue asked before is no longer awaited; its draft stays."""
    stop_waiting(work)
    await GRANTS[wish](message, work)


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
        await tell_standing(message, work, [work.enquiry])
        return
    await hand_over(message, work, last_question(work), ASKED)


async def _language(message: Message, work: Work) -> None:
    await message.answer(work.say("language.choose"), reply_markup=buttons.languages())


async def _status(message: Message, work: Work) -> None:
    own = enquiries.list_of(work.session, work.contact)
    has_dossiers = bool(dossiers.own(work.session, work.contact) or dossier_drafts.of(work.session, work.contact))
    has_classes = bool(sign_up.list_of(work.session, work.contact))
    if has_dossiers:
        await show_own(message, work)
    if has_classes:
        await show_my_classes(message, work)
    if (has_dossiers or has_classes) and not own:
        return
    if not own:
        await message.answer(work.say("status.none"), reply_markup=buttons.menu(work))
        return
    await tell_standing(message, work, list(own))


async def _consent(message: Message, work: Work) -> None:
    decision = contacts.has_consented(work.session, work.contact, contacts.ANSWERING)
    state = work.say({True: "consent.is_granted", False: "consent.is_refused", None: "consent.is_open"}[decision])
    text = work.say("consent.answering") + "\n\n" + state
    await message.answer(text, reply_markup=buttons.keyboard(buttons.agree(work, contacts.ANSWERING)))
    for purpose in (contacts.CLASSES, contacts.DOSSIERS):
        if (decision := contacts.has_consented(work.session, work.contact, purpose)) is not None:
            state = work.say("consent.is_granted" if decision else "consent.is_refused")
            text = work.say(f"consent.{purpose}") + "\n\n" + state
            await message.answer(text, reply_markup=buttons.keyboard(buttons.agree(work, purpose)))


async def _hello(message: Message, work: Work) -> None:
    work.turned(turns.SMALL_TALK)
    await message.answer(work.say("small_talk.hello"), reply_markup=buttons.menu(work))


async def _thanks(message: Message, work: Work) -> None:
    work.turned(turns.SMALL_TALK)
    await message.answer(work.say("small_talk.thanks"))


async def _continue(message: Message, work: Work) -> None:
    """What was begun: the one thing there is, or a choice."""
    drafts = dossier_drafts.of(work.session, work.contact)
    if not drafts:
        await resume(message, work)
    elif len(drafts) == 1 and open_draft(work) is None:
        await dossier_asking.go_on(message, work, dossier_drafts.get_own(work.session, work.contact, drafts[0].id))
    else:
        rows = [
            [act(work, N_("button.continue_dossier"), ResumeDossier(key=one.id), kind=translate(f"dossier.type.{one.kind}", work.language))]
            for one in drafts[:_DRAFTS]
        ]
        if open_draft(work) is not None:
            rows.append([act(work, N_("button.continue_sign_up"), buttons.Go(wish=Wish.CONTINUE_CLASS))])
        await message.answer(work.say("continue.which"), reply_markup=buttons.keyboard(*rows))


def code_of(text: str) -> str:
    """The six digits of a code that takes a draft to another channel, or nothing."""
    digits = re.sub(r"\s", "", "".join(re.findall(r"(?:\d\s?)+", text)))
    return digits if len(digits) == _CODE_DIGITS else ""


async def continue_by_code(message: Message, work: Work, code: str) -> None:
    """Take over the draft that waits under a code. Wrong codes are counted."""
    may_try(work)
    try:
        draft = dossier_drafts.move(work.session, work.contact, code, work.key, work.now)
    except BadMoveCode as refusal:
        count_wrong(work)
        await message.answer(work.say(refusal.key))
        return
    await dossier_asking.go_on(message, work, draft, work.say("dossier.moved_here"))


GRANTS = {
    Wish.START: _start,
    Wish.HELP: _help,
    Wish.CANCEL: _cancel,
    Wish.PERSON: _person,
    Wish.LANGUAGE: _language,
    Wish.STATUS: _status,
    Wish.CONSENT: _consent,
    Wish.CLASSES: show_open,
    Wish.MY_CLASSES: show_my_classes,
    Wish.DOSSIERS: show_own,
    Wish.CONTINUE: _continue,
    Wish.CONTINUE_CLASS: resume,
    Wish.BARCODES: show_menu,
    Wish.CODES: ask_for_code,
    Wish.QUANTITY_MARKS: quantity_menu.show_menu,
    Wish.LABEL_CHECK: ask_for_label,
    Wish.LOT_CHECK: lot_asking.begin_check,
    Wish.WEIGHING_PLAN: lot_asking.begin_plan,
    Wish.INSTRUMENTS: show_instruments,
    Wish.REMIND: ask_what,
    Wish.REMINDERS: show_all,
    Wish.HELLO: _hello,
    Wish.THANKS: _thanks,
}


async def tell_standing(message: Message, work: Work, shown: list[Enquiry]) -> None:
    """Where enquiries stand, in words, with a button to close each that is open."""
    text = "\n\n".join(_line(work, enquiry) for enquiry in shown)
    await message.answer(text, reply_markup=_closing(work, shown))


def _line(work: Work, enquiry: Enquiry) -> str:
    language = work.language
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
