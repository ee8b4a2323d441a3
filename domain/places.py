"""Addresses (địa chỉ) as people type them, and which commune they mean.

Since 1 July 2025 an address has two tiers, province and commune (xã, phường, đặc khu); people go on typing the three of before.
What is read here is only compared with units that somebody looked up: which units there are is no matter of this file.

>>> Place("12 Lê Lợi", "Phường Thuận Hóa", "Thành phố Huế").in_one_line()
'12 Lê Lợi, Phường Thuận Hóa, Thành phố Huế'
>>> [token.word for token in Address("12 Lê Lợi, P.5, TPHCM").tokens]
['12', 'le', 'loi', 'p', '5', 'tp', 'hcm']
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from domain.folding import clean, fold

COMMUNE_KINDS = {
    "xã": "xa", "xa": "xa", "x": "xa", "phường": "phuong", "phuong": "phuong", "p": "phuong", "f": "phuong",
    "thị trấn": "thi tran", "thi tran": "thi tran", "tt": "thi tran",
    "đặc khu": "dac khu", "dac khu": "dac khu", "dk": "dac khu", "đk": "dac khu",
}  # fmt: skip
"""How the kind of a commune is typed, and its folded word. Phương with its own accents is a name, phuong may be either."""
HIGHER_KINDS = {
    "huyện": "huyen", "huyen": "huyen", "h": "huyen", "quận": "quan", "quan": "quan", "q": "quan", "thị xã": "thi xa", "thi xa": "thi xa",
    "tx": "thi xa", "thành phố": "thanh pho", "thanh pho": "thanh pho", "tp": "thanh pho", "tỉnh": "tinh", "tinh": "tinh", "t": "tinh",
}  # fmt: skip
"""The same of districts and provinces."""
_KIND_WORDS = tuple(sorted({*COMMUNE_KINDS.values(), *HIGHER_KINDS.values()}, key=len, reverse=True))
_ALIASES = {
    "ho chi minh": ("hcm", "hcmc", "sai gon", "sg"),
    "ha noi": ("hn",),
    "hue": ("thua thien hue", "tth"),
    "ba ria vung tau": ("brvt", "vung tau"),
}
"""Other ways to write a province, folded."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_GLUED = re.compile(r"([pqf])(\d+)|(t[pxt])(\w{2,})")
"""A kind and a name in one: P5, Q10, TPHCM, TPHue."""
_SEPARATOR = re.compile(r"[,;\n]")
_COUNTRY = ("viet nam", "vn")
_POSTCODE = re.compile(r"\d{5,6}")
_EDGE = " \t\n,;.-–/"
_LOOKED_AT = 10
"""Words from the end among which the commune is sought where its kind is not typed; what stands before is the street."""
_NOT_WHOLE, _OLD_PROVINCE, _NOT_THAT_TOWN, _OTHER_KIND, _OTHER_ACCENTS, _OTHER_DISTRICT, _AS_PROVINCE, _UNKNOWN_DISTRICT = (
    1,
    1,
    1,
    2,
    2,
    4,
    4,
    10,
)
"""How much each makes a unit less likely; only the order counts."""
_DOUBTFUL = 2
"""From here on something that was typed is other than the unit's."""


@dataclass(frozen=True)
class Place:
    """An address of two tiers (địa chỉ hai cấp)."""

    street: str
    commune: str
    province: str

    def in_one_line(self) -> str:
        """As papers show it; what is lacking is left out."""
        return ", ".join(part for part in (self.street, self.commune, self.province) if part)


@dataclass(frozen=True)
class Unit:
    """A commune that exists, or a former one (with its district) and one of the communes that it went into."""

    name: str
    district: str
    province: str
    commune: str
    commune_province: str

    @property
    def is_former(self) -> bool:
        return bool(self.district)


@dataclass(frozen=True)
class Region:
    """The folded names, without kinds, of the districts and provinces that went into a province."""

    districts: frozenset[str]
    provinces: frozenset[str]


