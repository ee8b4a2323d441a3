"""What officers are told of time and money before and while a broadcast goes."""

from datetime import datetime, timedelta

from db.engine import Database
from tests import broadcasts as its
from usecases import broadcast_estimates, broadcasts


def test_the_end_keeps_night_window_and_whoever_was_put_off_and_an_unknown_cost_is_no_zero(database: Database, now: datetime) -> None:
    evening = now.replace(hour=19, minute=50)
    with database.write() as session:
        lan = its.officer(session, now)
        usual = broadcasts.create(session, its.draft(), by=lan, now=now)
        urgent = broadcasts.create(session, its.draft(urgent_reason="Thu hồi sản phẩm"), by=lan, now=now)
        windowed = broadcasts.create(session, its.draft(window=("08:00", "08:10")), by=lan, now=now)
        reached = {"telegram": 28 * 60 * 30, "web": 1}  # half an hour's worth
        spans = [broadcast_estimates.span(session, one, reached, 28, evening) for one in (usual, urgent, windowed)]
        assert all(spans)
        # Tuesday 24 November is a holiday
        assert spans[0].ends == datetime(2026, 11, 25, 7, 50, tzinfo=now.tzinfo)
        assert spans[1].ends == evening + timedelta(minutes=30)
        assert (spans[2].begins.day, spans[2].ends) == (25, datetime(2026, 11, 27, 8, 10, tzinfo=now.tzinfo))
        assert broadcast_estimates.span(session, usual, {}, 28, evening) is None
        usual.total, usual.sent, usual.skipped = 5000, 3000, 320
        assert broadcast_estimates.end(session, usual, 28, now) == now + timedelta(minutes=1)
        later = now + timedelta(days=2)
        assert broadcast_estimates.end(session, usual, 28, now, put_off=later) == later
        costs = broadcast_estimates.costs(session, reached | {"zalo": 3})
        assert [(one.channel, one.total) for one in costs.channels] == [("telegram", 0), ("web", 0), ("zalo", None)]
        assert costs.verified_by is None
        assert "core.telegram.org" in costs.source
