"""Progress of broadcasts (tiến độ gửi): how fast one goes, what became of its recipients and when, who left because of it, who replied.

How many are sent, failed, unknown or skipped stands on the broadcast itself; nothing here counts its recipients for that.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, cast, func, literal_column, select
from sqlalchemy.orm import Session
from sqlalchemy.types import String

from db.models import Broadcast, BroadcastRecipient, Contact, InboundMessage, TopicChoice
from db.models.broadcast import FAILED, HELD, PLANNED, SENT, SKIPPED, UNKNOWN
from domain.sending_reasons import kind_of

LATELY = timedelta(minutes=1)
REPLIES = 50
MOST_SAID = 200
"""Ways in which one kind of reason was put."""
_OTHERS = (FAILED, UNKNOWN, SKIPPED)
ANSWERED = (SENT, FAILED, UNKNOWN)
"""Ends of a message that was tried."""
_IS_SAID = InboundMessage.kind != "button"
"""A press is no reply: who leaves by the button is counted as such."""


@dataclass(frozen=True)
class Reason:
    """Recipients that ended for one kind of reason; `said` are the words of the platform, or of ours, the commonest
    first."""

    state: str
    kind: str
    number: int
    said: tuple[str, ...]


@dataclass(frozen=True)
class PutOff:
    """Recipients whose turn is later by their own hours or the day's cap."""

    number: int
    until: datetime | None


def rate(session: Session, broadcast: Broadcast, now: datetime) -> float:
    """Messages a second that came to an end in the last minute, or since it began or went on where that is less."""
    began = max((at for at in (broadcast.started_at, broadcast.resumed_at) if at is not None), default=now)
    since = max(now - LATELY, began)
    its = (BroadcastRecipient.broadcast_id == broadcast.id, BroadcastRecipient.settled_at > since)
    number = session.scalar(select(func.count(BroadcastRecipient.id)).where(*its, BroadcastRecipient.state.in_(ANSWERED))) or 0
    return number / max((now - since).total_seconds(), 1)


def reasons(session: Session, key: int) -> list[Reason]:
    """Why recipients were not sent it, or nobody knows whether; the most frequent first."""
    found, said = Counter[tuple[str, str]](), dict[tuple[str, str], Counter[str]]()
    its = select(BroadcastRecipient.state, BroadcastRecipient.reason, func.count(BroadcastRecipient.id))
    rows = its.where(BroadcastRecipient.broadcast_id == key, BroadcastRecipient.state.in_(_OTHERS))
    for state, reason, number in session.execute(rows.group_by(BroadcastRecipient.state, BroadcastRecipient.reason)):
        one = (state, kind_of(state, reason))
        found[one] += number
        said.setdefault(one, Counter())[reason] += number
    return [Reason(*one, number, tuple(text for text, _ in said[one].most_common(MOST_SAID))) for one, number in found.most_common()]


def put_off(session: Session, key: int, now: datetime) -> PutOff:
    """Those who wait for a later hour or day."""
    its = (BroadcastRecipient.broadcast_id == key, BroadcastRecipient.state.in_((PLANNED, HELD)), BroadcastRecipient.not_before > now)
    number, until = session.execute(select(func.count(BroadcastRecipient.id), func.max(BroadcastRecipient.not_before)).where(*its)).one()
    return PutOff(number, until)


def by_minute(session: Session, key: int, since: datetime | None = None) -> dict[datetime, Counter[str]]:
    """How many came to which end, by minute, from a moment on.

    The sent ones, by far the most, are what is left of all: an index alone knows how many came to an end when.
    """
    minute, its = _minute(session, BroadcastRecipient.settled_at), BroadcastRecipient.broadcast_id == key
    begins = BroadcastRecipient.settled_at >= since if since else BroadcastRecipient.settled_at.is_not(None)
    every = session.execute(select(minute, func.count()).where(its, begins).group_by(minute))
    found = {_moment(at): Counter({SENT: number}) for at, number in every}
    rows = select(minute, BroadcastRecipient.state, func.count()).where(its, begins, BroadcastRecipient.state.in_(_OTHERS))
    for at, state, number in session.execute(rows.group_by(minute, BroadcastRecipient.state)):
        ends = found.setdefault(_moment(at), Counter())
        ends[state] = number
        ends[SENT] = max(ends[SENT] - number, 0)  # between the two looks one more may have ended
    return found


def refusals_by_minute(session: Session, key: int) -> dict[datetime, int]:
    """How many ended the topic by the button of this broadcast, by minute."""
    at = select(TopicChoice.at).where(TopicChoice.broadcast_id == key, TopicChoice.wanted.is_(False))
    return dict(Counter(one.replace(second=0, microsecond=0) for one in session.scalars(at)))


def _minute(session: Session, column: Any) -> Any:
    """A moment cut to its minute. SQLite keeps moments as texts, which sort and cut like one."""
    if session.get_bind().dialect.name == "sqlite":
        return func.substr(cast(column, String), 1, 16).label("minute")
    return func.date_trunc(literal_column("'minute'"), column).label("minute")


def _moment(minute: str | datetime) -> datetime:
    if isinstance(minute, str):
        return datetime.fromisoformat(minute).replace(tzinfo=UTC)
    return minute.astimezone(UTC)


def recipients(key: int, state: str = "", reasons: Collection[str] | None = None, *, after: int = 0) -> Select[BroadcastRecipient]:
    """The recipients of a broadcast in a state, or for some reasons as they were said, by number, after one."""
    found = select(BroadcastRecipient).where(BroadcastRecipient.broadcast_id == key, BroadcastRecipient.id > after)
    found = found.where(BroadcastRecipient.state == state) if state else found
    found = found if reasons is None else found.where(BroadcastRecipient.reason.in_(reasons))
    return found.order_by(BroadcastRecipient.id)


def replies(session: Session, key: int, before: int | None = None) -> Sequence[tuple[InboundMessage, Contact]]:
    """What contacts said next, in words or files, the newest first; one more than a page, where there are more.

    `before` is a message's number.
    """
    rows = select(InboundMessage, Contact).join(Contact, Contact.id == InboundMessage.contact_id)
    its = rows.where(InboundMessage.broadcast_id == key, _IS_SAID)
    its = its.where(InboundMessage.id < before) if before else its
    return [(row[0], row[1]) for row in session.execute(its.order_by(InboundMessage.id.desc()).limit(REPLIES + 1))]


def count_replies(session: Session, key: int) -> int:
    return session.scalar(select(func.count(InboundMessage.id)).where(InboundMessage.broadcast_id == key, _IS_SAID)) or 0
