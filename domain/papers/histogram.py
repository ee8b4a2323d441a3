"""A histogram of weights (biểu đồ phân bố khối lượng) with lines at Qn, Qn - T, Qn - 2T and the mean, ready to be drawn.

Places are shares of the width and height of the drawing, so that the layout computes nothing.

>>> scale, words = Scale("g", "vi"), Words("", "", "TB", "")
>>> drawn = histogram([(Decimal(498), 3), (Decimal(501), 5)], Decimal(500), Decimal(15), Decimal("499.9"), scale, words)
>>> [line.words for line in drawn.lines]
['Qn − 2T = 470 g', 'Qn − T = 485 g', 'TB = 499,9 g', 'Qn = 500 g']
>>> [tick.words for tick in drawn.across], [tick.words for tick in drawn.up]
(['470', '480', '490', '500'], ['0', '1', '2', '3', '4', '5'])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from domain.papers import press
from domain.quantities import UNITS, number_said, symbol_said
from domain.quantity_marks import weighing

DOTS_PER_INCH = 300.0
QN, T, TWO_T, MEAN = "qn", "t", "2t", "mean"
_MARGIN = Decimal("0.06")
"""Of the width, left free on both sides."""
_TICKS = 6
_MIDDLE = 0.52
"""Labels of lines to the right of it are set to the left."""
_LOWEST = 0.012
"""Share of the height that a column of a single package has at least: that one may decide."""
ZERO = Decimal(0)


@dataclass(frozen=True)
class Scale:
    """The unit in which values are shown, and the language. Values come in base units."""

    symbol: str
    language: str

    def value(self, base: Decimal) -> str:
        return number_said(self.shown(base), self.language)

    def said(self, base: Decimal) -> str:
        return f"{self.value(base)} {symbol_said(self.symbol)}"

    def shown(self, base: Decimal) -> Decimal:
        """The value in the unit."""
        return base / UNITS[self.symbol].size if self.symbol in UNITS else base


@dataclass(frozen=True)
class Words:
    """Ready words: a title, the names of the vertical axis and of the mean, and what the picture says, for those who hear it."""

    title: str
    packages: str
    mean: str
    spoken: str


@dataclass(frozen=True)
class Bar:
    """A column, as shares of width and height."""

    left: float
    right: float
    height: float
    words: str


@dataclass(frozen=True)
class Line:
    """A vertical line. `row` is the height of its label, 0 on top; `is_left`: the label stands to the left of it."""

    kind: str
    at: float
    words: str
    row: int
    is_left: bool


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    words: str


@dataclass(frozen=True)
class Histogram:
    """All that is drawn."""

    language: str
    title: str
    unit: str
    packages: str
    spoken: str
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def histogram(
    counts: Sequence[tuple[Decimal, int]], nominal: Decimal, tolerable: Decimal, mean: Decimal, scale: Scale, words: Words
) -> Histogram:
    """Of weights (value in base units, how many packages)."""
    bars = weighing.histogram(counts)
    lines = {TWO_T: nominal - 2 * tolerable, T: nominal - tolerable, QN: nominal, MEAN: mean}
    if tolerable == 0:
        del lines[TWO_T], lines[T]
    low, high = min(bars[0].low, *lines.values()), max(bars[-1].high, *lines.values())
    span = (high - low) or abs(nominal) / 10 or Decimal(1)
    low, high = low - span * _MARGIN, high + span * _MARGIN
    tallest = max(bar.number for bar in bars)
    up = _steps(ZERO, Decimal(tallest) * Decimal("1.05"), least=Decimal(1))
    top = up[-1] if up[-1] >= tallest else up[-1] + (up[1] - up[0])
    up = [*up, top] if top not in up else up

    def place(value: Decimal) -> float:
        return float((value - low) / (high - low))

    narrow = span * Decimal("0.02")
    return Histogram(
        scale.language,
        words.title,
        symbol_said(scale.symbol),
        words.packages,
        words.spoken,
        tuple(
            Bar(
                place(bar.low if bar.high > bar.low else bar.low - narrow),
                place(bar.high if bar.high > bar.low else bar.high + narrow),
                max(float(bar.number / top), _LOWEST if bar.number else 0),
                str(bar.number or ""),
            )
            for bar in bars
        ),
        tuple(_lines({kind: (value, place(value)) for kind, value in lines.items()}, scale, words.mean)),
        tuple(Tick(place(_base(one, scale)), number_said(one, scale.language)) for one in _steps(scale.shown(low), scale.shown(high))),
        tuple(Tick(float(one / top), number_said(one, scale.language)) for one in up),
    )


_NAMES = {QN: "Qn", T: "Qn − T", TWO_T: "Qn − 2T"}


def _lines(places: dict[str, tuple[Decimal, float]], scale: Scale, mean: str) -> list[Line]:
    """From left to right. Labels stand one below the other, so that no line runs through the label of another on its own side."""
    ordered = sorted(places.items(), key=lambda item: item[1])
    left = [kind for kind, (_, at) in ordered if at <= _MIDDLE]
    right = [kind for kind, (_, at) in reversed(ordered) if at > _MIDDLE]
    rows = {kind: row for row, kind in enumerate([*left, *right])}
    return [
        Line(kind, at, f"{_NAMES.get(kind, mean)} = {scale.said(_rounded(value))}", rows[kind], at > _MIDDLE)
        for kind, (value, at) in ordered
    ]


def _rounded(value: Decimal) -> Decimal:
    """To three decimals of the base unit: for looking at."""
    return value.quantize(Decimal("0.001"))


def _base(value: Decimal, scale: Scale) -> Decimal:
    return value * UNITS[scale.symbol].size if scale.symbol in UNITS else value


def _steps(low: Decimal, high: Decimal, least: Decimal | None = None) -> list[Decimal]:
    """Round values from low to high, at most seven, at least two."""
    raw = (high - low) / _TICKS
    power = Decimal(10) ** raw.adjusted()
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    step = max(step, least) if least is not None else step
    first, last = (low / step).to_integral_value(ROUND_CEILING), (high / step).to_integral_value(ROUND_FLOOR)
    return [step * number for number in range(int(first), int(max(last, first + 1)) + 1)]


def picture(drawn: Histogram) -> bytes:
    """As PNG, for a small screen."""
    return press.pictures("histogram_picture", drawn, DOTS_PER_INCH)[0]
