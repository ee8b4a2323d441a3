"""Product lists (danh mục sản phẩm kê khai): rows of a sheet, or answers one by one, read and checked; nothing is corrected silently.

The fields are those of Thông tư 10/2020/TT-BKHCN. What Excel does to numbers (8,936E+12, zeros cut off at the front) is said, never undone.

>>> check_gtin("893 6003 721777", "893600372")
Checked(gtin='08936003721777', fault=None)
>>> check_gtin("8.93600E+12").fault.key, check_gtin("96385074").fault, check_gtin("9638507").fault.key
('product.fault.exponent', None, 'product.fault.length')
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

from domain import gs1, gtin
from domain.folding import clean, words
from domain.gs1 import PrefixRange
from domain.messages import N_

AT_MOST = 5_000
"""Products of a list."""
BY_HAND = 100
"""Products of a list that was typed one by one."""
EXAMPLE_MARKS = ("vi du", "example")
"""How the name in the example row of the template begins, folded: that row is no product."""

LENGTHS = {
    "name": 200,
    "brand": 120,
    "description": 2000,
    "product_group": 200,
    "net_content": 60,
    "producer": 200,
    "market": 120,
    "origin": 120,
}
"""Characters at most, by column."""
COLUMNS = ("gtin", *LENGTHS)
REQUIRED = frozenset({"gtin", "name", "brand", "description", "product_group", "market"})
"""The firm itself is the producer where none is named."""
GTIN_LENGTHS = frozenset({8, 12, 13, 14})

_NAMES: Mapping[str, frozenset[str]] = {
    "gtin": frozenset({"gtin", "ma gtin", "so gtin", "ma vach", "ma so ma vach", "so ma vach", "ma san pham", "barcode", "ean", "upc"}),
    "name": frozenset({"ten", "ten san pham", "ten hang", "ten hang hoa", "san pham", "name", "product name", "product"}),
    "brand": frozenset({"nhan hieu", "thuong hieu", "brand", "brand name", "trademark"}),
    "description": frozenset({"mo ta", "mo ta san pham", "dac diem", "description", "product description"}),
    "product_group": frozenset({"nhom", "nhom san pham", "nhom hang", "loai san pham", "phan loai", "product group", "group", "category"}),
    "net_content": frozenset({"khoi luong tinh", "dinh luong", "khoi luong", "quy cach", "the tich", "net content", "net weight"}),
    "producer": frozenset({"nha san xuat", "don vi san xuat", "co so san xuat", "ten doanh nghiep", "producer", "manufacturer"}),
    "market": frozenset({"thi truong", "thi truong muc tieu", "noi tieu thu", "market", "target market"}),
    "origin": frozenset({"xuat xu", "nuoc san xuat", "origin", "country of origin"}),
}
"""What people call the columns, folded."""
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_SWAPS = 3
"""Places of a swap that are named."""


@dataclass(frozen=True)
class Product:
    """A declared product. `gtin` is a GTIN-14; texts are as they were written, the producer filled in where none was named."""

    gtin: str
    name: str
    brand: str
    description: str
    product_group: str
    net_content: str = ""
    producer: str = ""
    market: str = ""
    origin: str = ""
    image_sha256: str = ""


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row. `row` as Excel counts, `key` names the sentence."""

    row: int
    column: str
    key: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """A number as GTIN-14, or what is wrong with it (a fault of row 0)."""

    gtin: str = ""
    fault: Fault | None = None


