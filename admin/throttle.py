"""Brake on guessing passwords: failed sign-ins are counted per account and address, in this process.

Several processes have a brake each; a table shared by all of them comes with the second factor.
"""

import threading
import time
from collections import OrderedDict

WINDOW = 15 * 60
"""Seconds in which failures are counted."""
REMEMBERED = 10_000


class Throttle:
    """Counts failures under keys, each with its limit. The oldest keys are forgotten first."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, limits: dict[str, int]) -> int:
        """Seconds until another attempt is heard, 0 if at once. `limits` maps keys to the failures they may have."""
        now = time.monotonic()
        with self._lock:
            waits = [self._wait(key, limit, now) for key, limit in limits.items()]
        return max(waits, default=0)

    def fail(self, keys: dict[str, int]) -> None:
        """Note a failed attempt."""
        now = time.monotonic()
        with self._lock:
            for key in keys:
                self._failures.setdefault(key, []).append(now)
                self._failures.move_to_end(key)
            while len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)

    def forget(self, key: str) -> None:
        """A success clears what was counted under a key."""
        with self._lock:
            self._failures.pop(key, None)

    def _wait(self, key: str, limit: int, now: float) -> int:
        recent = [at for at in self._failures.get(key, ()) if now - at < WINDOW]
        if recent:
            self._failures[key] = recent
        return 0 if len(recent) < limit else int(WINDOW - (now - recent[-limit])) + 1
