"""What one update is being worked on with: its session, contact, conversation and moment, found through a ContextVar."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from db.models import Contact, Conversation, Enquiry, GivenAnswer, InboundMessage, KnowledgeEntry, OutboundMessage
from db.models.enquiry import HUMAN
from domain.errors import FileWithThreat, OfficeError
from domain.judgement import NOTHING, Judgement
from domain.worktime import ZONE
from locales import translate_html
from locales.languages import LANGUAGES
from usecases import codes, kept_lists, scanning, turns, uploads
from usecases.kept_lists import KeptList
from usecases.lot_checks import LotAsked
from usecases.uploads import NOTHING_FOUND, Findings
from usecases.weight_sheets import WeightSheet

if TYPE_CHECKING:
    from bot.inbound import Inbound


class TurnedTwice(Exception):
    """Two outcomes for one message: a defect of ours."""


@dataclass(frozen=True)
class FetchedFile:
    """A file that was fetched and is on the disk, or the sentence why not."""

    name: str
    sha256: str = ""
    size: int = 0
    media_type: str = ""
    refusal: OfficeError | None = None
    """Why it is not taken."""
    codes: tuple[codes.ReadCode, ...] = ()
    """What a picture shows."""
    advice: tuple[str, ...] = ()
    """Keys of why nothing could be read from it."""
    findings: Findings = NOTHING_FOUND
    products: KeptList | OfficeError | None = None
    """Where a product list was awaited: what is in a sheet, or why it cannot be read."""
    weights: WeightSheet | OfficeError | None = None
    """Where the weights of a lot were awaited: what is in a sheet, or why it cannot be read."""


@dataclass(frozen=True)
class LotDrawn:
    """A lot that was checked, with its picture (if any) and paper; or, with nothing found, the sheets for weighing it."""

    asked: LotAsked | None = None
    found: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[FetchedFile, ...] = ()


@dataclass(frozen=True)
class Several:
    """Many questions in one message: the first ones judged, and how many there are."""

    judged: tuple[Judgement, ...] = ()
    asked: int = 0


@dataclass(frozen=True)
class Prepared:
    """What was done before the transaction, for one version of the conversation (None before the first meeting)."""

    version: int | None = None
    files: tuple[FetchedFile, ...] = ()
    judged: Judgement = NOTHING
    several: Several | None = None
    """Instead of `judged` where a message holds several questions."""
    drawn: tuple[FetchedFile, ...] = ()
    """Labels that a pressed button wanted."""
    lot: LotDrawn | None = None
    """A lot that was to be checked."""
    spoken: str | None = None
    """Language of the message, or of the ones before it where it is too short to tell; OTHER for one that is not spoken here."""


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
    public_url: str = ""
    """Outside address of the counter, before its pages."""
    key: bytes = b""
    """Signs what is kept only as a digest."""
    message: InboundMessage | None = None
    enquiry: Enquiry | None = None
    """The enquiry of this contact that is with people, if any."""
    turn: GivenAnswer | None = None
    """The one record of what was done with the message."""
    sent: list[OutboundMessage] = field(default_factory=list)
    spoken: str | None = field(init=False)
    """As prepared, until the citizen chooses a language."""

    def __post_init__(self) -> None:
        self.spoken = self.prepared.spoken

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

    @property
    def language(self) -> str:
        """The language to reply in: the one that was just written in, else the contact's."""
        return self.spoken if self.spoken in LANGUAGES else self.contact.language

    @property
    def today(self) -> date:
        """The day in the office."""
        return self.now.astimezone(ZONE).date()

    def say(self, key: str, **facts: Any) -> str:
        """A sentence in the language of the reply, as HTML."""
        return translate_html(key, self.language, **facts)

    def turned(
        self, outcome: str, *, entry: KnowledgeEntry | None = None, judged: Judgement | None = None, is_gap: bool = False
    ) -> GivenAnswer:
        """Keep what was done with the message or button, once. `judged` is what was prepared, unless said otherwise."""
        if self.turn is not None:
            raise TurnedTwice(f"{self.turn.outcome}, then {outcome}")
        judged = self.prepared.judged if judged is None else judged
        self.turn = turns.record(
            self.session, self.contact, self.message, outcome=outcome, now=self.now, entry=entry, judged=judged, is_gap=is_gap
        )
        return self.turn

    def keep_files(self) -> None:
        """Note the stored files of this update, so that rows may name them; staff are alerted to threats."""
        for file in self.prepared.files:
            if file.refusal is None:
                uploads.note(self.session, file.sha256, file.size, file.media_type, self.now, file.findings)
                if isinstance(file.products, KeptList):
                    kept_lists.note(self.session, file.products, self.now)
            elif isinstance(file.refusal, FileWithThreat):
                scanning.tell_staff(self.session, file.refusal.facts["threat"], self.now)


current_work: ContextVar[Work] = ContextVar("current_work")
