"""Sending hours: nothing leaves outside them, and the end that an officer is told is the end that the hours make."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.quiet import NeverAllowed, QuietHours
from domain.sending_hours import SendingHours
from domain.worktime import ZONE

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
"""A Monday."""
OFFICE = QuietHours(time(7, 30), time(20), sundays=False, closed=frozenset({NOW.date() + timedelta(days=1)}))
MOMENTS = st.integers(0, 60 * 24 * 30).map(lambda minutes: NOW + timedelta(minutes=minutes))
WINDOWS = st.tuples(st.integers(14, 30), st.integers(1, 8)).map(
    lambda half: QuietHours(time(half[0] // 2), time((half[0] + half[1]) // 2 + 1))
)


@settings(deadline=None)  # a busy machine is no fault
@given(window=WINDOWS, at=MOMENTS, minutes=st.integers(0, 900))
def test_the_end_leaves_exactly_the_time_that_the_sending_takes(window: QuietHours, at: datetime, minutes: int) -> None:
    hours, takes = SendingHours((OFFICE, window)), timedelta(minutes=minutes)
    ends = hours.finish(at, takes)
    assert ends >= at + takes
    open_ones = 0
    for begin, end in hours.spans(at):
        if begin >= ends:
            break
        assert OFFICE.is_allowed(begin)
        assert window.is_allowed(begin)
        open_ones += int((min(end, ends) - begin).total_seconds())
    assert open_ones == takes.total_seconds()


@settings(deadline=None)
@given(at=MOMENTS, one=st.integers(0, 900), more=st.integers(0, 900))
def test_more_people_never_end_earlier(at: datetime, one: int, more: int) -> None:
    hours = SendingHours((OFFICE,))
    assert hours.finish(at, timedelta(minutes=one)) <= hours.finish(at, timedelta(minutes=one + more))


def test_a_window_goes_over_nights_and_holidays() -> None:
    hours = SendingHours.daily("16:00", "17:00", OFFICE)
    assert hours.next_open(NOW) == NOW.replace(hour=16)
    assert hours.finish(NOW, timedelta(minutes=90)) == datetime(2026, 11, 25, 16, 30, tzinfo=ZONE)  # Tuesday is closed
    assert SendingHours().finish(NOW, timedelta(minutes=90)) == NOW + timedelta(minutes=90)


def test_what_never_ends_is_told_and_not_sought_for_ever() -> None:
    with pytest.raises(NeverAllowed):
        SendingHours.daily("20:00", "21:00", OFFICE).next_open(NOW)
    with pytest.raises(NeverAllowed):
        SendingHours.daily("16:00", "16:01", OFFICE).finish(NOW, timedelta(days=30))
    with pytest.raises(ValueError, match="17:00 is not before 16:00"):
        SendingHours.daily("17:00", "16:00")
