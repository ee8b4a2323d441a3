"""HS codes (mã HS) as people type them: "1604, 0306.17". Read are the Harmonized System's chapters (chương 01–97) and whatever stands below
them: headings of 4 digits, subheadings of 6, national ones of 8 to 12. A code that is well formed is not thereby one that exists.

Source: WCO, General Rules and structure of the Harmonized System; chapter 77 is reserved for future use and holds no goods.

>>> read("1604, 0306.17 và chương 3")
Read(codes=('1604', '030617', '03'), faults=())
>>> read("30617; 9801").faults
(Fault(text='30617', why='odd', perhaps='030617'), Fault(text='9801', why='chapter', perhaps=''))
"""

import re
from dataclasses import dataclass

from domain.folding import fold

LONGEST = 12
"""Digits of the longest national code that is taken."""
ODD, CHAPTER, LONG = "odd", "chapter", "long"
_RESERVED = "77"
_TYPED = re.compile(r"(?:\b(?:chuong|chapter) )?(?:\d{4}(?:\d{2})*(?:[ .–-]\d{2}(?!\d))+|\d+(?:[.–-]\d+)*)")
"""Digits with dots between them; pairs behind a blank belong to the code before them ("0306 17 21")."""


@dataclass(frozen=True)
class Fault:
    """What cannot be a code, as it was typed, and why: an odd number of digits, no such chapter, too many. `perhaps`: what may be meant."""

    text: str
    why: str
    perhaps: str = ""


@dataclass(frozen=True)
class Read:
    """The codes of a text, digits only, each once, and what cannot be one."""

    codes: tuple[str, ...]
    faults: tuple[Fault, ...]


def read(text: str) -> Read:
    """What stands in a text; nothing where it has no digits."""
    codes: dict[str, None] = {}
    faults = []
    for match in _TYPED.finditer(fold(text)):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) == 1 and not match[0][0].isdigit():
            digits = "0" + digits  # "chương 3"
        if (why := _fault(digits)) is None:
            codes[digits] = None
        else:
            perhaps = "0" + digits if why == ODD and match[0].isdigit() and _fault("0" + digits) is None else ""
            faults.append(Fault(match[0], why, perhaps))
    return Read(tuple(codes), tuple(faults))


def _fault(digits: str) -> str | None:
    if len(digits) > LONGEST:
        return LONG
    if len(digits) % 2:
        return ODD  # often a sheet has dropped the 0 at the beginning
    return None if "01" <= digits[:2] <= "97" and digits[:2] != _RESERVED else CHAPTER


def shown(code: str) -> str:
    """As it stands on customs papers.

    >>> shown("03061721"), shown("1604"), shown("16")
    ('0306.17.21', '1604', '16')
    """
    return ".".join([code[:4], *(code[at : at + 2] for at in range(4, len(code), 2))])
