"""What one update is being worked on with: its session, contact, conversation and moment, found through a ContextVar."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from db.models import Contact, Conversation, Enquiry, InboundMessage, OutboundMessage
from db.models.enquiry import HUMAN
from domain.errors import OfficeError
from locales import translate_html
from usecases import uploads
from usecases.answers import NOTHING, Found

if TYPE_CHECKING:
    from bot.inbound import Inbound


@dataclass(frozen=True)
class FetchedFile:
    """A file that was fetched and is on the disk, or the sentence why not."""

    name: str
    sha256: str = ""
    size: int = 0
    media_type: str = ""
    refusal: OfficeError | None = None
    """Why it is not taken."""


@dataclass(frozen=True)
class Prepared:
    """What was done before the transaction, for one version of the conversation (None before the first meeting)."""

    version: int | None = None
    files: tuple[FetchedFile, ...] = ()
    found: Found = NOTHING


@dataclass
class Work:
    """One update inside its transaction."""

    session: Session
    inbound: Inbound
    contact: Contact
    conversation: Conversation
    is_new: bool
    prepared: Prepared
    now: datetime
    message: InboundMessage | None = None
    enquiry: Enquiry | None = None
    """The enquiry of this contact that is with people, if any."""
    sent: list[OutboundMessage] = field(default_factory=list)

    @property
    def files(self) -> list[FetchedFile]:
        """The files of this update that were taken."""
        return [file for file in self.prepared.files if file.refusal is None]

    @property
    def with_officer(self) -> bool:
        """Whether an officer has this contact's enquiry: then the bot is silent."""
        return self.enquiry is not None and self.enquiry.status == HUMAN

    @property
    def refusals(self) -> list[OfficeError]:
        """Why files of this update were not taken, the same reason once."""
        reasons = [file.refusal for file in self.prepared.files if file.refusal is not None]
        return list({(reason.key, *sorted(reason.facts.items())): reason for reason in reasons}.values())

    def say(self, key: str, **facts: Any) -> str:
        """A sentence in the contact's language, as HTML."""
        return translate_html(key, self.contact.language, **facts)

    def keep_files(self) -> None:
        """Note the stored files of this update, so that rows may name them."""
        for file in self.files:
            uploads.note(self.session, file.sha256, file.size, file.media_type, self.now)


current_work: ContextVar[Work] = ContextVar("current_work")
