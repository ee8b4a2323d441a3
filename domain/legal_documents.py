"""Legal documents (văn bản pháp luật): their numbers found in text and written in one way.

>>> numbers("Nghị định 43/2017/NĐ-CP, sửa bởi 111/2021/nd - cp; Quyết định số 46/2017/QĐ-TTg; QCVN 2:2021/BKHCN")
('43/2017/NĐ-CP', '111/2021/NĐ-CP', '46/2017/QĐ-TTg', 'QCVN 2:2021/BKHCN')
>>> cites("theo Nghị định 37/2026 (Điều 4)", "37/2026/NĐ-CP")
True
>>> cites("từ ngày 01/7/2026", "07/2026/TT-BKHCN")
False
"""

import re
import unicodedata
from collections.abc import Iterator

from domain.folding import fold

_NUMBER = re.compile(
    r"(?<![\w/])(?:"
    r"(?P<law>\d{1,5})\s?/\s?(?:(?P<year>\d{4})\s?/\s?(?P<issuer>[A-ZĐ]{2,8}\d{0,2}(?:\s?-\s?[A-ZĐ]{2,8})*)"
    r"|(?P<yearless>[A-ZĐ]{2,8}(?:\s?-\s?[A-ZĐ]{2,8})+))"
    r"|(?P<kind>QCVN|QCĐP|QCDP|TCVN)\s?(?P<standard>[A-Z/]{0,8}\s?\d{1,6}(?:-\d{1,3})?)\s?:\s?(?P<edition>\d{4})(?P<body>/[A-ZĐ]{2,8})?"
    r")(?!\w)"
)
_USUAL = {"ND": "NĐ", "QD": "QĐ", "TTG": "TTg", "HDND": "HĐND", "QCDP": "QCĐP"}
_CALLED = {"NĐ": "nghi dinh|nd|decree", "TT": "thong tu|tt|circular", "QĐ": "quyet dinh|qd|decision", "QH": "luat|law"}


def numbers(text: str) -> tuple[str, ...]:
    """The document numbers that a text names in full, each once, in order."""
    return tuple(dict.fromkeys(_found(text)))


def normalise(typed: str) -> str | None:
    """A typed number as it is usually written; None where it is none, or more than one."""
    found = numbers(typed)
    return found[0] if len(found) == 1 else None


def cites(text: str, number: str) -> bool:
    """Whether a text names a document (its number as `normalise` writes it), in full or as in "Nghị định 37/2026"."""
    return number in numbers(text) or number in _abridged(text, number)


def _found(text: str) -> Iterator[str]:
    for match in _NUMBER.finditer(unicodedata.normalize("NFC", text).upper()):
        if match["kind"]:
            designation = " ".join(match["standard"].split())
            yield f"{_usual(match['kind'])} {designation}:{match['edition']}{match['body'] or ''}"
        elif match["year"]:
            yield f"{int(match['law']):02d}/{match['year']}/{_issuer(match['issuer'])}"
        else:
            yield f"{int(match['law']):02d}/{_issuer(match['yearless'])}"


def _issuer(text: str) -> str:
    return "-".join(_usual(part.strip()) for part in text.split("-"))


def _usual(part: str) -> str:
    return _USUAL.get(part, part)


def _abridged(text: str, number: str) -> set[str]:
    """The number itself where the text names it by kind and year alone."""
    parts = number.split("/")
    called = next((words for kind, words in _CALLED.items() if len(parts) == 3 and parts[2].startswith(kind)), None)
    if called is None:
        return set()
    pattern = rf"\b(?:{called})\s*(?:so|no\.?)?\s*0*{int(parts[0])}/{parts[1]}(?![/\d])"
    return {number} if re.search(pattern, fold(text)) else set()
