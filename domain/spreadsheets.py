"""Spreadsheets (bảng tính): what Excel would run as a formula, cannot hold or would spoil, made into what it shows as it was written.

>>> neutral("=1+1"), neutral("  ＝cmd|' /C calc'!A0"), neutral("Cân 5 kg")
("'=1+1", "'  ＝cmd|' /C calc'!A0", 'Cân 5 kg')
>>> plain(neutral("-5 °C"))
'-5 °C'
>>> cell(-5), cell(9704000000000000016)
(-5, '9704000000000000016')
"""

import math
import re
import unicodedata
from datetime import date, datetime

from domain.worktime import ZONE

Cell = str | int | float | date | datetime | None
"""What a cell holds; a moment is without a zone, in the office's own time. Yes and no are numbers to Python and stay what they are."""

CELL_LENGTH = 32_767
"""Characters that a cell of Excel holds, counted as UTF-16 does."""
SHEET_ROWS = 1_048_576
"""Rows of a sheet of Excel, its header among them."""
EXACT_DIGITS = 15
"""Digits of a number that Excel keeps; of a longer one the rest become zeros."""
FIRST_YEAR = 1901
"""Excel's calendar begins in 1900, with a leap day that never was."""
_UNSOUND = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold: control characters, halves of a pair, non-characters."""
_ELLIPSIS = "…"
_MARK = "'"


def cell(value: object) -> Cell:
    """A value as a cell holds it: numbers stay numbers, days and moments stay what they are, everything else is harmless text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**EXACT_DIGITS else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, date):
        return _day(value)
    return cut(neutral(sound(str(value))))


def neutral(text: str) -> str:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it; any other as it is."""
    return _MARK + text if _is_formula(text.lstrip(_MARK)) else text


def plain(text: str) -> str:
    """The text as it was before `neutral`."""
    return text[1:] if text.startswith(_MARK) and _is_formula(text.lstrip(_MARK)) else text


def sound(text: str) -> str:
    """The text with a mark (U+FFFD) in the place of every character that a workbook cannot hold."""
    return _UNSOUND.sub("\ufffd", text)


def cut(text: str) -> str:
    """At most as much of a text as a cell holds; what was cut off shows as an ellipsis."""
    if len(text) * 2 <= CELL_LENGTH or _units(text) <= CELL_LENGTH:
        return text
    kept = text.encode("utf-16-le")[: 2 * (CELL_LENGTH - len(_ELLIPSIS))]
    return kept.decode("utf-16-le", "ignore") + _ELLIPSIS


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _is_formula(text: str) -> bool:
    """Whether the first character that shows is a sign that starts a formula, in any width, or a tab or a new line comes before it."""
    for char in text:
        if char in "\t\r\n":
            return True
        if char.isalnum():
            return False
        if not char.isspace() and unicodedata.category(char) != "Cf":
            return unicodedata.normalize("NFKC", char)[0] in "=+-@"
    return False


def _day(value: date) -> Cell:
    if value.year < FIRST_YEAR:
        return value.isoformat()
    if not isinstance(value, datetime):
        return value
    return (value.astimezone(ZONE) if value.tzinfo else value).replace(tzinfo=None, microsecond=0)
