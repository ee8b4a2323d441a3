"""Writing spreadsheets (ghi bảng tính): a workbook or a CSV file that opens right in Excel, row by row, in constant memory.

No text is run as a formula (`domain.spreadsheets.cell`); days are days, numbers are numbers, letters are Vietnamese.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from domain.spreadsheets import SHEET_ROWS, Cell, cell

XLSX, CSV = "xlsx", "csv"
FORMS = {
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CSV: "text/csv; charset=utf-8",
}
"""The forms and their media types."""
_DAY, _MOMENT = "DD/MM/YYYY", "DD/MM/YYYY HH:MM"


@dataclass(frozen=True)
class Heading:
    """The name of a column, and its width in characters."""

    text: str
    width: int = 20


def write(path: Path, form: str, title: str, headings: Sequence[Heading], rows: Iterable[Sequence[object]]) -> int:
    """Write the rows into a file; how many there were. What an iterator raises is raised here, and nothing else is left behind."""
    return _Workbook(title, headings).write(path, rows) if form == XLSX else _write_csv(path, headings, rows)


def _write_csv(path: Path, headings: Sequence[Heading], rows: Iterable[Sequence[object]]) -> int:
    """UTF-8 with a byte order mark, without which Excel takes it for another encoding."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = _writer(file)
        writer.writerow([cell(heading.text) for heading in headings])
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
            writer.writerow([_written(cell(value)) for value in row])
    return count


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Rows as lines of CSV, for files that are sent while they are read."""
    file = io.StringIO()
    _writer(file).writerows([_written(cell(value)) for value in row] for row in rows)
    return file.getvalue()


def _writer(file: Any) -> Any:
    return csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")


def _written(value: Cell) -> Cell:
    """As CSV has it: days as ISO 8601, which every program reads alike."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else "" if value is None else value


class _Workbook:
    """A workbook in the making: its rows go to a file of openpyxl's own until it is saved."""

    def __init__(self, title: str, headings: Sequence[Heading], sheet_rows: int = SHEET_ROWS) -> None:
        self._book = Workbook(write_only=True)
        self._title, self._headings, self._sheet_rows = title, headings, sheet_rows
        self._left = 0

    def write(self, path: Path, rows: Iterable[Sequence[object]]) -> int:
        count = 0
        try:
            self._begin_sheet()
            for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
                if not self._left:
                    self._begin_sheet()
                self._sheet.append([self._value(cell(value)) for value in row])
                self._left -= 1
            self._book.save(path)
        except BaseException:
            self._abandon()
            raise
        return count

    def _begin_sheet(self) -> None:
        """A sheet with its header in bold that stays in sight; a full one is followed by another."""
        number = len(self._book.worksheets)
        self._sheet: Any = self._book.create_sheet(_sheet_name(self._title, number))
        self._sheet.freeze_panes = "A2"
        for place, heading in enumerate(self._headings, 1):
            self._sheet.column_dimensions[get_column_letter(place)].width = heading.width
        self._sheet.append([self._heading(heading.text) for heading in self._headings])
        self._left = self._sheet_rows - 1

    def _heading(self, text: str) -> Any:
        made = WriteOnlyCell(self._sheet, cell(text))
        made.font, made.alignment = Font(bold=True), Alignment(vertical="top", wrap_text=True)
        return made

    def _value(self, value: Cell) -> Any:
        if isinstance(value, date):
            made = WriteOnlyCell(self._sheet, value)
            made.number_format = _MOMENT if isinstance(value, datetime) else _DAY
            return made
        if isinstance(value, str) and value.startswith("#"):
            made = WriteOnlyCell(self._sheet, value)
            made.data_type = "s"  # "#N/A" is what somebody wrote, and no error of a formula
            return made
        return value

    def _abandon(self) -> None:
        """Delete what openpyxl has written so far, which it would keep until the process ends."""
        for sheet in self._book.worksheets:
            if sheet._writer is not None:
                if not sheet.closed:
                    sheet.close()
                Path(sheet._writer.out).unlink(missing_ok=True)


def _sheet_name(title: str, number: int) -> str:
    """At most 31 characters, without those that Excel forbids."""
    name = "".join(" " if char in "[]:*?/\\'" else char for char in title)[:27].strip() or "1"
    return name if not number else f"{name} {number + 1}"
