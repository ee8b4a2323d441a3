"""Drawings over time lose nothing and invent nothing, however long a broadcast took."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from admin import charts

BEGAN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MINUTES = st.integers(0, 60 * 24 * 40).map(lambda minutes: BEGAN + timedelta(minutes=minutes))
FIGURES = st.dictionaries(MINUTES, st.fixed_dictionaries({"sent": st.integers(0, 1700), "failed": st.integers(0, 9)}), max_size=80)


@settings(deadline=None)  # a busy machine is no fault
@given(figures=FIGURES)
def test_columns_add_up_to_the_figures_and_stay_within_the_drawing(figures: dict[datetime, dict[str, int]]) -> None:
    chart = charts.columns(figures, ("sent", "failed"))
    every = sum((Counter(one) for one in figures.values()), Counter())
    if not every:
        assert chart is None
        return
    assert chart is not None
    assert sum((Counter(one) for _, one in chart.lines), Counter()) == every
    assert sum(part.number for part in chart.parts) == every.total()
    assert len(chart.lines) <= charts.MOST
    assert all(0 <= part.x < chart.width and part.y >= -0.01 and part.y + part.height <= charts.HEIGHT + 0.02 for part in chart.parts)
    assert chart.begins <= min(at for at, one in figures.items() if any(one.values()))
    assert (chart.ends - chart.begins) / timedelta(minutes=chart.step) == chart.width / charts.WIDE
