"""What stands around a GTIN: who issued it (mã quốc gia GS1), how long the firm's part is, element strings, GS1 Digital Link.

Ranges and lengths are data: they come in as values. Source of the rules: GS1 General Specifications; GS1 Digital Link, URI syntax.

>>> link_of("https://id.example.vn/01/08936003721777/10/L2611?17=271130").said
(Said(ai='01', value='08936003721777'), Said(ai='10', value='L2611'), Said(ai='17', value='271130'))
>>> build_link("https://id.example.vn", "8936003721777", lot="L2611", more={"17": "271130"})
'https://id.example.vn/01/08936003721777/10/L2611?17=271130'
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier
from biip.gs1_messages import GS1Message

from domain import gtin

ISSUER, RESTRICTED_REGION, RESTRICTED_COMPANY, RESERVED = "to_chuc_gs1", "han_che_khu_vuc", "han_che_noi_bo", "du_phong"
DEMO, GTIN_8_BLOCK, ISSN, ISBN, REFUND, COUPON, UNUSED = (
    "minh_hoa",
    "gtin8",
    "issn",
    "isbn",
    "phieu_hoan_tien",
    "phieu_mua_hang",
    "khong_dung",
)
GLOBAL_OFFICE = "gs1_toan_cau"
NO_GOODS = frozenset({RESTRICTED_REGION, RESTRICTED_COMPANY, RESERVED, DEMO, REFUND, COUPON, UNUSED})
"""Kinds of numbers that stand for no product that is traded: they get no label from us."""
VIET_NAM = "893"

SEPARATOR = "\x1d"
_SYMBOLOGY = re.compile(r"^\](?:C1|d2|Q3|e0|J1)")
_HRI = re.compile(r"^(?:\(\d{2,4}\)[^()]+)+$")
_BARE = re.compile(r"^(?:01\d{14}|02\d{14}|00\d{18})[\x1d\x21-\x7a]*$")
_DATES = frozenset({"11", "12", "13", "15", "16", "17"})
"""Production, due, packaging, best before, sell by, expiry: YYMMDD."""
_LOCATIONS = frozenset({"410", "411", "412", "413", "414", "415", "416", "417"})
"""Those that hold a GLN (mã địa điểm toàn cầu)."""
_QUALIFIERS = ("22", "10", "21")
"""Consumer product variant, lot, serial, in the order that a Digital Link has them."""
_LETTERS_82 = re.compile(r"[A-Za-z0-9!\"%&'()*+,\-./:;<=>?_]{1,20}")


@dataclass(frozen=True)
class PrefixRange:
    """A range of GS1 prefixes: who or what it is for. It never says where goods were made."""

    first: str
    last: str
    kind: str
    usage: str = ""
    """In English, as GS1's list has it."""
    country: str = ""
    """In Vietnamese."""

    def holds(self, digits: str) -> bool:
        return self.first <= digits[: len(self.first)] <= self.last


@dataclass(frozen=True)
class Said:
    """One fact of an element string: application identifier (số phân định ứng dụng) and value."""

    ai: str
    value: str


@dataclass(frozen=True)
class Link:
    """What a GS1 Digital Link or element string says, and what is wrong with it (keys of `code.fault.…`)."""

    said: tuple[Said, ...]
    faults: tuple[str, ...] = ()

    def value(self, ai: str) -> str | None:
        return next((one.value for one in self.said if one.ai == ai), None)

    @property
    def gtin14(self) -> str | None:
        return self.value("01") or self.value("02")


_GS1_8 = (
    PrefixRange("000", "099", RESTRICTED_COMPANY),
    PrefixRange("200", "299", RESTRICTED_COMPANY),
    PrefixRange("977", "999", RESERVED),
)
"""What differs where a number of eight digits begins so."""


def prefix_of(number: str, ranges: Iterable[PrefixRange]) -> PrefixRange | None:
    """Who or what the beginning of a GTIN of 8, 12, 13 or 14 digits is for; None where GS1's list has nothing."""
    ranges = list(ranges)
    if len(number) == 8:
        ranges = [*_GS1_8, *ranges]
        digits = number
    else:
        digits = number.zfill(14)[1:]  # the indicator of a GTIN-14 is no prefix
    fitting = [one for one in ranges if one.holds(digits)]
    return max(fitting, key=lambda one: len(one.first), default=None) if len(number) != 8 else next(iter(fitting), None)


def company_prefix(number: str, lengths: Sequence[tuple[str, int]]) -> str | None:
    """The company prefix (mã doanh nghiệp GS1) in a GTIN of 12 to 14 digits, where the list knows its length; None is "unknown".

    >>> company_prefix("8936003721777", [("89360", 9), ("8936", 10)])
    '893600372'
    """
    if len(number) == 8:
        return None
    digits = number.zfill(14)[1:]
    length = gtin.longest_match(digits, lengths)
    return digits[:length] if length else None


# element strings