@dataclass(frozen=True)
class Token:
    """A word of an address: folded, with its accents, and where it stands in the text."""

    word: str
    accents: str
    start: int
    end: int
    segment: int


@dataclass(frozen=True)
class Fit:
    """A unit that an address may mean, and how much speaks against it."""

    unit: Unit
    cost: int
    start: int
    end: int
    """The tokens of its name."""
    district: frozenset[int]
    """The tokens that were taken for a district."""
    street: str

    @property
    def is_doubtful(self) -> bool:
        """Whether kind, accents or district were typed otherwise than they are."""
        return self.cost >= _DOUBTFUL


class Address:
    """An address as typed, cut into words; kinds are recognised."""

    def __init__(self, text: str) -> None:
        self.text = clean(text).replace("’", "'")
        self.tokens = list(_tokens(self.text))
        self.kinds: dict[int, str] = {}
        """Where a name begins: the kind typed before it."""
        self._kind_at: dict[int, int] = {}
        """Where a kind is typed: how many words it has."""
        self._mark_kinds()

    def _mark_kinds(self) -> None:
        at = 0
        while at < len(self.tokens):
            length, kind = self._kind(at)
            if kind:
                self._kind_at[at] = length
                self.kinds[at + length] = kind
            at += max(length, 1)

    def _kind(self, at: int) -> tuple[int, str]:
        """The kind typed at a word: its words and its folded name. The last word of a segment is a name."""
        known = COMMUNE_KINDS | HIGHER_KINDS
        for length in (2, 1):
            phrase = self.tokens[at : at + length + 1]
            if len(phrase) == length + 1 and phrase[0].segment == phrase[-1].segment:
                typed = " ".join(self.text[token.start : token.end].lower() for token in phrase[:length])
                if typed in known:
                    return length, known[typed]
        return 0, ""

    @cached_property
    def of_kind(self) -> frozenset[int]:
        """The tokens that are kinds and no names."""
        return frozenset(at + more for at, length in self._kind_at.items() for more in range(length))

    @cached_property
    def stated(self) -> list[int]:
        """Where the name of a commune begins because its kind stands before it. A kind may be the name's beginning: Phường Đúc."""
        names = [at for at, kind in self.kinds.items() if kind in COMMUNE_KINDS.values()]
        return sorted({*names, *(at - 1 for at in names if self.tokens[at - 1].word in COMMUNE_KINDS)})

    @cached_property
    def anywhere(self) -> list[int]:
        """Where the name of a commune may begin otherwise."""
        return [at for at in range(max(0, len(self.tokens) - _LOOKED_AT), len(self.tokens)) if at not in self.stated]

    def names(self, starts: Iterable[int]) -> Iterator[str]:
        """Beginnings of names: two words, or one where it stands alone."""
        for at in starts:
            if self._stays_in_segment(at, at + 2):
                yield f"{self.tokens[at].word} {self.tokens[at + 1].word}"
            if at in self.kinds or self._may_be_one_word(at):
                yield self.tokens[at].word

    def _stays_in_segment(self, start: int, end: int) -> bool:
        return end <= len(self.tokens) and self.tokens[start].segment == self.tokens[end - 1].segment

    def _may_be_one_word(self, at: int) -> bool:
        return not self._continues(at) and not self.tokens[at].word.isdigit()

    def _continues(self, at: int) -> bool:
        return at > 0 and self.tokens[at - 1].segment == self.tokens[at].segment

    def mentions(self, name: str) -> bool:
        """Whether a province is named anywhere."""
        return any(_places(self._words, phrase) for phrase in _spellings(name))

    @cached_property
    def _words(self) -> list[str]:
        return [token.word for token in self.tokens]

    def fits(self, unit: Unit, starts: Iterable[int], regions: Mapping[str, Region]) -> Iterator[Fit]:
        """Every way in which the address may mean a unit."""
        kind, name = parted(unit.name)
        for at in starts:
            length = self._length(at, name.split())
            if length and (tail := self._tail(at + length, unit, regions)) is not None:
                cost = tail[0] + self._cost(at, length, kind, unit)
                yield Fit(unit, cost, at, at + length, tail[1], self._street(at))

    def _length(self, at: int, name: list[str]) -> int:
        """How many words of the address are the name; a number at its end may be lacking (A Lưới 1)."""
        for wanted in (name, name[:-1] if name[-1].isdigit() else []):
            typed = [word.lstrip("0") if word.isdigit() else word for word in self._words[at : at + len(wanted)]]
            if wanted and typed == wanted and self._stays_in_segment(at, at + len(wanted)):
                return len(wanted)
        return 0

    def _tail(self, end: int, unit: Unit, regions: Mapping[str, Region]) -> tuple[int, frozenset[int]] | None:
        """What follows the name must be district and province.

        What speaks against the unit, and the tokens of the district; None where it cannot be this unit.
        """
        tail = self._words[end:]
        cost, left = _without_province(tail, unit, regions)
        own = _first(left, tail, parted(unit.district)[1]) if unit.is_former else set()
        left = left - own - {at - end for at in self.of_kind}
        if left:
            other = max((_first(left, tail, one) for one in regions[unit.commune_province].districts), key=len, default=set())
            if left - other and not self._is_stated_district(left - other, end):
                return None
            cost += _UNKNOWN_DISTRICT if left - other else _OTHER_DISTRICT
        return cost, frozenset(at + end for at in own | left)

    def _is_stated_district(self, left: set[int], end: int) -> bool:
        """Whether the words follow the kind of a district: one that we don't know because it went before the reform of 2025."""
        begin = min(left) + end
        return self.kinds.get(begin) in {"huyen", "quan", "thi xa"} and max(left) - min(left) < len(left)

    def _cost(self, at: int, length: int, kind: str, unit: Unit) -> int:
        typed = self.kinds.get(at)
        accents = [token.accents for token in self.tokens[at : at + length]]
        right = [_accents(word) for word in _WORD.findall(unit.name)[len(kind.split()) :]]
        cost = _OTHER_KIND if typed and typed != kind else 0
        cost += _OTHER_ACCENTS if any(accents) and accents != right[:length] else 0
        if typed is None and at + length == len(self.tokens) and parted(unit.name)[1] == parted(unit.commune_province)[1]:
            cost += _AS_PROVINCE
        return cost + (_NOT_WHOLE if typed is None and self._continues(at) else 0)

    def _street(self, at: int) -> str:
        """What stands before the commune."""
        first = next((start for start, length in self._kind_at.items() if start + length == at), at)
        return self.text[: self.tokens[first].start].strip(_EDGE)


