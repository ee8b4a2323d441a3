"""What the next text is an answer to, and how long that holds.

A text answers whoever spoke last. A dialogue that asked something takes the next text for its answer; after two hours, or once an
officer who has this contact's enquiry has written meanwhile, a text is a question again, or the officer's. The buttons always work.
"""

from datetime import UTC, datetime
from typing import Any

from aiogram.filters import BaseFilter
from aiogram.fsm.state import State
from aiogram.types import Message
from sqlalchemy import select

from bot.memory import AWAITED, SPOKEN, forget, keep, recall
from bot.work import Work
from db.models import OutboundMessage


def wait_for(work: Work, state: State, about: Any) -> None:
    """Take the next text for the answer; `about` is what it will be about."""
    work.conversation.state = state.state
    keep(work, AWAITED, about)
    if (spoken := recall(work, SPOKEN)) is not None:
        keep(work, SPOKEN, spoken)  # a dialogue does not change its language because an answer took a while


def stop_waiting(work: Work) -> None:
    """The next text is a question again."""
    work.conversation.state = None
    forget(work, AWAITED)


class Awaits(BaseFilter):
    """The conversation waits in this state for a text or file. Gives `about`; answers are no sample of the contact's language."""

    def __init__(self, state: State) -> None:
        self._state = state.state

    async def __call__(self, event: Message, work: Work) -> bool | dict[str, Any]:
        about = recall(work, AWAITED)
        if work.conversation.state != self._state or about is None or (event.text or "").startswith("/"):
            return False
        if work.with_officer and _officer_wrote(work):
            return False
        work.spoken = recall(work, SPOKEN)
        return {"about": about}


def _officer_wrote(work: Work) -> bool:
    """Whether an officer wrote since the dialogue asked."""
    since = datetime.fromtimestamp(work.conversation.data[AWAITED][1], UTC)
    wrote = select(OutboundMessage.id).where(OutboundMessage.contact_id == work.contact.id, OutboundMessage.kind == "officer")
    return work.session.scalar(wrote.where(OutboundMessage.created_at > since).limit(1)) is not None