def is_element_string(text: str) -> bool:
    """Whether a text is a GS1 element string, with its brackets as people read it, or as scanners hand it out."""
    stripped = text.strip(" \n\t\r")
    return bool(_SYMBOLOGY.match(stripped) or stripped.startswith(SEPARATOR) or _HRI.match(stripped) or _BARE.match(stripped)) and (
        len(stripped) > 15
    )


def elements_of(text: str) -> Link | None:
    """What a GS1 element string says; None where nobody can read it."""
    stripped = text.strip(" \n\t\r")
    try:
        if stripped.startswith("("):
            message = GS1Message.parse_hri(stripped)
        else:
            message = GS1Message.parse(_SYMBOLOGY.sub("", stripped).strip(SEPARATOR))
    except ParseError:
        return None
    said = tuple(Said(one.ai.ai, one.value) for one in message.element_strings)
    return Link(said, tuple(dict.fromkeys(fault for one in said if (fault := _fault(one)))))


# GS1 Digital Link


def is_link(text: str) -> bool:
    """Whether a text is an address with a GTIN in it, as GS1 Digital Link has it."""
    return bool(re.match(r"^https?://\S+/01/\d{8,14}(?:[/?#]\S*)?$", text.strip(), re.IGNORECASE))


def link_of(text: str) -> Link | None:
    """What a GS1 Digital Link says; None for an address that is none. Values are as they are written, a short GTIN padded."""
    if not is_link(text):
        return None
    address = urlsplit(text.strip())
    parts = [part for part in address.path.split("/") if part]
    at = next(place for place, pair in enumerate(pairwise(parts)) if pair[0] == "01" and re.fullmatch(r"\d{8,14}", pair[1]))
    pairs = [(ai, unquote(value)) for ai, value in zip(parts[at::2], parts[at + 1 :: 2], strict=False)]
    query = [(ai, value) for ai, value in parse_qsl(address.query) if ai.isdigit() and 2 <= len(ai) <= 4]
    said = tuple(Said(ai, gtin.padded(value) if ai == "01" else value) for ai, value in pairs + query)
    faults = [fault for one in said if (fault := _fault(one))]
    if not _in_order([ai for ai, _ in pairs[1:]]):
        faults.append("order")
    return Link(said, tuple(dict.fromkeys(faults)))


def build_link(
    domain: str, number: str, *, variant: str = "", lot: str = "", serial: str = "", more: Mapping[str, str] | None = None
) -> str:
    """The GS1 Digital Link of an item. Raises ValueError where a value is none that GS1 allows: callers have checked."""
    said = [Said("01", gtin.padded(number))]
    said += [Said(ai, value) for ai, value in zip(_QUALIFIERS, (variant, lot, serial), strict=True) if value]
    query = [Said(ai, value) for ai, value in (more or {}).items()]
    if faults := [fault for one in [*said, *query] if (fault := _fault(one))]:
        raise ValueError(", ".join(faults))
    path = "".join(f"/{one.ai}/{quote(one.value, safe='')}" for one in said)
    asked = "&".join(f"{one.ai}={quote(one.value, safe='')}" for one in query)
    return domain.rstrip("/") + path + (f"?{asked}" if asked else "")


def _in_order(qualifiers: Sequence[str]) -> bool:
    known = [_QUALIFIERS.index(ai) for ai in qualifiers if ai in _QUALIFIERS]
    return known == sorted(set(known)) and len(known) == len(qualifiers)


def _fault(said: Said) -> str | None:
    """What is wrong with one fact, as the end of a key."""
    if said.ai in {"01", "02"}:
        return None if len(said.value) == 14 and gtin.is_whole(said.value) else "check"
    if said.ai == "00":
        return None if len(said.value) == 18 and gtin.is_whole(said.value) else "check"
    if said.ai in _LOCATIONS:
        return None if len(said.value) == 13 and gtin.is_whole(said.value) else "location"
    if said.ai in _QUALIFIERS:
        return None if _LETTERS_82.fullmatch(said.value) else "letters"
    if said.ai in _DATES:
        return None if day_of(said.value) else "date"
    return None


def day_of(value: str) -> tuple[int, int, int] | None:
    """Year, month and day of YYMMDD, day 0 for "some day of the month"; None where there is no such day.

    GS1 counts the century from the present year; here 51 to 99 are of the last one.

    >>> day_of("271130"), day_of("270200"), day_of("270230")
    ((2027, 11, 30), (2027, 2, 0), None)
    """
    if not re.fullmatch(r"[0-9]{6}", value):
        return None
    two, month, day = int(value[:2]), int(value[2:4]), int(value[4:])
    year = 2000 + two if two <= 50 else 1900 + two
    try:
        date(year, month, day or 1)
    except ValueError:
        return None
    return year, month, day


def title_of(ai: str) -> str:
    """GS1's own English name of an application identifier; the identifier itself where GS1 has none."""
    try:
        return str(GS1ApplicationIdentifier.extract(ai).description)
    except ParseError:
        return ai


def beginning(number: str, found: PrefixRange) -> str:
    """The digits of a number that fell into a range."""
    return (number if len(number) == 8 else number.zfill(14)[1:])[: len(found.first)]
