"""Lexical index (chỉ mục từ): terms of texts as arrays.

It tells what share of a question a group of texts explains, and how like the question its nearest text is.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.folding import words
from domain.spelling import tokens
from domain.vocabulary import Vocabulary

Scores = NDArray[np.float32]
Numbers = NDArray[np.int32]

FILLERS = frozenset(
    """
    a ad ah anh ba ban bao bi biet bo cac cai can chi cho chung co con cua da day dang de den di do duoc em gi giup hay hoi ho i khi khong
    la lam luc ma minh moi nay ngay neu nhe nhu nhung noi o oi phai qua ra rang roi sao se sau shop thi the thoi toi trong tu ui va vay ve
    vi voi vs xin u uh um ha hi hen nha nhi ne ni mo rua rang chi nghe thua kinh gui chao alo dau nao
    of to in is are does do i we my our what how which for and an it on be you me please a the am was were with at by or
    """.split()  # noqa: SIM905 - a list of a hundred lines would hide what it is
)
"""Folded words that say nothing about the subject."""


Term = str | int
"""A word, a pair of words, a word as spelt; or a group of letters as the number that its bytes are."""
_ACROSS = 1 << 31
"""Marks a group of letters across the borders of words."""
_NUMBER = 0xFFFFFFFF
_BORDER, _END = ord("_"), ord(" ")


def pairs_of(plain: Sequence[str]) -> list[str]:
    """Pairs of folded words."""
    return [f"{first} {second}" for first, second in pairwise(plain)]


def singles_of(plain: Sequence[str], written: Sequence[str]) -> list[str]:
    """Folded words that say something, and words as spelt where they carry marks."""
    return [word for word in plain if word not in FILLERS] + [f"={word}" for word in written if not word.isascii()]


def letters_of(texts: Sequence[Sequence[str]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The groups of letters of texts, given as folded words, and the number of the text of each.

    Threes and fours of each word with its borders, and fours across the borders: they survive slips.
    """
    bordered = _Letters(["".join([f"_{word}_" for word in text]) for text in texts])
    joined = _Letters(["".join(text) for text in texts])
    found = [bordered.groups(3), bordered.groups(4), joined.groups(4, _ACROSS)]
    return np.concatenate([groups for groups, _ in found]), np.concatenate([places for _, places in found])


class _Letters:
    """Texts of a-z, 0-9 and borders, one behind the other."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._bytes = np.frombuffer(" ".join([*texts, "   "]).encode(), dtype=np.uint8).astype(np.int64)
        self._texts = np.repeat(np.arange(len(texts) + 1), [*(len(text) + 1 for text in texts), 3])
        ends, borders = self._bytes == _END, self._bytes == _BORDER
        self._apart = ends[:-1] | ends[1:] | (borders[:-1] & borders[1:])

    def groups(self, size: int, mark: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every run of so many letters of one word, and its text."""
        count = len(self._bytes) - size + 1
        numbers, apart = np.full(count, mark), np.zeros(count, dtype=np.bool_)
        for at in range(size):
            numbers |= self._bytes[at : at + count] << 8 * at
        for at in range(size - 1):
            apart |= self._apart[at : at + count]
        return numbers[~apart], self._texts[:count][~apart]


def bags_of(spelt: str) -> tuple[Counter[Term], Counter[Term]]:
    """The terms of a question, and its groups of letters, with how often they are there."""
    plain = words(spelt)
    return Counter(singles_of(plain, tokens(spelt)) + pairs_of(plain)), Counter(letters_of([plain])[0].tolist())


def weight_of(term: Term) -> float:
    """Pairs tell more together with their words; the exact spelling of a word adds a little to its folded form."""
    return 1.0 if isinstance(term, int) else 0.7 if " " in term else 0.35 if term.startswith("=") else 1.0


def is_pair(term: Term) -> bool:
    return isinstance(term, str) and " " in term


