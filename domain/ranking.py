"""Ranking (xếp hạng): which entries, and which subjects that are not ours, fit a question, and why.

A rough mix over all units picks candidates; the nearest meaning is looked up for those only; a linear ranker, learned from labelled
questions (`benchmarks/learn.py`), weighs them. Every signal can be named to an officer in a word.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from domain.folding import fold, words
from domain.lexical import FILLERS, LexicalIndex, Postings, Scores, bags_of, weight_of
from domain.material import EntryText, Material
from domain.meaning import MeaningIndex, Vector
from domain.spelling import Speller, looks_plain, tokens

SIGNALS = ("words", "answer", "letters", "phrasing_words", "phrasing_letters", "meaning", "passage", "closest")
"""words: rare words of the question that its phrasings hold · answer: those that its answer holds · letters: groups of letters ·
phrasing_words, phrasing_letters: likeness with the nearest phrasing · meaning, passage: nearness to its phrasings, its answer, as a whole ·
closest: nearness to its nearest phrasing, in standard deviations among the candidates."""
LEXICAL = SIGNALS[:5]
_FIRST = {"words": 1.0, "answer": 0.5, "letters": 0.5, "phrasing_words": 1.0, "phrasing_letters": 1.0, "meaning": 0.2, "passage": 0.2}
"""A rough mix that picks the candidates."""
CANDIDATES = 24
SALIENT_WORDS = 16
"""So many words of a question are embedded; of a longer one those that say most about the subject."""
_PASSAGE_LETTERS = 400

_WORD = re.compile(r"[^\W_]+")
Bags = dict[str, tuple[Counter[str], Counter[str]]]
"""Words and letters of texts, kept from one build to the next."""


@dataclass(frozen=True)
class Unit:
    """What is ranked: an entry with all its languages (`entries`), or a subject that is not ours."""

    slug: str
    phrasings: tuple[str, ...]
    entries: tuple[EntryText, ...] = ()

    @property
    def is_ours(self) -> bool:
        return bool(self.entries)


@dataclass(frozen=True)
class Ranked:
    """A unit, its score (the higher the better, comparable within one question), and its signals by name."""

    unit: Unit
    score: float
    signals: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Weights:
    """Of the signals by name: with meaning, and without it while there is no model or no vector."""

    full: Mapping[str, float]
    lexical: Mapping[str, float]


def phrasing_text(text: str) -> str:
    """What is embedded for a phrasing: the e5 family tells questions from passages by a prefix."""
    return f"query: {text}"


def passage_text(entry: EntryText) -> str:
    """What is embedded for an answer."""
    return f"passage: {entry.question}. {entry.answer[:_PASSAGE_LETTERS]}"


def texts_of(material: Material) -> list[str]:
    """Every text whose meaning the index wants, once."""
    texts = [phrasing_text(text) for unit in units_of(material) for text in unit.phrasings]
    return list(dict.fromkeys(texts + [passage_text(entry) for entry in material.entries]))


def units_of(material: Material) -> list[Unit]:
    """Entries by slug, then the subjects."""
    by_slug: dict[str, list[EntryText]] = {}
    for entry in material.entries:
        by_slug.setdefault(entry.slug, []).append(entry)
    ours = [
        Unit(slug, tuple(text for entry in entries for text in (entry.question, *entry.phrasings)), tuple(entries))
        for slug, entries in by_slug.items()
    ]
    return ours + [Unit(subject.slug, subject.phrasings) for subject in material.subjects]


def spell_out(text: str, abbreviations: Mapping[str, str]) -> str:
    """Write the abbreviations of chat in full."""
    return _WORD.sub(lambda found: abbreviations.get(found[0].casefold(), found[0]), text)


class Index:
    """Built once per edit; `rank` may be called from several threads."""

    def __init__(self, material: Material, weights: Weights, vectors: Mapping[str, Vector], bags: Bags) -> None:
        self.units = units_of(material)
        self._abbreviations, self._weights = material.abbreviations, weights
        answers = [tuple(entry.answer for entry in unit.entries) for unit in self.units]
        self.speller = Speller(text for unit, held in zip(self.units, answers, strict=True) for text in (*unit.phrasings, *held))
        groups = [[self._bags_of(text, bags) for text in unit.phrasings] for unit in self.units]
        self._words = LexicalIndex([[words for words, _ in group] for group in groups])
        self._letters = LexicalIndex([[letters for _, letters in group] for group in groups])
        self._answers = Postings(_saturated([self._bags_of(text, bags)[0] for text in held]) for held in answers)
        self.meanings = MeaningIndex(
            [[phrasing_text(text) for text in unit.phrasings] for unit in self.units],
            [[passage_text(entry) for entry in unit.entries] for unit in self.units],
            vectors,
        )

    def _bags_of(self, text: str, bags: Bags) -> tuple[Counter[str], Counter[str]]:
        spelt = spell_out(text, self._abbreviations)
        if spelt not in bags:
            bags[spelt] = bags_of(spelt)
        return bags[spelt]

    def spell(self, question: str) -> str:
        """A question with its abbreviations written out, its diacritics put back and its slips mended."""
        return self.speller.mend(spell_out(question, self._abbreviations), is_plain=looks_plain(question))

    def salient(self, spelt: str) -> str:
        """At most `SALIENT_WORDS` words of a question, in order: the rare ones and the late ones (stories ask at their end)."""
        listed = tokens(spelt)
        if len(listed) <= SALIENT_WORDS:
            return spelt
        telling = [number for number, word in enumerate(listed) if word[0].isalnum() and fold(word) not in FILLERS]
        best = sorted(telling, key=lambda number: -(self._rarity(listed[number]) + number / len(listed)))[:SALIENT_WORDS]
        return " ".join(listed[number] for number in sorted(best)) or spelt

    def _rarity(self, word: str) -> float:
        folded = fold(word)
        return self._words.rarity(folded) if self._words.holds(folded) else 1.0

    def knows(self, spelt: str) -> bool:
        """Whether any telling word of a text stands in any phrasing or answer."""
        telling = (word for word in words(spelt) if word not in FILLERS)
        return any(self._words.holds(word) or word in self._answers.terms for word in telling)

    def rank(self, spelt: str, vector: Vector | None) -> list[Ranked]:
        """The candidates for a question as spelt, best first; `vector` is its meaning, None while there is no model."""
        terms, letters = bags_of(spelt)
        whole: dict[str, Scores] = {
            "words": self._words.explained(terms),
            "answer": self._answered(terms),
            "letters": self._letters.explained(letters),
            "phrasing_words": self._words.nearest(terms),
            "phrasing_letters": self._letters.nearest(letters),
        }
        if vector is not None and not self.meanings.is_empty:
            whole["meaning"], whole["passage"] = self.meanings.near(vector)
        first = np.sum([_FIRST[name] * scores for name, scores in whole.items()], axis=0)
        picked = [int(number) for number in np.argsort(-first, kind="stable")[:CANDIDATES]]
        signals = {name: [float(scores[number]) for number in picked] for name, scores in whole.items()}
        if "meaning" in whole and vector is not None:
            signals["cosine"], passages = self.meanings.nearest(vector, picked)
            signals["closest"], signals["passage"] = _deviations(signals["cosine"]), _deviations(passages)
        weights = self._weights.full if "meaning" in whole else self._weights.lexical
        ranked = [self._weigh(number, {name: values[at] for name, values in signals.items()}, weights) for at, number in enumerate(picked)]
        return sorted(ranked, key=lambda one: -one.score)

    def _answered(self, question: Counter[str]) -> Scores:
        """For every unit the share of the question's weight that its answers hold."""
        weights = {term: self._words.rarity(term) * weight_of(term) for term in question}
        whole = sum(weight for term, weight in weights.items() if " " not in term or term in self._answers.terms)
        return self._answers.sums(weights) / (whole or 1.0)

    def _weigh(self, number: int, signals: dict[str, float], weights: Mapping[str, float]) -> Ranked:
        return Ranked(self.units[number], sum(weights[name] * signals[name] for name in weights), signals)


def _saturated(bags: Sequence[Counter[str]]) -> dict[str, float]:
    """A word that an answer repeats tells more, but not much more."""
    together: Counter[str] = sum(bags, Counter())
    return {term: count / (count + 1.2) for term, count in together.items()}


def _deviations(cosines: Sequence[float]) -> list[float]:
    """Cosines in standard deviations among the candidates that have one; 0, the middle, for the others."""
    known = np.asarray([cosine for cosine in cosines if cosine])
    mean, spread = (float(known.mean()), float(known.std()) or 1.0) if len(known) else (0.0, 1.0)
    return [(cosine - mean) / spread if cosine else 0.0 for cosine in cosines]
