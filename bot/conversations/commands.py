"""Commands that work in every state, as commands, buttons and plain words: start, help, cancel, a person, language, status, consent."""

from typing import Any

from aiogram import F, Router
from aiogram.filters import BaseFilter, Command
from aiogram.types import CallbackQuery, Message

from bot import buttons
from bot.class_showing import show_registration
from bot.dossier_showing import show_dossier
from bot.granting import code_of, continue_by_code, grant, tell_standing
from bot.memory import AWAITED, SPOKEN, forget, recall
from bot.work import Work
from domain.dossiers import current_types
from domain.folding import clean
from domain.references import REGISTRATION, Reference, find_reference
from domain.wishes import Wish, wish_of
from usecases import contacts, dossiers, enquiries, sign_up

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
    "lop": Wish.CLASSES,
    "lop_cua_toi": Wish.MY_CLASSES,
    "ho_so": Wish.DOSSIERS,
    "tiep_tuc": Wish.CONTINUE,
    "ma_vach": Wish.BARCODES,
    "tra_ma": Wish.CODES,
    "nhac_hen": Wish.REMINDERS,
}


class SpokenWish(BaseFilter):
    """A wish in plain words. Thanks, hellos and the like are between the citizen and the officer while one has the enquiry.

    "Đồng ý" or "vâng" is the answer where a dialogue waits for one.
    """

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        wish = wish_of(clean(message.text or ""))
        if wish is None or (work.with_officer and wish in {Wish.HELLO, Wish.THANKS, Wish.CANCEL}):
            return False
        if recall(work, AWAITED) is not None and work.conversation.state and wish in {Wish.HELLO, Wish.THANKS, Wish.CONSENT}:
            return False
        return {"wish": wish}


class MentionsReference(BaseFilter):
    """A reference of an enquiry or a sign-up stands in the text, outside an enquiry that people have and a dialogue that waits."""

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        if work.enquiry is not None or (work.conversation.state and recall(work, AWAITED) is not None):
            return False
        reference = find_reference(message.text or "")
        return {"reference": reference} if reference else False


@router.message(Command(*_COMMANDS))
async def command(message: Message, work: Work, command: Any) -> None:
    wish = _COMMANDS[command.command]
    if wish is Wish.CONTINUE and (code := code_of(command.args or "")):
        await continue_by_code(message, work, code)
        return
    await grant(wish, message, work)


class SpokenCode(BaseFilter):
    """ "Tiếp tục 123456": the code under which a draft waits."""

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        text = clean(message.text or "")
        code = code_of(text)
        return {"code": code} if code and wish_of(text.replace(code, " ")) is Wish.CONTINUE else False


@router.message(F.text, SpokenCode())
async def spoken_code(message: Message, work: Work, code: str) -> None:
    await continue_by_code(message, work, code)


@router.message(F.text, SpokenWish())
async def spoken(message: Message, work: Work, wish: Wish) -> None:
    await grant(wish, message, work)


@router.callback_query(buttons.Go.filter())
async def pressed(press: CallbackQuery, callback_data: buttons.Go, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message) and callback_data.wish in set(Wish):
        await grant(Wish(callback_data.wish), press.message, work)


@router.message(F.text, MentionsReference())
async def status_of(message: Message, work: Work, reference: Reference) -> None:
    if reference.prefix in {one.prefix for one in current_types()}:
        await show_dossier(message, work, dossiers.get_own(work.session, work.contact, reference=str(reference)))
        return
    if reference.prefix == REGISTRATION:
        await show_registration(message, work, sign_up.own_by(work.session, work.contact, reference=str(reference)))
        return
    await tell_standing(message, work, [enquiries.get_own(work.session, work.contact, str(reference))])


@router.callback_query(buttons.Speak.filter())
async def speak(press: CallbackQuery, callback_data: buttons.Speak, work: Work) -> None:
    contacts.choose_language(work.contact, callback_data.language)
    forget(work, SPOKEN)
    work.spoken = None
    await press.answer()
    if isinstance(press.message, Message):
        await press.message.answer(work.say("language.chosen"), reply_markup=buttons.menu(work))


@router.callback_query(buttons.Agree.filter())
async def agree(press: CallbackQuery, callback_data: buttons.Agree, work: Work) -> None:
    contacts.consent(work.session, work.contact, callback_data.purpose, granted=callback_data.yes, now=work.now)
    await press.answer()
    if isinstance(press.message, Message):
        own = {contacts.CLASSES: "consent.classes_refused", contacts.DOSSIERS: "consent.dossiers_refused"}
        refused = own.get(callback_data.purpose, "consent.refused")
        await press.message.answer(work.say("consent.granted" if callback_data.yes else refused))
