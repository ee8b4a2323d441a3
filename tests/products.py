"""Sheets of products, as firms send them, and dossiers with such a list."""

import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from db.engine import Database
from db.files import FileStore
from db.models import DeclaredProduct
from db.models.dossier import CHAT
from domain.dossiers.barcode_products import BARCODE_PRODUCTS
from domain.gtin import check_digit
from domain.product_list import Product, as_answer
from tests.conftest import NOW
from usecases import contacts, dossier_drafts, dossiers, product_register

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


def goods(items: Iterable[int], prefix: str = PREFIX, **other: str) -> list[Product]:
    """Products whose numbers a firm made of its prefix."""
    return [
        Product("0" + number(item, prefix), other.get("name", f"Trà tim sen số {item}"), "Thái Bảo", "Hộp 60 túi", "Trà", market="Việt Nam")
        for item in items
    ]


def hand_in(database: Database, files: FileStore, tax_code: str, products: Sequence[Product], chat_id: int = 1) -> int:
    """A dossier with a list of products, handed in by a contact of its own; its key."""
    content = json.dumps(as_answer(products), ensure_ascii=False).encode()
    listed = {"rows_file": files.put(content), "sheet": "0" * 64, "name": "danh mục.xlsx", "count": len(products), "faulty": 0}
    with database.write() as session:
        contact, _, _ = contacts.meet(session, "web", "main", chat_id, now=NOW, name=None, language="vi")
        draft = dossier_drafts.begin(session, BARCODE_PRODUCTS.kind, contact=contact, language="vi", now=NOW)
        firm = {
            "tax_code": tax_code,
            "firm": f"Công ty {tax_code}",
            "address": {"line": "12 Lê Lợi"},
            "person": "Hoa",
            "phone": "0905111222",
        }
        draft.answers = {**firm, "company_prefix": PREFIX, "products": listed}
        dossier, _ = dossiers.submit(session, draft, source=CHAT, contact=contact, now=NOW)
        return dossier.id


def register(database: Database) -> dict[tuple[int, str], tuple[str, bool]]:
    """By dossier and number: status, and whether the product holds its number."""
    with database.read() as session:
        rows = session.scalars(select(DeclaredProduct)).unique().all()
    assert len({row.held_gtin for row in rows if row.held_gtin}) == sum(row.held_gtin is not None for row in rows)
    return {(row.dossier_id or 0, row.gtin[1:]): (row.status, row.held_gtin is not None) for row in rows}


def settle(database: Database, key: int, products: Sequence[Product]) -> None:
    """What the counter does in the background, at once."""
    with database.write() as session:
        mark = product_register.mark_of(dossiers.lock(session, key))
        product_register.file_batch(session, key, mark, products, NOW)
        assert product_register.settle(session, key, mark, NOW)
