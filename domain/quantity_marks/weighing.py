"""Weights that were sent (số liệu cân): pasted, or the cells of a sheet, each an exact decimal in the unit of the nominal quantity.

What is not plainly a weight makes a question that names the place: text in the numbers, a minus, another unit, a point that may stand
between thousands.

>>> [str(value) for value in values_of("501,2 498,7; 500\\n499g", "g")]
['501.2', '498.7', '500', '499']
>>> [str(value) for value in values_of("501, 498, 500,5 x 3", "g")]
['501', '498', '500.5', '500.5', '500.5']
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from domain import quantities
from domain.errors import AmbiguousWeights, MixedUnits, NegativeQuantity, NotAWeight, TooManyWeights
from domain.folding import clean
from domain.quantities import Quantity, meant_by, readings_of, unit_of

DECIMALS, THOUSANDS = "decimals", "thousands"
"""What a point or comma before three digits means: asked once, for all."""
AT_MOST = 5_000
"""Packages of one check: more than any plan asks for."""
_TOKEN = re.compile(
    rf"(?P<sign>[-−–]?)(?P<number>{quantities.NUMBER})\s*(?P<unit>(?![xX×*]\s*\d)[^\W\d_]+[23²³]?)?(?:\s*[xX×*]\s*(?P<times>\d{{1,4}}))?"
)
_BETWEEN = re.compile(r"\s*(?:[;,|/\t\n]|\s)\s*")
_TIGHT_LIST = re.compile(r"\d+(?:,\d+){2,}")


def values_of(text: str, symbol: str, points: str = "") -> list[Decimal]:
    """The weights of a pasted text in the unit `symbol`. "500 x 3" is three of them. `points` says what `AmbiguousWeights` asked.

    Raises `NotAWeight` (with place and word), `NegativeQuantity`, `MixedUnits`, `AmbiguousWeights`, `TooManyWeights`.
    """
    found: list[Decimal] = []
    rest = clean(text).strip(" \n\t,;|")
    while rest:
        token = _first(rest)
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise NotAWeight(place=len(found) + 1, text=token[:30])
        value = _value(match, symbol, points, len(found) + 1)
        found += [value] * int(match["times"] or 1)
        if len(found) > AT_MOST:
            raise TooManyWeights(limit=AT_MOST)
        rest = _BETWEEN.sub("", rest[len(token) :], count=1).lstrip(" \n\t,;|")
    return found


def _first(rest: str) -> str:
    """The next weight with its unit and how often; where there is none, the next word, for the question."""
    match = _SCAN.match(rest)
    if match and match.group():
        return match.group().rstrip()
    return re.split(r"[\s,;|]", rest, maxsplit=1)[0] or rest[:1]


_SCAN = re.compile(r"[-−–]?\d+(?:[.,]\d+)*(?:[^\S\n]*(?![xX×*]\s*\d)[^\W\d_]+[23²³]?)?(?:[^\S\n]*[xX×*][^\S\n]*\d{1,4})?(?=$|[\s,;|/])")


def _value(match: re.Match[str], symbol: str, points: str, place: int) -> Decimal:
    if match["sign"]:
        raise NegativeQuantity(text=match.group()[:30])
    if match["unit"] and not unit_of(match["unit"]) and not meant_by(match["unit"]):
        raise NotAWeight(place=place + 1, text=match["unit"][:30])
    if match["unit"] and unit_of(match["unit"]) != symbol:
        raise MixedUnits(place=place, text=match.group()[:30], unit=quantities.symbol_said(symbol))
    return number_of(match["number"], points, place)


def number_of(text: str, points: str, place: int) -> Decimal:
    """One number; raises `NotAWeight` or `AmbiguousWeights`."""
    if _TIGHT_LIST.fullmatch(text):
        raise NotAWeight(place=place, text=text[:30])
    values = readings_of(text)
    if not values:
        raise NotAWeight(place=place, text=text[:30])
    if len(values) == 1:
        return values[0]
    if not points:
        small, large = (quantities.number_said(value) for value in values)
        raise AmbiguousWeights(text=text, small=small, large=large)
    return values[points == THOUSANDS]


def cells_of(cells: Iterable[object], symbol: str, points: str = "") -> list[Decimal]:
    """The weights of a sheet's column, top to bottom; what a spreadsheet holds as a number is taken as its digits are shown.

    Raises as `values_of`; the place is the row among the weights.
    """
    found: list[Decimal] = []
    for cell in cells:
        if isinstance(cell, bool):
            raise NotAWeight(place=len(found) + 1, text=str(cell))
        if isinstance(cell, (int, float, Decimal)):
            value = Decimal(repr(cell) if isinstance(cell, float) else cell)
            if not value.is_finite():
                raise NotAWeight(place=len(found) + 1, text=str(cell)[:30])
            if value < 0:
                raise NegativeQuantity(text=quantities.number_said(value))
            found.append(value)
        elif cell is not None and str(cell).strip():
            found.append(_of_cell(str(cell), symbol, points, len(found) + 1))
        if len(found) > AT_MOST:
            raise TooManyWeights(limit=AT_MOST)
    return found


def _of_cell(text: str, symbol: str, points: str, place: int) -> Decimal:
    """The one weight of a cell that holds text."""
    try:
        values = values_of(text, symbol, points)
    except NotAWeight as fault:
        raise NotAWeight(place=place, text=text[:30]) from fault
    if len(values) != 1:
        raise NotAWeight(place=place, text=text[:30])
    return values[0]


def in_base(values: Iterable[Decimal], symbol: str) -> list[tuple[Decimal, int]]:
    """For `lots.assess`: each in the base unit, once."""
    return [(Quantity(value, symbol).base, 1) for value in values]


def implausible(values: Sequence[Decimal], nominal: Quantity) -> Decimal | None:
    """A weight that is less than half or more than twice the nominal quantity: worth a question whether the unit is right. None is."""
    return next((value for value in values if not nominal.value / 2 <= value <= nominal.value * 2), None)


@dataclass(frozen=True)
class Bar:
    """A column of a histogram: from `low` up to `high`, in the base unit; the last holds its end, too."""

    low: Decimal
    high: Decimal
    number: int


def histogram(counts: Sequence[tuple[Decimal, int]], most: int = 15) -> list[Bar]:
    """At most so many bars of equal width over all values (in base units), none left out; a single value is one bar."""
    low, high = min(value for value, _ in counts), max(value for value, _ in counts)
    if low == high:
        return [Bar(low, high, sum(number for _, number in counts))]
    total = sum(number for _, number in counts)
    bars = min(most, max(5, int(total**0.5)))
    width = (high - low) / bars
    numbers = [0] * bars
    for value, number in counts:
        numbers[min(bars - 1, int((value - low) / width))] += number
    return [Bar(low + width * at, low + width * (at + 1), number) for at, number in enumerate(numbers)]


def positions(lot_size: int, n: int, seed: str) -> list[int]:
    """Which packages of a lot to take (1 is the first), at random and without repetition, in order; the same seed takes the same."""
    return sorted(Random(seed).sample(range(1, lot_size + 1), min(n, lot_size)))
