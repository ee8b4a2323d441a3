"""The retail symbols EAN-13 (with UPC-A), EAN-8 and UPC-E as rows of light and dark modules (ISO/IEC 15420)."""

from dataclasses import dataclass

_L = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
_R = tuple("".join("1" if bit == "0" else "0" for bit in code) for code in _L)
_G = tuple(code[::-1] for code in _R)
CODES = {"L": _L, "G": _G, "R": _R}
"""Ten digits by set; those of L and G begin light and end dark, those of R the other way round."""

_FIRST = ("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL")
_CHECK = ("GGGLLL", "GGLGLL", "GGLLGL", "GGLLLG", "GLGGLL", "GLLGGL", "GLLLGG", "GLGLGL", "GLGLLG", "GLLGLG")


@dataclass(frozen=True)
class Symbol:
    """A kind of symbol: where its digits begin (in modules), and what all symbols of the kind share."""

    name: str
    left: tuple[int, ...]
    right: tuple[int, ...]
    fixed: str
    """Modules: 0 light, 1 dark, ? a digit's own."""

    @property
    def modules(self) -> int:
        return len(self.fixed)


def _places(first: int, count: int) -> tuple[int, ...]:
    return tuple(first + 7 * number for number in range(count))


def _fixed(digits: int) -> str:
    return "101" + "0?????1" * digits + "01010" + "1?????0" * digits + "101"


EAN13 = Symbol("EAN13", _places(3, 6), _places(50, 6), _fixed(6))
EAN8 = Symbol("EAN8", _places(3, 4), _places(36, 4), _fixed(4))
UPCE = Symbol("UPCE", _places(3, 6), (), "101" + "0?????1" * 6 + "010101")
PARITIES = {
    "EAN13": {parity: str(digit) for digit, parity in enumerate(_FIRST)},
    "EAN8": {"LLLL": ""},
    "UPCE": {parity: f"0{digit}" for digit, parity in enumerate(_CHECK)}
    | {parity.translate(str.maketrans("GL", "LG")): f"1{digit}" for digit, parity in enumerate(_CHECK)},
}
"""Which sets the left digits may be taken from, and what that tells: the first digit, nothing, or number system and check digit."""


def check_digit(body: str) -> int:
    """The GS1 check digit of digits without it (số kiểm tra)."""
    return -sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(body))) % 10


def is_number(text: str) -> bool:
    """Whether digits end in the right check digit."""
    return text.isascii() and text.isdigit() and len(text) > 1 and check_digit(text[:-1]) == int(text[-1])


def upc_a(text: str) -> str:
    """The twelve digits that the eight digits of a UPC-E stand for.

    >>> upc_a("05096893"), upc_a("04252614"), upc_a("01234505")
    ('050968000093', '042100005264', '012000003455')
    """
    system, body, check, last = text[0], text[1:7], text[7], text[6]
    if last in "012":
        wide = f"{body[:2]}{last}0000{body[2:5]}"
    elif last == "3":
        wide = f"{body[:3]}00000{body[3:5]}"
    elif last == "4":
        wide = f"{body[:4]}00000{body[4]}"
    else:
        wide = f"{body[:5]}0000{last}"
    return f"{system}{wide}{check}"


def upc_e(text: str) -> str | None:
    """The eight digits of the UPC-E that stands for twelve, if there is one.

    >>> upc_e("050968000093"), upc_e("042100005264"), upc_e("012000003455"), upc_e("036000291452")
    ('05096893', '04252614', '01234505', None)
    """
    system, body, check = text[0], text[1:11], text[11]
    shorter = (
        body[:2] + body[7:] + body[2],
        body[:3] + body[8:] + "3",
        body[:4] + body[9] + "4",
        body[:5] + body[9],
    )
    return next((short for short in (f"{system}{six}{check}" for six in shorter) if upc_a(short) == text), None)


def modules(symbol: Symbol, text: str) -> str:
    """The modules of a number: 13 digits of an EAN-13, 8 of an EAN-8 or UPC-E."""
    if symbol is EAN8:
        return "101" + "".join(_L[int(d)] for d in text[:4]) + "01010" + "".join(_R[int(d)] for d in text[4:]) + "101"
    if symbol is UPCE:
        parity = next(parity for parity, told in PARITIES["UPCE"].items() if told == text[0] + text[7])
        return "101" + "".join(CODES[kind][int(d)] for kind, d in zip(parity, text[1:7], strict=True)) + "010101"
    left = "".join(CODES[kind][int(d)] for kind, d in zip(_FIRST[int(text[0])], text[1:7], strict=True))
    return "101" + left + "01010" + "".join(_R[int(d)] for d in text[7:]) + "101"


def number_of(symbol: Symbol, drawing: str) -> str | None:
    """The number that modules stand for, if the sets of its digits and its check digit fit; the other way round of `modules`.

    >>> number_of(EAN13, modules(EAN13, "8936003721777")), number_of(UPCE, modules(UPCE, "04252614"))
    ('8936003721777', '04252614')
    """
    left = [next((kind, str(codes.index(code))) for kind, codes in CODES.items() if code in codes) for code in _cut(drawing, symbol.left)]
    told = PARITIES[symbol.name].get("".join(kind for kind, _ in left))
    if told is None:
        return None
    digits = "".join(digit for _, digit in left) + "".join(str(_R.index(code)) for code in _cut(drawing, symbol.right))
    text = told[0] + digits + told[1] if symbol is UPCE else told + digits
    return text if is_number(upc_a(text) if symbol is UPCE else text) else None


def _cut(drawing: str, places: tuple[int, ...]) -> list[str]:
    return [drawing[place : place + 7] for place in places]
