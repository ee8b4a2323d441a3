"""Transcript (diễn biến): what was said with a contact, both ways, in order of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import InboundMessage, OutboundMessage, Staff

_SPOKEN = ("sendMessage", "sendPhoto", "sendDocument", "editMessageText")


@dataclass(frozen=True)
class TranscriptFile:
    """A file of a turn, by digest."""

    sha256: str
    name: str
    media_type: str


@dataclass(frozen=True)
class Turn:
    """One turn. `who` is citizen, bot or officer; `text` is plain for a citizen, HTML for the others; `state` is an outbox state."""

    at: datetime
    who: str
    kind: str
    text: str
    officer: str | None
    files: Sequence[TranscriptFile]
    state: str | None
    reason: str | None
    outbound_id: int | None
    inbound_id: int | None = None


def list_turns(session: Session, contact_id: int, *, since_inbound: int = 0, since: datetime | None = None, limit: int = 200) -> list[Turn]:
    """The newest `limit` turns of a contact, oldest first, from an inbound message or a moment on."""
    inbound = session.scalars(
        select(InboundMessage)
        .where(InboundMessage.contact_id == contact_id, InboundMessage.id >= since_inbound)
        .order_by(InboundMessage.id.desc())
        .limit(limit)
    ).all()
    start = since or min((message.at for message in inbound), default=None)
    rows = (
        select(OutboundMessage, Staff.full_name)
        .outerjoin(Staff, Staff.id == OutboundMessage.staff_id)
        .where(OutboundMessage.contact_id == contact_id, or_(*(OutboundMessage.method == name for name in _SPOKEN)))
        .order_by(OutboundMessage.id.desc())
        .limit(limit)
    )
    if start is not None:
        rows = rows.where(OutboundMessage.created_at >= start)
    ours = session.execute(rows).all()
    turns = [_citizen(message) for message in reversed(inbound)] + [_ours(message, officer) for message, officer in reversed(ours)]
    return sorted(turns, key=attrgetter("at"))[-limit:]  # stable: of one moment, the order of writing


def _citizen(message: InboundMessage) -> Turn:
    files = [TranscriptFile(file.sha256, file.name, file.media_type) for file in message.attachments]
    return Turn(message.at, "citizen", message.kind, message.text, None, files, None, None, None, message.id)


def _ours(message: OutboundMessage, officer: str | None) -> Turn:
    payload = message.payload
    uploads = [payload[field] for field in ("photo", "document") if isinstance(payload.get(field), dict)]
    files = [TranscriptFile(upload["$file"], upload["name"], upload["media_type"]) for upload in uploads]
    who = "officer" if message.kind == "officer" else "bot"
    text = payload.get("text") or payload.get("caption") or ""
    return Turn(message.created_at, who, message.method, text, officer, files, message.state, message.reason, message.id)
