"""What an announcement made again changes (nội dung thay đổi): goods that came, went, or are packed or labelled differently.

>>> was = [{"name": "Nước mắm", "quantity": "500 ml", "nominal": "500", "unit": "mL", "label": "V 500 ml"}]
>>> now = [{**was[0], "label": "V 500 mL"}, {**was[0], "quantity": "1 l", "nominal": "1", "unit": "L"}]
>>> found = changes_of(was, now)
>>> [row["quantity"] for row in found.added], len(found.removed), [one.parts for one in found.changed]
(['1 l'], 0, [('label',)])
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.dossiers.rows import PACKAGE_PARTS
from domain.folding import fold

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Changed:
    """Goods that are announced before and after, differently: `parts` says in what."""

    before: Row
    after: Row
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[Changed, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def changes_of(before: Sequence[Row], after: Sequence[Row]) -> Changes:
    """Compare by name, brand and nominal quantity."""
    old, new = {_key(row): row for row in before}, {_key(row): row for row in after}
    both = [(old[key], new[key], _differing(old[key], new[key])) for key in new if key in old]
    return Changes(
        added=tuple(row for key, row in new.items() if key not in old),
        removed=tuple(row for key, row in old.items() if key not in new),
        changed=tuple(Changed(*one) for one in both if one[2]),
    )


def _key(row: Row) -> tuple[str, ...]:
    return (fold(str(row.get("name", ""))), fold(str(row.get("brand", ""))), str(row.get("nominal", "")), str(row.get("unit", "")))


def _differing(before: Row, after: Row) -> tuple[str, ...]:
    return tuple(part for part in PACKAGE_PARTS if str(before.get(part, "")) != str(after.get(part, "")))
