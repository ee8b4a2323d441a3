"""Product lists as sheets (danh mục sản phẩm dạng bảng tính): the empty template, reading what comes back, the rows with what is wrong.

Sheets come from outside: `usecases.opening` runs `read_sheet` in a limited subprocess. This module asks no database.
"""

import io
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from domain.errors import SheetColumns, SheetEmpty
from domain.gs1 import PrefixRange
from domain.messages import N_
from domain.product_list import AT_MOST, COLUMNS, REQUIRED, Fault, Product, columns_of, is_header, read_rows
from domain.spreadsheets import cell
from locales import translate
from locales.languages import LANGUAGES
from usecases.sheet_reading import Sheet, SheetRow, text_of
from usecases.sheet_writing import XLSX, Heading, write

_WIDTHS = {"gtin": 20, "name": 36, "brand": 20, "description": 48, "product_group": 24, "net_content": 16, "producer": 30}


@dataclass(frozen=True)
class SheetLine:
    """A row as it came, as texts under its headings. `number` as Excel counts."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class SheetRead:
    """What a sheet holds. `headings` and `lines` are the sheet itself, and empty where nothing is wrong with it."""

    products: tuple[Product, ...]
    faults: tuple[Fault, ...]
    faulty: int
    """Rows with faults."""
    headings: tuple[str, ...] = ()
    lines: tuple[SheetLine, ...] = ()


def read_sheet(
    content: bytes, company_prefix: str = "", firm: str = "", ranges: Iterable[Sequence[str]] = (), language: str = "vi"
) -> SheetRead:
    """Read an XLSX or CSV file of products. `ranges` are first, last and kind of GS1 prefixes.

    Raises what `Sheet` raises, `SheetColumns` (in the language) and `SheetEmpty`.
    """
    with closing(Sheet(content, AT_MOST, is_header)) as sheet:
        return _read(sheet, company_prefix, firm, [PrefixRange(first, last, kind) for first, last, kind in ranges], language)


def _read(sheet: Sheet, company_prefix: str, firm: str, ranges: Sequence[PrefixRange], language: str) -> SheetRead:
    headings, wrong = columns_of(sheet.header)
    if wrong:
        found = ", ".join(heading for heading in sheet.header if heading)
        raise SheetColumns(columns=", ".join(heading_of(column, language) for column in wrong), found=found[:300])
    rows = [row for row in sheet if any(row.cells.get(heading) is not None for heading in headings.values())]
    cells = ((row.number, {column: row.cells.get(heading) for column, heading in headings.items()}) for row in rows)
    read = read_rows(cells, company_prefix=company_prefix, firm=firm, ranges=ranges)
    if not read.products and not read.faults:
        raise SheetEmpty
    if not read.faults:
        return SheetRead(read.products, (), 0)
    shown = _own_headings(sheet.header)
    return SheetRead(read.products, read.faults, read.faulty, tuple(shown), tuple(_line(row, shown) for row in rows))


def _own_headings(header: Sequence[str]) -> list[str]:
    """Without what a sheet of faults that comes back said last time."""
    ours = {translate(N_("product.column.fault"), language) for language in LANGUAGES}
    return [heading for heading in dict.fromkeys(header) if heading and heading not in ours]


def _line(row: SheetRow, headings: Sequence[str]) -> SheetLine:
    return SheetLine(row.number, tuple(text_of(row.cells.get(heading)) for heading in headings))


# words


def heading_of(column: str, language: str) -> str:
    """What a column is called."""
    return translate(f"product.column.{column}", language)


def fault_said(fault: Fault, language: str) -> str:
    """What is wrong in a cell, with the name of its column."""
    return f"{heading_of(fault.column, language)}: {translate(fault.key, language, **fault.facts)}"


def faults_by_row(faults: Iterable[Fault], language: str) -> dict[int, str]:
    """Everything that is wrong, by the number of the row."""
    return {row: "; ".join(fault_said(fault, language) for fault in its) for row, its in groupby(faults, attrgetter("row"))}


# workbooks


def write_faults(path: Path, read: SheetRead, language: str) -> None:
    """The whole sheet with what is wrong in a column of its own, the faulty rows first: mended, it is sent again as it is."""
    wrong = faults_by_row(read.faults, language)
    headings = [Heading(heading, 24) for heading in read.headings] + [Heading(heading_of("fault", language), 60)]
    lines = sorted(read.lines, key=lambda line: (line.number not in wrong, line.number))
    rows = ([*line.cells, wrong.get(line.number, "")] for line in lines)
    write(path, XLSX, translate(N_("product.sheet.title"), language), headings, rows)


def template(language: str) -> bytes:
    """An empty sheet to fill in: headings, an example, and a page that says how. Numbers are texts there, so that Excel keeps them."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = translate(N_("product.sheet.title"), language)[:31]
    sheet.freeze_panes = "A2"
    sheet.append([_starred(column, language) for column in COLUMNS])
    sheet.append([cell(translate(f"product.example.{column}", language)) for column in COLUMNS])
    for place, column in enumerate(COLUMNS, 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column, 18)
        sheet.column_dimensions[letter].number_format = "@"
        sheet.cell(1, place).font = Font(bold=True)
        sheet.cell(2, place).font = Font(italic=True, color="808080")
        sheet.cell(2, place).number_format = "@"
    notes = book.create_sheet(translate(N_("product.sheet.notes_title"), language)[:31])
    notes.column_dimensions["A"].width = 110
    for line in translate(N_("product.sheet.notes"), language, limit=AT_MOST).splitlines():
        notes.append([cell(line)])
        notes.cell(notes.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _starred(column: str, language: str) -> str:
    return heading_of(column, language) + (" (*)" if column in REQUIRED else "")


def ranges_as_facts(ranges: Iterable[PrefixRange]) -> list[list[str]]:
    """As they go to the subprocess."""
    return [[one.first, one.last, one.kind] for one in ranges]
