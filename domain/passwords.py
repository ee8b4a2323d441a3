"""Password rules (quy tắc đặt mật khẩu) after OWASP ASVS 5, chapter 6.2: length and what guessers know, nothing about kinds of signs.

>>> fault("k7mwp-9xq2f", ())
'panel.password.short'
>>> fault("123456qwerty", ())
'panel.password.leaked'
>>> fault("Tiêu chuẩn 2026", ())
'panel.password.office'
>>> fault("Nguyễn Thị Lan 1985", ["Nguyễn Thị Lan", "lan@chuan.example"])
'panel.password.own'
>>> fault("aaaaaaaaaaaaaaaa", ())
'panel.password.guessable'
>>> fault("bốn con vịt qua cầu", ["Nguyễn Thị Lan"])
"""

import re
import unicodedata
from collections.abc import Collection
from functools import cache

from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from domain.folding import fold, words
from domain.messages import N_

SHORTEST = 12
"""Characters as people see them."""
LONGEST = 1000
"""Nobody types more; hashing more would only keep the machine busy."""

_HARD_TO_GUESS = 3
"""Score of zxcvbn from which on a guesser with the stolen table needs more than 10⁸ tries."""
_JUDGED = 72
"""zxcvbn judges no more characters."""
_SHORTEST_PART = 3
_OFFICE = (
    "chuan",
    "tieu",
    "luong",
    "chat",
    "cuc",
    "chi",
    "tcdlcl",
    "tdc",
    "khcn",
    "mat",
    "khau",
    "matkhau",
    "password",
    "quantri",
    "admin",
)
"""Words on the door of every such office: Chi cục Tiêu chuẩn Đo lường Chất lượng."""
_SHORT_OFFICE = ("do",)
_NOT_PLAIN = re.compile(r"[^a-z0-9]")


def fault(password: str, about: Collection[str]) -> str | None:
    """The key of the sentence that says why a password is refused. `about` is what everybody knows of the person: name, e-mail."""
    seen = unicodedata.normalize("NFC", password)
    if len(seen) < SHORTEST:
        return N_("panel.password.short")
    if len(seen) > LONGEST:
        return N_("panel.password.long")
    plain = _NOT_PLAIN.sub("", fold(seen))
    if seen.casefold() in _leaked() or plain in _leaked():
        return N_("panel.password.leaked")
    if _is_made_of(plain, {*_OFFICE, *_SHORT_OFFICE}):
        return N_("panel.password.office")
    own = _parts(about)
    if _is_made_of(plain, {*own, *_OFFICE}):
        return N_("panel.password.own")
    return None if _is_hard_to_guess(fold(seen), [*own, *_OFFICE]) else N_("panel.password.guessable")


def _is_hard_to_guess(folded: str, known: list[str]) -> bool:
    """Whether its beginning or its end is: of what is longer one good part is enough."""
    parts = {folded[:_JUDGED], folded[-_JUDGED:]}
    return any(zxcvbn(part, user_inputs=known, max_length=_JUDGED)["score"] >= _HARD_TO_GUESS for part in parts)


@cache
def _leaked() -> frozenset[str]:
    """30,000 passwords that were leaked most often, from the list inside zxcvbn."""
    return frozenset(FREQUENCY_LISTS["passwords"])


def _parts(about: Collection[str]) -> set[str]:
    """Each text without its spaces and signs, and each of its longer words."""
    whole = {_NOT_PLAIN.sub("", fold(text)) for text in about}
    return {part for part in whole | {word for text in about for word in words(text)} if len(part) >= _SHORTEST_PART}


def _is_made_of(plain: str, parts: Collection[str]) -> bool:
    """Whether a text is nothing but these parts and digits, in any order."""
    reached = {0}
    for place in range(len(plain)):
        if place in reached:
            reached |= {place + len(part) for part in parts if plain.startswith(part, place)}
            reached |= {place + 1} if plain[place].isdigit() else set()
    return bool(plain) and len(plain) in reached
