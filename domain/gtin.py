"""GTINs (mã sản phẩm toàn cầu) and the other numbers of GS1 that end in the same check digit. Source: GS1 General Specifications.

>>> check_digit("893600372177"), is_whole("8936003721777"), padded("8936003721777")
('7', True, '08936003721777')
>>> expand_upc_e("05096893"), expand_upc_e("04252614"), expand_upc_e("01234505")
('050968000093', '042100005264', '012000003455')
>>> typed("893-600 372 177O").doubts
(Doubt(position=13, letter='O', digit='0'),)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from biip import ParseError
from biip.upc import Upc
from stdnum.vn import mst

GTIN_8, GTIN_12, GTIN_13, GTIN_14, UPC_E, SSCC, GLN = "gtin8", "gtin12", "gtin13", "gtin14", "upce", "sscc", "gln"
KINDS = {8: GTIN_8, 12: GTIN_12, 13: GTIN_13, 14: GTIN_14, 18: SSCC}
"""By the count of digits. A GLN looks like a GTIN-13, a UPC-E like a GTIN-8: only where it stands tells them apart."""

_APART = re.compile(r"[\s.\-_\u00ad\u2010-\u2015\u2212]+")
_LETTERS = dict(zip("OoQDIli|ZzSsB", "0000111122558", strict=True))
_MOST_LETTERS = 3
_DATE = re.compile(r"(\d{1,2})[\s./-]?(\d{1,2})[\s./-]?((?:19|20)\d\d)")
_BRANCH = re.compile(r"\d{10}\s*[-–]\s*\d{3}")
"""A tax code with its branch."""
_PERSON = re.compile(r"0\d{2}[0-3]\d{8}")
"""Số định danh cá nhân: province, century with sex, two digits of the year, six more."""
_ABROAD = re.compile(r"0084\d{9}")
"""A phone number of Viet Nam as it is dialled from abroad."""


@dataclass(frozen=True)
class Doubt:
    """A letter where a digit is wanted, with the digit that it may stand for. Positions count from one."""

    position: int
    letter: str
    digit: str


@dataclass(frozen=True)
class Typed:
    """What somebody typed, without spaces and dashes. `digits` still has its letters: nothing is changed silently."""

    digits: str
    doubts: tuple[Doubt, ...] = ()

    @property
    def meant(self) -> str:
        """With the digits that the letters may stand for."""
        letters = {doubt.position: doubt.digit for doubt in self.doubts}
        return "".join(letters.get(place, char) for place, char in enumerate(self.digits, start=1))


def typed(text: str) -> Typed | None:
    """A typed number, or None for what is no number even where its letters are read as the digits that they look like."""
    joined = _APART.sub("", text)
    odd = [Doubt(place, char, _LETTERS.get(char, "")) for place, char in enumerate(joined, start=1) if not _is_digit(char)]
    if not joined or len(odd) > min(_MOST_LETTERS, len(joined) // 4) or not all(doubt.digit for doubt in odd):
        return None
    return Typed(joined, tuple(odd))


def _is_digit(char: str) -> bool:
    return char.isascii() and char.isdigit()


def check_digit(body: str) -> str:
    """The check digit (số kiểm tra) that belongs behind the other digits: weights 3, 1, 3 … from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def is_whole(number: str) -> bool:
    """Whether the last digit is the check digit of the others. The same for 8, 12, 13, 14 digits, GLN and SSCC."""
    return len(number) > 1 and all(map(_is_digit, number)) and check_digit(number[:-1]) == number[-1]


def padded(number: str) -> str:
    """GTIN-14, as numbers are compared and kept; the check digit stays right."""
    return number.zfill(14)


def plain(gtin14: str) -> str:
    """A GTIN as people read it: without the zeros that were put before it.

    >>> plain("08936003721777"), plain("00000096385074"), plain("18936003721774"), plain("00050968000093")
    ('8936003721777', '96385074', '18936003721774', '050968000093')
    """
    if gtin14.startswith("000000"):
        return gtin14[6:]
    if gtin14.startswith("00"):
        return gtin14[2:]
    return gtin14[1:] if gtin14.startswith("0") else gtin14


def inner(gtin14: str) -> str | None:
    """The item inside the pack that a GTIN-14 with an indicator 1 to 8 stands for, as GTIN-14; None where there is no indicator.

    >>> inner("18936003721774"), inner("08936003721777")
    ('08936003721777', None)
    """
    if gtin14[0] not in "12345678":
        return None
    body = "0" + gtin14[1:13]
    return body + check_digit(body)


def expand_upc_e(text: str) -> str | None:
    """The twelve digits of a UPC-E of eight (number system 0 or 1); None where it is none, or its check digit is wrong."""
    if len(text) != 8 or text[0] not in "01" or not all(map(_is_digit, text)):
        return None
    try:
        return Upc.parse(text).as_upc_a()
    except ParseError:
        return None


def swapped(number: str) -> list[int]:
    """The places (from one) of neighbours whose swap would make the check digit right: what a typist does most after a wrong digit.

    >>> swapped("5901234123475"), swapped("5901234123457")
    ([7, 12], [])
    """
    if is_whole(number):
        return []
    turned = {
        place: number[: place - 1] + right + left + number[place + 1 :]
        for place, (left, right) in enumerate(pairwise(number), start=1)
        if left != right
    }
    return [place for place, other in turned.items() if is_whole(other)]


def may_be_code(text: str) -> bool:
    """Whether a message is nothing but a number that is likely a barcode's: no phone, tax code, personal number or date.

    >>> [may_be_code(text) for text in ("8936003721777", "893 6003 721777", "0905 111 222", "0100109106-001", "048201001234")]
    [True, True, False, False, False]
    """
    number = typed(text)
    if number is None or len(number.digits) not in KINDS:
        return False
    if is_whole(number.meant):
        return not (len(number.digits) == 8 and _is_date(text))
    is_other = any(pattern.fullmatch(text.strip()) for pattern in (_BRANCH, _PERSON, _ABROAD)) or _is_tax_code(number.digits)
    return not is_other and len(number.digits) != 18 and not (len(number.digits) == 8 and _is_no_ean_8(number, text))


def _is_tax_code(digits: str) -> bool:
    return len(digits) == 13 and bool(mst.is_valid(digits))


def _is_no_ean_8(number: Typed, text: str) -> bool:
    """Eight digits whose check digit is wrong are a code only when nothing else (a UPC-E aside) is likelier."""
    return expand_upc_e(number.meant) is None and (bool(number.doubts) or _is_date(text) or text.strip().startswith("0"))


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text.strip())
    try:
        return match is not None and bool(date(int(match[3]), int(match[2]), int(match[1])))
    except ValueError:
        return False


def longest_match(number: str, lengths: Sequence[tuple[str, int]]) -> int | None:
    """Of beginnings with a length each, the length of the longest beginning that fits; None where none does."""
    fitting = [(len(beginning), length) for beginning, length in lengths if number.startswith(beginning)]
    return max(fitting)[1] if fitting else None
