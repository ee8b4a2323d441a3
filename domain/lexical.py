"""Lexical index (chỉ mục từ): terms of texts as arrays.

It tells what share of a question a group of texts explains, and how like the question its nearest text is.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from domain.folding import words
from domain.spelling import tokens

Scores = NDArray[np.float32]

FILLERS = frozenset(
    """
    a ad ah anh ba ban bao bi biet bo cac cai can chi cho chung co con cua da day dang de den di do duoc em gi giup hay hoi ho i khi khong
    la lam luc ma minh moi nay ngay neu nhe nhu nhung noi o oi phai qua ra rang roi sao se sau shop thi the thoi toi trong tu ui va vay ve
    vi voi vs xin u uh um ha hi hen nha nhi ne ni mo rua rang chi nghe thua kinh gui chao alo dau nao
    of to in is are does do i we my our what how which for and an it on be you me please a the am was were with at by or
    """.split()  # noqa: SIM905 - a list of a hundred lines would hide what it is
)
"""Folded words that say nothing about the subject."""


def bags_of(spelt: str) -> tuple[Counter[str], Counter[str]]:
    """The terms of a text, and its groups of letters.

    Terms are folded words, folded pairs of words, and words as spelt where they carry marks. Groups are threes and fours of the folded
    words with their borders, and fours across the borders: they survive slips.
    """
    plain = words(spelt)
    terms = [word for word in plain if word not in FILLERS]
    terms += [f"{first} {second}" for first, second in pairwise(plain)]
    terms += [f"={word}" for word in tokens(spelt) if not word.isascii()]
    joined = "".join(plain)
    groups = ["~" + joined[at : at + 4] for at in range(len(joined) - 3)]
    for word in plain:
        squeezed = f"_{word}_"
        groups += [squeezed[at : at + size] for size in (3, 4) for at in range(len(squeezed) - size + 1)]
    return Counter(terms), Counter(groups)


def weight_of(term: str) -> float:
    """Pairs tell more together with their words; the exact spelling of a word adds a little to its folded form."""
    return 0.7 if " " in term else 0.35 if term.startswith("=") else 1.0


class Postings:
    """Which documents hold a term, and how much of it: arrays sorted by term."""

    def __init__(self, documents: Iterable[Mapping[str, float]]) -> None:
        self.terms: dict[str, int] = {}
        terms, values, lengths = array("i"), array("f"), array("i")
        for document in documents:
            terms.extend([self.terms.setdefault(term, len(self.terms)) for term in document])
            values.extend(document.values())
            lengths.append(len(document))
        self.size = len(lengths)
        held = np.frombuffer(terms, dtype=np.int32) if terms else np.zeros(0, dtype=np.int32)
        order = np.argsort(held, kind="stable")
        self.term_of = held[order]
        self.places = np.repeat(np.arange(self.size, dtype=np.int32), lengths)[order]
        self.values = (np.frombuffer(values, dtype=np.float32) if values else np.zeros(0, dtype=np.float32))[order]
        self._starts = np.searchsorted(self.term_of, np.arange(len(self.terms) + 1))

    @property
    def spread(self) -> NDArray[np.int64]:
        """In how many documents each term is."""
        return np.diff(self._starts)

    def sums(self, weights: Mapping[str, float]) -> Scores:
        """For each document the sum of its terms' values, weighted."""
        scores = np.zeros(self.size, dtype=np.float32)
        for term, weight in weights.items():
            number = self.terms.get(term)
            if number is not None:
                here = slice(self._starts[number], self._starts[number + 1])
                scores[self.places[here]] += weight * self.values[here]  # a document holds a term once
        return scores


class LexicalIndex:
    """Groups of texts, each text a bag of terms. A group counts as one document for what is rare."""

    def __init__(self, groups: Sequence[Sequence[Mapping[str, float]]]) -> None:
        self._groups = Postings({term: 1.0 for bag in group for term in bag} for group in groups)
        rarity = np.log(1 + (self._groups.size - self._groups.spread + 0.5) / (self._groups.spread + 0.5))
        self._rarities = dict(zip(self._groups.terms, rarity.tolist(), strict=True))
        self._rarest = math.log(2 * self._groups.size + 2)
        self._texts = Postings(bag for group in groups for bag in group)
        self._load_norms()
        sizes = np.array([len(group) for group in groups], dtype=np.int64)
        self._begins, self._filled = (np.cumsum(sizes) - sizes)[sizes > 0], sizes > 0

    def _load_norms(self) -> None:
        weights = np.array([self._rarities[term] * weight_of(term) for term in self._texts.terms], dtype=np.float32)
        squares = (self._texts.values * weights[self._texts.term_of]) ** 2 if len(weights) else self._texts.values
        self._norms = np.sqrt(np.bincount(self._texts.places, squares, minlength=self._texts.size)).clip(min=1e-6).astype(np.float32)

    def holds(self, term: str) -> bool:
        return term in self._rarities

    def rarity(self, term: str) -> float:
        """Inverse document frequency; of an unknown term the highest there is."""
        return float(self._rarities.get(term, self._rarest))

    def explained(self, question: Counter[str]) -> Scores:
        """For each group the share of the question's weight that it holds, 0 to 1. Unknown pairs of words are nobody's fault."""
        weights = {term: min(count, 2) * self.rarity(term) * weight_of(term) for term, count in question.items()}
        whole = sum(weight for term, weight in weights.items() if self.holds(term) or " " not in term)
        return self._groups.sums(weights) / (whole or 1.0)

    def nearest(self, question: Counter[str]) -> Scores:
        """For each group the likeness (cosine of weighted terms) of the question with its nearest text, 0 to 1."""
        weights = {term: self.rarity(term) * weight_of(term) for term in question}
        own = math.sqrt(sum((count * weights[term]) ** 2 for term, count in question.items())) or 1.0
        products = self._texts.sums({term: count * weights[term] ** 2 for term, count in question.items()})
        nearest = np.zeros(len(self._filled), dtype=np.float32)
        if len(self._begins):
            nearest[self._filled] = np.maximum.reduceat(products / self._norms, self._begins)
        return nearest / own
