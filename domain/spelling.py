"""Spelling (chính tả): diacritics put back and slips mended, by the words and pairs of words that the office's own texts hold.

>>> speller = Speller(["công bố dấu định lượng ở đâu", "phí công bố là bao nhiêu", "đăng ký mã số mã vạch"])
>>> speller.mend("dang ky ma vach o dau")
'đăng ký mã vạch ở đâu'
>>> speller.mend("cong boo dau dinh luong")
'công bố dấu định lượng'
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from domain.folding import fold

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


def looks_plain(text: str) -> bool:
    """Whether a text was typed without diacritics, but for a few words."""
    letters = [word for word in tokens(text) if _LETTERS.fullmatch(word)]
    return sum(not word.isascii() for word in letters) < _MOSTLY_PLAIN * len(letters)


class Speller:
    """Built once per index from correctly written texts. `mend` is a Viterbi search over spellings of each word."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        for text in texts:
            listed = ["", *tokens(text), ""]
            self._words.update(listed)
            self._pairs.update(pairwise(listed))
        self._total = sum(self._words.values()) or 1
        self._spellings: dict[str, list[str]] = defaultdict(list)
        for word, _ in self._words.most_common():
            if _LETTERS.fullmatch(word):
                self._spellings[fold(word)].append(word)
        self._plain = [word for word in self._spellings if len(word) > 1]
        self._slips: dict[str, list[tuple[str, float]]] = {}

    def mend(self, text: str, *, is_plain: bool | None = None) -> str:
        """The likeliest spelling of a text. `is_plain` says that it was typed without diacritics; None lets it be seen from the text."""
        listed = tokens(text)
        plain = looks_plain(text) if is_plain is None else is_plain
        return " ".join(self._best([self._options(word, plain) for word in listed]))

    def _options(self, word: str, is_plain: bool) -> list[tuple[str, float]]:
        """Spellings of a word with what each costs, in nats."""
        if not _LETTERS.fullmatch(word) or (word in self._words and not (is_plain and word.isascii())):
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
        if word not in self._words:
            return -_UNKNOWN
        alone = self._words[word] / self._total
        pair = self._pairs[before, word] / (self._words[before] + 1)
        return math.log(0.85 * pair + 0.15 * alone)
