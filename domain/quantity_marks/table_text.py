"""Tables of the rules of measurement as lines of text, for officers to read and write: one band a line, checked line by line.

>>> table = read("deficiency_rounding", "policy = r87_up\\n[steps]\\n<= 1000: 0,1\\n*: 1")
>>> table["policy"], table["steps"]
('r87_up', [{'up_to': '1000', 'step': '0.1'}, {'up_to': None, 'step': '1'}])
>>> print(written("deficiency_rounding", table))
policy = r87_up
[steps]
<= 1000: 0,1
*: 1
>>> try:
...     read("deficiency_rounding", "policy = none\\n[steps]\\nto 1000: 1")
... except BadLine as fault:
...     fault.line, fault.text
(3, 'to 1000: 1')

A band is `<= 50: …` where its end belongs to it, `< 1: …` where it does not, `*: …` where it is open; `name = …` is a single figure.
Numbers have a comma or a point before their decimals. Lines that begin with # are for people.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.quantity_marks.tables import (
    DEFICIENCY_ROUNDING,
    NUMERAL_HEIGHT,
    SAMPLING_PLAN,
    TOLERABLE_DEFICIENCY,
    UNIT_CHOICE,
    BadTable,
)

_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,6})?", re.ASCII)
_MAY_BE_GROUPED = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
"""1.000 is a thousand or one: nobody guesses which in a table of the law."""
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_PLAN = re.compile(r"n\s*=?\s*(\d{1,9})\s*;\s*k\s*=?\s*(\d{1,3}[.,]\d{1,6})\s*;\s*c\s*=?\s*(\d{1,9})", re.ASCII)
_BAND = re.compile(r"(?:(<=|≤|<)\s*([\d.,]+)|(\*))\s*:\s*(.+)", re.ASCII)
_SINGLE = re.compile(r"([a-z_]+)\s*=\s*(.+)")
_SECTION = re.compile(r"\[([a-z_]+)\]")
LONGEST = 10_000
"""Characters of a table's text."""


class BadLine(BadTable):
    """A line that cannot be read; says which."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")
        self.line, self.text = line, text


class Lacking(BadTable):
    """Parts of a table that are not there."""

    def __init__(self, parts: Sequence[str]) -> None:
        super().__init__(f"missing: {', '.join(parts)}")
        self.parts = parts


@dataclass(frozen=True)
class _Value:
    """How the value of a band or single figure is read, and written again. Reading raises ValueError."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]


