"""Estimates of broadcasts (ước tính): when one will be over, and what its channels cost. What is not known is said to be not known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from db.models import Broadcast, OfficeSetting
from domain.quiet import NeverAllowed
from usecases import broadcasts

COST_KEY = "channel_costs"
"""Office setting: dong for each message, by channel; a channel that is not in it has a cost that nobody has looked up."""


@dataclass(frozen=True)
class Span:
    """When the first message leaves and when the last one has left."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Cost:
    """Of one channel, in dong; `each` is None where it is not known."""

    channel: str
    number: int
    each: int | None

    @property
    def total(self) -> int | None:
        return None if self.each is None else self.each * self.number


@dataclass(frozen=True)
class Costs:
    """By channel, with where the figures come from and who has checked them."""

    channels: tuple[Cost, ...]
    source: str
    verified_by: str | None


def span(session: Session, broadcast: Broadcast, reached: Mapping[str, int], rate: float, now: datetime) -> Span | None:
    """For one that is not under way: from its moment, at `rate` messages a second on every channel side by side.

    Who has hours of their own, or had two messages today, is told later. None where there is nobody or no moment to send.
    """
    try:
        hours = broadcasts.sending_hours(session, broadcast)
        begins = hours.next_open(max(broadcast.scheduled_at or now, now))
        ends = [hours.finish(begins, timedelta(seconds=number / rate)) for number in reached.values()]
    except (NeverAllowed, ValueError):
        return None
    return Span(begins, _up(max(ends))) if ends else None


def end(session: Session, broadcast: Broadcast, rate: float, now: datetime, *, put_off: datetime | None = None) -> datetime | None:
    """For one that is being sent: when the rest will be over at so many messages a second. `put_off` is the last moment to which
    somebody was put off. All the rest is taken for one channel's, so that the end is rather told too late."""
    left = broadcast.total - sum(getattr(broadcast, state) for state in ("sent", "failed", "unknown", "skipped"))
    try:
        ends = broadcasts.sending_hours(session, broadcast).finish(now, timedelta(seconds=max(left, 0) / rate))
    except (NeverAllowed, ValueError):
        return None
    return _up(max(ends, put_off) if put_off else ends)


def _up(at: datetime) -> datetime:
    """To the whole minute, as an end that is told is rather late than early."""
    return at if at == at.replace(second=0, microsecond=0) else at.replace(second=0, microsecond=0) + timedelta(minutes=1)


def costs(session: Session, reached: Mapping[str, int]) -> Costs:
    """What so many messages cost by channel."""
    row = session.get_one(OfficeSetting, COST_KEY)
    return Costs(tuple(Cost(name, number, row.value.get(name)) for name, number in sorted(reached.items())), row.source, row.verified_by)
