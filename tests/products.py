"""Sheets of products, as firms send them."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

from domain.gtin import check_digit

HEADINGS = ("STT", "Tên sản phẩm", "Mã vạch", "Nhãn hiệu", "Mô tả", "Nhóm sản phẩm", "Thị trường mục tiêu")
PREFIX = "893600372"


def number(item: int, prefix: str = PREFIX) -> str:
    """A GTIN-13 of a company prefix."""
    body = f"{prefix}{item:0{12 - len(prefix)}d}"
    return body + check_digit(body)


def row(item: int, code: Any = None, **other: Any) -> list[Any]:
    """A row of good goods, with another code or other cells."""
    cells = {"name": f"Trà tim sen số {item}", "brand": "Thái Bảo", "description": "Hộp 60 túi", "group": "Trà", "market": "Việt Nam"}
    return [item, (cells | other)["name"], number(item) if code is None else code, *list((cells | other).values())[1:]]


def sheet(rows: Iterable[Sequence[Any]], headings: Sequence[str] = HEADINGS, title: str = "") -> bytes:
    """A workbook, perhaps with a title above the header."""
    book = Workbook()
    page = book.active
    assert page is not None
    for line in [*([[title]] if title else []), headings, *rows]:
        page.append(list(line))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def cells_of(content: bytes) -> list[list[str]]:
    """What a workbook shows, as texts."""
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    return [["" if cell is None else str(cell) for cell in line] for line in page.iter_rows(values_only=True)]