def _must(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return found


def _number(text: str) -> str:
    if _MAY_BE_GROUPED.fullmatch(text):
        raise ValueError(text)
    return _must(_NUMBER, text)[0].replace(",", ".")


def _comma(value: Any) -> str:
    return str(value).replace(".", ",")


def _share(text: str) -> dict[str, str]:
    share, percent, rest = text.partition("%")
    if rest.strip():
        raise ValueError(text)
    return {"percent" if percent else "amount": _number(share.strip())}


def _share_written(facts: Mapping[str, Any]) -> str:
    return f"{_comma(facts['percent'])} %" if "percent" in facts else _comma(facts["amount"])


def _plan(text: str) -> dict[str, Any]:
    n, k, c = _must(_PLAN, text).groups()
    return {"n": int(n), "k": k.replace(",", "."), "c": int(c)}


def _plan_written(facts: Mapping[str, Any]) -> str:
    return f"n {facts['n']}; k {_comma(facts['k'])}; c {facts['c']}"


def _units(text: str) -> dict[str, list[str]]:
    return {"units": [unit.strip() for unit in text.split(",")]}


_WORD = _Value(lambda text: _must(re.compile(r"[a-z0-9_]+"), text)[0], str)
_FIGURE = _Value(_number, _comma)
_COUNT = _Value(lambda text: int(_must(_WHOLE, text)[0]), str)
_SHARE = _Value(_share, _share_written)
_A_PLAN = _Value(_plan, _plan_written)
_STEP = _Value(lambda text: {"step": _number(text)}, lambda facts: _comma(facts["step"]))
_HEIGHT = _Value(lambda text: {"mm": _number(text)}, lambda facts: _comma(facts["mm"]))
_UNITS = _Value(_units, lambda facts: ", ".join(facts["units"]))


@dataclass(frozen=True)
class _Shape:
    """What a table holds: single figures, then sections of bands. `ends` reads where a band ends."""

    sections: Mapping[str, _Value]
    singles: Mapping[str, _Value] = field(default_factory=dict)
    ends: _Value = _FIGURE


_SHAPES: Mapping[str, _Shape] = {
    TOLERABLE_DEFICIENCY: _Shape(dict.fromkeys(("mass_volume", "length", "area", "count"), _SHARE)),
    DEFICIENCY_ROUNDING: _Shape({"steps": _STEP}, {"policy": _WORD}),
    SAMPLING_PLAN: _Shape(
        {"plans": _A_PLAN}, {"largest_lot": _COUNT, "whole_below": _COUNT, "whole_percent": _FIGURE, "destructive": _A_PLAN}, _COUNT
    ),
    NUMERAL_HEIGHT: _Shape({"mass_volume": _HEIGHT}, {"other": _FIGURE, "mark": _FIGURE}),
    UNIT_CHOICE: _Shape(dict.fromkeys(("mass", "liquid", "solid", "length", "area"), _UNITS)),
}


def read(name: str, text: str) -> dict[str, Any]:
    """The content of a table. Raises `BadLine`, `Lacking`; whether its figures make sense is `tables.must_be_sound`'s to say."""
    shape, content, section = _SHAPES[name], dict[str, Any](), ""
    for number, line in enumerate(text.splitlines(), 1):
        plain = " ".join(line.split())
        if not plain or plain.startswith("#"):
            continue
        try:
            if found := _SECTION.fullmatch(plain):
                section = _named(found[1], shape.sections, content)
                content[section] = []
            elif found := _BAND.fullmatch(plain):
                content[section].append(_band(shape, section, found))
            else:
                found = _must(_SINGLE, plain)
                single = _named(found[1], shape.singles, content)
                content[single] = shape.singles[single].read(found[2])
        except (ValueError, KeyError) as fault:
            raise BadLine(number, plain[:80]) from fault
    if lacking := [part for part in (*shape.singles, *shape.sections) if part not in content]:
        raise Lacking(lacking)
    return content


def _named(name: str, known: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """A part that the table has, once."""
    if name not in known or name in content:
        raise ValueError(name)
    return name


def _band(shape: _Shape, section: str, found: re.Match[str]) -> dict[str, Any]:
    sign, end, _, value = found.groups()
    facts = shape.sections[section].read(value.strip())
    if sign is None:
        return {"up_to": None, **facts}
    return {"below" if sign == "<" else "up_to": shape.ends.read(end), **facts}


def written(name: str, content: Mapping[str, Any]) -> str:
    """A table as it can be read again."""
    shape = _SHAPES[name]
    lines = [f"{single} = {value.write(content[single])}" for single, value in shape.singles.items()]
    for section, value in shape.sections.items():
        lines += [f"[{section}]", *(f"{_end(row)}: {value.write(row)}" for row in content[section])]
    return "\n".join(lines)


def _end(row: Mapping[str, Any]) -> str:
    if row.get("below") is not None:
        return f"< {_comma(row['below'])}"
    return "*" if row.get("up_to") is None else f"<= {_comma(row['up_to'])}"


# for reading


@dataclass(frozen=True)
class Row:
    """A band as people read it: "> 50; ≤ 100" and what holds there."""

    between: str
    value: str


@dataclass(frozen=True)
class Shown:
    """A table as a page shows it: single figures by name, and the bands of each section."""

    singles: Mapping[str, str]
    sections: Mapping[str, Sequence[Row]]


def shown(name: str, content: Mapping[str, Any]) -> Shown:
    """A sound table, for a page."""
    shape = _SHAPES[name]
    singles = {single: value.write(content[single]) for single, value in shape.singles.items()}
    return Shown(singles, {section: _rows(content[section], value) for section, value in shape.sections.items()})


def _rows(bands: Sequence[Mapping[str, Any]], value: _Value) -> list[Row]:
    rows, begins = [], ""
    for band in bands:
        end = _end(band)
        ends = "" if end == "*" else end.replace("<=", "≤")
        rows.append(Row("; ".join(part for part in (begins, ends) if part) or "…", value.write(band)))
        begins = f"> {end[3:]}" if end.startswith("<=") else f"≥ {end[2:]}"
    return rows
