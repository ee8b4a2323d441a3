"""Limits: how often one visitor or one address may do something, in this process's memory."""

import time
from collections import OrderedDict
from collections.abc import Callable

_REMEMBERED = 50_000
"""Keys at most; the least recently seen is forgotten first."""


class Limit:
    """A bucket a key: full at first, refilled evenly over a minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until the key may act again; 0 means that it may now, and has."""
        now = self._clock()
        level, since = self._buckets.pop(key, (float(self._per_minute), now))
        level = min(self._per_minute, level + (now - since) * self._per_minute / 60)
        allowed = level >= 1
        self._buckets[key] = (level - 1 if allowed else level, now)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - level) * 60 / self._per_minute
