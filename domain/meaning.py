"""Meaning (nghĩa): nearness of a question to the texts of each unit, by vectors of unit length.

Cosines of the e5 family crowd together (0.75 to 0.9), so nearness is told in standard deviations within one question.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


class MeaningIndex:
    """Two groups of texts a unit: its phrasings and its passages. A text without a vector is left out; it comes with the next build."""

    def __init__(self, phrasings: Sequence[Sequence[str]], passages: Sequence[Sequence[str]], vectors: Mapping[str, Vector]) -> None:
        self._phrasings = [_rows(texts, vectors) for texts in phrasings]
        self._passages = [_rows(texts, vectors) for texts in passages]
        self._centres, self._centred = _centres(self._phrasings)
        self._middles, self._placed = _centres(self._passages)

    @property
    def is_empty(self) -> bool:
        return not self._centred.any()

    def near(self, vector: Vector) -> tuple[Vector, Vector]:
        """For every unit the nearness of its phrasings and of its passages as a whole; 0, the middle, where it has none."""
        return _spread(self._centres @ vector, self._centred), _spread(self._middles @ vector, self._placed)

    def nearest(self, vector: Vector, numbers: Sequence[int]) -> tuple[list[float], list[float]]:
        """For some units the cosine of the nearest phrasing, and of the nearest passage; 0 where there is none."""
        return [_best(self._phrasings[n], vector) for n in numbers], [_best(self._passages[n], vector) for n in numbers]


def _rows(texts: Sequence[str], vectors: Mapping[str, Vector]) -> NDArray[np.float16] | None:
    known = [vectors[text] for text in texts if text in vectors]
    return np.asarray(known, dtype=np.float16) if known else None


def _centres(groups: Sequence[NDArray[np.float16] | None]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    size = next((rows.shape[1] for rows in groups if rows is not None), 1)
    centres = np.zeros((len(groups), size), dtype=np.float32)
    for number, rows in enumerate(groups):
        if rows is not None:
            middle = rows.astype(np.float32).mean(0)
            centres[number] = middle / (np.linalg.norm(middle) or 1.0)
    return centres, np.asarray(centres.any(axis=1))


def _spread(cosines: Vector, known: NDArray[np.bool_]) -> Vector:
    if not known.any():
        return np.zeros_like(cosines)
    some = cosines[known]
    return np.where(known, (cosines - some.mean()) / (some.std() or 1.0), 0.0).astype(np.float32)


def _best(rows: NDArray[np.float16] | None, vector: Vector) -> float:
    return float((rows.astype(np.float32) @ vector).max()) if rows is not None else 0.0
