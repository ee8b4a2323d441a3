"""Reading spreadsheets (đọc bảng tính): rows of the first sheet of a workbook, or of a CSV file, by the names in its header.

A file comes from outside: it may be torn, hostile, or in another encoding. Formulas are read as text and never worked out.
"""

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from openpyxl import load_workbook

from domain.errors import SheetEmpty, SheetEncoding, SheetLocked, SheetTooLarge, SheetTooLong, SheetTorn
from domain.spreadsheets import CELL_LENGTH, SHEET_ROWS, plain

ROWS_AT_MOST = 100_000
COLUMNS_AT_MOST = 60
"""What stands to the right of them is not looked at."""
UNPACKED_AT_MOST, STRINGS_AT_MOST = 256 * 1024**2, 96 * 1024**2
"""Bytes of a workbook's parts together, and of its table of texts, which is held in memory. A zip part is never longer than it says."""
_PARTS_AT_MOST = 2000
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SEPARATORS = ",;\t"
_CHUNK = 1 << 16
_TITLES = 15
"""Rows above the header that are looked at: a title, the name of the firm."""
Source = Path | bytes
"""A file by its path; or, in a process that opens none, its content."""
Lines = Generator[tuple[int, Sequence[Any]], None, None]


@dataclass(frozen=True)
class SheetRow:
    """A row by the names of its columns, and its number as Excel counts it. `is_longer`: cells without a name above them hold something."""

    number: int
    cells: dict[str, Any]
    is_longer: bool = False


class Sheet:
    """`header` are the names of the columns; iterating gives the rows that hold something, once. To be closed.

    Raises `SheetTorn`, `SheetLocked`, `SheetEncoding`, `SheetTooLarge`, `SheetEmpty`; while iterating `SheetTorn`, `SheetTooLong`.
    """

    def __init__(self, source: Source, most: int = ROWS_AT_MOST, is_header: Callable[[Sequence[str]], bool] | None = None) -> None:
        self._most = most
        self._lines = _lines(source)
        self.header = self._find_header(is_header)

    def close(self) -> None:
        self._lines.close()

    def __iter__(self) -> Iterator[SheetRow]:
        found = 0
        for number, values in self._lines:
            if not any(map(_holds, values)):
                continue
            found += 1
            if found > self._most:
                raise SheetTooLong(limit=self._most)
            named = {name: value for name, value in zip(self.header, values, strict=False) if name}
            nameless = [value for place, value in enumerate(values) if place >= len(self.header) or not self.header[place]]
            yield SheetRow(number, named, any(map(_holds, nameless)))

    def _find_header(self, is_header: Callable[[Sequence[str]], bool] | None) -> list[str]:
        """The first row that holds something; where there may be a title above it, the first that is a header, if any is."""
        first: list[str] = []
        rows = (values for _, values in self._lines if any(map(_holds, values)))
        for values in islice(rows, _TITLES if is_header else 1):
            names = [text_of(value).strip() for value in values]
            names = names[: max(place for place, name in enumerate(names, 1) if name)]
            if is_header is not None and is_header(names):
                return names
            first = first or names
        if not first:
            raise SheetEmpty
        return first


