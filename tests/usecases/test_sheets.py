"""Spreadsheets that an officer opens in Excel, and those that they bring along, good and bad."""

import codecs
import csv
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from domain.errors import OfficeError, SheetEmpty, SheetEncoding, SheetLocked, SheetTooLarge, SheetTooLong, SheetTorn
from usecases import sheet_reading
from usecases.sheet_reading import Sheet, text_of
from usecases.sheet_writing import Heading, _Workbook, write

HEADINGS = [Heading("Tên", 32), Heading("Số", 8), Heading("Ngày"), Heading("Lúc"), Heading("=Ghi chú")]
MOMENT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
ROWS: list[list[object]] = [
    ["Đặng Thị Mè Xửng", -5, date(2026, 11, 23), MOMENT, None],
    ['=HYPERLINK("http://evil.example")', 1.5, date(1886, 1, 2), None, "@SUM(1)"],
    ["＝1+1", True, None, None, "  +84 905 123 456"],
    ["#N/A", 0, None, None, 'dòng một\ndòng hai, "có ngoặc"; và chấm phẩy\tvà tab'],
]


def read(path: Path) -> list[dict[str, Any]]:
    with closing(Sheet(path)) as sheet:
        return [row.cells for row in sheet]


def made(path: Path, rows: list[list[Any]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


# writing


def test_a_workbook_opens_right(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    assert write(path, "xlsx", "Người liên hệ: 2026/11", HEADINGS, iter(ROWS)) == 4
    book = load_workbook(path)
    sheet = book.active
    assert sheet.title == "Người liên hệ  2026 11"
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert (sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width) == (32, 8)
    assert [cell.value for cell in sheet[1]] == ["Tên", "Số", "Ngày", "Lúc", "'=Ghi chú"]
    assert [cell.value for cell in sheet[2]] == ["Đặng Thị Mè Xửng", -5, datetime(2026, 11, 23), datetime(2026, 11, 23, 9, 30), None]
    assert (sheet["C2"].is_date, sheet["C2"].number_format, sheet["D2"].number_format) == (True, "DD/MM/YYYY", "DD/MM/YYYY HH:MM")
    assert [cell.value for cell in sheet[3]] == ['\'=HYPERLINK("http://evil.example")', 1.5, "1886-01-02", None, "'@SUM(1)"]
    assert [cell.value for cell in sheet[4]] == ["'＝1+1", True, None, None, "'  +84 905 123 456"]
    assert (sheet["A5"].value, sheet["A5"].data_type) == ("#N/A", "s")
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "d", "b"}, "no formula, no error"


def test_csv_opens_right(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    assert write(path, "csv", "Người liên hệ", HEADINGS, iter(ROWS)) == 4
    raw = path.read_bytes()
    assert raw.startswith(codecs.BOM_UTF8)
    assert raw.decode("utf-8-sig").startswith(
        '"Tên","Số","Ngày","Lúc","\'=Ghi chú"\r\n"Đặng Thị Mè Xửng",-5,"2026-11-23","2026-11-23 09:30",""\r\n'
    )
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [row[4] for row in csv.reader(file)][2:] == ["'@SUM(1)", "'  +84 905 123 456", ROWS[3][4]]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_was_written_is_read_again(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"x.{form}"
    texts = ["=1+1", "'=1", "+84", "ữ" * 10_000, "a\nb", "“nháy”", "_x0041_"]
    write(path, form, "x", [Heading("Một")], ([text] for text in texts))
    assert [row["Một"] for row in read(path)] == texts


def test_a_cell_of_more_than_excel_holds_is_cut_and_a_bad_character_marked(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write(path, "xlsx", "x", [Heading("Một")], [["x" * 40_000], ["a\x00\x0bb\ud800\uffff"]])
    first, second = (row["Một"] for row in read(path))
    assert (len(first), first[-1]) == (32_767, "…")
    assert second == "a\ufffd\ufffdb\ufffd\ufffd"


def test_a_full_sheet_is_followed_by_another_with_its_header(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    _Workbook("Phiếu", [Heading("Số")], sheet_rows=3).write(path, ([n] for n in range(5)))
    book = load_workbook(path)
    assert [[cell.value for (cell,) in sheet.rows] for sheet in book.worksheets] == [["Số", 0, 1], ["Số", 2, 3], ["Số", 4]]
    assert [sheet.title for sheet in book.worksheets] == ["Phiếu", "Phiếu 2", "Phiếu 3"]


def test_an_export_that_is_broken_off_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def rows() -> Any:
        yield [1]
        raise KeyError("broken off")

    with pytest.raises(KeyError):
        write(tmp_path / "x.xlsx", "xlsx", "x", [Heading("Số")], rows())
    assert list(tmp_path.iterdir()) == []


# reading


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_in_every_form_that_excel_saves(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "x.csv"
    text = f'Tên{separator}"Ghi{separator}chú"\r\n\r\n"Đỗ{separator} Hà"{separator}"a\nb"\r\n{separator}\r\nLê{separator}\r\n'
    path.write_bytes(text.encode(encoding))
    with closing(Sheet(path)) as sheet:
        assert sheet.header == ["Tên", f"Ghi{separator}chú"]
        rows = list(sheet)
    assert [row.cells for row in rows] == [
        {"Tên": f"Đỗ{separator} Hà", f"Ghi{separator}chú": "a\nb"},
        {"Tên": "Lê", f"Ghi{separator}chú": ""},
    ]
    assert [row.number for row in rows] == [3, 5], "as Excel counts them"


def test_a_first_line_may_name_the_separator(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("sep=;\r\na,b;c\r\n1;2\r\n")
    assert read(path) == [{"a,b": "1", "c": "2"}]


def test_a_workbook_is_read_with_its_types_and_its_formulas_as_text(tmp_path: Path) -> None:
    path = made(
        tmp_path / "x.xlsx", [[None, None], [" Tên ", "Ngày", None], ["a", date(2026, 11, 23), "thừa"], [None], ["=1+1", 5.0, None]]
    )
    with closing(Sheet(path)) as sheet:
        assert sheet.header == ["Tên", "Ngày"]
        first, second = sheet
    assert (first.number, first.cells, first.is_longer) == (3, {"Tên": "a", "Ngày": datetime(2026, 11, 23)}, True)
    assert (second.number, second.cells["Tên"], text_of(second.cells["Ngày"]), second.is_longer) == (5, "=1+1", "5", False)


def test_a_wrong_dimension_loses_no_row(tmp_path: Path) -> None:
    path = made(tmp_path / "x.xlsx", [["Tên", "Số"], *(["a", n] for n in range(50))])
    rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'ref="A1:B51"', b'ref="A1:A2"'))
    assert len(read(path)) == 50


def rewrite(path: Path, part: str, change: Any) -> None:
    """Change a part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = change(parts[part])
    assert changed != parts[part]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | {part: changed}).items():
            archive.writestr(name, content)


def refused(path: Path) -> type[OfficeError]:
    with pytest.raises(OfficeError) as refusal:
        read(path)
    return refusal.type


def test_a_torn_workbook_is_told_from_a_good_one(tmp_path: Path) -> None:
    whole = made(tmp_path / "x.xlsx", [["Tên"], *([f"dòng {n}"] for n in range(2000))]).read_bytes()
    for length in (4, 100, len(whole) // 2, len(whole) - 30):
        path = tmp_path / f"{length}.xlsx"
        path.write_bytes(whole[:length])
        assert refused(path) is SheetTorn
    hole = len(whole) // 3
    (path := tmp_path / "hole.xlsx").write_bytes(whole[:hole] + bytes(200) + whole[hole + 200 :])
    assert refused(path) is SheetTorn


def test_a_zip_that_is_no_workbook_and_one_with_a_broken_sheet(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refused(path) is SheetTorn
    made(path, [["Tên"], ["a"]])
    rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", b"</sheet>"))
    assert refused(path) is SheetTorn
    made(path, [["Tên"], ["a"]])
    rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'<row r="2"', b'<row r="999999999"'))
    assert refused(path) is SheetTorn


@pytest.mark.timeout(30)
def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = made(tmp_path / "x.xlsx", [["Tên"], ["a"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/big.xml", "w") as part:
        for _ in range(260):
            part.write(bytes(1024 * 1024))
    assert path.stat().st_size < 1024 * 1024
    assert refused(path) is SheetTooLarge


@pytest.mark.timeout(30)
def test_entities_are_not_expanded(tmp_path: Path) -> None:
    path = made(tmp_path / "x.xlsx", [["Tên"], ["a"]])
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]>'.encode()
    rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: b"<!--" + b"x" * 100_000 + b"-->" + doctype + xml[xml.index(b"<worksheet") :])
    assert refused(path) is SheetTorn


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), SheetLocked),
        ("Tên,Số\r\nĐỗ,1\r\n".encode("cp1258", "replace"), SheetEncoding),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)), SheetEncoding),
        (b"", SheetEmpty),
        (b"\r\n , ;\r\n\r\n", None),
        (b" \r\n\r\n", SheetEmpty),
        (b'a,b\r\n"never closed,1\r\n', SheetTorn),
        (b'a,b\r\n"x"y,1\r\n', SheetTorn),
        (b"a,b\r\nx\x00y,1\r\n", SheetTorn),
        (b"a,b\r\n" + b"x" * 200_000, SheetTorn),
    ],
)
def test_what_is_no_spreadsheet_is_refused_with_a_reason(tmp_path: Path, content: bytes, refusal: type[OfficeError] | None) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    if refusal is not None:
        assert refused(path) is refusal


def test_more_rows_than_are_taken(tmp_path: Path) -> None:
    path = made(tmp_path / "x.xlsx", [["Tên"], *([n] for n in range(6))])
    with closing(Sheet(path, most=5)) as sheet, pytest.raises(SheetTooLong):
        list(sheet)
    with closing(Sheet(path, most=6)) as sheet:
        assert len(list(sheet)) == 6
    assert sheet_reading.ROWS_AT_MOST == 100_000
