"""Letters (chữ): what the typeface of our papers, Be Vietnam Pro, can print, and a mark in the place of everything else.

>>> printable("Nguyê\N{COMBINING ACUTE ACCENT}n \N{FIRE}")
'Nguyến ?'
"""

import unicodedata

MARK = "?"
_RANGES = (
    " ~",
    "\u00a0ć",
    "Ċē",
    "Ėě",
    "Ğġ",
    "Ħī",
    "Įı",
    "Ĺĺ",
    "Ľľ",
    "Łń",
    "Ňň",
    "Őŕ",
    "Řś",
    "Şū",
    "Ůž",
    "Ơơ",
    "Ưư",
    "Ạỹ",
    "–—",
    "‘‚",
    "“„",
    "•",
    "…",
    "‰",
    "₫",
    "€",
    "™",
    "−",
    "≈",
    "≠",
    "≤≥",
)
"""From the first letter to the last, both among them. A test prints them all; PDF/A refuses a letter without a shape."""
LETTERS = frozenset(chr(code) for pair in _RANGES for code in range(ord(pair[0]), ord(pair[-1]) + 1)) - {"\u00ad"}


def printable(text: str) -> str:
    """The text composed (NFC), its line ends kept; what cannot be printed shows as a mark, what has no shape of its own is left out."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(_printed(char) for char in composed.replace("\r\n", "\n").replace("\t", " "))


def _printed(char: str) -> str:
    if char in LETTERS or char == "\n":
        return char
    return "" if unicodedata.category(char) in {"Cc", "Cf", "Mn", "Me"} else MARK
