"""Barcode labels (nhãn mã vạch): EAN-13, EAN-8, UPC-A and ITF-14 to the sizes of GS1 General Specifications, as SVG, PDF and PNG.

Everything is reckoned in modules (X): 0.330 mm at 100 %. Quiet zones are part of the drawing, so that nobody cuts them off. A PNG has whole
pixels a module, as bars of unequal width are not read: its true magnification is told.

>>> label_of("8936003721777", 100).size
(37.29, 25.91)
>>> [bars.kind for bars in map(bars_of, ("8936003721777", "96385074", "050968000093", "18936003721774"))]
['EAN-13', 'EAN-8', 'UPC-A', 'ITF-14']
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import accumulate, chain
from pathlib import Path

import fontpkg_be_vietnam_pro as typeface
from PIL import Image, ImageDraw, ImageFont

from domain import gtin
from domain.papers import press

NOMINAL = 0.33
"""Millimetres of a module at 100 %."""
SMALLEST, LARGEST = 80, 200
"""Percent. Tills read this range; outer packs want 150 and more (X from 0.495 mm)."""
CASE_SMALLEST = 150
DOTS_PER_INCH = 600
_INCH = 25.4

EAN_13, EAN_8, UPC_A, ITF_14 = "EAN-13", "EAN-8", "UPC-A", "ITF-14"
_DIGITS = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
"""Set A of ISO/IEC 15420; C is its opposite, B is C read backwards."""
_PARITY = ("AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB", "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA")
_WIDE = ("00110", "10001", "01001", "11000", "00101", "10100", "01100", "00011", "10010", "01010")
"""Interleaved two of five, ISO/IEC 16390."""
_RATIO = 2.5
"""Wide to narrow."""
_GUARD = 5
"""Modules by which guard bars are longer."""
_TEXT = 8.0
"""Height of the digits in modules."""
_BEARER = 2
"""Thickness in modules of the bearer bars above and below an ITF-14."""


@dataclass(frozen=True)
class Bar:
    """A dark bar in modules, from the left edge of the symbol without its quiet zone."""

    at: float
    width: float
    is_long: bool = False


@dataclass(frozen=True)
class Bars:
    """A symbol in modules. `digits` stand below the bars, each with the middle of its place."""

    kind: str
    bars: tuple[Bar, ...]
    width: float
    quiet: tuple[int, int]
    height: float
    """Of the bars."""
    below: float
    """From the lower end of the bars to that of the drawing."""
    digits: tuple[tuple[str, float], ...]
    bearer: int = 0

    @property
    def full_width(self) -> float:
        return self.quiet[0] + self.width + self.quiet[1]

    @property
    def full_height(self) -> float:
        return self.height + self.below + 2 * self.bearer


@dataclass(frozen=True)
class Label:
    """A symbol at a magnification in percent."""

    bars: Bars
    percent: float

    @property
    def module(self) -> float:
        """Millimetres."""
        return NOMINAL * self.percent / 100

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in millimetres, quiet zones and digits among it."""
        return round(self.bars.full_width * self.module, 2), round(self.bars.full_height * self.module, 2)


def bars_of(number: str) -> Bars:
    """The symbol of a good GTIN of 8, 12, 13 or 14 digits. Raises ValueError for another number."""
    if len(number) not in _DRAWN or not gtin.is_whole(number):
        raise ValueError("no GTIN")
    return _DRAWN[len(number)](number)


def smallest(number: str) -> int:
    """The least magnification, in percent, for a number."""
    return CASE_SMALLEST if len(number) == 14 else SMALLEST


def label_of(number: str, percent: float) -> Label:
    """Raises ValueError for a number that is no GTIN, or a magnification that GS1 does not allow."""
    if not smallest(number) <= percent <= LARGEST:
        raise ValueError("no magnification")
    return Label(bars_of(number), percent)


# symbols


def _ean_13(number: str) -> Bars:
    sets = _PARITY[int(number[0])]
    left = [_letter(digit, of) for digit, of in zip(number[1:7], sets, strict=True)]
    places = [(number[0], -7.0), *_places(number[1:7], 3), *_places(number[7:], 50)]
    return _retail(EAN_13, [*left, "01010", *(_letter(digit, "C") for digit in number[7:])], (11, 7), 22.85, places)


def _upc_a(number: str) -> Bars:
    """An EAN-13 with a zero before it, its first and last digit outside."""
    left = [_letter(digit, "A") for digit in number[:6]]
    places = [(number[0], -5.0), *_places(number[:6], 3)[1:], *_places(number[6:], 50)[:-1], (number[11], 100.0)]
    drawn = _retail(UPC_A, [*left, "01010", *(_letter(digit, "C") for digit in number[6:])], (9, 9), 22.85, places)
    long = [Bar(bar.at, bar.width, bar.is_long or bar.at < 10 or bar.at >= 85) for bar in drawn.bars]
    return Bars(UPC_A, tuple(long), drawn.width, drawn.quiet, drawn.height, drawn.below, drawn.digits)


def _ean_8(number: str) -> Bars:
    left = [_letter(digit, "A") for digit in number[:4]]
    places = [*_places(number[:4], 3), *_places(number[4:], 36)]
    return _retail(EAN_8, [*left, "01010", *(_letter(digit, "C") for digit in number[4:])], (7, 7), 18.23, places)


def _letter(digit: str, of: str) -> str:
    a = _DIGITS[int(digit)]
    c = a.translate(str.maketrans("01", "10"))
    return {"A": a, "B": c[::-1], "C": c}[of]


def _places(digits: str, first: int) -> list[tuple[str, float]]:
    return [(digit, first + 7 * place + 3.5) for place, digit in enumerate(digits)]


