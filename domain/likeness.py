"""Likeness (độ giống nhau): questions that ask the same in other words, put together.

>>> likeness("phí đăng ký mã vạch bao nhiêu", "dang ky ma vach phi bao nhieu vay ad") > ALIKE
True
>>> likeness("phí đăng ký mã vạch bao nhiêu", "cân treo có phải kiểm định không") < ALIKE
True
>>> group(["phí mã vạch bao nhiêu", "kiểm định cân ở đâu", "ma vach phi bao nhieu a", "kiem dinh can o dau vay"])
[[0, 2], [1, 3]]
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from domain.folding import words
from domain.lexical import FILLERS

ALIKE = 0.65
"""From this likeness on two questions are put together."""


@dataclass(frozen=True)
class _Shape:
    words: frozenset[str]
    threes: frozenset[str]


def likeness(one: str, other: str) -> float:
    """How alike two questions are, 0 to 1: by words that say something, and by letters in threes, which survive typing mistakes."""
    return _likeness(_shape(one), _shape(other))


def group(texts: Sequence[str]) -> list[list[int]]:
    """Positions of texts that are alike, each group led by its first; the same texts in the same order give the same groups."""
    groups: list[list[int]] = []
    leaders: list[_Shape] = []
    by_word: dict[str, list[int]] = defaultdict(list)
    for position, text in enumerate(texts):
        shape = _shape(text)
        near = sorted({number for word in shape.words for number in by_word[word]})
        best = max(near, key=lambda number: (_likeness(leaders[number], shape), -number), default=None)
        if best is not None and _likeness(leaders[best], shape) >= ALIKE:
            groups[best].append(position)
            continue
        for word in shape.words:
            by_word[word].append(len(groups))
        groups.append([position])
        leaders.append(shape)
    return groups


def _shape(text: str) -> _Shape:
    listed = words(text)
    telling = [word for word in listed if word not in FILLERS] or listed or [text.strip()]
    joined = f" {' '.join(telling)} "
    return _Shape(frozenset(telling), frozenset(joined[at : at + 3] for at in range(len(joined) - 2)))


def _likeness(one: _Shape, other: _Shape) -> float:
    return (_dice(one.words, other.words) + _dice(one.threes, other.threes)) / 2


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other) or 1)
