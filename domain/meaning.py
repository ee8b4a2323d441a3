"""Meaning (nghĩa): nearness of a question to the texts of each unit, by vectors of unit length.

Cosines of the e5 family crowd together (0.75 to 0.9), so nearness is told in standard deviations within one question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Rows = NDArray[np.float16]


@dataclass(frozen=True)
class Meaning:
    """The vectors of a unit's phrasings and of its passages, None where none is known, and the texts that lack one."""

    phrasings: Rows | None
    passages: Rows | None
    lacking: tuple[str, ...]

    @classmethod
    def of(cls, phrasings: Sequence[str], passages: Sequence[str], vectors: Mapping[str, Vector]) -> "Meaning":
        lacking = tuple(text for text in (*phrasings, *passages) if text not in vectors)
        return cls(_rows(phrasings, vectors), _rows(passages, vectors), lacking)


class MeaningIndex:
    """Two groups of texts a unit: its phrasings and its passages. A text without a vector is left out; it comes with the next build."""

    def __init__(self, units: Sequence[Meaning]) -> None:
        self._phrasings, self._passages = [unit.phrasings for unit in units], [unit.passages for unit in units]
        self._centres, self._centred = _centres(self._phrasings)
        self._middles, self._placed = _centres(self._passages)

    @property
    def is_empty(self) -> bool:
        return not self._centred.any()

    def near(self, vector: Vector) -> tuple[Vector, Vector]:
        """For every unit the nearness of its phrasings and of its passages as a whole; 0, the middle, where it has none.

        Row by row, in this thread: a product of the whole table would wait for threads of the mathematics library on other cores.
        """
        return _spread(np.vecdot(self._centres, vector), self._centred), _spread(np.vecdot(self._middles, vector), self._placed)

    def nearest(self, vector: Vector, numbers: Sequence[int]) -> tuple[list[float], list[float]]:
        """For some units the cosine of the nearest phrasing, and of the nearest passage; 0 where there is none."""
        return [_best(self._phrasings[n], vector) for n in numbers], [_best(self._passages[n], vector) for n in numbers]


def _rows(texts: Sequence[str], vectors: Mapping[str, Vector]) -> Rows | None:
    known = [vectors[text] for text in texts if text in vectors]
    return np.asarray(known, dtype=np.float16) if known else None


def _centres(groups: Sequence[Rows | None]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
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


def _best(rows: Rows | None, vector: Vector) -> float:
    return float((rows.astype(np.float32) @ vector).max()) if rows is not None else 0.0