@dataclass(frozen=True)
class Bags:
    """The texts of a group, each as a bag of terms: the numbers of its different terms, how often each is there, and where it begins.

    A text without any term is left out. `held` are the different terms of the group.
    """

    terms: Numbers
    counts: NDArray[np.uint8]
    begins: Numbers
    held: Numbers

    @classmethod
    def of(cls, numbers: NDArray[np.int64], texts: NDArray[np.int64], sizes: Sequence[int]) -> "list[Bags]":
        """Of the numbers of terms, for each the number of its text, and how many texts each group has."""
        both, counts = counted(texts << 32 | numbers)
        group_of = np.repeat(np.arange(len(sizes)), sizes)[both >> 32]
        grouped = counted(group_of << 32 | both & _NUMBER)[0]
        cuts, cuts_held = (np.searchsorted(groups, np.arange(len(sizes) + 1)) for groups in (group_of, grouped >> 32))
        begins, amounts = np.diff(both >> 32, prepend=-1) != 0, counts.clip(max=255).astype(np.uint8)
        terms, held = (both & _NUMBER).astype(np.int32), (grouped & _NUMBER).astype(np.int32)
        return [
            cls(terms[i:j], amounts[i:j], np.flatnonzero(begins[i:j]).astype(np.int32), held[k:m])
            for (i, j), (k, m) in zip(pairwise(cuts), pairwise(cuts_held), strict=True)
        ]


