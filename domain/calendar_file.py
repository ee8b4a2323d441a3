"""Calendar files (tệp lịch, RFC 5545 and 5546): events that a phone puts into its calendar, moves and strikes out again.

The same UID with a higher SEQUENCE replaces what the calendar holds; so both come from whoever keeps the event.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import icalendar

from domain.spreadsheets import sound
from domain.worktime import ZONE

PRODUCT = "-//Chuan//Calendar//VI"
_LINE_END = re.compile("\r\n?|[\u0085\u2028\u2029]")


@dataclass(frozen=True)
class Event:
    """Moments are aware; `stamp` is when this state of the event was written, and `sequence` counts its states from 0."""

    uid: str
    sequence: int
    cancelled: bool
    title: str
    description: str
    place: str
    url: str
    starts_at: datetime
    ends_at: datetime
    stamp: datetime


def calendar_file(events: Sequence[Event]) -> bytes:
    """The events in the office's own time, with its rules. It withdraws (CANCEL) when all are cancelled, else it announces (PUBLISH)."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if events and all(event.cancelled for event in events) else "PUBLISH")
    for event in events:
        calendar.add_component(_component(event))
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _component(event: Event) -> icalendar.Event:
    component = icalendar.Event()
    component.add("uid", event.uid)
    component.add("sequence", event.sequence)
    component.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    component.add("dtstamp", _aware(event.stamp))
    component.add("dtstart", _aware(event.starts_at).astimezone(ZONE))
    component.add("dtend", _aware(event.ends_at).astimezone(ZONE))
    texts = {"summary": event.title, "description": event.description, "location": event.place}
    for name, text in texts.items():
        if text:
            component.add(name, _lines(text))
    if event.url:
        component.add("url", event.url)
    return component


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no zone")
    return moment


def _lines(text: str) -> str:
    """A text whose lines end as the format knows how to write them; a line end of another kind would begin a property of its own."""
    return _LINE_END.sub("\n", sound(text))
