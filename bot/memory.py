"""Short memory (trí nhớ ngắn): what the counter keeps in mind of a conversation, and for how long."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.work import Work

QUESTION = "question"
"""What was asked and is not settled, in case the citizen wants a person for it."""
CONTEXT = "context"
"""The question that was answered last, for one that lives on it ("còn phí thì sao?")."""
LAST_ENTRY = "last_entry"
"""The entry that was given last: it is not given twice running."""
UNSURE = "unsure"
"""The bot had to ask back, and nothing was chosen since."""
SPOKEN = "spoken"
"""The language that the citizen writes in where it is not the contact's own."""
DRAFT = "sign_up"
"""A sign-up for a class that is not handed in."""
SITE = "site"
"""The address of one's own site, for the QR code of a label."""
LOT = "lot"
"""A lot that is being checked or planned."""
LABEL = "label"
"""The label that was checked last."""
AWAITED = "awaited"
"""What the next text is an answer to. After a while a text is a question again; a draft stays, and is gone on with by a button."""
CODES_TRIED = "codes_tried"
"""How many wrong codes, for a draft or to link a chat of staff, were typed lately."""

_KEPT = {
    QUESTION: timedelta(hours=2),
    CONTEXT: timedelta(minutes=15),
    LAST_ENTRY: timedelta(minutes=15),
    UNSURE: timedelta(minutes=15),
    SPOKEN: timedelta(minutes=15),
    DRAFT: timedelta(days=30),
    SITE: timedelta(hours=2),
    LOT: timedelta(days=30),
    LABEL: timedelta(hours=2),
    AWAITED: timedelta(hours=2),
    CODES_TRIED: timedelta(minutes=15),
}


def recalled(data: Mapping[str, Any], name: str, now: datetime) -> Any:
    """What a conversation's data holds under a name, or None where there is nothing or it is too old."""
    kept = data.get(name)
    if not isinstance(kept, list) or now.timestamp() - kept[1] >= _KEPT[name].total_seconds():
        return None
    return kept[0]


def recall(work: Work, name: str) -> Any:
    """What is in mind, or None."""
    return recalled(work.conversation.data, name, work.now)


def keep(work: Work, name: str, value: Any) -> None:
    """Bear in mind, from now."""
    work.conversation.data = {**work.conversation.data, name: [value, work.now.timestamp()]}


def forget(work: Work, *names: str) -> None:
    """Put out of mind."""
    work.conversation.data = {key: value for key, value in work.conversation.data.items() if key not in names}
