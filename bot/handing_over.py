"""Handing a question over to people: what several conversations end in."""

from datetime import datetime, timedelta

from aiogram.types import Message

from bot import buttons
from bot.work import Work
from db.models import InboundMessage
from locales import moment
from usecases import answers, contacts, enquiries, office

_RECENT = timedelta(hours=2)
PENDING = "pending_question"
"""Key in the conversation's data: a question that waits for the citizen's consent to be kept."""


async def hand_over(message: Message, work: Work, question: str, reason: str) -> None:
    """Open an enquiry and tell the citizen its reference and when to expect an answer; or ask for consent where it was refused."""
    if contacts.has_consented(work.session, work.contact, contacts.ANSWERING) is False:
        work.conversation.data = {**work.conversation.data, PENDING: {"question": question, "reason": reason}}
        agree = buttons.button(buttons.caption(work, "button.agree_and_send"), buttons.SendOn(agreed=True))
        await message.answer(work.say("error.consent_needed"), reply_markup=buttons.keyboard([agree]))
        return
    enquiry, is_new = enquiries.hand_over(work.session, work.contact, question=question, reason=reason, message=_said(work), now=work.now)
    work.enquiry = enquiry
    if not is_new:
        await message.answer(work.say("enquiry.already_open", reference=enquiry.reference))
        return
    answers.record(work.session, work.contact, work.message, outcome="handed_over", now=work.now, found=work.prepared.found)
    forget_question(work)
    text = work.say(f"enquiry.handed_over.{reason if question else 'no_question'}", reference=enquiry.reference)
    text += "\n\n" + _expectation(work, enquiry.due_at)
    await message.answer(text, reply_markup=buttons.keyboard([buttons.close(work, enquiry)]))


def _expectation(work: Work, due: datetime) -> str:
    is_open = office.working_hours(work.session).is_open(work.now)
    key = "enquiry.expect_open" if is_open else "enquiry.expect_closed"
    return work.say(key, due=moment(due, work.contact.language))


def _said(work: Work) -> InboundMessage | None:
    return work.message if work.message is not None and work.message.kind != "button" else None


def remember_question(work: Work, question: str) -> None:
    """Keep what was asked, in case the citizen wants a person for it."""
    work.conversation.data = {**work.conversation.data, "question": question, "asked_at": work.now.timestamp()}


def forget_question(work: Work) -> None:
    """The question is settled, or with people."""
    work.conversation.data = {key: value for key, value in work.conversation.data.items() if key not in {"question", "asked_at"}}


def last_question(work: Work) -> str:
    """What the citizen asked a short while ago and is not settled, or an empty text."""
    data = work.conversation.data
    is_recent = work.now.timestamp() - data.get("asked_at", 0) < _RECENT.total_seconds()
    return str(data.get("question", "")) if is_recent else ""
