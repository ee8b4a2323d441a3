"""Sending hours (giờ gửi): when messages to many may leave, by several rules at once, and when so much sending is over.

>>> day, morning = QuietHours(time(7, 30), time(20)), QuietHours(time(8), time(11))
>>> from domain.worktime import ZONE
>>> begins = datetime(2026, 11, 23, 10, 30, tzinfo=ZONE)
>>> SendingHours((day, morning)).finish(begins, timedelta(hours=1)).isoformat()
'2026-11-24T08:30:00+07:00'
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from domain.quiet import NeverAllowed, QuietHours

_FAR = timedelta(days=400)
"""Whatever takes longer has no end that one could tell."""


@dataclass(frozen=True)
class SendingHours:
    """Every rule must allow it; without a rule it may be sent at any time."""

    rules: tuple[QuietHours, ...] = ()

    @classmethod
    def daily(cls, opens: str, closes: str, *rules: QuietHours) -> "SendingHours":
        """Between two times of each day (HH:MM) and by the rules. Raises ValueError where they are no times in order."""
        window = QuietHours(time.fromisoformat(opens), time.fromisoformat(closes))
        if window.opens >= window.closes:
            raise ValueError(f"{opens} is not before {closes}")
        return cls((window, *rules))

    def next_open(self, at: datetime) -> datetime:
        """The moment itself, or the next at which it may be sent. Raises `NeverAllowed` where the rules leave no moment."""
        return next(self.spans(at))[0]

    def finish(self, at: datetime, takes: timedelta) -> datetime:
        """When sending that begins then and takes so long is over. Raises `NeverAllowed` also where that is more than a year away."""
        left = takes
        for begin, end in self.spans(at):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise AssertionError("spans end by an exception")

    def spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From when until when it may be sent, from a moment on."""
        last = at + _FAR
        if not self.rules:
            yield at, last
        while self.rules and at < last:
            found = [rule.span(at) for rule in self.rules]
            begin, end = max(at, *(one[0] for one in found)), min(one[1] for one in found)
            if begin < end:
                yield begin, end
            at = max(begin, end)
        raise NeverAllowed
