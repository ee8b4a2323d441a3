"""Spelling (chính tả): diacritics put back and slips mended, by the words and pairs of words that the office's own texts hold.

>>> speller = Speller.of(["công bố dấu định lượng ở đâu", "phí công bố là bao nhiêu", "đăng ký mã số mã vạch"])
>>> speller.mend("dang ky ma vach o dau")
'đăng ký mã vạch ở đâu'
>>> speller.mend("cong boo dau dinh luong")
'công bố dấu định lượng'
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from domain.folding import fold
from domain.vocabulary import Vocabulary

_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[.,/]\d+)*|[^\w\s]")
_LETTERS = re.compile(r"[^\W\d_]+")
_MOSTLY_PLAIN = 0.3
"""A text in which fewer than this share of the words carry a mark was typed without diacritics."""
_SLIP = 5.0
"""What a mended slip costs, in nats: about as much as a word that is a hundred times rarer."""
_UNKNOWN = 16.0
"""What a word that no text holds costs, in nats."""
_TRUST = 10.0
"""What an unknown word gains for having been typed so: the office's texts don't hold every word there is."""
_CANDIDATES = 6


def tokens(text: str) -> list[str]:
    """Words, numbers and signs of a text, lower case, NFC."""
    return _TOKEN.findall(unicodedata.normalize("NFC", text.casefold()))


def spell_out(text: str, abbreviations: Mapping[str, str]) -> str:
    """Write the abbreviations of chat in full."""
    return _WORD.sub(lambda found: abbreviations.get(found[0].casefold(), found[0]), text)


def looks_plain(text: str) -> bool:
    """Whether a text was typed without diacritics, but for a few words."""
    letters = [word for word in tokens(text) if _LETTERS.fullmatch(word)]
    return sum(not word.isascii() for word in letters) < _MOSTLY_PLAIN * len(letters)


def bordered(texts: Iterable[Iterable[int]], vocabulary: Vocabulary[str]) -> NDArray[np.int32]:
    """The numbers of the words and signs of texts, with that of the empty word before and behind each text."""
    border = vocabulary[""]
    return np.array([number for text in texts for number in (border, *text, border)], dtype=np.int32)


class Speller:
    """Built once per index from correctly written texts. `mend` is a Viterbi search over spellings of each word."""

    def __init__(self, vocabulary: Vocabulary[str], texts: Sequence[NDArray[np.int32]]) -> None:
        """`texts` are runs from `bordered`."""
        listed = np.concatenate(texts) if texts else np.zeros(0, dtype=np.int32)
        self._numbers = vocabulary
        self._words = np.bincount(listed, minlength=len(vocabulary)).tolist()
        self._pairs = _pairs(listed)
        self._total = len(listed) or 1
        self._spellings: dict[str, list[str]] = defaultdict(list)
        for _, word in sorted((-self._words[number], word) for word, number in vocabulary.items()):  # the same in every process
            if self._count(word) and _LETTERS.fullmatch(word):
                self._spellings[fold(word)].append(word)
        self._plain = [word for word in self._spellings if len(word) > 1]
        self._slips: dict[str, list[tuple[str, float]]] = {}

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Speller":
        vocabulary = Vocabulary[str]()
        return cls(vocabulary, [bordered([[vocabulary[word] for word in tokens(text)] for text in texts], vocabulary)])

    def _count(self, word: str) -> int:
        """How often the texts hold a word."""
        number = self._numbers.get(word, -1)
        return self._words[number] if 0 <= number < len(self._words) else 0

    def mend(self, text: str, *, is_plain: bool | None = None) -> str:
        """The likeliest spelling of a text. `is_plain` says that it was typed without diacritics; None lets it be seen from the text."""
        listed = tokens(text)
        plain = looks_plain(text) if is_plain is None else is_plain
        return " ".join(self._best([self._options(word, plain) for word in listed]))

    def _options(self, word: str, is_plain: bool) -> list[tuple[str, float]]:
        """Spellings of a word with what each costs, in nats."""
        if not _LETTERS.fullmatch(word) or (self._count(word) and not (is_plain and word.isascii())):
            return [(word, 0.0)]
        folded = fold(word)
        known = [(spelling, 0.0 if is_plain else 1.0) for spelling in self._spellings.get(folded, ())[:_CANDIDATES]]
        if not word.isascii():  # who writes marks mostly means them
            return [(word, -_TRUST), *known, *([] if known else self._near(folded))]
        return known or [(word, -_TRUST / 3), *self._near(folded)]

    def _near(self, folded: str) -> list[tuple[str, float]]:
        """Spellings of the known words that are one slip away."""
        if len(folded) < 3:
            return []
        if folded not in self._slips:
            found = process.extract(folded, self._plain, scorer=OSA.distance, score_cutoff=1, limit=8)
            near = [(spelling, _SLIP) for plain, _, _ in found for spelling in self._spellings[plain][:3]]
            if len(self._slips) > 20_000:
                self._slips.clear()
            self._slips[folded] = near
        return self._slips[folded]

    def _best(self, options: list[list[tuple[str, float]]]) -> list[str]:
        paths: dict[str, tuple[float, list[str]]] = {"": (0.0, [])}
        for choices in options:
            paths = {
                word: min(
                    ((cost + price - self._log(before, word), [*path, word]) for before, (cost, path) in paths.items()),
                    key=lambda pair: pair[0],
                )
                for word, price in choices
            }
        return min(paths.values(), key=lambda pair: pair[0])[1]

    def _log(self, before: str, word: str) -> float:
        """Log probability of a word after another, smoothed by the word alone."""
        count = self._count(word)
        if not count:
            return -_UNKNOWN
        pair = self._pairs.get(self._numbers.get(before, -1) << 32 | self._numbers[word], 0)
        return math.log(0.85 * pair / (self._count(before) + 1) + 0.15 * count / self._total)


def _pairs(listed: NDArray[np.int32]) -> dict[int, int]:
    """How often each number stands before each other."""
    found, counts = np.unique(listed[:-1].astype(np.int64) << 32 | listed[1:], return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))