@lru_cache(maxsize=4096)
def parted(name: str) -> tuple[str, str]:
    """The folded kind and name of a unit.

    >>> parted("Thị xã Hương Thủy"), parted("Tỉnh Bà Rịa - Vũng Tàu")
    (('thi xa', 'huong thuy'), ('tinh', 'ba ria vung tau'))
    """
    plain = " ".join(token.word for token in _tokens(name))
    kind = next((one for one in _KIND_WORDS if plain.startswith(f"{one} ")), "")
    return kind, plain.removeprefix(kind).strip()


def likeliest(fits: Iterable[Fit]) -> list[Fit]:
    """Those against which the least speaks, in that order; a former unit of the same name as one of now is left out."""
    found = list(fits)
    districts = frozenset[int]().union(*(fit.district for fit in found))
    costs = [fit.cost + _cost_as_district(fit, districts) for fit in found]
    least = min(costs, default=0)
    best = [fit for fit, cost in zip(found, costs, strict=True) if cost == least]
    now = {(_same(fit.unit.name), fit.unit.province) for fit in best if not fit.unit.is_former}
    kept = [fit for fit in best if not fit.unit.is_former or fit.district or (_same(fit.unit.name), fit.unit.commune_province) not in now]
    return sorted(kept, key=_rank)


