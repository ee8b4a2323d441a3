"""Quantities (lượng): a number with its unit, exact. What people type is read, never guessed: two ways to read it make a question.

>>> read("0,5kg"), read("1.5 L").base, said(read("1.5 L"))
(Quantity(value=Decimal('0.5'), symbol='kg'), Decimal('1500.0'), '1,5 L')
>>> read("1 000 ml").value, read("12.345,5 g").value, read("0.500 kg").value
(Decimal('1000'), Decimal('12345.5'), Decimal('0.500'))
>>> try:
...     read("1.000 g")
... except AmbiguousQuantity as question:
...     question.facts["small"], question.facts["large"]
('1 g', '1000 g')
>>> try:
...     read("500gr")
... except UnknownUnit as refusal:
...     refusal.facts["meant"]
'500 g'
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import AmbiguousQuantity, BadQuantity, NegativeQuantity, UnknownUnit
from domain.folding import clean, fold

MASS, VOLUME, LENGTH, AREA, COUNT = KINDS = ("mass", "volume", "length", "area", "count")
"""khối lượng · thể tích · chiều dài · diện tích · số đếm."""
BASES: Mapping[str, str] = {MASS: "g", VOLUME: "mL", LENGTH: "m", AREA: "m2"}
"""The unit in which each kind is computed; counted things are their own."""


@dataclass(frozen=True)
class Unit:
    """A unit (đơn vị đo). `size` is how many base units of its kind it is."""

    symbol: str
    kind: str
    size: Decimal
    is_solid: bool = False
    """Of the size of a solid (dm³), of which liquids have their own words (L)."""


def _unit(symbol: str, kind: str, size: str, *, is_solid: bool = False) -> Unit:
    return Unit(symbol, kind, Decimal(size), is_solid)


UNITS: Mapping[str, Unit] = {
    unit.symbol: unit
    for unit in (
        _unit("mg", MASS, "0.001"),
        _unit("g", MASS, "1"),
        _unit("kg", MASS, "1000"),
        _unit("t", MASS, "1000000"),
        _unit("mL", VOLUME, "1"),
        _unit("cL", VOLUME, "10"),
        _unit("dL", VOLUME, "100"),
        _unit("L", VOLUME, "1000"),
        _unit("hL", VOLUME, "100000"),
        _unit("cm3", VOLUME, "1", is_solid=True),
        _unit("dm3", VOLUME, "1000", is_solid=True),
        _unit("m3", VOLUME, "1000000", is_solid=True),
        _unit("µm", LENGTH, "0.000001"),
        _unit("mm", LENGTH, "0.001"),
        _unit("cm", LENGTH, "0.01"),
        _unit("dm", LENGTH, "0.1"),
        _unit("m", LENGTH, "1"),
        _unit("km", LENGTH, "1000"),
        _unit("mm2", AREA, "0.000001"),
        _unit("cm2", AREA, "0.0001"),
        _unit("dm2", AREA, "0.01"),
        _unit("m2", AREA, "1"),
        _unit("ha", AREA, "10000"),
    )
}
WRITTEN: Mapping[str, str] = {
    **{symbol: symbol for symbol in UNITS},
    **{"ml": "mL", "cl": "cL", "dl": "dL", "l": "L", "hl": "hL", "um": "µm", "μm": "µm"},
    **{f"{length}{power}": f"{length}{number}" for length in ("mm", "cm", "dm", "m") for power, number in (("²", "2"), ("³", "3"))},
}
"""Every way in which a symbol may be printed; small and capital L of the litre are both right."""
COUNTED = frozenset({
    "cái", "chiếc", "viên", "gói", "hộp", "chai", "lon", "túi", "tờ", "cuộn", "quả", "trái", "con", "hạt", "miếng", "bộ", "đôi", "cây",
    "que", "thanh", "lá", "vỉ", "ống", "bánh", "tuýp", "lọ", "hũ", "khay", "tấm", "sợi", "cuốn", "quyển", "thẻ", "bịch", "bao", "kiện",
    "thùng", "vòng", "mẩu", "lát", "cục", "nút", "pcs", "pc", "piece", "pieces", "item", "items", "pack", "packs", "bottle", "bottles",
    "sheet", "sheets", "tablet", "tablets",
})  # fmt: skip
"""Words for counted things (số đếm)."""
_MEANT: Mapping[str, str] = {
    **dict.fromkeys(("gr", "gram", "grams", "gam", "grm", "gm"), "g"),
    **dict.fromkeys(("kgs", "ky", "ki", "kilo", "kilogram", "kilogam", "can", "kí", "ký"), "kg"),
    **dict.fromkeys(("miligam", "milligram", "mgr"), "mg"),
    **dict.fromkeys(("lit", "litre", "liter", "lt", "ltr"), "L"),
    **dict.fromkeys(("mililit", "millilitre", "milliliter", "cc"), "mL"),
    **dict.fromkeys(("met", "metre", "meter"), "m"),
    **dict.fromkeys(("tan", "ton", "tonne"), "t"),
}
"""Folded words that are no symbol, with the one that is probably meant: for a question, never for an answer."""

NUMBER = r"\d+(?:[ \u00a0]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
"""A number as people write it: digits, with spaces, points or commas between."""
_NUMBER = re.compile(NUMBER)
_QUANTITY = re.compile(rf"(?P<sign>[-−–]?)\s*(?P<number>{NUMBER})\s*(?P<unit>[^\W\d_]+[23²³]?)?\.?", re.IGNORECASE)
_INSIDE = re.compile(rf"(?:{NUMBER})\s*(?P<unit>[^\W\d_]+[23²³]?)")
_GROUPS_POINT = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")
_GROUPS_COMMA = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_GROUPS_SPACE = re.compile(r"\d{1,3}([ \u00a0]\d{3})+([.,]\d+)?")
_PLAIN = re.compile(r"\d+([.,]\d+)?")
_LONGEST = 24
"""Characters of a number: longer is no quantity of anything."""


@dataclass(frozen=True)
class Quantity:
    """A value in a unit: a symbol of `UNITS`, or a word for counted things."""

    value: Decimal
    symbol: str

    @property
    def kind(self) -> str:
        return UNITS[self.symbol].kind if self.symbol in UNITS else COUNT

    @property
    def base(self) -> Decimal:
        """The value in the base unit of its kind: g, mL, m, m², or items."""
        return self.value * UNITS[self.symbol].size if self.symbol in UNITS else self.value

    @property
    def base_symbol(self) -> str:
        return BASES.get(self.kind, self.symbol)

    def in_unit(self, symbol: str) -> "Quantity":
        """The same in another unit of its kind."""
        return Quantity(self.base / UNITS[symbol].size, symbol)


def readings_of(text: str) -> tuple[Decimal, ...]:
    """The numbers that a text may mean: none, one, or two where a point or comma may stand between thousands or before decimals.

    >>> readings_of("1.000"), readings_of("0,125"), readings_of("1.250.000"), readings_of("12,5"), readings_of("1.5.0")
    ((Decimal('1.000'), Decimal('1000')), (Decimal('0.125'),), (Decimal('1250000'),), (Decimal('12.5'),), ())
    """
    if len(text) > _LONGEST:
        return ()
    if _PLAIN.fullmatch(text):
        decimal = Decimal(text.replace(",", "."))
        whole, mark, rest = text.partition("." if "." in text else ",")
        may_be_grouped = mark and len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
        return (decimal, Decimal(whole + rest)) if may_be_grouped else (decimal,)
    if _GROUPS_SPACE.fullmatch(text):
        return (Decimal(re.sub(r"[ \u00a0]", "", text).replace(",", ".")),)
    if _GROUPS_POINT.fullmatch(text):
        return (Decimal(text.replace(".", "").replace(",", ".")),)
    if _GROUPS_COMMA.fullmatch(text):
        return (Decimal(text.replace(",", "")),)
    return ()


def unit_of(text: str) -> str:
    """The symbol or counted word that somebody typed, in whatever case; empty where it is neither.

    >>> unit_of("ML"), unit_of("Kg"), unit_of("cái"), unit_of("gr")
    ('mL', 'kg', 'cái', '')
    """
    known = WRITTEN.get(text) or WRITTEN.get(text.lower())
    if known:
        return known
    return text.lower() if text.lower() in COUNTED else ""


def meant_by(text: str) -> str:
    """The symbol that is probably meant by a word that is none; empty where nobody knows."""
    return _MEANT.get(text.lower(), _MEANT.get(fold(text), ""))


def read(text: str) -> Quantity:
    """The one quantity of a text.

    Raises `BadQuantity` for what is none or zero, `NegativeQuantity`, `AmbiguousQuantity` with both readings, `UnknownUnit` with what may
    be meant.
    """
    plain = clean(text)
    match = _QUANTITY.fullmatch(plain)
    if match is None:
        raise BadQuantity(text=plain[:60])
    if match["sign"]:
        raise NegativeQuantity(text=plain[:60])
    values = readings_of(match["number"])
    if not values or match["unit"] is None:
        raise BadQuantity(text=plain[:60])
    symbol = unit_of(match["unit"])
    if not symbol:
        meant = meant_by(match["unit"])
        if meant and len(values) > 1:
            raise _both(plain, values, meant)
        raise UnknownUnit(unit=match["unit"][:20], meant=said(Quantity(values[0], meant)) if meant else "")
    if len(values) > 1:
        raise _both(plain, values, symbol)
    if values[0] <= 0:
        raise BadQuantity(text=plain[:60])
    return Quantity(values[0], symbol)


def _both(text: str, values: Sequence[Decimal], symbol: str) -> AmbiguousQuantity:
    small, large = (said(Quantity(value, symbol)) for value in values)
    return AmbiguousQuantity(text=text[:60], small=small, large=large)


def part_of(text: str) -> str:
    """The quantity inside a longer text that holds just one; else the text itself.

    >>> part_of("nuoc mam 500 ml"), part_of("2 chai 500 ml"), part_of("khoảng 1.000g.")
    ('500 ml', '2 chai 500 ml', '1.000g')
    """
    found = [match for match in _INSIDE.finditer(clean(text)) if unit_of(match["unit"]) or meant_by(match["unit"])]
    others = _NUMBER.findall(clean(text))
    return found[0].group() if len(found) == len(others) == 1 and "-" not in text else text


def plain(value: Decimal) -> str:
    """A number without needless zeros, with a decimal point: for files and machines.

    >>> plain(Decimal("1.500")), plain(Decimal("1E+3"))
    ('1.5', '1000')
    """
    return f"{value.normalize():f}"


def number_said(value: Decimal, language: str = "vi") -> str:
    """A number for reading: decimal comma in Vietnamese, no marks between thousands, which would be ambiguous."""
    return plain(value).replace(".", ",") if language == "vi" else plain(value)


def said(quantity: Quantity, language: str = "vi") -> str:
    """A quantity for reading: "1,5 L"."""
    return f"{number_said(quantity.value, language)} {symbol_said(quantity.symbol)}"


def symbol_said(symbol: str) -> str:
    """A symbol as it is printed: m² for m2."""
    return symbol.replace("2", "²").replace("3", "³") if symbol in UNITS else symbol
