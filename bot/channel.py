"""What a channel is: a translator at the door with two halves, receive and send. The list of all of them is in `bot.app`."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from bot.work import Work
from db.models import OutboundMessage


@dataclass(frozen=True)
class ToSend:
    """An outbox row as its sender needs it, free of the session. `message_id` is the platform's, for an edit.

    A file in the payload is `{"$file": digest, "name": …}`, with `file_id` where the platform has it already.
    """

    id: int
    method: str
    payload: dict[str, Any]
    chat_id: int
    message_id: str | None = None
    attempt: int = 1
    """Which try this is, so that a late outcome is not taken for that of a later try."""


@dataclass(frozen=True)
class Sent:
    """The platform has it. `file_ids` are names of uploads by digest, for sending them again."""

    platform_message_id: str | None = None
    file_ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Temporary:
    """Surely not sent; trying again later is right."""

    reason: str


@dataclass(frozen=True)
class Silenced:
    """Surely not sent; the platform wants silence from the whole account for so many seconds."""

    seconds: float
    reason: str


@dataclass(frozen=True)
class Permanent:
    """Surely not sent, and never will be."""

    reason: str


@dataclass(frozen=True)
class Blocked:
    """Surely not sent: the contact refuses us on this channel."""

    reason: str


@dataclass(frozen=True)
class Unsure:
    """Nobody knows whether it was sent."""

    reason: str


Outcome = Sent | Temporary | Silenced | Permanent | Blocked | Unsure


@dataclass(frozen=True)
class Rates:
    """Messages a second to one chat, after a burst; a group's messages a minute. None: no limit."""

    chat: float | None = None
    burst: int = 3
    group_per_minute: int = 20


class Channel(ABC):
    """One account of one platform."""

    name: ClassVar[str]
    account: ClassVar[str]
    rates = Rates()

    async def open(self) -> None:  # noqa: B027 - a channel that holds nothing open says nothing
        """Set up what sending and fetching need."""

    async def close(self) -> None:  # noqa: B027
        """Let go of what `open` took."""

    @abstractmethod
    async def fetch(self, reference: str) -> bytes:
        """The bytes of a file that came in; raises `NetworkFault` or an `OfficeError`."""

    def mirror(self, work: Work) -> None:  # noqa: B027
        """Write into an update's own transaction what the platform needs of it (the web chat's history)."""


class SendingChannel(Channel):
    """A channel whose messages leave the house."""

    @abstractmethod
    async def send(self, message: ToSend) -> Outcome:
        """One call of the platform. Never raises for what the platform or the network does: that is an outcome."""


class PostingChannel(Channel):
    """A channel whose messages are rows of our own: sent in the transaction that marks them sent."""

    @abstractmethod
    def post(self, session: Session, row: OutboundMessage, predecessor: OutboundMessage | None) -> None:
        """Write the message where its reader finds it."""
