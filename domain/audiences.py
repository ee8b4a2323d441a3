"""Audience (đối tượng nhận tin): who a broadcast is for, as data. Within a filter any value fits, and all filters must fit.

>>> Audience.of({"communes": ["Phường Thuận Hóa"], "seen_within_days": 90}).to_json()
{'communes': ['Phường Thuận Hóa'], 'seen_within_days': 90}
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from domain.errors import BadAudience

_NUMBERS = {"classes", "lists", "without_classes", "without_lists"}
MOST = 500
"""Values of one filter."""
LONGEST_SEEN = 3650
"""Days, of `seen_within_days`."""


@dataclass(frozen=True)
class Audience:
    """An empty filter lets everybody through. A `without_…` takes out whom it fits."""

    topics: tuple[str, ...] = ()
    """Wants any of these."""
    sectors: tuple[str, ...] = ()
    hs_codes: tuple[str, ...] = ()
    """HS codes or their beginnings: 1905 fits who follows 190531, and who follows 19."""
    communes: tuple[str, ...] = ()
    classes: tuple[int, ...] = ()
    """Has a seat in, or waits for, any of these."""
    dossier_kinds: tuple[str, ...] = ()
    dossier_states: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    lists: tuple[int, ...] = ()
    seen_within_days: int = 0
    """Wrote to us in the last so many days; 0: whenever."""
    without_lists: tuple[int, ...] = ()
    without_classes: tuple[int, ...] = ()
    without_communes: tuple[str, ...] = ()
    without_dossier_kinds: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Audience":
        """Read what is stored or was sent; raises `BadAudience` for an unknown filter or a value that cannot be one."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(given) - known):
            raise BadAudience(filter=unknown[0])
        return cls(**{name: _read(name, value) for name, value in given.items()})

    def to_json(self) -> dict[str, Any]:
        """Only the filters that are set, each in order, so that the same audience is always the same text."""
        found = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found if value}

    @property
    def digest(self) -> str:
        """SHA-256 over what it says."""
        return hashlib.sha256(json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    @property
    def is_of_a_service(self) -> bool:
        """Whether everybody in it has a class or a dossier with us that it names."""
        return bool(self.classes or self.dossier_kinds)


def _read(name: str, value: Any) -> Any:
    if name == "seen_within_days":
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LONGEST_SEEN:
            raise BadAudience(filter=name)
        return value
    kind = int if name in _NUMBERS else str
    if not isinstance(value, list | tuple) or len(value) > MOST or any(type(one) is not kind for one in value):
        raise BadAudience(filter=name)
    if name == "hs_codes" and not all(one.isascii() and one.isdigit() and 2 <= len(one) <= 12 for one in value):
        raise BadAudience(filter=name)
    return tuple(sorted(set(value)))
