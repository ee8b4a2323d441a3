"""Previews of broadcasts (xem trước tin): what real recipients will see on their channels. Nothing is sent, nothing written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, not_, select
from sqlalchemy.orm import Session

from db.models import Broadcast, Contact, OrganisationContact
from db.models.organisation import CONFIRMED
from domain import markup
from domain.broadcasts import Content
from domain.channels import CHATS
from domain.outgoing import fit
from usecases import broadcasts
from usecases.broadcast_writing import Written, compose, facts_of

"""Those on which people outside are told."""
_MARKED = frozenset({"telegram", "web"})
"""Channels that show bold letters, links and buttons; on another the text is plain and a button is a number to type."""


@dataclass(frozen=True)
class Recipient:
    """Somebody who would be told, and what placeholders stand for."""

    contact: Contact
    facts: dict[str, str]

    @property
    def has_firm(self) -> bool:
        return bool(self.facts["firm"])


@dataclass(frozen=True)
class Bubble:
    """One message on a screen: chat HTML, or plain text where the channel knows no other; captions of its buttons."""

    text: str
    buttons: Sequence[str]
    is_marked: bool
    has_file: bool


def some(session: Session, broadcast: Broadcast, now: datetime) -> list[Recipient]:
    """Three of the audience, one of them without a firm and two with one where there are such."""
    speaks = exists().where(OrganisationContact.contact_id == Contact.id, OrganisationContact.status == CONFIRMED)
    wanted = broadcasts.conditions(broadcast, now, trial=False)
    found = _find(session, [*wanted, speaks], 3) + _find(session, [*wanted, not_(speaks)], 3)
    firms, others = [one for one in found if one.has_firm], [one for one in found if not one.has_firm]
    kept = firms[: 2 if others else 3] + others[:1]
    return kept + others[1 : 1 + 3 - len(kept)]


def _find(session: Session, conditions: Sequence[ColumnElement[bool]], limit: int) -> list[Recipient]:
    reachable = select(Contact).where(Contact.suppressed_at.is_(None), *conditions)
    contacts = session.scalars(reachable.order_by(Contact.id).limit(limit)).all()
    facts = facts_of(session, contacts)
    return [Recipient(one, facts[one.id]) for one in contacts]


def bubbles(broadcast: Broadcast, content: Content, facts: Mapping[str, str], language: str, *, trial: bool) -> dict[str, list[Bubble]]:
    """How the message looks on each channel, in one language. For content without problems."""
    written = compose(content, language, facts, topic=broadcast.topic, broadcast_id=broadcast.id, trial=trial)
    return {channel: _on(channel, written) for channel in CHATS}


def _on(channel: str, written: Written) -> list[Bubble]:
    parts = fit(written.method, written.payload, CHATS[channel])
    return [bubble(part, is_marked=channel in _MARKED, has_file=written.method != "sendMessage") for part in parts]


def bubble(payload: Mapping[str, object], *, is_marked: bool, has_file: bool) -> Bubble:
    """A payload as a screen shows it."""
    text = str(payload.get("text") or payload.get("caption") or "")
    keyboard = payload.get("reply_markup")
    rows = keyboard["inline_keyboard"] if isinstance(keyboard, dict) else []
    captions = [button["text"] for row in rows for button in row]
    if is_marked:
        return Bubble(text, captions, is_marked, has_file)
    options = [f"{number}. {caption}" for number, caption in enumerate(captions, 1)]
    return Bubble("\n".join([markup.to_plain(text), *options]), (), is_marked, has_file)
