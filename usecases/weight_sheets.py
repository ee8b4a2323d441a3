"""Sheets of weights (bảng số liệu cân): the columns of a CSV file or workbook that may be weights, with the numbers of their rows.

Sheets come from outside: `usecases.opening` runs `read_weights` in a limited subprocess. Nothing is guessed: a cell that is no number stays
in its column, so that whoever reads the weights names it with its row.
"""

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from domain.errors import CommasUnclear, NoWeightColumn, SheetEmpty, SheetTooLong, SummaryRow
from domain.folding import fold, words
from domain.quantities import unit_of
from domain.quantity_marks.weighing import AT_MOST
from usecases.sheet_reading import lines_of, text_of

_ROWS = AT_MOST + 100
_COLUMNS = 12
_NUMBER = re.compile(r"\s*[-−–]?\s*\d[\d.,\s]*([^\W\d_]{1,10}[23²³]?)?\s*")
_WEIGHT = re.compile(r"\b(can|khoi luong|the tich|luong thuc|so do|ket qua|trong luong|weight|mass|volume|net|actual|measured|qr)\b")
_COUNTER = re.compile(r"^(stt|tt|so tt|so thu tu|thu tu|goi so|goi|mau|mau so|no|number|package|sample|id|ma)\b")
_SUMS = re.compile(r"^(tong|tong cong|cong|trung binh|tb|do lech|do lech chuan|total|sum|mean|average|avg|stdev|sd|min|max)$")
_IN_BRACKETS = re.compile(r"[(\[]\s*([^\W\d_]{1,4}[23²³]?)\s*[)\]]")


@dataclass(frozen=True)
class WeightColumn:
    """A column as it came: what it is called, the unit in its heading (empty: none), its filled cells and their rows as Excel counts."""

    heading: str
    unit: str
    cells: tuple[str | int | float, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class WeightSheet:
    """The columns that may be weights: one, or several of which somebody has to choose."""

    columns: tuple[WeightColumn, ...]


Lines = list[tuple[int, list[Any]]]


def read_weights(content: bytes, name: str = "") -> WeightSheet:
    """The columns of a sheet that may be weights.

    Raises what `sheet_reading` raises, `SheetEmpty`, `SheetTooLong`, `NoWeightColumn`, `SummaryRow` and `CommasUnclear`.
    """
    lines: Lines = []
    with closing(lines_of(content)) as found:
        for number, values in found:
            if any(text_of(value).strip() for value in values):
                lines.append((number, list(values)))
            if len(lines) > _ROWS:
                raise SheetTooLong(limit=_ROWS)
    if not lines:
        raise SheetEmpty
    if not content.startswith(b"PK\x03\x04"):
        lines = _with_decimal_commas(lines, b";" in content or b"\t" in content)
    lines, header = _split(lines)
    _refuse_sums(lines)
    columns = _columns(lines, header)
    if not columns:
        raise NoWeightColumn
    return WeightSheet(tuple(columns))


def _with_decimal_commas(lines: Lines, has_other_separator: bool) -> Lines:
    """A CSV file of one column whose decimals were taken for a second one. Raises `CommasUnclear` where it cannot be told."""
    if has_other_separator:
        return lines
    filled = [(number, [text_of(value).strip() for value in values]) for number, values in lines]
    body = [(number, values) for number, values in filled if all(re.fullmatch(r"\d*", value) for value in values)]
    two = [(number, values) for number, values in body if len(values) == 2]
    if two and len(two) >= len(filled) - 1 and not _counts([values[0] for _, values in two]):
        head = [(number, list(values)) for number, values in lines if number not in dict(two)]
        return [*head, *((number, [",".join(values)]) for number, values in two)]
    widths = [len(values) for _, values in filled]
    if len(set(widths)) > 1 and min(widths[0], 99) < max(widths) and len(filled[0][1]) < max(widths):
        raise CommasUnclear(row=next(number for number, values in filled if len(values) > widths[0]))
    return lines


def _split(lines: Lines) -> tuple[Lines, list[str]]:
    """The rows of numbers and, where there is one, the row of names above them."""
    for at, (_, values) in enumerate(lines):
        texts = [text_of(value).strip() for value in values]
        if any(_NUMBER.fullmatch(text) for text in texts if text):
            header = [text_of(value).strip() for value in lines[at - 1][1]] if at else []
            return lines[at:], header
    raise NoWeightColumn


def _refuse_sums(lines: Lines) -> None:
    for number, values in lines:
        for value in values:
            if isinstance(value, str) and _SUMS.match(" ".join(words(fold(value)))):
                raise SummaryRow(row=number, text=value.strip()[:30])


def _columns(lines: Lines, header: Sequence[str]) -> list[WeightColumn]:
    """Those whose name says weight; where none does, every column of numbers that does not count the packages."""
    width = min(_COLUMNS, max(len(values) for _, values in lines))
    found = [column for place in range(width) if (column := _column(lines, header, place)) is not None]
    named = [column for column in found if _WEIGHT.search(fold(column.heading)) and not _COUNTER.match(fold(column.heading))]
    return named or [column for column in found if not _COUNTER.match(fold(column.heading)) and not _counts(column.cells)]


def _column(lines: Lines, header: Sequence[str], place: int) -> WeightColumn | None:
    """None where most of it is no number."""
    cells = [(number, values[place]) for number, values in lines if len(values) > place and text_of(values[place]).strip()]
    numbers = sum(1 for _, value in cells if _is_number(value))
    if not numbers or numbers * 2 < len(cells):
        return None
    heading = header[place] if place < len(header) and header[place] else f"{chr(ord('A') + place)}"
    unit = _IN_BRACKETS.search(heading)
    plain = tuple(value if isinstance(value, int | float) and not isinstance(value, bool) else text_of(value) for _, value in cells)
    return WeightColumn(heading[:60], unit_of(unit[1]) if unit else "", plain, tuple(number for number, _ in cells))


def _is_number(value: object) -> bool:
    return (isinstance(value, int | float) and not isinstance(value, bool)) or bool(_NUMBER.fullmatch(text_of(value)))


def _counts(cells: Sequence[object]) -> bool:
    """Whether the cells are 1, 2, 3 and so on."""
    return len(cells) > 1 and [text_of(cell) for cell in cells] == [str(number) for number in range(1, len(cells) + 1)]
