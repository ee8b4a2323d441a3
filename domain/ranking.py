"""Ranking of knowledge entries for a question, by words that forgive missing diacritics, đ/d and small slips.

Two signals are added: words and pairs of words weighed by rarity (BM25), in the spelling typed and in the folded one; and letters in
threes, which survive typing mistakes. Scores lie between 0 and 1 and are the share of the question that an entry explains.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.folding import fold, words

_STOP = set(
    """
    a ad ah anh ba ban bao bi biet bo cac cai can chi cho chung co con cua da dang day de den di do duoc em gi giup hay hoi ho khi khong la
    lam luc ma mot minh moi nay ngay neu nhe nhu nhung noi o oi phai qua ra rang roi sao se sau shop thi the thoi toi trong tu ui va vay ve
    vi voi vs xin of to in is are does i we my our what how which for and an it on be you me please
    """.split()  # noqa: SIM905 - a list of eighty lines would hide what it is
)
_SHORT = {
    "dk": "dang ky", "đk": "đăng ký", "mv": "mã vạch", "msmv": "mã số mã vạch", "ddl": "dấu định lượng", "đđl": "dấu định lượng",
    "dn": "doanh nghiệp", "sp": "sản phẩm", "ko": "không", "k": "không", "hs": "hồ sơ", "qc": "quy chuẩn", "tc": "tiêu chuẩn",
    "hq": "hợp quy", "hc": "hợp chuẩn", "tccs": "tiêu chuẩn cơ sở", "txng": "truy xuất nguồn gốc", "ptd": "phương tiện đo",
    "ptđ": "phương tiện đo", "nk": "nhập khẩu", "xk": "xuất khẩu", "cn": "chứng nhận", "kd": "kiểm định", "kđ": "kiểm định",
    "vb": "văn bản", "th": "tập huấn", "gtcl": "giải thưởng chất lượng", "barcode": "mã vạch", "mk": "mình", "đc": "được", "dc": "được",
    "ntn": "như thế nào", "lpg": "khí dầu mỏ hóa lỏng", "gas": "gas khí dầu mỏ hóa lỏng", "cty": "công ty", "nsx": "nhà sản xuất",
    "bn": "bao nhiêu", "tg": "thời gian", "nvl": "nguyên vật liệu", "sx": "sản xuất", "cb": "công bố", "tks": "cảm ơn",
}  # fmt: skip
"""Abbreviations as people type them here; a later issue lets staff edit the list."""

_K1, _B = 1.4, 0.6
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True)
class Phrased:
    """An entry as the ranking sees it: its key, the phrasings that ask for it, and the text that answers."""

    key: int
    questions: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class Hit:
    """An entry and how much of the question it explains, 0 to 1."""

    key: int
    score: float


def expand(text: str) -> str:
    """Spell out the abbreviations of chat."""
    return " ".join(_SHORT.get(word, word) for word in _TOKEN.findall(text.casefold()))


def _marked(text: str) -> list[str]:
    """Words with their diacritics, NFC."""
    return [word for word in _TOKEN.findall(unicodedata.normalize("NFC", text.casefold())) if not word.isascii()]


def _terms(text: str) -> Counter[str]:
    spelt = expand(text)
    plain = [word for word in words(spelt) if word not in _STOP]
    pairs = [f"{first} {second}" for first, second in zip(words(spelt), words(spelt)[1:], strict=False)]
    return Counter(plain) + Counter(pairs) + Counter(f"={word}" for word in _marked(spelt))


def _threes(text: str) -> Counter[str]:
    squeezed = f" {fold(expand(text))} "
    return Counter(squeezed[at : at + 3] for at in range(len(squeezed) - 2))


def _weight(term: str) -> float:
    """Pairs tell more than words; the exact spelling of a word adds a little to its folded form."""
    return 0.7 if " " in term else 0.35 if term.startswith("=") else 1.0


class Ranking:
    """An index over entries, built once per edit; `find` may be called from several threads."""

    def __init__(self, entries: Iterable[Phrased]) -> None:
        self._keys: list[int] = []
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._threes: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._idf: dict[str, float] = {}
        self._idf3: dict[str, float] = {}
        self._build(list(entries))

    def _build(self, entries: Sequence[Phrased]) -> None:
        documents = []
        for entry in entries:
            asked: Counter[str] = Counter()
            for question in entry.questions:
                asked |= _terms(question)
            documents.append((asked, _terms(entry.answer)))
            self._keys.append(entry.key)
        found: Counter[str] = Counter()
        for asked, answer in documents:
            found.update(asked.keys() | answer.keys())
        total = max(len(documents), 1)
        self._idf = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in found.items()}
        mean = sum(len(answer) for _, answer in documents) / total or 1
        for number, (asked, answer) in enumerate(documents):
            length = 1 - _B + _B * len(answer) / mean
            for term in asked.keys() | answer.keys():
                inside = answer[term] / (answer[term] + _K1 * length)
                self._postings[term].append((number, max(1.0 if term in asked else 0.0, 0.75 * inside)))
        self._build_threes(entries)

    def _build_threes(self, entries: Sequence[Phrased]) -> None:
        shapes = [[_threes(question) for question in entry.questions] for entry in entries]
        found = Counter(three for group in shapes for three in {t for shape in group for t in shape})
        total = max(len(entries), 1)
        self._idf3 = {three: math.log(1 + total / n) for three, n in found.items()}
        for number, group in enumerate(shapes):
            best: dict[str, float] = {}
            for shape in group:
                norm = math.sqrt(sum((n * self._idf3[three]) ** 2 for three, n in shape.items())) or 1
                for three, n in shape.items():
                    best[three] = max(best.get(three, 0.0), n * self._idf3[three] / norm)
            for three, value in best.items():
                self._threes[three].append((number, value))

    def find(self, question: str, limit: int = 5) -> list[Hit]:
        """The entries that explain the question best, best first; none for a question without a word that any entry holds."""
        terms, total = _terms(question), 0.0
        by_words: dict[int, float] = defaultdict(float)
        unknown = max(self._idf.values(), default=1.0)
        for term in terms:
            value = self._idf.get(term, unknown) * _weight(term)
            if " " not in term and not term.startswith("="):
                total += value
            elif term in self._postings:
                total += 0.8 * value
            for number, share in self._postings.get(term, ()):
                by_words[number] += value * share
        by_letters = self._by_letters(question)
        scores = {
            number: 0.62 * min(by_words.get(number, 0.0) / (total or 1), 1.0) + 0.38 * by_letters.get(number, 0.0)
            for number in by_words.keys() | by_letters.keys()
        }
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
        return [Hit(self._keys[number], score) for number, score in best if score > 0.05]

    def _by_letters(self, question: str) -> dict[int, float]:
        shape = _threes(question)
        typical = max(self._idf3.values(), default=1.0)
        norm = math.sqrt(sum((n * self._idf3.get(three, typical)) ** 2 for three, n in shape.items())) or 1
        found: dict[int, float] = defaultdict(float)
        for three, n in shape.items():
            for number, value in self._threes.get(three, ()):
                found[number] += n * self._idf3[three] / norm * value
        return found
