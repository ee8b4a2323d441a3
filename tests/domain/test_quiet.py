"""Quiet hours: nothing is lost in them, nothing comes in them, and nothing comes after what it reminds of."""

from datetime import datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.quiet import QuietHours
from domain.worktime import ZONE

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
"""A Monday."""
MOMENTS = st.integers(0, 60 * 24 * 30).map(lambda minutes: NOW + timedelta(minutes=minutes))
TIMES = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))
HOURS = (
    st.tuples(TIMES, TIMES)
    .filter(lambda pair: pair[0] != pair[1])
    .flatmap(
        lambda pair: st.builds(
            QuietHours, st.just(pair[0]), st.just(pair[1]), st.booleans(), st.frozensets(MOMENTS.map(lambda at: at.date()), max_size=5)
        )
    )
)


@given(hours=HOURS, at=MOMENTS)
def test_what_waits_comes_at_the_first_allowed_moment(hours: QuietHours, at: datetime) -> None:
    allowed = hours.next_allowed(at)
    assert allowed >= at
    assert hours.is_allowed(allowed)
    assert allowed == at or not hours.is_allowed(allowed - timedelta(minutes=1)) or allowed - timedelta(minutes=1) < at
    assert allowed.astimezone(ZONE).date() not in hours.closed or hours.opens > hours.closes


@given(hours=HOURS, due=MOMENTS, lead=st.integers(1, 60 * 24 * 8))
def test_a_reminder_comes_in_allowed_hours_and_before_what_it_reminds_of(hours: QuietHours, due: datetime, lead: int) -> None:
    about = due + timedelta(minutes=lead)
    fitted = hours.fitted(due, about)
    assert fitted < about
    assert hours.is_allowed(fitted)


def test_a_reminder_two_hours_before_an_early_class_comes_the_evening_before() -> None:
    usual = QuietHours(time(7, 30), time(20))
    class_at = datetime(2026, 11, 25, 8, 0, tzinfo=ZONE)
    assert usual.fitted(class_at - timedelta(hours=2), class_at) == datetime(2026, 11, 24, 19, 30, tzinfo=ZONE)
    assert usual.fitted(class_at - timedelta(hours=36), class_at) == datetime(2026, 11, 24, 7, 30, tzinfo=ZONE)
    free = QuietHours(time(7, 30), time(20), sundays=False, closed=frozenset({datetime(2026, 11, 24, tzinfo=ZONE).date()}))
    assert free.next_allowed(datetime(2026, 11, 23, 21, 0, tzinfo=ZONE)) == datetime(2026, 11, 25, 7, 30, tzinfo=ZONE)
    assert free.next_allowed(datetime(2026, 11, 29, 9, 0, tzinfo=ZONE)) == datetime(2026, 11, 30, 7, 30, tzinfo=ZONE)
    night = usual.personal(time(22), time(6))
    assert night.is_allowed(datetime(2026, 11, 24, 1, 0, tzinfo=ZONE))
    assert night.next_allowed(datetime(2026, 11, 24, 12, 0, tzinfo=ZONE)) == datetime(2026, 11, 24, 22, 0, tzinfo=ZONE)
