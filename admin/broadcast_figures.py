"""Figures of a broadcast that read many of its recipients, kept for a while, so that a page that looks again and again costs little."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from db.models import Broadcast
from usecases import broadcast_progress
from usecases.broadcast_progress import PutOff, Reason

KEPT = 64
"""Broadcasts whose figures are kept."""
_STILL = timedelta(minutes=2)
"""Ends of this age are all written down."""
_SHARE = 20
"""Figures are as old as twenty times the seconds that they took: reading them takes a twentieth of a machine at most."""


@dataclass(frozen=True)
class Figures:
    """`reasons` why recipients got nothing, who is `put_off`, and ends `by_minute`."""

    reasons: Sequence[Reason]
    put_off: PutOff
    by_minute: Mapping[datetime, Counter[str]]


@dataclass(frozen=True)
class _Kept:
    figures: Figures
    counters: tuple[object, ...]
    until: float


class FigureBook:
    """One for a process. Threads that look at the same moment may both read; the later one's figures stay."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[int, _Kept] = {}

    def of(self, session: Session, broadcast: Broadcast, now: datetime) -> Figures:
        """The figures as they are, or as they were a moment ago."""
        counters = tuple(getattr(broadcast, name) for name in ("status", "total", "sent", "failed", "unknown", "skipped"))
        found = self._kept.get(broadcast.id)
        if found is not None and (found.until > self._clock() or (found.counters == counters and not _moves(broadcast))):
            return found.figures
        began = self._clock()
        figures = _read(session, broadcast, found.figures if found else None, now)
        ended = self._clock()
        while len(self._kept) >= KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[broadcast.id] = _Kept(figures, counters, ended + _SHARE * (ended - began))
        return figures


def _moves(broadcast: Broadcast) -> bool:
    """Whether recipients may be put off while no counter changes."""
    return broadcast.finished_at is None


def _read(session: Session, broadcast: Broadcast, before: Figures | None, now: datetime) -> Figures:
    key = broadcast.id
    waiting = broadcast_progress.put_off(session, key, now) if _moves(broadcast) else PutOff(0, None)
    return Figures(broadcast_progress.reasons(session, key), waiting, _by_minute(session, broadcast, before))


def _by_minute(session: Session, broadcast: Broadcast, before: Figures | None) -> Mapping[datetime, Counter[str]]:
    """Minutes that are over are not read again while it goes, only when it has ended: what was unknown may have been heard of later."""
    if before is None or not before.by_minute or not _moves(broadcast):
        return broadcast_progress.by_minute(session, broadcast.id)
    since = max(before.by_minute) - _STILL
    kept = {minute: ends for minute, ends in before.by_minute.items() if minute < since}
    return kept | broadcast_progress.by_minute(session, broadcast.id, since)
