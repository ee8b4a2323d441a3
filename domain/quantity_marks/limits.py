"""What a nominal quantity (lượng danh định, Qn) asks for: its tolerable deficiency (lượng thiếu cho phép, T), unit, and height of numerals.

Bands have no gaps: 49.5 g and 15 000 g have their T as every other size.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from domain.quantities import AREA, COUNT, LENGTH, MASS, UNITS, WRITTEN, Quantity
from domain.quantity_marks.tables import R87_UP, Rules, band_of, deficiency_in, group_of

OUT_OF_TABLE = "out_of_table"


@dataclass(frozen=True)
class Deficiency:
    """T and the least that a package may hold (Qmin = Qn - T), in the base unit."""

    tolerable: Decimal
    least: Decimal


def deficiency(quantity: Quantity, rules: Rules, policy: str) -> Deficiency | None:
    """By a policy of rounding; None for a size that no table has: an officer decides.

    Counted things are whole: T goes up to the next item under every policy (OIML R 87:2004, table of counts).
    """
    band = band_of(rules.deficiency[group_of(quantity)], quantity.base)
    if band is None:
        return None
    tolerable = deficiency_in(band, quantity.base)
    if quantity.kind == COUNT:
        tolerable = tolerable.to_integral_value(ROUND_CEILING)
    elif policy == R87_UP and group_of(quantity) == "mass_volume":
        tolerable = _up(tolerable, quantity.base, rules)
    return Deficiency(tolerable, quantity.base - tolerable)


def _up(value: Decimal, nominal: Decimal, rules: Rules) -> Decimal:
    band = band_of(rules.steps, nominal)
    if band is None:
        return value
    step = Decimal(band.facts["step"])
    return (value / step).to_integral_value(ROUND_CEILING) * step


def numeral_height(quantity: Quantity, rules: Rules) -> Decimal:
    """Least height of letters and digits of the nominal quantity, in millimetres (Phụ lục II)."""
    if group_of(quantity) != "mass_volume":
        return rules.other_height
    band = band_of(rules.heights, quantity.base)
    return Decimal(band.facts["mm"]) if band else Decimal(rules.heights[-1].facts["mm"])


def units_for(quantity: Quantity, rules: Rules, *, is_solid: bool = False) -> tuple[str, ...]:
    """Symbols that may be printed for a quantity of this size (Phụ lục I); counted things keep their word. `is_solid`: of a volume."""
    match quantity.kind:
        case "mass":
            group = MASS
        case "volume":
            group = "solid" if is_solid or UNITS[quantity.symbol].is_solid else "liquid"
        case "length":
            group = LENGTH
        case "area":
            group = AREA
        case _:
            return (quantity.symbol,)
    band = band_of(rules.units[group], quantity.base)
    return tuple(band.facts["units"]) if band else ()


def is_right_unit(quantity: Quantity, rules: Rules, *, is_solid: bool = False) -> bool:
    return quantity.symbol in {WRITTEN.get(symbol, symbol) for symbol in units_for(quantity, rules, is_solid=is_solid)}


def in_right_unit(quantity: Quantity, rules: Rules, *, is_solid: bool = False) -> Quantity:
    """The same quantity as it must be printed; the first of several right units."""
    if is_right_unit(quantity, rules, is_solid=is_solid):
        return quantity
    units = units_for(quantity, rules, is_solid=is_solid)
    return quantity.in_unit(units[0]) if units else quantity
