"""Rows of recipients (dòng danh sách người nhận): tax codes and phone numbers, one firm or person a line, as pasted or read from a sheet.

>>> read("Mã số thuế;Điện thoại\\n0100233488;0905 111 222", TAX_CODE).rows
[Row(number=2, tax_code='0100233488', phone='0905111222', said='0100233488 · 0905 111 222')]
>>> [(fault.number, fault.key) for fault in read("0100233488\\n\\n0100233489", TAX_CODE).faults]
[(3, 'panel.list.bad_tax_code')]
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.errors import BadPhone, BadTaxCode
from domain.folding import fold
from domain.messages import N_
from domain.training import phone_of, tax_code_of

TAX_CODE, PHONE = "tax_code", "phone"
"""What the first column holds where no header says so."""
_NAMES = {
    TAX_CODE: ("ma so thue", "mst", "tax code", "tax_code", "ma so doanh nghiep"),
    PHONE: ("dien thoai", "so dien thoai", "sdt", "dt", "di dong", "phone", "phone number", "mobile"),
}
_SEPARATORS = "\t;,"
_TITLES = 15
"""Lines above a header that are looked at."""


@dataclass(frozen=True)
class Row:
    """`number` as a spreadsheet counts; `said` is how it was written. One of tax code and phone may be empty."""

    number: int
    tax_code: str
    phone: str
    said: str


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be taken: the key of a sentence and its facts."""

    number: int
    said: str
    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """What could be read, and what could not."""

    rows: Sequence[Row]
    faults: Sequence[Fault]


def read(text: str, kind: str) -> Rows:
    """Every line that holds something. A header above names the columns; without one the first column is of the `kind`."""
    lines = list(enumerate(map(_cells, text.replace("\r\n", "\n").replace("\r", "\n").split("\n")), 1))
    start, columns = _header(lines) or (0, {kind: 0})
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, str], int] = {}
    for number, cells in lines[start:]:
        if not any(cells):
            continue
        found = _read(number, cells, columns)
        if isinstance(found, Row) and (first := seen.setdefault((found.tax_code, found.phone), number)) != number:
            found = Fault(number, found.said, N_("panel.list.twice"), {"row": first})
        (rows if isinstance(found, Row) else faults).append(found)  # type: ignore[arg-type]
    return Rows(rows, faults)


def columns_of(cells: Sequence[str]) -> dict[str, int]:
    """Where a header has tax codes and phone numbers; empty where it is none."""
    folded = [fold(cell).strip(" .:*") for cell in cells]
    found = {kind: place for kind, names in _NAMES.items() for place, name in reversed(list(enumerate(folded))) if name in names}
    return dict(sorted(found.items()))


def _header(lines: Sequence[tuple[int, list[str]]]) -> tuple[int, dict[str, int]] | None:
    """The number of the header and its columns."""
    filled = [(number, cells) for number, cells in lines if any(cells)][:_TITLES]
    return next(((number, columns) for number, cells in filled if (columns := columns_of(cells))), None)


def _cells(line: str) -> list[str]:
    separator = next((one for one in _SEPARATORS if one in line), "\t")
    return [cell.strip(" \"'") for cell in line.split(separator)]


def _read(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> Row | Fault:
    tax_code, phone = (cells[columns[kind]] if columns.get(kind, len(cells)) < len(cells) else "" for kind in (TAX_CODE, PHONE))
    said = " · ".join(filter(None, (tax_code, phone)))[:200]
    if not said:
        return Fault(number, " · ".join(filter(None, cells))[:200], N_("panel.list.row_without"))
    try:
        return Row(number, _tax_code(tax_code) if tax_code else "", phone_of(phone) if phone else "", said)
    except BadTaxCode:
        return Fault(number, said, N_("panel.list.bad_tax_code"), {"code": tax_code[:60]})
    except BadPhone:
        return Fault(number, said, N_("panel.list.bad_phone"), {"phone": phone[:60]})


def _tax_code(text: str) -> str:
    """A sheet that takes a tax code for a number drops its 0."""
    return tax_code_of(f"0{text}" if len(re.sub(r"\D", "", text)) == 9 else text)