def _retail(kind: str, letters: Sequence[str], quiet: tuple[int, int], height: float, places: Sequence[tuple[str, float]]) -> Bars:
    """Guards at both ends and in the middle; `height` in millimetres at 100 %."""
    modules = "".join(["101", *letters, "101"])
    guards = {0, 2, len(modules) - 1, len(modules) - 3, len(modules) // 2 - 1, len(modules) // 2 + 1}
    bars = [Bar(at, width, at in guards) for at, width in _runs(modules)]
    below = 9.27  # 25.91 mm from top to the foot of the digits, of which 22.85 mm are bars
    return Bars(kind, tuple(bars), len(modules), quiet, height / NOMINAL, below, tuple(places))


def _runs(modules: str) -> list[tuple[int, int]]:
    """Dark runs: begin and width."""
    ends = [at for at, (before, now) in enumerate(zip("0" + modules, modules + "0", strict=True)) if before != now]
    return [(begin, end - begin) for begin, end in zip(ends[::2], ends[1::2], strict=True)]


def _itf_14(number: str) -> Bars:
    """Dark bars tell the first digit of each pair, the light ones between them the second."""
    pairs = zip(number[::2], number[1::2], strict=True)
    inside = chain.from_iterable(chain.from_iterable(zip(_WIDE[int(one)], _WIDE[int(two)], strict=True)) for one, two in pairs)
    widths = [1.0] * 4 + [_RATIO if wide == "1" else 1.0 for wide in inside] + [_RATIO, 1.0, 1.0]
    begins = [0.0, *accumulate(widths)]
    bars = [Bar(begin, width) for begin, width in list(zip(begins, widths, strict=False))[::2]]
    spots = [begins[-1] * (place + 0.5) / 14 for place in range(14)]
    height = 31.75 / (NOMINAL * CASE_SMALLEST / 100)
    return Bars(ITF_14, tuple(bars), begins[-1], (10, 10), height, 11.0, tuple(zip(number, spots, strict=True)), _BEARER)


_DRAWN = {8: _ean_8, 12: _upc_a, 13: _ean_13, 14: _itf_14}


# drawings


def svg(label: Label) -> str:
    """In millimetres, one rectangle a bar; the ground is white, also on a dark page."""
    bars = label.bars
    width, height = label.size
    left, top = bars.quiet[0], bars.bearer
    shapes = [_rectangle(left + bar.at, top, bar.width, bars.height + (_GUARD if bar.is_long else 0)) for bar in bars.bars]
    if bars.bearer:
        shapes += [_rectangle(0, y, bars.full_width, bars.bearer) for y in (0, top + bars.height)]
    foot = _foot(bars)
    digits = [f'<text x="{left + at:.3f}" y="{foot:.3f}">{digit}</text>' for digit, at in bars.digits]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {bars.full_width:.3f} {bars.full_height:.3f}">'
        f'<rect width="100%" height="100%" fill="#fff"/><g fill="#000">{"".join(shapes)}</g>'
        f'<g fill="#000" font-family="OCR-B, Be Vietnam Pro, sans-serif" font-size="{_TEXT:.0f}" text-anchor="middle">'
        f"{''.join(digits)}</g></svg>"
    )


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    return f'<rect x="{x:.3f}" y="{y:.3f}" width="{width:.3f}" height="{height:.3f}"/>'


def _foot(bars: Bars) -> float:
    """The line on which the digits stand: a module of light below the bars and the digits' own height (seven tenths of their size)."""
    return 2 * bars.bearer + bars.height + 1 + _TEXT * 0.72


@dataclass(frozen=True)
class _Sheet:
    """What the layout `label` sets: a page of just the size."""

    language: str
    title: str
    svg: str
    width: float
    height: float


def pdf(drawn: str, size: tuple[float, float], title: str, language: str, made_at: datetime) -> bytes:
    """A page of just the size (millimetres), vectors throughout."""
    return press.pdf("label", _Sheet(language, title, drawn, *size), made_at)


def for_pixels(label: Label) -> Label:
    """The label at the nearest magnification whose modules are whole pixels, within what is allowed."""
    pixel = _INCH / DOTS_PER_INCH
    least = CASE_SMALLEST if label.bars.kind == ITF_14 else SMALLEST
    wanted = round(label.module / pixel)
    fewest, most = -(-NOMINAL * least / 100 // pixel), NOMINAL * LARGEST / 100 // pixel
    pixels = min(max(wanted, int(fewest)), int(most))
    return Label(label.bars, pixels * pixel / NOMINAL * 100)


def png(label: Label) -> bytes:
    """At 600 dots an inch, a module whole pixels wide: `label` as `for_pixels` gave it."""
    bars, scale = label.bars, round(label.module * DOTS_PER_INCH / _INCH)
    picture = Image.new("L", (round(bars.full_width * scale), round(bars.full_height * scale)), 255)
    pen = ImageDraw.Draw(picture)
    left, top = bars.quiet[0] * scale, bars.bearer * scale
    for bar in bars.bars:
        low = top + round((bars.height + (_GUARD if bar.is_long else 0)) * scale)
        begin = left + round(bar.at * scale)
        pen.rectangle((begin, top, begin + round(bar.width * scale) - 1, low - 1), fill=0)
    if bars.bearer:
        for y in (0, top + round(bars.height * scale)):
            pen.rectangle((0, y, picture.width, y + top - 1), fill=0)
    font = _font(round(_TEXT * scale))
    for digit, at in bars.digits:
        pen.text((left + at * scale, _foot(bars) * scale), digit, fill=0, font=font, anchor="ms")
    held = io.BytesIO()
    picture.save(held, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return held.getvalue()


@cache
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(typeface.ROOT) / "files" / "BeVietnamPro-Regular.ttf", pixels)
