"""Ranking (xếp hạng): which entries, and which subjects that are not ours, fit a question, and why.

A rough mix over all units picks some whose texts are looked at one by one; of these the best are the candidates, for which the nearest
meaning is looked up; a linear ranker, learned from labelled
questions (`benchmarks/learn.py`), weighs them. Every signal can be named to an officer in a word.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from domain.folding import fold, words
from domain.lexical import FILLERS, Asked, LexicalIndex, Postings, Scores, bags_of
from domain.material import EntryText, Material
from domain.meaning import Meaning, MeaningIndex, Vector
from domain.reading import Reader, Reading
from domain.spelling import Speller, looks_plain, spell_out, tokens

SIGNALS = ("words", "answer", "letters", "phrasing_words", "phrasing_letters", "meaning", "passage", "closest")
"""words: rare words of the question that its phrasings hold · answer: those that its answer holds · letters: groups of letters ·
phrasing_words, phrasing_letters: likeness with the nearest phrasing · meaning, passage: nearness to its phrasings, its answer, as a whole ·
closest: nearness to its nearest phrasing, in standard deviations among the candidates."""
LEXICAL = SIGNALS[:5]
_FIRST = {"words": 1.0, "answer": 0.5, "letters": 0.5, "phrasing_words": 1.0, "phrasing_letters": 1.0, "meaning": 0.2, "passage": 0.2}
"""A rough mix that picks the candidates."""
LOOKED_AT = 128
"""So many units, the best by what is known of them as a whole, have their phrasings looked at one by one."""
CANDIDATES = 24
SALIENT_WORDS = 16
"""So many words of a question are embedded; of a longer one those that say most about the subject."""
_PASSAGE_LETTERS = 400
_UNITS_AT_ONCE = 100

Texts = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]
LookUp = Callable[[list[str]], Mapping[str, Vector]]
"""From texts to the vectors of those that have one."""


def no_vectors(_texts: list[str]) -> dict[str, Vector]:
    """The look-up of whoever goes by words alone."""
    return {}


@dataclass(frozen=True)
class Unit:
    """What is ranked: an entry with all its languages (`entries`), or a subject that is not ours."""

    slug: str
    phrasings: tuple[str, ...]
    entries: tuple[EntryText, ...] = ()

    @property
    def is_ours(self) -> bool:
        return bool(self.entries)

    @property
    def texts(self) -> Texts:
        """All that an index reads of it."""
        return self.phrasings, tuple((entry.question, entry.answer) for entry in self.entries)


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


class Index:
    """Built once per edit; `rank` may be called from several threads. What `before` knows of unchanged units is used again."""

    def __init__(self, material: Material, weights: Weights, look_up: LookUp, before: "Index | None" = None) -> None:
        self.units = units_of(material)
        self._abbreviations, self._weights = material.abbreviations, weights
        self._meant: dict[Texts, Meaning] = _meant(self.units, look_up, before._meant if before else {})
        self.meanings = MeaningIndex([self._meant[unit.texts] for unit in self.units])
        known = before is not None and before._reader.abbreviations == material.abbreviations
        self._reader: Reader = before._reader if before is not None and known else Reader(material.abbreviations)
        with self._reader.lock:
            self._read: dict[Texts, Reading] = _read(self.units, self._reader, before._read if before is not None and known else {})
            self._lay_out([self._read[unit.texts] for unit in self.units])

    def _lay_out(self, read: Sequence[Reading]) -> None:
        self.speller = Speller(self._reader.spelt, [one.spelt for one in read])
        self._words = LexicalIndex(self._reader.words, [one.words for one in read])
        self._letters = LexicalIndex(self._reader.letters, [one.letters for one in read])
        self._answers = Postings([one.answered for one in read], [one.saturated for one in read], len(self._reader.words))

    @property
    def lacking(self) -> list[str]:
        """The texts whose meaning is not known yet."""
        return list(dict.fromkeys(text for unit in self.units for text in self._meant[unit.texts].lacking))

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
        asked = self._words.asked(Counter(telling))
        return bool((asked.held | self._answers.holds(asked.numbers)).any())

    def rank(self, spelt: str, vector: Vector | None) -> list[Ranked]:
        """The candidates for a question as spelt, best first; `vector` is its meaning, None while there is no model."""
        bags = bags_of(spelt)
        terms, letters = self._words.asked(bags[0]), self._letters.asked(bags[1])
        whole: dict[str, Scores] = {
            "words": self._words.explained(terms),
            "answer": self._answered(terms),
            "letters": self._letters.explained(letters),
        }
        if vector is not None and not self.meanings.is_empty:
            whole["meaning"], whole["passage"] = self.meanings.near(vector)
        looked_at = _best(whole, LOOKED_AT)
        near = {name: scores[looked_at] for name, scores in whole.items()}
        near["phrasing_words"] = self._words.nearest(terms, looked_at)
        near["phrasing_letters"] = self._letters.nearest(letters, looked_at)
        picked = _best(near, CANDIDATES)
        signals = {name: scores[picked].tolist() for name, scores in near.items()}
        return self._ranked([looked_at[at] for at in picked], signals, vector if "meaning" in whole else None)

    def _ranked(self, numbers: Sequence[int], signals: dict[str, list[float]], vector: Vector | None) -> list[Ranked]:
        """The candidates weighed; the nearest meaning among their texts is looked up for them alone."""
        if vector is not None:
            signals["cosine"], passages = self.meanings.nearest(vector, numbers)
            signals["closest"], signals["passage"] = _deviations(signals["cosine"]), _deviations(passages)
        weights = self._weights.lexical if vector is None else self._weights.full
        ranked = [self._weigh(number, {name: values[at] for name, values in signals.items()}, weights) for at, number in enumerate(numbers)]
        return sorted(ranked, key=lambda one: -one.score)

    def _answered(self, asked: Asked) -> Scores:
        """For every unit the share of the question's weight that its answers hold."""
        held = self._answers.holds(asked.numbers)
        whole = asked.weights[held | ~asked.pairs].sum()
        return self._answers.sums(asked.numbers[held], asked.weights[held]) / np.float32(whole or 1.0)

    def _weigh(self, number: int, signals: dict[str, float], weights: Mapping[str, float]) -> Ranked:
        return Ranked(self.units[number], sum(weights[name] * signals[name] for name in weights), signals)


