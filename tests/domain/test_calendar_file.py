from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from domain.calendar_file import Event, calendar_file

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CLASS = Event(
    uid="class-7-session-1@chuan.example",
    sequence=0,
    cancelled=False,
    title="Tập huấn; đo lường, chất lượng \\ xăng dầu",
    description="Mang theo: căn cước công dân.\nNhớ đến sớm 15 phút. " + "Đo lường " * 30,
    place="Hội trường A, số 1597 Phạm Văn Thuận",
    url="https://chuan.example/classes/7",
    starts_at=datetime(2026, 12, 1, 1, 0, tzinfo=UTC),
    ends_at=datetime(2026, 12, 1, 4, 30, tzinfo=UTC),
    stamp=datetime(2026, 11, 26, 3, 0, tzinfo=UTC),
)


def read(events: Sequence[Event]) -> icalendar.Calendar:
    calendar = icalendar.Calendar.from_ical(calendar_file(events))
    assert isinstance(calendar, icalendar.Calendar)
    assert not calendar.errors
    assert not any(event.errors for event in calendar.events)
    return calendar


def test_a_calendar_reads_what_the_office_wrote() -> None:
    calendar = read([CLASS])
    (event,) = calendar.events
    assert (calendar["METHOD"], event["STATUS"]) == ("PUBLISH", "CONFIRMED")
    assert (event["UID"], event["SEQUENCE"], event["URL"]) == (CLASS.uid, 0, CLASS.url)
    assert (event["SUMMARY"], event["DESCRIPTION"], event["LOCATION"]) == (CLASS.title, CLASS.description, CLASS.place)
    assert (event.start, event.end, event["DTSTAMP"].dt) == (CLASS.starts_at, CLASS.ends_at, CLASS.stamp)


def test_the_file_brings_the_rules_of_the_offices_own_time() -> None:
    calendar = read([CLASS])
    (zone,) = calendar.timezones
    assert zone["TZID"] == calendar.events[0]["DTSTART"].params["TZID"] == "Asia/Ho_Chi_Minh"
    assert CLASS.starts_at.astimezone(zone.to_tz(lookup_tzid=False)).hour == 8
    assert b"DTSTART;TZID=Asia/Ho_Chi_Minh:20261201T080000\r\n" in calendar_file([CLASS])
    local = replace(CLASS, starts_at=CLASS.starts_at.astimezone(HANOI), ends_at=CLASS.ends_at.astimezone(HANOI))
    assert calendar_file([local]) == calendar_file([CLASS])


def test_a_moved_class_replaces_and_a_cancelled_one_withdraws() -> None:
    moved = replace(CLASS, sequence=1, starts_at=CLASS.starts_at + timedelta(days=7), ends_at=CLASS.ends_at + timedelta(days=7))
    (event,) = read([moved]).events
    assert (event["UID"], event["SEQUENCE"]) == (CLASS.uid, 1)
    gone = replace(moved, sequence=2, cancelled=True)
    calendar = read([gone])
    assert (calendar["METHOD"], calendar.events[0]["STATUS"], calendar.events[0]["UID"]) == ("CANCEL", "CANCELLED", CLASS.uid)


def test_a_class_that_loses_one_of_its_sessions_is_still_announced() -> None:
    second = replace(CLASS, uid="class-7-session-2@chuan.example", cancelled=True)
    calendar = read([CLASS, second])
    assert calendar["METHOD"] == "PUBLISH"
    assert [event["STATUS"] for event in calendar.events] == ["CONFIRMED", "CANCELLED"]
    assert read([])["METHOD"] == "PUBLISH"


def test_what_is_empty_is_left_out() -> None:
    (event,) = read([replace(CLASS, description="", place="", url="")]).events
    assert not {"DESCRIPTION", "LOCATION", "URL"} & set(event)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\u0085", "\u2028", "\u2029", "\x00"])
def test_a_text_adds_no_property_of_its_own(end: str) -> None:
    written = calendar_file([replace(CLASS, title=f"Lớp{end}ATTENDEE:mailto:x@example.org{end}END:VEVENT")])
    assert_strict(written)
    assert [line.partition(":")[0] for line in unfolded(written)] == [line.partition(":")[0] for line in unfolded(calendar_file([CLASS]))]
    (event,) = icalendar.Calendar.from_ical(written).events
    assert "ATTENDEE" not in event


def test_every_line_is_as_the_rfc_wants_it() -> None:
    assert_strict(calendar_file([CLASS, replace(CLASS, uid="other", title="Ữ" * 200)]))


def assert_strict(written: bytes) -> None:
    """RFC 5545, 3.1: lines end with CRLF and nothing else, have at most 75 octets, and no letter is torn when they are unfolded."""
    assert written.endswith(b"END:VCALENDAR\r\n")
    lines = written.split(b"\r\n")[:-1]
    assert all(0 < len(line) <= 75 for line in lines)
    assert not any(set(line) & (set(range(0x20)) - {0x09}) or 0x7F in line for line in lines)
    for line in unfolded(written):
        assert line.partition(":")[0].partition(";")[0].replace("-", "").isupper()


def unfolded(written: bytes) -> list[str]:
    """The lines as the most generous reader takes them, who ends a line at whatever Unicode calls a line end."""
    return written.replace(b"\r\n ", b"").decode().splitlines()


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        calendar_file([replace(CLASS, starts_at=datetime(2026, 12, 1, 8))])
