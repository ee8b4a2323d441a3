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
_MARKS = dict.fromkeys(range(0x300, 0x370))
"""Combining marks of the Latin script, to be dropped."""
_SPACE = re.compile(r"\s+")
_BLANK = {
    chr(code)
    for first, last in (
        (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800), (0x3164, 0x3164),
        (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
}  # fmt: skip
"""Letters and marks that show nothing (variation selectors, fillers): what is hidden in them reaches neither the search nor an officer."""


def clean(text: str) -> str:
    """NFC, without invisible characters (zero width, direction marks, tags, control); line breaks stay. For every text at the border."""
    seen = "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or not _is_hidden(c))
    return unicodedata.normalize("NFC", seen).strip()


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"} or char in _BLANK


def fold(text: str) -> str:
    """Lower case, no diacritics, đ as d, single spaces."""
    plain = text.casefold().replace("đ", "d")
    if not plain.isascii():
        plain = unicodedata.normalize("NFD", plain).translate(_MARKS)
    return _SPACE.sub(" ", plain).strip()


def words(text: str) -> list[str]:
    """The folded words (syllables) and numbers of a text, in order."""
    return _WORD.findall(fold(text))