def _best(scores: Mapping[str, Scores], count: int) -> list[int]:
    """Places of the best by the rough mix, best first."""
    mixed = np.sum([_FIRST[name] * one for name, one in scores.items()], axis=0)
    best: list[int] = np.argsort(-mixed, kind="stable")[:count].tolist()
    return best


def _read(units: Sequence[Unit], reader: Reader, known: Mapping[Texts, Reading]) -> dict[Texts, Reading]:
    read = {unit.texts: known[unit.texts] for unit in units if unit.texts in known}
    new = list({unit.texts: None for unit in units if unit.texts not in known})
    for at in range(0, len(new), _UNITS_AT_ONCE):
        some = new[at : at + _UNITS_AT_ONCE]
        found = reader.read([(phrasings, [answer for _, answer in passages]) for phrasings, passages in some])
        read |= zip(some, found, strict=True)
    return read


def _meant(units: Sequence[Unit], look_up: LookUp, known: Mapping[Texts, Meaning]) -> dict[Texts, Meaning]:
    """What is known of each unit; where texts lacked a vector, or are new, it is looked up, for some hundred texts at a time."""
    meant = {unit.texts: known[unit.texts] for unit in units if unit.texts in known and not known[unit.texts].lacking}
    new = {unit.texts: unit for unit in units if unit.texts not in meant}
    listed = list(new.values())
    for at in range(0, len(listed), _UNITS_AT_ONCE):
        wanted = {unit.texts: _wanted(unit) for unit in listed[at : at + _UNITS_AT_ONCE]}
        vectors = look_up([text for pair in wanted.values() for texts in pair for text in texts])
        meant |= {texts: Meaning.of(phrasings, passages, vectors) for texts, (phrasings, passages) in wanted.items()}
    return meant


def _wanted(unit: Unit) -> tuple[list[str], list[str]]:
    """What is embedded of a unit: phrasings and passages."""
    return [phrasing_text(text) for text in unit.phrasings], [passage_text(entry) for entry in unit.entries]


def _deviations(cosines: Sequence[float]) -> list[float]:
    """Cosines in standard deviations among the candidates that have one; 0, the middle, for the others."""
    known = np.asarray([cosine for cosine in cosines if cosine])
    mean, spread = (float(known.mean()), float(known.std()) or 1.0) if len(known) else (0.0, 1.0)
    return [(cosine - mean) / spread if cosine else 0.0 for cosine in cosines]
