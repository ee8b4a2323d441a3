"""Where in a picture bars stand side by side: the region of a linear barcode, however turned, sharp or blurred."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.floating[Any]]

_CELLS = 40
"""About so many cells along the shorter side of a picture."""
_TURN = 0.35
"""How far (radians) the bars of one region may differ in direction."""


@dataclass(frozen=True)
class Region:
    """Bars around a centre (x, y); `angle` is the direction across the bars, `length` goes in that direction, `height` along the bars."""

    x: float
    y: float
    angle: float
    length: float
    height: float

    def scaled(self, factor: int) -> "Region":
        """The same bars in the picture of which this one was reduced by a whole factor."""
        away = (factor - 1) / 2
        return Region(self.x * factor + away, self.y * factor + away, self.angle, self.length * factor, self.height * factor)


@dataclass(frozen=True)
class _Field:
    """The structure tensor by cells: strength, coherence and doubled direction of the gradient."""

    cell: int
    strength: Floats
    coherence: Floats
    double: Floats


def regions(grey: Grey, most: int = 3) -> list[Region]:
    """The most bar-like regions, best first."""
    cell = max(4, min(grey.shape) // _CELLS // 2 * 2)
    if min(grey.shape) < 4 * cell:
        return []
    field = _field(grey, cell)
    weight = np.sqrt(field.strength) * field.coherence
    left = np.ones_like(weight, dtype=bool)
    found: list[Region] = []
    for _ in range(most + 2):
        pull = np.hypot(_boxed(weight * np.cos(field.double) * left, 2), _boxed(weight * np.sin(field.double) * left, 2))
        seed = np.unravel_index(int(np.argmax(pull * left)), pull.shape)
        if not pull[seed] * left[seed] > 0:
            break
        mask = _grown(field, (int(seed[0]), int(seed[1])), left)
        left &= ~_spread(mask)
        region = _measured(field, mask, weight)
        if region is not None:
            found.append(region)
        if len(found) == most:
            break
    return found


def _field(grey: Grey, cell: int) -> _Field:
    rows, columns = (grey.shape[0] - 2) // cell, (grey.shape[1] - 2) // cell
    area = grey[: rows * cell + 2, : columns * cell + 2]
    # every second row is enough
    middle = area[1:-1:2].astype(np.float32)
    dx = middle[:, 2:] - middle[:, :-2]
    dy = np.subtract(area[2::2][: len(middle), 1:-1], area[:-2:2][: len(middle), 1:-1], dtype=np.float32)

    def summed(one: Floats, other: Floats) -> Floats:
        wide = (one * other).reshape(rows, cell // 2, columns * cell).sum(1)
        return _boxed(wide.reshape(rows, columns, cell).sum(2), 1)

    xx, yy, xy = 2 * summed(dx, dx), 2 * summed(dy, dy), 2 * summed(dx, dy)
    strength = np.hypot(xx - yy, 2 * xy)
    return _Field(cell, strength, strength / (xx + yy + 60.0 * cell * cell), np.arctan2(2 * xy, xx - yy))


def _boxed(values: Floats, reach: int) -> Floats:
    """Sums over squares of 2·reach+1 cells."""
    size = 2 * reach + 1
    for axis in (0, 1):
        wide = np.zeros((values.shape[0] + (size if axis == 0 else 0), values.shape[1] + (size if axis else 0)), np.float32)
        if axis == 0:
            wide[reach + 1 : reach + 1 + values.shape[0]] = values
            total = wide.cumsum(0)
            values = total[size:] - total[:-size]
        else:
            wide[:, reach + 1 : reach + 1 + values.shape[1]] = values
            total = wide.cumsum(1)
            values = total[:, size:] - total[:, :-size]
    return np.maximum(values, 0) if values.min() >= 0 else values


def _spread(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    wide = mask.copy()
    wide[1:] |= mask[:-1]
    wide[:-1] |= mask[1:]
    wide[:, 1:] |= mask[:, :-1]
    wide[:, :-1] |= mask[:, 1:]
    return wide


def _grown(field: _Field, seed: tuple[int, int], left: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The cells connected with the seed that have bars of the same direction."""
    around = tuple(slice(max(0, place - 1), place + 2) for place in seed)
    turned = field.double - np.arctan2(np.sin(field.double[around]).mean(), np.cos(field.double[around]).mean())
    alike = np.cos(turned) > np.cos(2 * _TURN)
    allowed = alike & (field.coherence > 0.45) & (field.strength > 0.08 * np.median(field.strength[around])) & left
    mask = np.zeros_like(allowed)
    mask[seed] = True
    count = 1
    while True:
        mask = _spread(mask) & allowed | mask
        now = int(mask.sum())
        if now == count:
            result: NDArray[np.bool_] = mask
            return result
        count = now


def _measured(field: _Field, mask: NDArray[np.bool_], weight: Floats) -> Region | None:
    if mask.sum() < 6:
        return None
    rows, columns = np.nonzero(mask)
    pull = weight[mask]
    angle = 0.5 * float(np.arctan2((pull * np.sin(field.double[mask])).sum(), (pull * np.cos(field.double[mask])).sum()))
    x, y = (columns + 0.5) * field.cell + 1, (rows + 0.5) * field.cell + 1
    along = x * np.cos(angle) + y * np.sin(angle)
    across = -x * np.sin(angle) + y * np.cos(angle)
    first, last = _between(along, pull, 0.006)
    low, high = _between(across, pull, 0.03)
    length, height = float(last - first) + field.cell, float(high - low) + field.cell
    if length < 24 or height < 4:
        return None
    middle, level = (first + last) / 2, (low + high) / 2
    return Region(
        float(middle * np.cos(angle) - level * np.sin(angle)),
        float(middle * np.sin(angle) + level * np.cos(angle)),
        angle,
        length,
        height,
    )


def _between(places: Floats, weight: Floats, rest: float) -> tuple[float, float]:
    """From where to where all but a rest of the weight lies, at either end."""
    order = np.argsort(places)
    total = np.cumsum(weight[order])
    first, last = np.searchsorted(total, (rest * total[-1], (1 - rest) * total[-1]))
    return float(places[order[first]]), float(places[order[min(last, len(order) - 1)]])