def _rank(fit: Fit) -> tuple[object, ...]:
    """Units of now first, then by province, longer names first."""
    unit = fit.unit
    return unit.is_former, unit.commune_province, fit.start - fit.end, unit.name, unit.district, unit.commune


def _cost_as_district(fit: Fit, districts: frozenset[int]) -> int:
    """Phú Vang is a commune now; in "Phú Thượng, Phú Vang" it may be the district that it was."""
    return 0 if districts.isdisjoint(range(fit.start, fit.end)) else _OTHER_DISTRICT


def _tokens(text: str) -> Iterator[Token]:
    segment, before = 0, 0
    for match in _WORD.finditer(text):
        segment += bool(_SEPARATOR.search(text, before, match.start()))
        before = match.end()
        yield from _parts(match, segment)


def _parts(match: re.Match[str], segment: int) -> Iterator[Token]:
    """The word, or the two words that were glued together."""
    glued = _GLUED.fullmatch(match.group().lower())
    cut = len(glued.group(1) or glued.group(3)) if glued else 0
    for start, end in ((0, cut), (cut, len(match.group()))) if cut else ((0, len(match.group())),):
        typed = match.group()[start:end]
        yield Token(fold(typed), _accents(typed), match.start() + start, match.start() + end, segment)


def _accents(word: str) -> str:
    """The marks of a syllable whichever letter they were put on: Hòa and Hoà are the same word, Hóa is not.

    >>> _accents("Hòa") == _accents("Hoà"), _accents("Hòa") == _accents("Hóa"), _accents("Hoa")
    (True, False, '')
    """
    marked = unicodedata.normalize("NFD", word.lower())
    return "".join(sorted(char for char in marked if unicodedata.combining(char) or char == "đ"))


def _same(name: str) -> tuple[str, ...]:
    """A name, however its marks are put."""
    return tuple(fold(word) + _accents(word) for word in _WORD.findall(name))


def _spellings(province: str) -> tuple[str, ...]:
    name = parted(province)[1]
    return (name, *_ALIASES.get(name, ()))


def _places(where: list[str], phrase: str) -> set[int]:
    """The places of all words of a phrase, everywhere it occurs."""
    wanted = phrase.split()
    size = len(wanted)
    return {at + more for at in range(len(where) - size + 1) if where[at : at + size] == wanted for more in range(size)}


def _first(left: set[int], where: list[str], phrase: str) -> set[int]:
    """The places of a phrase where it occurs first among the words left."""
    size = len(phrase.split())
    found = (set(range(at, at + size)) for at in range(len(where) - size + 1) if where[at : at + size] == phrase.split())
    return next((one for one in found if one <= left), set())


def _without_province(tail: list[str], unit: Unit, regions: Mapping[str, Region]) -> tuple[int, set[int]]:
    """The words that are left without the province, that of now or that of then, and what speaks against the unit."""
    left = set(range(len(tail))) - {at for phrase in _COUNTRY for at in _places(tail, phrase)}
    left -= {at for at, word in enumerate(tail) if _POSTCODE.fullmatch(word)}
    spellings = [phrase for name in {unit.province, unit.commune_province} for phrase in _spellings(name)]
    if own := {at for phrase in spellings for at in _places(tail, phrase)}:
        towns = [phrase for phrase in spellings if _is_named_twice(tail, phrase)]
        return (_NOT_THAT_TOWN if towns and parted(unit.district)[1] not in towns else 0), left - own
    old = set() if unit.is_former else {at for phrase in regions[unit.province].provinces for at in _places(tail, phrase)}
    return (_OLD_PROVINCE if old else 0), left - old


def _is_named_twice(tail: list[str], province: str) -> bool:
    """TP Vĩnh Long, Vĩnh Long: a town of the province's name, then the province."""
    return len(_places(tail, province)) > len(province.split())
