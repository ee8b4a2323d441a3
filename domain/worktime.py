"""Working time (giờ làm việc): when the office is open, and the moment at which an amount of working time is over.

The hours and holidays are data that staff edit; nothing here knows any.

>>> from datetime import date, datetime, time
>>> hours = WorkingHours({day: ((time(7, 30), time(11, 30)), (time(13, 0), time(17, 0))) for day in range(5)}, frozenset(), frozenset())
>>> hours.after(datetime(2026, 11, 20, 16, 0, tzinfo=ZONE), 120).isoformat()
'2026-11-23T08:30:00+07:00'
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.errors import UnreadablePeriods

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_FAR = 400
"""Days to look ahead before giving up: a calendar without a single open period is a mistake in the data."""


_PERIOD = re.compile(r"(\d{1,2})[:hg.](\d{2})?\s*[-–—]\s*(\d{1,2})[:hg.](\d{2})?")


class NeverOpen(ValueError):
    """The calendar has no open period within more than a year."""


def periods_of(text: str) -> tuple[tuple[time, time], ...]:
    """Open periods as people write them; nothing for a closed day. Raises `UnreadablePeriods` for what is no period, or overlaps.

    >>> [f"{start:%H:%M}-{end:%H:%M}" for start, end in periods_of("7h30 - 11h30, 13:00–17:00")]
    ['07:30-11:30', '13:00-17:00']
    """
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        match = _PERIOD.fullmatch(part)
        if match is None or not all(int(hour) < 24 and int(minute or 0) < 60 for hour, minute in (match.group(1, 2), match.group(3, 4))):
            raise UnreadablePeriods(text=part)
        found.append((time(int(match[1]), int(match[2] or 0)), time(int(match[3]), int(match[4] or 0))))
    ordered = sorted(found)
    if any(start >= end for start, end in ordered) or any(one[1] > other[0] for one, other in pairwise(ordered)):
        raise UnreadablePeriods(text=text)
    return tuple(ordered)


def written(periods: Iterable[tuple[time, time]]) -> str:
    """Periods as `periods_of` reads them: "07:30-11:30, 13:00-17:00"."""
    return ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in periods)


@dataclass(frozen=True)
class WorkingHours:
    """Periods by weekday (0 is Monday), closed days, weekend days worked by swap (làm bù; Monday's periods), days with own periods."""

    weekly: Mapping[int, tuple[tuple[time, time], ...]]
    closed: frozenset[date]
    swapped_in: frozenset[date]
    special: Mapping[date, tuple[tuple[time, time], ...]] = field(default_factory=dict)

    def periods(self, day: date) -> tuple[tuple[time, time], ...]:
        """The open periods of a day, in order."""
        if day in self.special:
            return self.special[day]
        if day in self.swapped_in:
            return self.weekly.get(0, ())
        if day in self.closed:
            return ()
        return self.weekly.get(day.weekday(), ())

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at a moment."""
        local = at.astimezone(ZONE)
        return any(start <= local.time() < end for start, end in self.periods(local.date()))

    def after(self, start: datetime, minutes: int) -> datetime:
        """The moment at which `minutes` of working time have passed since `start`; with 0, the next open moment."""
        left = timedelta(minutes=minutes)
        for opens, closes in self._spans(start):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        raise NeverOpen("no working hours are set")

    def between(self, start: datetime, end: datetime) -> int:
        """Whole minutes of working time between two moments; 0 when `end` is not later."""
        total = timedelta()
        for opens, closes in self._spans(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return int(total.total_seconds() // 60)

    def working_day_after(self, day: date, days: int) -> date:
        """The day on which `days` working days (ngày làm việc) are over; the first one counted is the day after `day`."""
        for offset in range(1, _FAR + 7 * days):
            one = day + timedelta(days=offset)
            days -= bool(self.periods(one))
            if days <= 0:
                return one
        raise NeverOpen("no working hours are set")

    def working_days(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative where `end` is earlier."""
        if end < start:
            return -self.working_days(end, start)
        return sum(bool(self.periods(start + timedelta(days=offset))) for offset in range(1, (end - start).days + 1))

    def before(self, end: datetime, minutes: int) -> datetime:
        """The latest moment from which `minutes` of working time pass until `end`: what came earlier is overdue at `end`."""
        left = timedelta(minutes=minutes)
        for opens, closes in self._spans_back(end):
            if closes - opens >= left:
                return closes - left
            left -= closes - opens
        raise NeverOpen("no working hours are set")

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        local = start.astimezone(ZONE)
        for offset in range(_FAR):
            day = local.date() + timedelta(days=offset)
            for opens_at, closes_at in self.periods(day):
                opens = max(datetime.combine(day, opens_at, ZONE), local)
                closes = datetime.combine(day, closes_at, ZONE)
                if opens < closes:
                    yield opens, closes

    def _spans_back(self, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        local = end.astimezone(ZONE)
        for offset in range(_FAR):
            day = local.date() - timedelta(days=offset)
            for opens_at, closes_at in reversed(self.periods(day)):
                opens = datetime.combine(day, opens_at, ZONE)
                closes = min(datetime.combine(day, closes_at, ZONE), local)
                if opens < closes:
                    yield opens, closes
