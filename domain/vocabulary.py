"""Vocabulary (từ vựng): numbers for terms, so that texts are arrays.

>>> vocabulary = Vocabulary[str]()
>>> [vocabulary[term] for term in ("mã", "vạch", "mã")]
[0, 1, 0]
>>> vocabulary.get("phí") is None
True
"""

from collections.abc import Hashable
from typing import TypeVar

Term = TypeVar("Term", bound=Hashable)


class Vocabulary(dict[Term, int]):
    """A term that is asked for by `[]` gets the next number if it is new. Numbers stay: what was read for one index serves the next."""

    def __missing__(self, term: Term) -> int:
        number = self[term] = len(self)
        return number
