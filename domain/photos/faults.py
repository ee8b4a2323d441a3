"""Why no number could be read: measured on the bars that were found, so that the advice fits the photograph."""

import numpy as np

from domain.messages import N_
from domain.photos.bars import Floats, Grey, Region
from domain.photos.lines import BARS

NONE, CUT, GLARE, SMALL, BLUR, UNREAD = (
    N_("photo.none"),
    N_("photo.cut"),
    N_("photo.glare"),
    N_("photo.small"),
    N_("photo.blur"),
    N_("photo.unread"),
)
_THIN = 1.3
"""Pixels a module below which bars of one module are lost."""
_MODULES = 95
_BURNT, _RUN = 250, 0.12
"""Brightness of glare, and how much of the symbol it covers in one piece: no space between bars is so wide."""
_SOFT = 0.16
"""Share of the contrast by which brightness changes within half a module at the sharpest edges, where the picture is blurred."""
_DULL = 14
"""Brightness between neighbours at the sharpest edges of a picture that is blurred throughout."""


def fault(grey: Grey, seen: tuple[Region, Floats] | None) -> str:
    """The likeliest reason, as the key of a sentence. `seen` is the most bar-like region, in the picture's pixels, with its bands."""
    if seen is None:
        return BLUR if _sharpest(grey) < _DULL else NONE
    region, bands = seen
    if _cut(region, grey.shape):
        return CUT
    if _glare(bands):
        return GLARE
    if region.length / _MODULES < _THIN:
        return SMALL
    return BLUR if _softness(bands) < _SOFT else UNREAD


def _sharpest(grey: Grey) -> float:
    inner = grey[::2].astype(np.int16)
    return float(np.percentile(np.abs(inner[:, 2:] - inner[:, :-2]), 99.5))


def _cut(region: Region, shape: tuple[int, ...]) -> bool:
    """Whether the first or last bar stands at the border of the picture."""
    near = 0.03 * region.length + 2
    for side in (-0.5, 0.5):
        x = region.x + side * region.length * float(np.cos(region.angle))
        y = region.y + side * region.length * float(np.sin(region.angle))
        if min(x, y, shape[1] - 1 - x, shape[0] - 1 - y) < near:
            return True
    return False


def _glare(bands: Floats) -> bool:
    """Whether a stretch of the bars is burnt out in two bands or more, or the bars end in it at one side. White paper is at both sides."""
    beside = (bands.shape[1] - BARS) // 2
    burnt = bands >= _BURNT
    if sum(_longest(band) > _RUN * BARS for band in burnt[:, beside:-beside]) >= 2:
        return True
    first, last = (float(side.mean()) > 0.5 for side in (burnt[:, :beside], burnt[:, -beside:]))
    return first != last


def _longest(row: "np.typing.NDArray[np.bool_]") -> int:
    changes = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
    return int((changes[1::2] - changes[::2]).max()) if len(changes) else 0


def _softness(bands: Floats) -> float:
    """The change of brightness over half a module at the sharpest edges, as a share of the contrast."""
    step = max(1, BARS // _MODULES // 2)
    change = np.abs(bands[:, step:] - bands[:, :-step])
    low, high = np.percentile(bands, (5, 95))
    return float(np.percentile(change, 98) / max(1.0, high - low))