def counted(numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different numbers, in order, and how often each is there."""
    ordered = np.sort(numbers)
    begins = np.flatnonzero(np.diff(ordered, prepend=-1))
    return ordered[begins], np.diff(begins, append=len(ordered))


class Postings:
    """Which groups hold a term, and how much of it: arrays sorted by term."""

    def __init__(self, held: Sequence[Numbers], values: Sequence[NDArray[np.float32]] | None, terms: int) -> None:
        self.size = len(held)
        flat = np.concatenate(held) if held else np.zeros(0, dtype=np.int32)
        order = np.argsort(flat, kind="stable")
        lengths = [len(group) for group in held]
        self._places = np.repeat(np.arange(self.size, dtype=np.int32), lengths)[order]
        self._values = np.concatenate(values)[order] if values else None
        self.spread = np.bincount(flat, minlength=terms)
        self._starts = np.concatenate([[0], np.cumsum(self.spread)])

    def holds(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which terms any group holds. Terms without a number (-1), or numbered after the building, are held by none."""
        inside = (numbers >= 0) & (numbers < len(self.spread))
        return inside & (self.spread[np.where(inside, numbers, 0)] > 0) if len(self.spread) else inside

    def sums(self, numbers: NDArray[np.int64], weights: NDArray[np.float64]) -> Scores:
        """For each group the sum of its terms' values, weighted; all terms are held."""
        here = [slice(self._starts[number], self._starts[number + 1]) for number in numbers]
        if not here:
            return np.zeros(self.size, dtype=np.float32)
        worth = np.repeat(weights, self.spread[numbers])
        if self._values is not None:
            worth = worth * np.concatenate([self._values[one] for one in here])
        places = np.concatenate([self._places[one] for one in here])
        return np.bincount(places, worth, minlength=self.size).astype(np.float32)


@dataclass(frozen=True)
class Asked:
    """The terms of a question: their numbers (-1: unknown), how often each is there, its weight (rarity times kind), whether it is held."""

    numbers: NDArray[np.int64]
    counts: NDArray[np.float64]
    weights: NDArray[np.float64]
    held: NDArray[np.bool_]
    pairs: NDArray[np.bool_]


class LexicalIndex:
    """Groups of texts, each text a bag of terms. A group counts as one document for what is rare."""

    def __init__(self, vocabulary: Vocabulary[Any], groups: Sequence[Bags]) -> None:
        self._vocabulary, self._groups = vocabulary, groups
        self._held = Postings([bags.held for bags in groups], None, len(vocabulary))
        spread = self._held.spread
        self._rarities = np.log(1 + (len(groups) - spread + 0.5) / (spread + 0.5)).astype(np.float32)
        self._rarest = math.log(2 * len(groups) + 2)
        weights = self._rarities * np.fromiter(map(weight_of, vocabulary), dtype=np.float32, count=len(spread))
        self._norms = [_norms(bags, weights) for bags in groups]

    def holds(self, term: Term) -> bool:
        return bool(self._held.holds(self._numbers([term]))[0])

    def rarity(self, term: Term) -> float:
        """Inverse document frequency; of an unknown term the highest there is."""
        return float(self._rarities[self._vocabulary[term]]) if self.holds(term) else self._rarest

    def _numbers(self, terms: Iterable[Term]) -> NDArray[np.int64]:
        return np.array([self._vocabulary.get(term, -1) for term in terms], dtype=np.int64)

    def asked(self, question: Counter[Term]) -> Asked:
        """A question, as its terms stand in this index."""
        numbers, counts = self._numbers(question), np.array(list(question.values()), dtype=np.float64)
        held = self._held.holds(numbers)
        rarities = np.full(len(numbers), self._rarest)
        rarities[held] = self._rarities[numbers[held]]
        kinds = np.array([weight_of(term) for term in question], dtype=np.float64)
        return Asked(numbers, counts, rarities * kinds, held, np.array([is_pair(term) for term in question], dtype=np.bool_))

    def explained(self, asked: Asked) -> Scores:
        """For each group the share of the question's weight that it holds, 0 to 1. Unknown pairs of words are nobody's fault."""
        weights = asked.counts.clip(max=2) * asked.weights
        whole = weights[asked.held | ~asked.pairs].sum()
        return self._held.sums(asked.numbers[asked.held], weights[asked.held]) / np.float32(whole or 1.0)

    def nearest(self, asked: Asked, groups: Sequence[int]) -> Scores:
        """For some groups the likeness (cosine of weighted terms) of the question with their nearest text, 0 to 1."""
        best = np.zeros(len(groups), dtype=np.float32)
        filled = [at for at, group in enumerate(groups) if len(self._groups[group].begins)]
        if not filled:
            return best
        bags = [self._groups[groups[at]] for at in filled]
        wanted = np.zeros(len(self._rarities), dtype=np.float32)
        wanted[asked.numbers[asked.held]] = (asked.counts * asked.weights**2)[asked.held]
        products = wanted[np.concatenate([bag.terms for bag in bags])] * np.concatenate([bag.counts for bag in bags])
        sums = np.add.reduceat(products, _joined([bag.begins for bag in bags], [len(bag.terms) for bag in bags]))
        likeness = sums / np.concatenate([self._norms[groups[at]] for at in filled])
        texts = np.array([len(bag.begins) for bag in bags], dtype=np.int64)
        own = math.sqrt(((asked.counts * asked.weights) ** 2).sum()) or 1.0
        best[filled] = np.maximum.reduceat(likeness, np.cumsum(texts) - texts) / np.float32(own)
        return best


def _norms(bags: Bags, weights: NDArray[np.float32]) -> Scores:
    """The length of each text, as a vector of weighted terms."""
    if not len(bags.begins):
        return np.zeros(0, dtype=np.float32)
    return np.sqrt(np.add.reduceat((weights[bags.terms] * bags.counts) ** 2, bags.begins)).clip(min=1e-6).astype(np.float32)


def _joined(begins: Sequence[Numbers], lengths: Sequence[int]) -> NDArray[np.int64]:
    """Where texts begin when their groups are put one behind the other."""
    before = np.cumsum(lengths, dtype=np.int64) - np.array(lengths, dtype=np.int64)
    return np.concatenate(begins).astype(np.int64) + np.repeat(before, [len(one) for one in begins])
