"""An enquiry that people have: the citizen adds to it, closes it, rates it. While an officer has it the bot is silent."""

from textwrap import shorten

from aiogram import F, Router
from aiogram.filters import BaseFilter
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot import albums, buttons
from bot.handing_over import PENDING, hand_over
from bot.work import Work
from db.models import Enquiry
from db.models.enquiry import CLOSED
from domain.errors import EnquiryClosed
from domain.folding import clean
from domain.judgement import FAR, NOT_OURS, Decision, Judgement
from domain.questions import asks
from usecases import contacts, enquiries, turns

router = Router(name="enquiries")

_QUOTED = 60
"""Characters of an addition that are said back."""
_SURE = {Decision.ANSWER, Decision.SMALLTALK, Decision.STATUS}


class WithPeople(BaseFilter):
    """This contact has an enquiry that waits for, or is with, an officer."""

    async def __call__(self, event: TelegramObject, work: Work) -> bool:
        return work.enquiry is not None


class NotForTheBot(BaseFilter):
    """Not what the bot can deal with while nobody has taken the enquiry: that it does, as ever; the officer reads it all the same."""

    async def __call__(self, event: TelegramObject, work: Work) -> bool:
        assert work.enquiry is not None
        judged = work.prepared.judged
        is_the_question = work.message is not None and work.message.text == work.enquiry.question  # asked for a person first
        return (
            work.with_officer
            or is_the_question
            or not (judged.decision in _SURE or (_is_named(judged) and asks(work.message.text if work.message else "")))
        )


def _is_named(judged: Judgement) -> bool:
    """Not ours, and it can be said whom to ask instead, or why it is refused."""
    return judged.decision is Decision.HANDOVER and judged.reason == NOT_OURS and judged.subject != FAR


@router.message(WithPeople(), NotForTheBot(), F.text | F.photo | F.document)
@router.edited_message(WithPeople(), NotForTheBot(), F.text | F.photo | F.document)
async def addition(message: Message, work: Work) -> None:
    """The transcript has it already; here it is only acknowledged, an album once, and never over an officer's talk."""
    assert work.enquiry is not None
    album = albums.gather(message, work)
    said = clean(message.text or message.caption or "")
    if work.files or said:
        work.turned(turns.ADDED)
    elif work.refusals:
        work.turned(turns.REFUSED)
    if said and not work.files and not work.with_officer:
        await message.answer(work.say("enquiry.added", reference=work.enquiry.reference, words=shorten(said, _QUOTED, placeholder="…")))
    added = work.say("enquiry.files_added", reference=work.enquiry.reference)
    await albums.reply(message, work, album, added, tells_taken=not work.with_officer)


@router.message(WithPeople(), ~(F.text | F.photo | F.document))
async def not_passed_on(message: Message, work: Work) -> None:
    """Voice, stickers and the like do not reach the officer, and the citizen must know."""
    work.turned(turns.REFUSED)
    await message.answer(work.say("enquiry.kind_not_passed_on"))


@router.callback_query(buttons.Close.filter())
async def close(press: CallbackQuery, callback_data: buttons.Close, work: Work) -> None:
    await press.answer()
    enquiry = work.session.get(Enquiry, callback_data.enquiry)
    if enquiry is None or enquiry.contact_id != work.contact.id:
        return
    if enquiry.status == CLOSED:
        raise EnquiryClosed(reference=enquiry.reference)
    enquiries.close(work.session, enquiry, by="citizen", now=work.now)


@router.callback_query(buttons.Rate.filter(F.stars.in_({1, 2, 3, 4, 5})))
async def rate(press: CallbackQuery, callback_data: buttons.Rate, work: Work) -> None:
    enquiry = work.session.get(Enquiry, callback_data.enquiry)
    await press.answer()
    if enquiry is None or enquiry.contact_id != work.contact.id or not isinstance(press.message, Message):
        return
    is_first = enquiries.rate(enquiry, callback_data.stars)
    await press.message.answer(work.say("enquiry.rated" if is_first else "enquiry.rated_before", reference=enquiry.reference))


@router.callback_query(buttons.SendOn.filter())
async def agree_and_send(press: CallbackQuery, work: Work) -> None:
    """Consent to the keeping, then the question that waited for it goes to people."""
    await press.answer()
    data = dict(work.conversation.data)
    pending = data.pop(PENDING, None)
    work.conversation.data = data
    contacts.consent(work.session, work.contact, contacts.ANSWERING, granted=True, now=work.now)
    if not isinstance(press.message, Message):
        return
    if pending is None:
        await press.message.answer(work.say("strays.old_button"), reply_markup=buttons.menu(work))
    else:
        await hand_over(press.message, work, pending["question"], pending["reason"])
