"""Reference of an enquiry or dossier (mã phiếu): `HD-2026-000123-7`.

Prefix of the service, year, number in that year, check character. The check character is ISO/IEC 7064, MOD 11-10, over the
ten digits of year and number: it finds every single wrong digit and every swap of neighbours that a person makes when reading it out.

>>> format_reference("HD", 2026, 123)
'HD-2026-000123-7'
>>> parse_reference("hd 2026 000123 7")
Reference(prefix='HD', year=2026, number=123)
>>> find_reference("phiếu HD-2026-000123-7 của tôi đến đâu rồi")
Reference(prefix='HD', year=2026, number=123)
"""

import re
from dataclasses import dataclass

from stdnum.iso7064 import mod_11_10

from domain.errors import MalformedReference

ENQUIRY, CLASS, REGISTRATION, CERTIFICATE, BARCODES = "HD", "LH", "DK", "CN", "MV"
ANNOUNCEMENT, MARK_CERTIFICATE, YEARLY_REPORT = "DL", "DC", "BC"
"""hỏi đáp, lớp học, đăng ký, chứng nhận, mã vạch; công bố dấu định lượng, chứng nhận đủ điều kiện, báo cáo năm: our own numbering, no
number of the office's register."""

_PATTERN = re.compile(r"\b([A-Z]{2})[\s.-]*(\d{4})[\s.-]*(\d{6})[\s.-]*(\d)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Reference:
    """The facts a reference holds."""

    prefix: str
    year: int
    number: int

    def __str__(self) -> str:
        return format_reference(self.prefix, self.year, self.number)


def format_reference(prefix: str, year: int, number: int) -> str:
    """Write a reference with its check character. `number` runs from 1 to 999999 within a year."""
    if not 1 <= number <= 999_999:
        raise ValueError(f"number {number} does not fit six digits")
    digits = f"{year:04d}{number:06d}"
    return f"{prefix}-{digits[:4]}-{digits[4:]}-{mod_11_10.calc_check_digit(digits)}"


def parse_reference(text: str) -> Reference:
    """Read a reference however it is spaced or cased; raise `MalformedReference` where form or check is wrong."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise MalformedReference(reference=text.strip()[:40])
    return _checked(match)


def find_reference(text: str) -> Reference | None:
    """The first well-formed reference inside a sentence, or None."""
    for match in _PATTERN.finditer(text):
        try:
            return _checked(match)
        except MalformedReference:
            continue
    return None


def _checked(match: re.Match[str]) -> Reference:
    prefix, year, number, check = match.groups()
    if mod_11_10.calc_check_digit(year + number) != check:
        raise MalformedReference(reference=match.group(0)[:40])
    return Reference(prefix.upper(), int(year), int(number))
