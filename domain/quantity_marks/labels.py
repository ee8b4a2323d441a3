"""Checking a label's line of quantity (ghi lượng danh định và dấu định lượng trên nhãn): each finding with its clause and the right form.

The text is what the firm reads from its label. Nothing is corrected silently: the right form is offered, the text stays as it is.

`check` is tested against the shared cases in `tests/domain/test_quantity_mark_cases.py`.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from domain import quantities
from domain.folding import fold
from domain.quantities import COUNT, COUNTED, MASS, UNITS, VOLUME, WRITTEN, Quantity, meant_by, readings_of, unit_of
from domain.quantity_marks.limits import in_right_unit, is_right_unit, numeral_height, units_for
from domain.quantity_marks.tables import Rules

MARK_SPACE, MARK_CASE, MARK_POSITION = "mark_space", "mark_case", "mark_position"
UNIT_SPACE, UNIT_FOR_SIZE, UNKNOWN_UNIT = "unit_space", "unit_for_size", "unknown_unit"
APPROXIMATE_WORD, MULTIPACK_TOTAL = "approximate_word", "multipack_total"
MARK_FORM, AMBIGUOUS_NUMBER, NO_QUANTITY, NO_MARK = "mark_form", "ambiguous_number", "no_quantity", "no_mark"
NUMERAL_HEIGHT, MARK_HEIGHT = "numeral_height", "mark_height"
MASS_NEEDED, MASS_OF_LIQUID, DRAINED_NEEDED = "mass_needed", "mass_of_liquid", "drained_needed"

CLAUSES: Mapping[str, str] = {
    MARK_SPACE: "Điều 9",
    MARK_CASE: "Điều 9",
    MARK_POSITION: "Điều 9",
    MARK_FORM: "Điều 9",
    MARK_HEIGHT: "Điều 9",
    NO_MARK: "Điều 9",
    UNIT_SPACE: "Điều 4 khoản 1",
    UNIT_FOR_SIZE: "Điều 4 khoản 1, Phụ lục I",
    UNKNOWN_UNIT: "Điều 4 khoản 1, Phụ lục I",
    APPROXIMATE_WORD: "Điều 4 khoản 1 điểm d",
    MULTIPACK_TOTAL: "Điều 4 khoản 1 điểm i, k",
    AMBIGUOUS_NUMBER: "Điều 4 khoản 1",
    NO_QUANTITY: "Điều 4 khoản 1",
    NUMERAL_HEIGHT: "Điều 4 khoản 1, Phụ lục II",
    MASS_NEEDED: "Điều 4 khoản 1 điểm e",
    MASS_OF_LIQUID: "Điều 4 khoản 1 điểm e; Nghị định 37/2026/NĐ-CP, Phụ lục II",
    DRAINED_NEEDED: "Điều 4 khoản 1 điểm l",
}
"""Of Thông tư 21/2014/TT-BKHCN, as closely as the sources that were read name them."""
SOFT = frozenset({NO_MARK, MASS_OF_LIQUID, DRAINED_NEEDED})
"""A word to think about, no fault: the mark is voluntary for group 1; two texts differ; what the text may not show."""

_NOT_OF_FORM = frozenset({NUMERAL_HEIGHT, MARK_HEIGHT, MASS_NEEDED, MASS_OF_LIQUID, DRAINED_NEEDED})
"""What another way of writing the same line does not cure."""

SOLID, LIQUID, PASTE, FROZEN, LIQUEFIED_GAS, AEROSOL, IN_MEDIUM = STATES = (
    "solid",
    "liquid",
    "paste",
    "frozen",
    "liquefied_gas",
    "aerosol",
    "in_medium",
)
"""rắn · lỏng · sệt · đông lạnh · khí hóa lỏng · bình xịt, có khí nén · trong dung môi (môi trường lỏng)."""
_BY_MASS = frozenset({SOLID, FROZEN, LIQUEFIED_GAS, AEROSOL, IN_MEDIUM})


@dataclass(frozen=True)
class Finding:
    """Something about a label. `right` is how it should read; `facts` fill the sentence `label.finding.<code>`."""

    code: str
    right: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def clause(self) -> str:
        return CLAUSES[self.code]

    @property
    def is_fault(self) -> bool:
        return self.code not in SOFT


@dataclass(frozen=True)
class Label:
    """What was read of a text: the nominal quantity as it is printed, if any, and what there is to say."""

    quantity: Quantity | None
    findings: tuple[Finding, ...]
    right: str = ""
    """The whole line as it should read; empty where it cannot be told."""

    @property
    def problems(self) -> set[str]:
        """Codes of what is wrong."""
        return {finding.code for finding in self.findings if finding.is_fault}


_UNIT = r"[^\W\d_]+[23²³]?"
_PIECE = re.compile(rf"(?P<number>{quantities.NUMBER})(?P<space>[^\S\n]*)(?P<unit>{_UNIT})")
_TIMES = r"\s*[xX×*]\s*"
_PACK = re.compile(
    rf"(?P<count>\d+)\s*(?P<word>{_UNIT})?{_TIMES}(?P<number>{quantities.NUMBER})(?P<space>[^\S\n]*)(?P<unit>{_UNIT})"
    rf"|(?P<number2>{quantities.NUMBER})(?P<space2>[^\S\n]*)(?P<unit2>{_UNIT}){_TIMES}(?P<count2>\d+)(?:\s*(?P<word2>{_UNIT}))?"
)
_BEFORE = re.compile(r"(?P<mark>(?<![^\W\d_])[vV]|[ⓋⓥⅤ]|[(\[]\s*[vV]\s*[)\]])(?P<between>[\s:.\-–]*)$")
_AFTER = re.compile(r"^[\s:.\-–]*(?P<mark>[vV])(?![^\W\d_])")
_APPROXIMATE = re.compile(
    r"[~≈≥±]|\+/-|\b(khoang|nho nhat|toi thieu|it nhat|xap xi|uoc chung|chung|about|approx|approximately|minimum|min|at least|circa)\b"
)
_NEAR = 40
"""Characters before the quantity in which a word makes it approximate."""


def check(
    text: str,
    rules: Rules,
    *,
    state: str = "",
    numeral_mm: Decimal | None = None,
    mark_mm: Decimal | None = None,
) -> Label:
    """What there is to say about a line of a label. `state` is one of `STATES` where it is known; heights in millimetres where measured."""
    line = unicodedata.normalize("NFC", text).replace("\u00a0", " ").strip()
    packs = list(_PACK.finditer(line))
    main = _main(line, packs)
    if main is None:
        findings = _total_missing(packs, rules) if packs else [Finding(NO_QUANTITY)]
        return Label(None, tuple(findings), findings[0].right)
    findings = [*_mark(line, main), *_unit(main, rules, state), *_words(line, main)]
    quantity = _quantity(main)
    if quantity is not None:
        findings += _packs(quantity, packs, rules)
        findings += [finding for pack in packs for finding in _inside(pack, rules)]
        findings += _heights(quantity, rules, numeral_mm, mark_mm)
        findings += _state(quantity, state)
    unique = tuple({finding.code: finding for finding in findings}.values())
    has_mark = NO_MARK not in {finding.code for finding in findings}
    right = _right(quantity, main["unit"], packs, rules, state, has_mark=has_mark) if quantity is not None else ""
    return Label(quantity, tuple(one if one.code in _NOT_OF_FORM else replace(one, right=one.right or right) for one in unique), right)


def _main(line: str, packs: list[re.Match[str]]) -> re.Match[str] | None:
    """The nominal quantity: what stands behind the mark, else the first with a unit; what is inside a multi-pack is none."""
    inside = [pack.span() for pack in packs]
    found = [one for one in _PIECE.finditer(line) if not any(start <= one.start() < end for start, end in inside)]
    marked = [one for one in found if _BEFORE.search(line[: one.start()]) or _AFTER.match(line[one.end() :])]
    known = [one for one in found if unit_of(one["unit"]) or meant_by(one["unit"])]
    return next(iter(marked or known or found), None)


def _quantity(piece: re.Match[str]) -> Quantity | None:
    """None where the number or the unit cannot be told."""
    values, symbol = readings_of(piece["number"]), _symbol(piece["unit"])
    return Quantity(values[0], symbol) if len(values) == 1 and values[0] > 0 and symbol else None


def _symbol(unit: str) -> str:
    """The unit that is printed or meant."""
    return unit_of(unit) or meant_by(unit)


def _mark(line: str, main: re.Match[str]) -> list[Finding]:
    before, after = _BEFORE.search(line[: main.start()]), _AFTER.match(line[main.end() :])
    if before is None:
        return [Finding(MARK_POSITION)] if after or re.search(r"(?<![^\W\d_])[vV](?![^\W\d_])", line) else [Finding(NO_MARK)]
    findings = []
    if before["mark"] == "v":
        findings.append(Finding(MARK_CASE))
    elif before["mark"] != "V":
        findings.append(Finding(MARK_FORM))
    if before["between"] != " ":
        findings.append(Finding(MARK_SPACE))
    return findings


def _unit(main: re.Match[str], rules: Rules, state: str) -> list[Finding]:
    unit, findings = main["unit"], []
    if main["space"] != " ":
        findings.append(Finding(UNIT_SPACE))
    if unit not in WRITTEN and unit.lower() not in COUNTED:
        findings.append(Finding(UNKNOWN_UNIT, facts={"unit": unit, "meant": _symbol(unit)}))
    if len(readings_of(main["number"])) != 1:
        findings.append(Finding(AMBIGUOUS_NUMBER, facts={"number": main["number"]}))
    quantity = _quantity(main)
    if quantity is not None and not is_right_unit(quantity, rules, is_solid=state == SOLID):
        allowed = " · ".join(quantities.symbol_said(symbol) for symbol in units_for(quantity, rules, is_solid=state == SOLID))
        findings.append(Finding(UNIT_FOR_SIZE, facts={"unit": unit, "allowed": allowed}))
    return findings


def _words(line: str, main: re.Match[str]) -> list[Finding]:
    before, after = fold(line[max(0, main.start() - _NEAR) : main.start()]), line[main.end() :].lstrip()
    match = _APPROXIMATE.search(before) or re.match(r"±|\+/-", after)
    return [Finding(APPROXIMATE_WORD, facts={"word": match.group()})] if match else []


def _pack(pack: re.Match[str]) -> tuple[int, Quantity | None]:
    """How many, and what is in each."""
    number, _, unit = _each(pack)
    values, symbol = readings_of(number), _symbol(unit)
    return int(pack["count"] or pack["count2"]), Quantity(values[0], symbol) if len(values) == 1 and symbol else None


def _each(pack: re.Match[str]) -> tuple[str, str, str]:
    """Number, space and unit of one inner package, on whichever side of the sign it stands."""
    first = pack["count"] is not None
    return (pack["number"], pack["space"], pack["unit"]) if first else (pack["number2"], pack["space2"], pack["unit2"])


def _inside(pack: re.Match[str], rules: Rules) -> list[Finding]:
    """The rules of units hold for inner packages, too."""
    _, space, unit = _each(pack)
    held = _pack(pack)[1]
    findings = [] if space == " " else [Finding(UNIT_SPACE)]
    if unit not in WRITTEN and unit.lower() not in COUNTED:
        findings.append(Finding(UNKNOWN_UNIT, facts={"unit": unit, "meant": _symbol(unit)}))
    if held is not None and not is_right_unit(held, rules):
        allowed = " · ".join(quantities.symbol_said(symbol) for symbol in units_for(held, rules))
        findings.append(Finding(UNIT_FOR_SIZE, facts={"unit": unit, "allowed": allowed}))
    return findings


def _total(packs: list[re.Match[str]]) -> Quantity | None:
    """What all inner packages hold together, in the unit of the first; None where it cannot be told."""
    inner = [_pack(pack) for pack in packs]
    held = [(count, quantity) for count, quantity in inner if quantity is not None]
    if len(held) < len(inner) or any(one[1].kind != other[1].kind for one, other in pairwise(held)):
        return None
    first = held[0][1]
    base = sum((count * quantity.base for count, quantity in held), Decimal(0))
    return Quantity(base, first.symbol) if first.kind == COUNT else Quantity(base / UNITS[first.symbol].size, first.symbol)


def _packs(quantity: Quantity, packs: list[re.Match[str]], rules: Rules) -> list[Finding]:
    if not packs:
        return []
    total = _total(packs)
    if total is None or (total.kind, total.base) != (quantity.kind, quantity.base):
        said = quantities.said(in_right_unit(total, rules)) if total else "?"
        return [Finding(MULTIPACK_TOTAL, facts={"total": said, "printed": quantities.said(quantity)})]
    return []


def _total_missing(packs: list[re.Match[str]], rules: Rules) -> list[Finding]:
    """Inner packages alone: the total must stand before them."""
    total = _total(packs)
    if total is None:
        return [Finding(MULTIPACK_TOTAL, facts={"total": "?", "printed": ""})]
    said = quantities.said(in_right_unit(total, rules))
    return [Finding(MULTIPACK_TOTAL, f"V {said} ({_inner(packs)})", {"total": said, "printed": ""})]


def _inner(packs: list[re.Match[str]]) -> str:
    """The inner packages as they should read."""
    return " + ".join(_pack_said(pack) for pack in packs)


def _pack_said(pack: re.Match[str]) -> str:
    count, held = _pack(pack)
    word = pack["word"] or pack["word2"] or ""
    return f"{count} {word} x {quantities.said(held)}".replace("  ", " ") if held else pack.group().strip()


def _right(quantity: Quantity, unit: str, packs: list[re.Match[str]], rules: Rules, state: str, *, has_mark: bool) -> str:
    """The line as it should read, "V 800 g"; without the mark where there was none, as it is the firm's own choice.

    Of a multi-pack whose total differs nobody knows which of the two is wrong: none.
    """
    right = in_right_unit(quantity, rules, is_solid=state == SOLID)
    is_same = right.symbol == quantity.symbol and unit in WRITTEN
    said = f"{quantities.number_said(right.value)} {unit if is_same else quantities.symbol_said(right.symbol)}"
    whole = f"V {said}" if has_mark else said
    if not packs:
        return whole
    return "" if _packs(quantity, packs, rules) else f"{whole} ({_inner(packs)})"


def _heights(quantity: Quantity, rules: Rules, numeral_mm: Decimal | None, mark_mm: Decimal | None) -> list[Finding]:
    findings, least = [], numeral_height(quantity, rules)
    if numeral_mm is not None and numeral_mm < least:
        findings.append(Finding(NUMERAL_HEIGHT, facts=_millimetres(numeral_mm, least)))
    if mark_mm is not None and mark_mm < rules.mark_height:
        findings.append(Finding(MARK_HEIGHT, facts=_millimetres(mark_mm, rules.mark_height)))
    return findings


def _millimetres(is_: Decimal, least: Decimal) -> dict[str, str]:
    return {"is": quantities.number_said(is_), "least": quantities.number_said(least)}


def _state(quantity: Quantity, state: str) -> list[Finding]:
    """Mass or volume, by the state of the goods (Art. 4.1.e); a decree of 2026 lets liquids state their mass: an officer decides."""
    findings = []
    if state in _BY_MASS and quantity.kind == VOLUME:
        findings.append(Finding(MASS_NEEDED))
    if state == LIQUID and quantity.kind == MASS:
        findings.append(Finding(MASS_OF_LIQUID))
    if state == IN_MEDIUM:
        findings.append(Finding(DRAINED_NEEDED))
    return findings
