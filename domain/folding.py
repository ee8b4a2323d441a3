"""Folding of Vietnamese (bỏ dấu): one spelling for all the ways people type the same words.

>>> fold("Đăng ký MÃ VẠCH  ở đâu?")
'dang ky ma vach o dau?'
>>> words("Đăng ký mã-vạch ở đâu?")
['dang', 'ky', 'ma', 'vach', 'o', 'dau']
>>> clean("phi\\u0301\\u200b bao nhie\\u0302u")
'phí bao nhiêu'
"""

import re
import unicodedata

_WORD = re.compile(r"[a-z0-9]+")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """NFC, without invisible characters (zero width, direction marks, control); line breaks stay. For every text at the border."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c for c in composed if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn"}).strip()


def fold(text: str) -> str:
    """Lower case, no diacritics, đ as d, single spaces."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _SPACE.sub(" ", plain).strip()


def words(text: str) -> list[str]:
    """The folded words (syllables) and numbers of a text, in order."""
    return _WORD.findall(fold(text))
