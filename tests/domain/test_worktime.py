from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.worktime import ZONE, NeverOpen, WorkingHours

OFFICE = ((time(7, 30), time(11, 30)), (time(13, 0), time(17, 0)))
TET = frozenset(date(2026, 2, day) for day in range(16, 21))
HOURS = WorkingHours({day: OFFICE for day in range(5)}, closed=TET, swapped_in=frozenset({date(2026, 2, 28)}))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).map(lambda at: at.replace(tzinfo=ZONE))


@given(moments, st.integers(1, 5000))
def test_a_due_moment_is_always_in_working_hours_and_so_much_working_time_later(start: datetime, minutes: int) -> None:
    due = HOURS.after(start, minutes)
    assert HOURS.periods(due.date())
    assert due.date() not in TET
    assert HOURS.between(start, due) == minutes


@given(moments, st.integers(0, 3000), st.integers(0, 3000))
def test_more_time_is_never_due_earlier(start: datetime, some: int, more: int) -> None:
    assert HOURS.after(start, some + more) >= HOURS.after(start, some)


def test_tet_is_skipped() -> None:
    friday = datetime(2026, 2, 13, 16, 0, tzinfo=ZONE)
    assert HOURS.after(friday, 120) == datetime(2026, 2, 23, 8, 30, tzinfo=ZONE)


def test_a_swapped_saturday_is_worked() -> None:
    assert HOURS.is_open(datetime(2026, 2, 28, 9, 0, tzinfo=ZONE))
    assert not HOURS.is_open(datetime(2026, 3, 7, 9, 0, tzinfo=ZONE))


def test_noon_is_closed_and_the_last_minute_is_over_at_five() -> None:
    monday = datetime(2026, 3, 2, tzinfo=ZONE)
    assert not HOURS.is_open(monday + timedelta(hours=12))
    assert not HOURS.is_open(monday + timedelta(hours=17))
    assert HOURS.is_open(monday + timedelta(hours=16, minutes=59))


def test_a_calendar_that_never_opens_says_so_instead_of_counting_for_ever() -> None:
    with pytest.raises(NeverOpen):
        WorkingHours({}, frozenset(), frozenset()).after(datetime(2026, 3, 2, tzinfo=ZONE), 1)


@given(moments, st.integers(1, 5000), st.integers(1, 20_000))
def test_what_began_earlier_than_so_much_working_time_ago_is_overdue_and_nothing_else(now: datetime, minutes: int, off: int) -> None:
    latest = HOURS.before(now, minutes)
    assert HOURS.between(latest, now) == minutes
    assert HOURS.after(latest - timedelta(minutes=off), minutes) <= now <= HOURS.after(latest + timedelta(minutes=off), minutes)


def test_a_calendar_without_hours_has_no_before() -> None:
    with pytest.raises(NeverOpen):
        WorkingHours({}, frozenset(), frozenset()).before(datetime(2026, 3, 2, tzinfo=ZONE), 1)