@dataclass(frozen=True)
class ListRead:
    """What a list holds: products that may be declared, and everything that is wrong with the other rows."""

    products: tuple[Product, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def faulty(self) -> int:
        """Rows with faults."""
        return len({fault.row for fault in self.faults})


def as_answer(products: Iterable[Product]) -> list[dict[str, str]]:
    """Products as JSON keeps them: without what is empty."""
    return [{name: value for name, value in asdict(product).items() if value} for product in products]


def from_answer(rows: Iterable[Mapping[str, Any]]) -> list[Product]:
    """What `as_answer` made; keys that are no field are left out."""
    known = {one.name: "" for one in fields(Product)}
    return [Product(**(known | {name: str(value) for name, value in row.items() if name in known})) for row in rows]


# columns


def column_of(heading: str) -> str | None:
    """The column that a heading names; None for one of the firm's own.

    >>> column_of("Mã GTIN (*)"), column_of("TÊN SẢN PHẨM"), column_of("Ghi chú nội bộ")
    ('gtin', 'name', None)
    """
    named = " ".join(words(heading.split("(")[0]))
    return next((column for column, names in _NAMES.items() if named in names), None)


def is_header(headings: Sequence[str]) -> bool:
    """Whether a row names the columns: sheets often have a title above."""
    found = {column for heading in headings if (column := column_of(heading))}
    return "gtin" in found and len(found) > 1


def columns_of(headings: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Heading by column, and the columns that are needed but missing, or stand there twice."""
    found = [(column, heading) for heading in headings if (column := column_of(heading))]
    named = [column for column, _ in found]
    wrong = [column for column in COLUMNS if named.count(column) > 1 or (column in REQUIRED and column not in named)]
    return dict(found), wrong


# one number


PrefixOf = Callable[[str], PrefixRange | None]


def prefixes(ranges: Iterable[PrefixRange]) -> PrefixOf:
    """Whose or what for the beginning of a number is. A firm's numbers begin alike: each beginning is looked up once."""
    ranges = list(ranges)
    by_beginning = lru_cache(maxsize=None)(lambda digits: gs1.prefix_of(digits, ranges))
    return lambda digits: by_beginning(digits if len(digits) == 8 else digits.zfill(14)[1:8].ljust(13, "0"))


def check_gtin(value: object, company_prefix: str = "", prefix_of: PrefixOf = lambda _digits: None) -> Checked:
    """A typed number, or what a cell holds, as GTIN-14; else the first thing that is wrong with it.

    Without a company prefix only the number itself is checked; a GTIN-8 has none.
    """
    text = _written(value)
    if _EXPONENT.fullmatch(text):
        return _refused("exponent", found=text)
    number = gtin.typed(text)
    if number is None:
        return _refused("no_number", found=text[:30])
    if number.doubts:
        slip = number.doubts[0]
        return _refused("letter", position=slip.position, letter=slip.letter, digit=slip.digit)
    return _check_digits(number.digits, company_prefix, prefix_of)


def _written(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return _cleaned("" if value is None else str(value))


@lru_cache(maxsize=4096)
def _cleaned(text: str) -> str:
    """Groups, brands and markets come again row by row."""
    return clean(text)


def _check_digits(digits: str, company_prefix: str, prefix_of: PrefixOf) -> Checked:
    if len(digits) not in GTIN_LENGTHS:
        longer = next((length for length in (8, 12, 13, 14) if len(digits) < length <= len(digits) + 2), None)
        whole = digits.zfill(longer) if longer else ""
        if whole and gtin.is_whole(whole):
            return _refused("zeros", count=len(digits), found=whole)
        return _refused("length", count=len(digits))
    if not gtin.is_whole(digits):
        return _check_digit_fault(digits)
    prefix = prefix_of(digits)
    if prefix is not None and prefix.kind in gs1.NO_GOODS:
        return _refused("restricted", prefix=gs1.beginning(digits, prefix))
    if company_prefix and len(digits) != 8 and not digits.zfill(14)[1:].startswith(company_prefix):
        return _refused("prefix", prefix=company_prefix)
    return Checked(gtin.padded(digits))


def _check_digit_fault(digits: str) -> Checked:
    """The digit that would fit, and neighbours that may be swapped, are only possibilities."""
    swaps = gtin.swapped(digits)
    if 0 < len(swaps) <= _SWAPS:
        places = ", ".join(f"{place}–{place + 1}" for place in swaps)
        return _refused("check_or_swap", digit=gtin.check_digit(digits[:-1]), places=places)
    return _refused("check", digit=gtin.check_digit(digits[:-1]))


_REASONS = {
    "exponent": N_("product.fault.exponent"),
    "no_number": N_("product.fault.no_number"),
    "letter": N_("product.fault.letter"),
    "zeros": N_("product.fault.zeros"),
    "length": N_("product.fault.length"),
    "check": N_("product.fault.check"),
    "check_or_swap": N_("product.fault.check_or_swap"),
    "restricted": N_("product.fault.restricted"),
    "prefix": N_("product.fault.prefix"),
}


def _refused(reason: str, **facts: Any) -> Checked:
    return Checked(fault=Fault(0, "gtin", _REASONS[reason], facts))


# one text


def check_text(column: str, value: object) -> tuple[str, Fault | None]:
    """What a cell says, in one line (a description may have several), and what is wrong with it (a fault of row 0)."""
    text = _written(value)
    if column != "description":
        text = " ".join(text.split())
    if not text and column in REQUIRED:
        return "", Fault(0, column, N_("product.fault.missing"))
    if len(text) > LENGTHS[column]:
        return "", Fault(0, column, N_("product.fault.too_long"), {"count": len(text), "limit": LENGTHS[column]})
    return text, None


# the whole list


@dataclass(frozen=True)
class _Row:
    number: int
    product: Product
    faults: tuple[Fault, ...]


def read_rows(
    rows: Iterable[tuple[int, Mapping[str, object]]], *, company_prefix: str = "", firm: str = "", ranges: Sequence[PrefixRange] = ()
) -> ListRead:
    """Read rows (number as Excel counts, cells by column). A number that stands twice for different goods makes both rows faulty."""
    prefix_of = prefixes(ranges)
    read = [_read_row(number, cells, company_prefix, firm, prefix_of) for number, cells in rows if not is_example(cells)]
    faults = [fault for row in read for fault in row.faults] + _repeated(read)
    faulty = {fault.row for fault in faults}
    return ListRead(tuple(row.product for row in read if row.number not in faulty), tuple(sorted(faults, key=lambda fault: fault.row)))


def is_example(cells: Mapping[str, object]) -> bool:
    """The row that the template shows how to fill in."""
    return " ".join(words(_written(cells.get("name")))).startswith(EXAMPLE_MARKS)


def _read_row(number: int, cells: Mapping[str, object], company_prefix: str, firm: str, prefix_of: PrefixOf) -> _Row:
    faults: list[Fault] = []
    if _written(cells.get("gtin")):
        checked = check_gtin(cells["gtin"], company_prefix, prefix_of)
        faults += [replace(checked.fault, row=number)] if checked.fault else []
    else:
        checked = Checked()
        faults.append(Fault(number, "gtin", N_("product.fault.missing")))
    texts = {}
    for column in LENGTHS:
        texts[column], fault = check_text(column, cells.get(column))
        faults += [replace(fault, row=number)] if fault else []
    product = Product(checked.gtin, **(texts | {"producer": texts["producer"] or firm}))
    return _Row(number, product, tuple(faults))


def _repeated(rows: Sequence[_Row]) -> list[Fault]:
    """Each row that repeats a number, with the row where it stood first; the first too where the goods are not the same."""
    first: dict[str, _Row] = {}
    told: set[int] = set()
    faults = []
    for row in rows:
        if not row.product.gtin:
            continue
        before = first.setdefault(row.product.gtin, row)
        if before is row:
            continue
        faults.append(Fault(row.number, "gtin", N_("product.fault.repeated"), {"other": before.number}))
        if before.product != row.product and before.number not in told:
            told.add(before.number)
            faults.append(Fault(before.number, "gtin", N_("product.fault.repeated"), {"other": row.number}))
    return faults
