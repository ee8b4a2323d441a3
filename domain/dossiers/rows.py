"""Answers that are lists of rows (hàng đóng gói sẵn, phương tiện đo, sản lượng): a row a line, its parts between semicolons.

>>> [row] = read_packages("Nước mắm; Phú Thuận; chai thủy tinh; lỏng; 0,5 l; 4; 4; V 0,5 l", 5)
>>> row["state"], row["quantity"], row["nominal"], row["unit"], row["label"]
('liquid', '0,5 l', '0.5', 'L', 'V 0,5 l')
>>> read_instruments("Cân bàn 30 kg; CB-01; đến 5/3/2027", 5)
[{'name': 'Cân bàn 30 kg', 'number': 'CB-01', 'valid_until': '2027-03-05'}]
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from domain import quantities
from domain.dossiers.declaration import INSTRUMENTS, MADE, PACKAGES
from domain.errors import (
    BadDate,
    BadRow,
    BadRowDate,
    BadRowHeight,
    BadRowPart,
    BadRowQuantity,
    BadRowState,
    OfficeError,
    TooManyRows,
)
from domain.folding import clean, fold
from domain.quantity_marks.labels import STATES
from domain.training import date_of

Row = dict[str, str]

STATES_WRITTEN: Mapping[str, str] = {
    **{fold(word): state for state in STATES for word in (state, state.replace("_", " "))},
    **{"ran": "solid", "the ran": "solid", "kho": "solid", "bot": "solid", "long": "liquid", "the long": "liquid", "nuoc": "liquid"},
    **{"set": "paste", "dang set": "paste", "dac": "paste", "dong lanh": "frozen", "khi hoa long": "liquefied_gas", "gas": "liquefied_gas"},
    **{
        "binh xit": "aerosol",
        "xit": "aerosol",
        "trong dung moi": "in_medium",
        "in a medium": "in_medium",
        "dung moi": "in_medium",
        "ngam nuoc": "in_medium",
    },
}
"""Folded words of both languages, by the state they name."""

PACKAGE_PARTS = ("name", "brand", "packaging", "state", "quantity", "numeral_mm", "mark_mm", "label")
INSTRUMENT_PARTS = ("name", "number", "valid_until")
MADE_PARTS = ("name", "quantity", "amount")
PARTS: Mapping[str, tuple[str, ...]] = {PACKAGES: PACKAGE_PARTS, INSTRUMENTS: INSTRUMENT_PARTS, MADE: MADE_PARTS}
"""Parts of a row, in the order in which they are written, by the kind of field."""
_MAY_BE_EMPTY = frozenset({"brand", "numeral_mm", "mark_mm", "label", "number"})
_LONGEST = 200
_SHORTER: Mapping[str, int] = {"brand": 120, "packaging": 120, "quantity": 60, "number": 60, "label": 60}
_HEIGHT = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:mm)?", re.IGNORECASE)
_UNTIL = re.compile(r"^(?:valid until|until|den|han|het han|đến|hạn|hết hạn)\s*:?\s*", re.IGNORECASE)


def read_lines(kind: str, text: str, limit: int) -> list[Row]:
    """The rows of a text. Raises `BadRow` and its kin, each with the number of the line, and `TooManyRows`."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise BadRow(line=1, wanted=len(PARTS[kind]), found=0)
    if len(lines) > limit:
        raise TooManyRows(count=len(lines), limit=limit)
    return [_READERS[kind](_parted(kind, number, line), number) for number, line in lines]


def read_packages(text: str, limit: int) -> list[Row]:
    return read_lines(PACKAGES, text, limit)


def read_instruments(text: str, limit: int) -> list[Row]:
    return read_lines(INSTRUMENTS, text, limit)


def _parted(kind: str, number: int, line: str) -> Row:
    parts, names = [" ".join(part.split()) for part in line.split(";")], PARTS[kind]
    while len(parts) > len(names) and not parts[-1]:
        parts.pop()
    if len(parts) != len(names):
        raise BadRow(line=number, wanted=len(names), found=len(parts))
    row = dict(zip(names, parts, strict=True))
    for place, (name, part) in enumerate(row.items(), 1):
        if (not part and name not in _MAY_BE_EMPTY) or len(part) > _SHORTER.get(name, _LONGEST):
            raise BadRowPart(line=number, part=place)
    return row


def package(row: Mapping[str, str], line: int = 1) -> Row:
    """A row of prepackaged goods whose texts are as typed: with its state by name, heights, and the nominal quantity exactly."""
    state = state_of(row["state"])
    if state is None:
        raise BadRowState(line=line, text=row["state"][:40])
    try:
        nominal = quantity_of(row["quantity"])
    except OfficeError as unclear:
        raise BadRowQuantity(line=line, text=row["quantity"][:60]) from unclear
    heights = {name: height_of(row[name], line) for name in ("numeral_mm", "mark_mm")}
    return {**row, **heights, "state": state, "nominal": quantities.plain(nominal.value), "unit": nominal.symbol}


def state_of(text: str) -> str | None:
    """The state that somebody names, or None."""
    return STATES_WRITTEN.get(fold(text))


def quantity_of(text: str) -> quantities.Quantity:
    """The nominal quantity of what is printed: of a multi-pack, the total before its brackets. Raises what `quantities.read` does."""
    return quantities.read(text.partition("(")[0])


def height_of(text: str, line: int = 1) -> str:
    """Millimetres as decimal digits; empty where nothing was said. Raises `BadRowHeight`."""
    if not text:
        return ""
    match = _HEIGHT.fullmatch(text)
    if match is None or not Decimal(match[1].replace(",", ".")):
        raise BadRowHeight(line=line, text=text[:20])
    return quantities.plain(Decimal(match[1].replace(",", ".")))


def _instrument(row: Row, line: int) -> Row:
    try:
        return {**row, "valid_until": date_of(_UNTIL.sub("", row["valid_until"])).isoformat()}
    except BadDate as fault:
        raise BadRowDate(line=line, text=row["valid_until"][:30]) from fault


def _made(row: Row, line: int) -> Row:
    """How much of a product was made or imported, in packages or by quantity, as the firm says it."""
    if not any(char.isdigit() for char in row["amount"]):
        raise BadRowQuantity(line=line, text=row["amount"][:60])
    return row


_READERS: Mapping[str, Callable[[Row, int], Row]] = {PACKAGES: package, INSTRUMENTS: _instrument, MADE: _made}


def is_line(kind: str, text: str) -> bool:
    """Whether a text is meant as lines of rows."""
    return clean(text).count(";") >= len(PARTS[kind]) - 1


def expired(rows: list[Row], today: date) -> Row | None:
    """The first instrument whose verification was over before today."""
    return next((row for row in rows if date.fromisoformat(row["valid_until"]) < today), None)


def as_text(kind: str, row: Mapping[str, Any]) -> str:
    """A row as it can be read again, with names and dates as they are kept."""
    return "; ".join(str(row.get(part, "")) for part in PARTS[kind])
