"""Product lists as sheets: what people and Excel do to numbers is said row by row, and nothing is corrected silently."""

from pathlib import Path

import pytest

from domain.errors import SheetColumns, SheetEmpty, SheetTooLong
from domain.gs1 import RESTRICTED_COMPANY
from domain.gtin import check_digit
from tests.products import HEADINGS, PREFIX, cells_of, number, row, sheet
from usecases.product_lists import fault_said, faults_by_row, heading_of, read_sheet, template, write_faults

WRONG = "8936003721778"
LONGEST = "x" * 201

BAD_ROWS = [
    row(1),
    row(2, float(number(2))),
    row(3, f"893-6003 {number(3)[7:]}"),
    row(4, "8,936E+12"),
    row(5, "89360O372005" + number(5)[-1]),
    row(6, WRONG),
    row(7, "5901234123475"),
    row(8, "893600372"),
    row(9, number(9, "893850000")),
    row(10, "2000000000015"),
    row(11, int(number(1)), name="Trà khác"),
    row(12, "", name="", brand=LONGEST),
    row(13, 12345670),
    row(14, int("0123456" + check_digit("0123456"))),
]


def test_every_row_says_everything_that_is_wrong_with_it_and_good_rows_are_taken():
    read = read_sheet(sheet(BAD_ROWS, title="DANH MỤC SẢN PHẨM"), PREFIX, "Công ty Thái Bảo", [["200", "299", RESTRICTED_COMPANY]])
    assert [product.gtin for product in read.products] == ["0" + number(2), "0" + number(3), "00000012345670"]
    assert {product.producer for product in read.products} == {"Công ty Thái Bảo"}
    found = [(fault.row - 2, fault.column, fault.key.removeprefix("product.fault.")) for fault in read.faults]
    assert found == [
        (1, "gtin", "repeated"),
        (4, "gtin", "exponent"),
        (5, "gtin", "letter"),
        (6, "gtin", "check"),
        (7, "gtin", "check_or_swap"),
        (8, "gtin", "length"),
        (9, "gtin", "prefix"),
        (10, "gtin", "restricted"),
        (11, "gtin", "repeated"),
        (12, "gtin", "missing"),
        (12, "name", "missing"),
        (12, "brand", "too_long"),
        (14, "gtin", "zeros"),
    ]
    assert read.faulty == 11
    said = faults_by_row(read.faults, "vi")
    assert "ký tự thứ 6 là chữ “O” – có phải số 0" in said[7]
    assert "Excel đã đổi mã thành 8,936E+12" in said[6]
    assert "trùng với dòng 13" in said[3]
    assert fault_said(read.faults[-1], "en").startswith("GTIN: Only 7 digits; Excel may have dropped zeros")


def test_the_sheet_of_faults_is_mended_and_read_again_as_it_is(tmp_path: Path):
    read = read_sheet(sheet([row(1), row(2, WRONG), row(3)]), PREFIX)
    write_faults(tmp_path / "faults.xlsx", read, "vi")
    lines = cells_of((tmp_path / "faults.xlsx").read_bytes())
    assert (lines[0], [line[2] for line in lines[1:]]) == ([*HEADINGS, "Lỗi"], [WRONG, number(1), number(3)])
    assert "Sai số kiểm tra" in lines[1][-1]
    lines[1][2] = number(2)
    mended = read_sheet(sheet(lines[1:], lines[0]), PREFIX)
    assert (len(mended.products), mended.faults) == (3, ())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_template_is_read_in_any_order_and_its_example_is_no_product(language: str):
    lines = cells_of(template(language))
    assert len(lines) == 2
    with pytest.raises(SheetEmpty):
        read_sheet(template(language), PREFIX)
    filled = dict(zip(lines[0], [number(1), "Trà", "Thái Bảo", "Hộp", "Trà", "", "", "Việt Nam", ""], strict=True))
    turned = sheet([list(filled.values())[::-1], lines[1][::-1]], list(filled)[::-1])
    assert [product.name for product in read_sheet(turned, PREFIX).products] == ["Trà"]


def test_sheets_that_are_no_list_say_why():
    with pytest.raises(SheetColumns) as refusal:
        read_sheet(sheet([["x", number(1)]], ["Tên sản phẩm", "Mã vạch"]), PREFIX, language="en")
    assert refusal.value.facts["columns"] == ", ".join(heading_of(c, "en") for c in ("brand", "description", "product_group", "market"))
    with pytest.raises(SheetTooLong):
        read_sheet(sheet(row(n) for n in range(5001)), "893")


def test_a_list_of_five_thousand_is_read():
    read = read_sheet(sheet(row(n, number(n, "8936")) for n in range(5000)), "8936")
    assert (len(read.products), read.faults) == (5000, ())
