"""Handing a question over to people: what several conversations end in."""

from dataclasses import replace
from datetime import datetime

from aiogram.types import Message

from bot import buttons
from bot.memory import CONTEXT, LAST_ENTRY, QUESTION, UNSURE, forget, recall
from bot.work import Work
from db.models import InboundMessage
from domain.judgement import DRAFT, NOT_FOUND, Decision
from locales import moment
from usecases import contacts, enquiries, office, turns

PENDING = "pending_question"
"""Key in the conversation's data: a question that waits for the citizen's consent to be kept."""
NOT_HELPFUL, UNSURE_TWICE, REPLIED = "not_helpful", "unsure", "broadcast"
"""Reasons of an enquiry beside those of a judgement: what was offered did not help · the bot had to ask back twice running · it is a
reply to what the office told many, and the machine knows nothing of that."""
_GAPS = {NOT_FOUND, DRAFT, NOT_HELPFUL, UNSURE_TWICE}
"""Reasons that show what the office's knowledge does not answer."""


async def hand_over(message: Message, work: Work, question: str, reason: str) -> None:
    """Open an enquiry and tell the citizen its reference and when to expect an answer; or ask for consent where it was refused."""
    judged = replace(
        work.prepared.judged, decision=Decision.HANDOVER, reason=reason, question=work.prepared.judged.question or question.strip()
    )
    if contacts.has_consented(work.session, work.contact, contacts.ANSWERING) is False:
        work.turned(turns.REFUSED, judged=judged)
        work.conversation.data = {**work.conversation.data, PENDING: {"question": question, "reason": reason}}
        agree = buttons.button(buttons.caption(work, "button.agree_and_send"), buttons.SendOn(agreed=True))
        await message.answer(work.say("error.consent_needed"), reply_markup=buttons.keyboard([agree]))
        return
    enquiry, is_new = enquiries.hand_over(work.session, work.contact, question=question, reason=reason, message=_said(work), now=work.now)
    work.enquiry = enquiry
    work.turned(turns.HANDED_OVER if is_new else turns.ADDED, judged=judged, is_gap=reason in _GAPS and bool(judged.question))
    forget(work, QUESTION, CONTEXT, LAST_ENTRY, UNSURE)
    if not is_new:
        await message.answer(work.say("enquiry.already_open", reference=enquiry.reference))
        return
    text = work.say(f"enquiry.handed_over.{reason if question else 'no_question'}", reference=enquiry.reference)
    text += "\n\n" + _expectation(work, enquiry.due_at)
    await message.answer(text, reply_markup=buttons.keyboard([buttons.close(work, enquiry)]))


def _expectation(work: Work, due: datetime) -> str:
    is_open = office.working_hours(work.session).is_open(work.now)
    key = "enquiry.expect_open" if is_open else "enquiry.expect_closed"
    return work.say(key, due=moment(due, work.language))


def _said(work: Work) -> InboundMessage | None:
    return work.message if work.message is not None and work.message.kind != "button" else None


def last_question(work: Work) -> str:
    """What the citizen asked a short while ago and is not settled, or an empty text."""
    return str(recall(work, QUESTION) or "")
