"""Charts (biểu đồ): columns over time, laid out here and drawn as SVG by `panel/chart.html`. Every drawing has its figures beside it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.worktime import ZONE

STEPS = (1, 5, 15, 60, 360, 1440)
"""Minutes that a column may stand for."""
MOST = 60
"""Columns."""
FEWEST = 20
"""Columns that the drawing has room for, so that few stay narrow."""
HEIGHT, WIDE = 100, 12


@dataclass(frozen=True)
class Part:
    """One colour of a column: its name, its number, and where it stands in the drawing."""

    name: str
    number: int
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Chart:
    """`step` is in minutes. `lines` are the figures of each column that has any, by name."""

    step: int
    highest: int
    width: int
    parts: Sequence[Part]
    lines: Sequence[tuple[datetime, Mapping[str, int]]]
    begins: datetime
    ends: datetime


def columns(figures: Mapping[datetime, Mapping[str, int]], names: Sequence[str]) -> Chart | None:
    """Figures by minute in at most sixty columns, the named ones upon each other in this order; None where there is nothing to draw."""
    kept = {at: few for at, every in figures.items() if (few := {name: every[name] for name in names if every.get(name)})}
    if not kept:
        return None
    first, last = min(kept), max(kept)
    step = next((one for one in STEPS if _number(first, last, one) <= MOST), STEPS[-1])
    begins = _floor(first, step)
    sums: dict[int, Counter[str]] = {}
    for at, few in kept.items():
        sums.setdefault(_column(begins, at, step), Counter()).update(few)
    shown = {column: sums[column] for column in sorted(sums)[-MOST:]}
    offset = min(shown)
    highest = max(one.total() for one in shown.values())
    parts = [part for column, one in shown.items() for part in _stacked((column - offset) * WIDE, one, names, highest)]
    lines = [(begins + timedelta(minutes=column * step), one) for column, one in shown.items()]
    number = max(max(shown) - offset + 1, FEWEST)
    return Chart(step, highest, number * WIDE, parts, lines, lines[0][0], lines[0][0] + timedelta(minutes=step * number))


def _stacked(x: float, one: Counter[str], names: Sequence[str], highest: int) -> list[Part]:
    parts, y = [], float(HEIGHT)
    for name in names:
        if one[name]:
            height = HEIGHT * one[name] / highest
            y -= height
            parts.append(Part(name, one[name], x, round(y, 2), round(height, 2)))
    return parts


def _number(first: datetime, last: datetime, step: int) -> int:
    return _column(_floor(first, step), last, step) + 1


def _column(begins: datetime, at: datetime, step: int) -> int:
    return int((at - begins).total_seconds() // (60 * step))


def _floor(at: datetime, step: int) -> datetime:
    """The beginning of the column that holds a moment, by the office's clock."""
    local = at.astimezone(ZONE)
    minutes = local.hour * 60 + local.minute
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes - minutes % step)
