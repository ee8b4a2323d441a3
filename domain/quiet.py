"""Quiet hours (giờ yên tĩnh): when messages that nobody waits for may come. What falls outside comes at the next allowed moment.

>>> hours = QuietHours(time(7, 30), time(20))
>>> hours.next_allowed(datetime(2026, 11, 23, 21, 0, tzinfo=ZONE)).isoformat()
'2026-11-24T07:30:00+07:00'
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from domain.worktime import ZONE

_FAR = 60
"""Days that are looked at: no run of holidays is longer."""
EARLY = timedelta(minutes=30)
"""What has to come before a quiet time comes so long before it begins."""
_SUNDAY = 6


class NeverAllowed(ValueError):
    """No day is free of quiet for two months: a mistake in the calendar."""


@dataclass(frozen=True)
class QuietHours:
    """Messages may come from `opens` to `closes`, on days that are not closed. `opens` may be the later one: then it is a night."""

    opens: time
    closes: time
    sundays: bool = True
    """Whether they may come on Sundays."""
    closed: frozenset[date] = frozenset()
    """Holidays on which they don't come."""

    def personal(self, opens: time | None, closes: time | None) -> "QuietHours":
        """The same with somebody's own hours."""
        return replace(self, opens=opens or self.opens, closes=closes or self.closes)

    def is_allowed(self, at: datetime) -> bool:
        """Whether a message may come at a moment."""
        return self.next_allowed(at) == at

    def next_allowed(self, at: datetime) -> datetime:
        """The moment itself, or the next at which a message may come."""
        return max(at, self.span(at)[0])

    def span(self, at: datetime) -> tuple[datetime, datetime]:
        """The allowed span that holds a moment, or the next one: when it begins and ends."""
        for begin, end in self._spans(at.astimezone(ZONE).date() - timedelta(days=1)):
            if at < end:
                return begin, end
        raise NeverAllowed

    def last_allowed(self, at: datetime) -> datetime:
        """The last allowed span before a moment, shortly before it ends."""
        local = at.astimezone(ZONE).date()
        past = [(begin, end) for begin, end in self._spans(local - timedelta(days=_FAR)) if begin < at]
        if not past:
            raise NeverAllowed
        begin, end = past[-1]
        return max(begin, min(end, at) - EARLY)

    def fitted(self, due: datetime, about: datetime) -> datetime:
        """When a reminder that is due at a moment comes: then, or later, or before the quiet where later would leave too little of the
        time that it was to leave before what it reminds of."""
        later = self.next_allowed(due)
        return later if about - later >= (about - due) / 2 else self.last_allowed(due)

    def _spans(self, first: date) -> Iterator[tuple[datetime, datetime]]:
        for offset in range(2 * _FAR):
            day = first + timedelta(days=offset)
            if day in self.closed or (day.weekday() == _SUNDAY and not self.sundays):
                continue
            ends = day if self.opens < self.closes else day + timedelta(days=1)
            yield datetime.combine(day, self.opens, ZONE), datetime.combine(ends, self.closes, ZONE)
