"""Deciding (quyết định): how sure the counter may be of the first candidate, and whether a question is the office's at all.

Two logistic models over a few facts of a ranking, learned from labelled questions (`benchmarks/learn.py`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.folding import words
from domain.ranking import Ranked

FACTS = ("lead", "belief", "ours", "words", "phrasing_words", "phrasing_letters", "cosine", "length", "is_ours")
"""lead: of the first before the second, in score · belief: share of the first · ours: share of our entries together · the first one's
signals · length: of the question, in words, as a logarithm · is_ours: whether the first is ours."""
_SIGNALS = ("words", "phrasing_words", "phrasing_letters", "cosine")


@dataclass(frozen=True)
class Logistic:
    """Weights by name, with an intercept."""

    weights: Mapping[str, float]
    intercept: float

    def probability(self, facts: Mapping[str, float]) -> float:
        return 1 / (1 + math.exp(-(self.intercept + sum(weight * facts[name] for name, weight in self.weights.items()))))


@dataclass(frozen=True)
class Deciding:
    """`right`: that the first of our candidates answers · `ours`: that the question is the office's. Both with and without meaning."""

    right: Logistic
    ours: Logistic
    ours_from: float
    """A question is taken for ours from this probability on."""


def facts_of(ranked: Sequence[Ranked], spelt: str) -> dict[str, float]:
    """What the models look at; all zero for an empty ranking."""
    if not ranked:
        return dict.fromkeys(FACTS, 0.0)
    first, shares = ranked[0], _shares(ranked)
    facts = {
        "lead": min(first.score - (ranked[1].score if len(ranked) > 1 else 0.0), 5.0),
        "belief": shares[0],
        "ours": sum(share for share, one in zip(shares, ranked, strict=True) if one.unit.is_ours),
        "length": math.log1p(len(words(spelt))),
        "is_ours": float(first.unit.is_ours),
    }
    return facts | {name: first.signals.get(name, 0.0) for name in _SIGNALS}


def _shares(ranked: Sequence[Ranked]) -> list[float]:
    highest = ranked[0].score
    powers = [math.exp(one.score - highest) for one in ranked]
    whole = sum(powers)
    return [power / whole for power in powers]
