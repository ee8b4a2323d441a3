"""A conversation as its page shows it: turns and notes in order of time, what was seen, files, and what the person may read of it all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from flask import abort
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import access
from db.models import Attachment, Broadcast, Enquiry, HistoryEvent, InboundMessage, OutboundMessage
from db.queries.transcripts import TranscriptFile, Turn, list_turns
from domain.masking import mask
from usecases import desk, history
from usecases.enquiries import Seen

MOST_TURNS = 300
NOTED_FOR = timedelta(minutes=5)
_LONGEST_REFERENCE = 24
_SEEN = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """A turn, or a note between the turns. `key` is its own on the page."""

    key: str
    turn: Turn

    @property
    def at(self) -> datetime:
        """When it was said or noted."""
        return self.turn.at


def get_or_abort(session: Session, reference: str) -> Enquiry:
    """The enquiry of a reference in an address, if the person may see it; 404 otherwise, as for one that does not exist."""
    if len(reference) > _LONGEST_REFERENCE or not (reference.isascii() and reference.isprintable()):
        abort(404)
    found = get(session, reference)
    return found if found is not None else abort(404)


def get(session: Session, reference: str) -> Enquiry | None:
    """The enquiry of a reference, if the person may see it."""
    return session.scalars(select(Enquiry).where(Enquiry.reference == reference, access.rows("enquiries"))).one_or_none()


def entries(session: Session, enquiry: Enquiry) -> list[Entry]:
    """What was said, and what colleagues noted between, oldest first."""
    turns = list_turns(session, enquiry.contact_id, since_inbound=enquiry.transcript_from, limit=MOST_TURNS)
    spoken = [Entry(f"o{turn.outbound_id}" if turn.outbound_id else f"i{turn.inbound_id}", turn) for turn in turns]
    noted = [Entry(f"n{note.id}", _as_turn(note)) for note in desk.notes(session, enquiry)]
    return sorted(spoken + noted, key=attrgetter("at"))


def _as_turn(note: desk.Note) -> Turn:
    return Turn(note.at, "note", "note", note.text, note.officer, (), None, None, None)


def seen_in(shown: Iterable[Entry]) -> str:
    """The newest words of the citizen and of our officers on a page, for its form."""
    turns = [entry.turn for entry in shown]
    inbound = max((turn.inbound_id or 0 for turn in turns), default=0)
    return f"{inbound}-{max((turn.outbound_id or 0 for turn in turns if turn.who == 'officer'), default=0)}"


def seen_of(field: str | None) -> Seen | None:
    """What a form says was seen; None where it says nothing."""
    if not field:
        return None
    found = _SEEN.fullmatch(field) or abort(400)
    return Seen(int(found[1]), int(found[2]))


def followed(session: Session, shown: Iterable[Entry]) -> dict[int, Broadcast]:
    """The broadcasts that words of the citizen came after, by the number of the message."""
    numbers = [entry.turn.inbound_id for entry in shown if entry.turn.inbound_id]
    rows = select(InboundMessage.id, Broadcast).join(Broadcast, Broadcast.id == InboundMessage.broadcast_id)
    return {number: broadcast for number, broadcast in session.execute(rows.where(InboundMessage.id.in_(numbers)))}


def readable(text: str) -> str:
    """A text as the person may read it: whole, or without the numbers that belong to somebody."""
    return text if access.sees("inbound_messages.text") else mask(text)


def file_of(session: Session, enquiry: Enquiry, sha256: str) -> TranscriptFile:
    """A file by digest, if it was sent by or to the contact of this enquiry since its transcript begins; 404 otherwise."""
    if len(sha256) != 64 or not (sha256.isascii() and sha256.isalnum()):
        abort(404)
    return _that_came(session, enquiry, sha256) or _that_went(session, enquiry, sha256) or abort(404)


def _that_came(session: Session, enquiry: Enquiry, sha256: str) -> TranscriptFile | None:
    its = (InboundMessage.contact_id == enquiry.contact_id, InboundMessage.id >= enquiry.transcript_from, Attachment.sha256 == sha256)
    wanted = select(Attachment).join(InboundMessage, InboundMessage.id == Attachment.inbound_message_id).where(*its).limit(1)
    came = session.scalars(wanted).one_or_none()
    return TranscriptFile(came.sha256, came.name, came.media_type) if came else None


def _that_went(session: Session, enquiry: Enquiry, sha256: str) -> TranscriptFile | None:
    its = (OutboundMessage.contact_id == enquiry.contact_id, OutboundMessage.method.in_(("sendPhoto", "sendDocument")))
    payloads = session.scalars(select(OutboundMessage.payload).where(*its))
    uploads = (payload[name] for payload in payloads for name in ("photo", "document") if isinstance(payload.get(name), dict))
    went = next((upload for upload in uploads if upload.get("$file") == sha256), None)
    return TranscriptFile(sha256, went["name"], went["media_type"]) if went else None


def was_noted(session: Session, reference: str, now: datetime) -> bool:
    """Whether the history says that this person looked at an enquiry within the last minutes: its pictures came with the page."""
    its = (HistoryEvent.noun == "enquiries", HistoryEvent.key == reference, HistoryEvent.staff_id == current_user.id)
    recent = (HistoryEvent.act == history.VIEWED, HistoryEvent.at > now - NOTED_FOR)
    return session.scalar(select(HistoryEvent.id).where(*its, *recent).limit(1)) is not None