def text_of(value: object) -> str:
    """What a cell shows as a text: nothing for an empty one, 5 for 5.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _holds(value: object) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _open(source: Source) -> IO[bytes]:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _open_text(source: Source, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_open(source), encoding=encoding, newline="")


def _lines(source: Source) -> Lines:
    """Numbers and values of the rows. The kind of a file is told by its content."""
    with _open(source) as file:
        start = file.read(8)
    if start.startswith(_OLD_OFFICE):
        raise SheetLocked
    if start.startswith(_ZIP):
        _check_parts(source)
        return _workbook_lines(source)
    return _csv_lines(source, _encoding(source, start))


def lines_of(source: Source) -> Lines:
    """Numbers and values of all rows, for sheets whose columns may have no names. To be closed. Raises as `Sheet` does."""
    return _lines(source)


# workbooks


def _check_parts(source: Source) -> None:
    """Refuse what would grow beyond all measure: too large when unpacked, or with entities of its own."""
    try:
        with _open(source) as opened, zipfile.ZipFile(opened) as archive:
            parts = archive.infolist()
            strings = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
            if len(parts) > _PARTS_AT_MOST or sum(part.file_size for part in parts) > UNPACKED_AT_MOST or strings > STRINGS_AT_MOST:
                raise SheetTooLarge(limit=UNPACKED_AT_MOST // 1024**2)
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        _refuse_entities(file)
    except (zipfile.BadZipFile, expat.ExpatError, OSError, ValueError, RuntimeError, EOFError, NotImplementedError) as fault:
        raise SheetTorn from fault


class _Begun(Exception):
    """The root element of a document is there: no DOCTYPE can follow."""


def _refuse_entities(file: IO[bytes]) -> None:
    def begun(_name: str, _attributes: dict[str, str]) -> None:
        raise _Begun

    def refuse(*_facts: object) -> None:
        raise SheetTorn

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = begun, refuse
    try:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
    except _Begun:
        return


def _workbook_lines(source: Source) -> Lines:
    """Numbers and values of the first sheet. openpyxl may raise anything on a file that is not what it should be, and leaves it open."""
    with _open(source) as file:
        try:
            book = load_workbook(file, read_only=True, keep_links=False)
        except Exception as fault:
            raise SheetTorn from fault
        if not book.worksheets:
            raise SheetEmpty
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # programs write wrong ones, and rows beyond them would be lost
        rows = enumerate(sheet.iter_rows(max_col=COLUMNS_AT_MOST, values_only=True), 1)
        while (line := _next(rows)) is not None:
            number, values = line
            if number > SHEET_ROWS:
                raise SheetTorn
            yield number, [_value(value) for value in values]


def _next(rows: Iterator[tuple[int, Sequence[Any]]]) -> tuple[int, Sequence[Any]] | None:
    try:
        return next(rows, None)
    except Exception as fault:
        raise SheetTorn from fault


def _value(value: Any) -> Any:
    """A formula is its text; an apostrophe that an export of ours put before a text is taken away."""
    if value is None or isinstance(value, bool | int | float) or hasattr(value, "isoformat"):
        return value
    return plain(str(getattr(value, "text", value)))


# CSV


def _encoding(source: Source, start: bytes) -> str:
    """UTF-8, or UTF-16 as Excel's Unicode text has it. Raises `SheetEncoding`."""
    named = next((encoding for mark, encoding in _MARKS.items() if start.startswith(mark)), None)
    encoding = named or ("utf-16-le" if start[1:2] == b"\0" else "utf-16-be" if start[:1] == b"\0" else "utf-8")
    try:
        with _open_text(source, encoding) as file:
            while file.read(_CHUNK):
                pass
    except UnicodeError as fault:
        raise SheetEncoding from fault
    return encoding


def _csv_lines(source: Source, encoding: str) -> Lines:
    with _open_text(source, encoding) as file:
        separator = _separator(file)
        reader = csv.reader(file, delimiter=separator, strict=True)
        try:
            for number, values in enumerate(reader, 1):
                if any("\0" in value or len(value) > 2 * CELL_LENGTH for value in values):
                    raise SheetTorn
                yield number, [plain(value) for value in islice(values, COLUMNS_AT_MOST)]
        except csv.Error as fault:
            raise SheetTorn from fault


def _separator(file: io.TextIOBase) -> str:
    """The character between cells: as a first line `sep=;` says, else the one that the first line holds most, outside quotes."""
    first = file.readline(_CHUNK)
    said = first.strip().lower()
    if said.startswith("sep=") and len(said) <= 5:
        return said[4:] or "\t"  # what is stripped is a tab
    while first and not first.strip():
        first = file.readline(_CHUNK)
    bare = "".join(first.split('"')[::2])
    file.seek(0)
    return max(_SEPARATORS, key=bare.count)
