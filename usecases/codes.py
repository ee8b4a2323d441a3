"""Asking about a code (tra mã): what a number, element string or Digital Link says, and what the office's register knows of it.

Nothing here says that goods are genuine: a right number can be printed on anything.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import CompanyPrefixLength, DeclaredProduct, Gs1Prefix
from db.models.product import DECLARED
from domain import gs1, gtin
from domain.folding import words
from domain.gs1 import PrefixRange, Said
from domain.gtin import Doubt
from usecases import product_register

WRONG, RIGHT, REGISTERED, UNKNOWN = "wrong", "right", "registered", "unknown"
"""sai cấu trúc · đúng cấu trúc · có trong dữ liệu của cơ quan · không rõ."""
ELEMENTS, LINK, OTHER = "elements", "link", "other"
AT_MOST = 5
"""Codes of one message that are answered."""
_RUN = re.compile(r"[0-9][0-9OoIlSsBZz|]*(?:[ .\-–\u00a0]{1,2}[0-9OoIlSsBZz|]+)*")
_FORMATS = {
    "EAN13": gtin.GTIN_13,
    "EAN8": gtin.GTIN_8,
    "UPCA": gtin.GTIN_12,
    "UPCE": gtin.UPC_E,
    "ITF14": gtin.GTIN_14,
    "ITF": gtin.GTIN_14,
}
"""What readers call those that hold nothing but a GTIN."""
_SHOWN = 120


class ReadCode(Protocol):
    """A code as it was read from a picture. `gtin14` is empty where it holds none."""

    @property
    def text(self) -> str: ...
    @property
    def format(self) -> str: ...
    @property
    def gtin14(self) -> str | None: ...


@dataclass(frozen=True)
class KnownProduct:
    """What a citizen may hear of a declared product."""

    name: str
    brand: str


@dataclass(frozen=True)
class CodeFinding:
    """What can be said of a code. `number` is as people read it, `should_end` and `swaps` are only possibilities."""

    asked: str
    kind: str
    verdict: str
    number: str = ""
    gtin14: str | None = None
    doubts: tuple[Doubt, ...] = ()
    meant: str = ""
    """The number with digits for the letters that look like them."""
    should_end: str = ""
    swaps: tuple[int, ...] = ()
    upc_a: str | None = None
    """What a UPC-E stands for; of a GTIN-8 what it would be if it were a UPC-E."""
    prefix: PrefixRange | None = None
    company_prefix: str | None = None
    inner: str | None = None
    said: tuple[Said, ...] = ()
    faults: tuple[str, ...] = ()
    product: KnownProduct | None = None
    inside: KnownProduct | None = None
    """The declared product in the pack."""

    @property
    def is_label(self) -> bool:
        """Whether it may be printed as a label: a good number that stands for goods."""
        is_goods = self.gtin14 is not None and self.verdict in {RIGHT, REGISTERED} and self.kind not in {gtin.SSCC, OTHER}
        return is_goods and (self.prefix is None or self.prefix.kind not in gs1.NO_GOODS | {gs1.ISSN, gs1.ISBN})


def ask(session: Session, text: str) -> CodeFinding:
    """What a typed text says: a number, element string or Digital Link."""
    stripped = text.strip(" \n\t\r")
    number = gtin.typed(stripped)
    if number is None or not gtin.is_whole(number.digits):  # an SSCC may begin like an element string
        if gs1.is_link(stripped):
            return _ask_facts(session, stripped, LINK, gs1.link_of(stripped))
        if gs1.is_element_string(stripped):
            return _ask_facts(session, stripped, ELEMENTS, gs1.elements_of(stripped))
    if number is None or len(number.digits) not in gtin.KINDS:
        length = len(number.digits) if number else 0
        return CodeFinding(_short(stripped), OTHER, WRONG if length > 5 else UNKNOWN, number=number.digits if number else "")
    if number.doubts:
        kind = gtin.KINDS[len(number.digits)]
        return CodeFinding(_short(stripped), kind, WRONG, number=number.digits, doubts=number.doubts, meant=number.meant)
    return _ask_number(session, stripped, number.digits)


def ask_read(session: Session, code: ReadCode) -> CodeFinding:
    """What a code that was read from a picture says; its format is trusted."""
    kind = _FORMATS.get(re.sub(r"[^A-Z0-9]", "", code.format.upper()))
    if kind is not None and code.gtin14:
        number = code.text if kind == gtin.UPC_E and len(code.text) == 8 else gtin.plain(code.gtin14)
        found = _ask_number(session, code.text, number, kind if len(number) == 8 else gtin.KINDS[len(number)])
        return replace(found, upc_a=None) if kind == gtin.GTIN_8 else found
    if code.gtin14 or gs1.is_link(code.text) or gs1.is_element_string(code.text):
        return ask(session, code.text)
    return CodeFinding(_short(code.text), OTHER, UNKNOWN)  # digits in another code, a parcel's say, are no GTIN


_AROUND_A_CODE = frozenset(
    """
    ma vach so san pham nay kia co that gia dung sai khong ko k chua tra kiem check xem giup ho dum em toi minh voi a ah nhe nha vay la gi
    cua ai nuoc nao hang chinh barcode gtin code is this it real genuine fake right wrong valid whose what the a of please
    """.split()  # noqa: SIM905
)
"""Words that ask about a number and say nothing else; "so dien thoai" has others."""


def find(text: str) -> list[str]:
    """The codes in a message that was asked for one: the whole of it, one a line, or the long numbers in its sentences."""
    stripped = text.strip(" \n\t\r")
    if _is_code(stripped):
        return [stripped]
    lines = [line.strip() for line in stripped.splitlines() if line.strip()]
    if lines and all(map(_is_code, lines)):
        return list(dict.fromkeys(lines))
    links = [word for word in stripped.split() if gs1.is_link(word)]
    runs = [run.group() for run in _RUN.finditer(stripped) if len(re.sub(r"[^0-9A-Za-z|]", "", run.group())) > 5]
    return list(dict.fromkeys(links or runs))


def are_codes(text: str) -> bool:
    """Whether a message that nobody asked for is nothing but codes."""
    lines = [line.strip() for line in text.strip(" \n\t\r").splitlines() if line.strip()]
    return 0 < len(lines) <= 20 and all(gs1.is_link(line) or gs1.is_element_string(line) or gtin.may_be_code(line) for line in lines)


def asks_of_code(text: str) -> bool:
    """Whether a short message asks of one number whether it is right, genuine, or whose it is ("mã 8934588012228 có thật không").

    >>> asks_of_code("ma vach 8934588012228 co that khong"), asks_of_code("so dien thoai cua em 84905111222333 nhe")
    (True, False)
    """
    said = words(text)
    numbers = [word for word in said if word.isdigit()]
    return len(numbers) == 1 and len(numbers[0]) in {12, 13, 14} and len(said) > 1 and _AROUND_A_CODE.issuperset(set(said) - set(numbers))


def _is_code(text: str) -> bool:
    if gs1.is_link(text) or gs1.is_element_string(text):
        return True
    number = gtin.typed(text)
    return number is not None and len(number.digits) in gtin.KINDS


def _ask_number(session: Session, asked: str, number: str, kind: str | None = None) -> CodeFinding:
    kind = kind or _kind_of(number)
    upc_a = gtin.expand_upc_e(number)
    counted = upc_a if kind == gtin.UPC_E and upc_a else number
    found = _issued(session, CodeFinding(_short(asked), kind, WRONG, number=number, upc_a=upc_a), counted)
    if not gtin.is_whole(counted):
        return replace(found, should_end=gtin.check_digit(number[:-1]), swaps=tuple(gtin.swapped(number)))
    if kind == gtin.SSCC:
        return replace(found, verdict=_verdict(None, found.prefix))
    return _known(session, found, counted)


def _kind_of(number: str) -> str:
    """Typed by hand, eight digits are an EAN-8 where that check digit fits, else a UPC-E where that one does."""
    if len(number) == 8 and not gtin.is_whole(number) and gtin.expand_upc_e(number):
        return gtin.UPC_E
    return gtin.KINDS[len(number)]


def _ask_facts(session: Session, asked: str, kind: str, link: gs1.Link | None) -> CodeFinding:
    if link is None or not link.said:
        return CodeFinding(_short(asked), kind, WRONG, faults=("unreadable",))
    found = CodeFinding(_short(asked), kind, WRONG if link.faults else RIGHT, said=link.said, faults=link.faults)
    if link.faults or link.gtin14 is None:
        return found
    number = gtin.plain(link.gtin14)
    return _known(session, _issued(session, replace(found, number=number), number), number)


def _issued(session: Session, found: CodeFinding, number: str) -> CodeFinding:
    """With whom the number is from."""
    prefix = gs1.prefix_of(number, ranges(session))
    return replace(found, prefix=prefix, company_prefix=gs1.company_prefix(number, lengths(session)))


def _known(session: Session, found: CodeFinding, number: str) -> CodeFinding:
    """With what the register knows of a good GTIN, and the verdict."""
    gtin14 = gtin.padded(number)
    product, inner = _product(session, gtin14), gtin.inner(gtin14)
    inside = _product(session, inner) if inner else None
    verdict = _verdict(product, found.prefix)
    return replace(found, verdict=verdict, gtin14=gtin14, product=product, inner=inner, inside=inside)


def _verdict(product: KnownProduct | None, prefix: PrefixRange | None) -> str:
    if product is not None:
        return REGISTERED
    return UNKNOWN if prefix is None or prefix.kind in {gs1.RESERVED, gs1.UNUSED} else RIGHT


def ranges(session: Session) -> list[PrefixRange]:
    """GS1's prefixes as values."""
    columns = (Gs1Prefix.prefix_from, Gs1Prefix.prefix_to, Gs1Prefix.kind, Gs1Prefix.usage_en, Gs1Prefix.country_vi)
    return [PrefixRange(*row) for row in session.execute(select(*columns))]


def lengths(session: Session) -> Sequence[tuple[str, int]]:
    """Beginnings with the length of the company prefix."""
    return [(prefix, length) for prefix, length in session.execute(select(CompanyPrefixLength.prefix, CompanyPrefixLength.length))]


def _product(session: Session, gtin14: str) -> KnownProduct | None:
    known = select(DeclaredProduct.name, DeclaredProduct.brand).where(DeclaredProduct.gtin == gtin14, DeclaredProduct.status == DECLARED)
    newest = known.where(product_register.visible()).order_by(DeclaredProduct.held_gtin.is_(None), DeclaredProduct.id.desc()).limit(1)
    row = session.execute(newest).first()
    return KnownProduct(row.name, row.brand) if row else None


def _short(text: str) -> str:
    shown = text.replace(gs1.SEPARATOR, "␝")
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
