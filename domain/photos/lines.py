"""Lines of brightness across the bars of a region, averaged along the bars."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from domain.photos.bars import Floats, Grey, Region

_BANDS = 6
_ROWS = 5
"""Rows sampled a band."""
BARS, SAMPLES = 600, 792
"""Samples on which the bars stand, and of a whole line with what is beside them."""
ENDS = ((SAMPLES - BARS) / 2, (SAMPLES + BARS) / 2)


def lines(grey: Grey, region: Region) -> Floats:
    """Bands by rows, aligned so that bars stand under each other; the bars reach about `BARS` samples."""
    step = region.length / BARS
    along = (np.arange(SAMPLES, dtype=np.float32) - (SAMPLES - 1) / 2) * step
    rows = np.linspace(-0.42, 0.42, _BANDS * _ROWS, dtype=np.float32) * region.height
    cos, sin = np.cos(region.angle), np.sin(region.angle)
    x = (region.x + along * cos)[None, :] - (rows * sin)[:, None]
    y = (region.y + along * sin)[None, :] + (rows * cos)[:, None]
    bands = _sampled(grey, x, y).reshape(_BANDS, _ROWS, -1)
    bands = bands.mean(1)
    return _upright(bands)


def _sampled(grey: Grey, x: Floats, y: Floats) -> Floats:
    """Bilinear; beyond the border, what stands at the border."""
    x = np.clip(x, 0, grey.shape[1] - 1.001)
    y = np.clip(y, 0, grey.shape[0] - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    right, low = x - left, y - top
    flat = grey.ravel()
    place = top * grey.shape[1] + left
    upper = flat[place] * (1 - right) + flat[place + 1] * right
    place += grey.shape[1]
    lower = flat[place] * (1 - right) + flat[place + 1] * right
    result: Floats = (upper * (1 - low) + lower * low).astype(np.float32)
    return result


_THIN = 3
_LEANS = np.arange(-66, 67, 6, dtype=np.float32)
_FANS = np.array([-0.36, -0.24, -0.12, 0.0, 0.12, 0.24, 0.36], np.float32)
_BAND = (np.arange(_BANDS, dtype=np.float32) - (_BANDS - 1) / 2) / _BANDS
"""How far each band is from the middle of the region."""


def _upright(bands: Floats) -> Floats:
    """Bands shifted and stretched so that the bars stand under each other: their mean has the strongest edges then.

    Bars may lean (samples from the upper edge of the region to the lower), and fan out where one end of them is nearer to the camera.
    """
    power = _power(bands, _coarse())
    best = int(power.argmax())
    lean, fan = _LEANS[best // len(_FANS)], _FANS[best % len(_FANS)]
    leans, fans = lean + np.array([-4.0, -2.0, 0.0, 2.0, 4.0], np.float32), fan + np.array([-0.06, 0.0, 0.06], np.float32)
    best = int(_power(bands, _gathered(leans, fans)).argmax())
    lean, fan = leans[best // 3], fans[best % 3]
    middle = (SAMPLES - 1) / 2
    away = np.arange(SAMPLES, dtype=np.float32) - middle
    places = np.clip(middle + away * (1 + fan * _BAND[:, None]) + lean * _BAND[:, None], 0, SAMPLES - 1.001)
    before = places.astype(np.int64)
    share = (places - before).astype(np.float32)
    row = np.arange(_BANDS)[:, None]
    result: Floats = bands[row, before] * (1 - share) + bands[row, before + 1] * share
    return result


def _power(bands: Floats, places: NDArray[np.int32]) -> Floats:
    mean = bands.ravel()[places].sum(1)
    edges = mean[:, 1:] - mean[:, :-1]
    power: Floats = (edges * edges).sum(1)
    return power


def _gathered(leans: Floats, fans: Floats) -> NDArray[np.int32]:
    """Where to look in the bands, for every lean and fan."""
    middle = (SAMPLES - 1) / 2
    away = np.arange(0, SAMPLES, _THIN, dtype=np.float32) - middle
    lean, fan = leans[:, None, None, None], fans[:, None, None]
    places = np.rint(middle + away * (1 + fan * _BAND[:, None]) + lean * _BAND[:, None]).astype(np.int32)
    places = np.clip(places, 0, SAMPLES - 1) + (np.arange(_BANDS, dtype=np.int32) * SAMPLES)[:, None]
    return places.reshape(-1, *places.shape[2:])


@cache
def _coarse() -> NDArray[np.int32]:
    return _gathered(_LEANS, _FANS)


def averaged(bands: Floats) -> Floats:
    """The mean of the bands, those counting less that are unlike the rest (print beside the bars, glare)."""
    rough = bands - bands.mean(1, keepdims=True)
    total = rough.sum(0)
    others = total - rough
    like = (rough * others).sum(1) / (np.sqrt((rough * rough).sum(1) * (others * others).sum(1)) + 1e-6)
    weight = np.clip(like, 0.02, 1) ** 3
    result: Floats = (weight[:, None] * bands).sum(0) / weight.sum()
    return result
