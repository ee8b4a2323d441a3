"""Reading (đọc): what an index needs of the texts of an entry. It is the slow part of building one, and is done once per text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from domain.folding import words
from domain.lexical import Bags, Numbers, counted, letters_of, pairs_of, singles_of
from domain.spelling import bordered, spell_out, tokens
from domain.vocabulary import Vocabulary

_CHUNKS = 100_000


@dataclass(frozen=True)
class Reading:
    """Phrasings as bags of words and of letters; the different words of all answers and how much of each; everything as it is spelt."""

    words: Bags
    letters: Bags
    answered: Numbers
    saturated: NDArray[np.float32]
    spelt: Numbers


@dataclass(frozen=True)
class _Chunk:
    """What stands between two blanks: its folded words, with abbreviations written out; numbers of its terms, and of it as it is typed."""

    plain: tuple[str, ...]
    terms: tuple[int, ...]
    typed: tuple[int, ...]


class Reader:
    """Reads texts with one list of abbreviations, and numbers what it finds. Whoever reads, or builds on its numbers, holds `lock`."""

    def __init__(self, abbreviations: Mapping[str, str]) -> None:
        self.abbreviations = abbreviations
        self.words, self.letters, self.spelt = Vocabulary[str](), Vocabulary[int](), Vocabulary[str]()
        self.lock = Lock()
        self._chunks: dict[str, _Chunk] = {}

    def read(self, units: Sequence[tuple[Sequence[str], Sequence[str]]]) -> list[Reading]:
        """Read the phrasings and the answers of some units."""
        asked = [[self._chunks_of(text) for text in phrasings] for phrasings, _ in units]
        held = [[self._chunks_of(text) for text in answers] for _, answers in units]
        plain = [_plain(text) for texts in asked for text in texts]
        sizes = [len(texts) for texts in asked]
        bags = zip(self._words(asked, plain, sizes), self._letters(plain, sizes), asked, held, strict=True)
        return [Reading(words, letters, *self._answers(answers), self._spelt(texts + answers)) for words, letters, texts, answers in bags]

    def _words(self, asked: Sequence[Sequence[Sequence[_Chunk]]], plain: Sequence[Sequence[str]], sizes: Sequence[int]) -> list[Bags]:
        texts = (text for texts in asked for text in texts)
        terms = [self._terms(text, listed) for text, listed in zip(texts, plain, strict=True)]
        return Bags.of(_flat(terms), np.repeat(np.arange(len(terms)), [len(text) for text in terms]), sizes)

    def _letters(self, plain: Sequence[Sequence[str]], sizes: Sequence[int]) -> list[Bags]:
        groups, texts = letters_of(plain)
        different, places = np.unique(groups, return_inverse=True)
        numbers = np.array([self.letters[group] for group in different.tolist()], dtype=np.int64)
        return Bags.of(numbers[places], texts, sizes)

    def _answers(self, texts: Sequence[Sequence[_Chunk]]) -> tuple[Numbers, NDArray[np.float32]]:
        """The different terms of all answers, and how much of each: a word that is repeated tells more, but not much more."""
        terms, counts = counted(_flat([self._terms(text, _plain(text)) for text in texts]))
        return terms.astype(np.int32), (counts / (counts + 1.2)).astype(np.float32)

    def _spelt(self, texts: Sequence[Sequence[_Chunk]]) -> Numbers:
        return bordered(([number for chunk in text for number in chunk.typed] for text in texts), self.spelt)

    def _terms(self, text: Sequence[_Chunk], plain: Sequence[str]) -> list[int]:
        return [number for chunk in text for number in chunk.terms] + [self.words[pair] for pair in pairs_of(plain)]

    def _chunks_of(self, text: str) -> list[_Chunk]:
        return [self._chunks.get(letters) or self._chunk(letters) for letters in text.split()]

    def _chunk(self, letters: str) -> _Chunk:
        typed = tokens(letters)
        spelt = spell_out(letters, self.abbreviations)
        plain = tuple(words(spelt))
        terms = tuple(self.words[term] for term in singles_of(plain, typed if spelt == letters else tokens(spelt)))
        read = _Chunk(plain, terms, tuple(self.spelt[word] for word in typed))
        if len(self._chunks) > _CHUNKS:
            self._chunks.clear()
        self._chunks[letters] = read
        return read


def _plain(text: Sequence[_Chunk]) -> list[str]:
    return [word for chunk in text for word in chunk.plain]


def _flat(texts: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    return np.array([number for text in texts for number in text], dtype=np.int64)
