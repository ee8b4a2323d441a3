"""Reading the barcodes in a photograph (đọc mã vạch trong ảnh).

Sharp symbols are read by zxing-cpp at once. What is blurred, turned or bent is looked for by its bars, straightened, averaged along the
bars and compared with drawn symbols. A number is told only when it beats every other by a measured lead; a wrong number is worse than none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import zxingcpp

from domain.messages import N_
from domain.photos import faults, scanline
from domain.photos.bars import Floats, Grey, Region, regions
from domain.photos.lines import ENDS, averaged, lines
from domain.photos.numbers import gtin14
from domain.photos.pictures import pictures
from domain.photos.symbols import EAN8, EAN13, UPCE, is_number, upc_a, upc_e

UNSURE = N_("photo.unsure")
"""Read, but readers disagree (đọc được, chưa chắc)."""

_F = zxingcpp.BarcodeFormat
_LINEAR = zxingcpp.BarcodeFormats([_F.EAN13, _F.EAN8, _F.UPCA, _F.UPCE, _F.ITF, _F.Code128])
_SQUARE = zxingcpp.BarcodeFormats([_F.QRCode, _F.DataMatrix])
_ALL = zxingcpp.BarcodeFormats([*_LINEAR, *_SQUARE])
_NAMES = {"EAN-13": "EAN13", "EAN-8": "EAN8", "UPC-A": "UPCA", "UPC-E": "UPCE", "ITF": "ITF14", "ITF-14": "ITF14", "Code 128": "CODE128",
          "Data Matrix": "DATAMATRIX", "QR Code": "QRCODE"}  # fmt: skip
_SYMBOLS = {"EAN13": EAN13, "UPCA": EAN13, "EAN8": EAN8, "UPCE": UPCE}
_QUICK_SIDE, _SEARCH_SIDE = 1280, 1024


@dataclass(frozen=True)
class Code:
    """A symbol that was read: its text as printed, its kind, the number of the product in it, and whether passes agree on it."""

    text: str
    format: str
    gtin14: str | None
    sure: bool = True


@dataclass(frozen=True)
class Reading:
    """What is in a file: the codes, and the key of an advice where there is none."""

    codes: tuple[Code, ...]
    advice: str = ""

    @property
    def sure(self) -> bool:
        return all(code.sure for code in self.codes)


def read(data: bytes, name: str = "") -> Reading:
    """Every code in a picture, or on the first pages of a PDF. `name` is for the words of a refusal. Raises FileTorn, PictureTooLarge."""
    return read_opened(pictures(data, name))


def read_opened(opened: Iterable[Grey]) -> Reading:
    """Every code in the pictures of one file."""
    readings = [read_grey(grey) for grey in opened]
    codes = tuple(dict.fromkeys(code for reading in readings for code in reading.codes))
    if codes or not readings:
        return Reading(codes, "" if codes else faults.NONE)
    return Reading((), next((reading.advice for reading in readings if reading.advice != faults.NONE), faults.NONE))


def make_ready() -> None:
    """Work out the tables that the first hard picture would wait for (a tenth of a second)."""
    scanline.make_ready()


def read_grey(grey: Grey) -> Reading:
    """Every code in one picture, the quickest pass first; a picture that needs more work gets more."""
    found = _quick(_reduced(grey, _QUICK_SIDE), _ALL)
    if found:
        return Reading(tuple(found))
    found, seen = _by_bars(grey)
    found = found or _quick(grey, _SQUARE, again=True)
    return Reading(tuple(found), "" if found else faults.fault(grey, seen))


def _reduced(grey: Grey, side: int) -> Grey:
    """The picture with whole squares of pixels averaged, so that its longer side is at most about `side`."""
    factor = -(-max(grey.shape) // side)
    if factor == 1:
        return grey
    rows, columns = grey.shape[0] // factor, grey.shape[1] // factor
    area = grey[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor)
    total = area.astype(np.uint16).sum(axis=(1, 3), dtype=np.uint32)
    result: Grey = (total // (factor * factor)).astype(np.uint8)
    return result


def _quick(grey: Grey, formats: zxingcpp.BarcodeFormats, again: bool = False) -> list[Code]:
    """What zxing-cpp reads at once; or, when nothing was, also in light on dark and with one threshold for the whole picture."""
    binarizer = zxingcpp.Binarizer.GlobalHistogram if again else zxingcpp.Binarizer.LocalAverage
    read = zxingcpp.read_barcodes(np.ascontiguousarray(grey), formats=formats, try_invert=again, binarizer=binarizer)
    found = [(code, one.position) for one in read if (code := _code(one))]
    clear = [one for one in found if not _weak(one[0])]
    kept = [(code, place) for code, place in clear if not any(_clash(code, place, other, there) for other, there in found)]
    doubtful = [(code, _region(place)) for code, place in found if (code, place) not in kept]
    codes = [code for code, _ in kept] + _untangled(grey, doubtful)
    return list(dict.fromkeys(codes))


def _region(place: zxingcpp.Position) -> Region:
    """The bars between four corners."""
    corners = np.array([(corner.x, corner.y) for corner in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)], float)
    x, y = corners.mean(0)
    across = (corners[1] + corners[2] - corners[0] - corners[3]) / 2
    length = float(np.hypot(*across))
    height = float(np.hypot(*(corners[2] + corners[3] - corners[0] - corners[1]) / 2))
    return Region(float(x), float(y), float(np.arctan2(across[1], across[0])), length, max(height, length / 12))


def _clash(code: Code, place: zxingcpp.Position, other: Code, there: zxingcpp.Position) -> bool:
    """Whether two retail numbers were seen in the same bars."""
    if code.gtin14 == other.gtin14 or code.format not in _SYMBOLS or other.format not in _SYMBOLS:
        return False
    one, two = _region(place), _region(there)
    return float(np.hypot(one.x - two.x, one.y - two.y)) < max(one.length, two.length) / 3


def _untangled(grey: Grey, doubtful: list[tuple[Code, Region]]) -> list[Code]:
    """Of numbers seen in the same bars, those that stand up to comparison; all of them, as not sure, where none does."""
    stand = [code for code, region in doubtful if _stands(code, averaged(lines(grey, region)), *ENDS)]
    return stand or [replace(code, sure=False) for code, _ in doubtful if not _weak(code)]


def _weak(code: Code) -> bool:
    """Whether a number is of a kind seen where there is none: UPC-E in other symbols and in print, few different digits in stripes."""
    return code.format == "UPCE" or (code.format in _SYMBOLS and len(set(code.text)) <= 3)


def _stands(code: Code, line: Floats, first: float, last: float) -> bool:
    """Whether the bars between two samples are like the drawing of a number, and more so than of any other."""
    text = code.text.zfill(13) if code.format == "UPCA" else code.text
    number = scanline.confirmed(line, first, last, text, _SYMBOLS[code.format])
    return number is not None and _credible(number, agreed=True)


def _code(read: zxingcpp.Barcode) -> Code | None:
    form, text = _NAMES.get(str(read.format)), read.text
    if form is None or not text:
        return None
    if form == "UPCE":
        text = upc_e(text[-12:]) or text
    elif form == "EAN13" and text.startswith("0"):
        form, text = "UPCA", text[-12:]
    if form == "ITF14" and (len(text) != 14 or not is_number(text)):
        return None
    number = gtin14(text, form, read.symbology_identifier + read.bytes.decode("utf-8", "replace"))
    if form in ("EAN13", "EAN8", "UPCA", "UPCE") and number is None:
        return None
    return Code(text, form, number)


def _by_bars(grey: Grey) -> tuple[list[Code], tuple[Region, Floats] | None]:
    """What is read where bars stand side by side; and the most bar-like region with its bands."""
    small = _reduced(grey, _SEARCH_SIDE)
    found: list[Code] = []
    seen: tuple[Region, Floats] | None = None
    for region in regions(small, 2):
        wide = region.scaled(grey.shape[0] // small.shape[0])
        bands = lines(grey, wide)
        line = averaged(bands)
        if not scanline.has_bars(line):
            continue
        seen = seen or (wide, bands)
        code = _of_bands(bands, line)
        if code:
            found.append(code)
    return list(dict.fromkeys(found)), seen


def _of_bands(bands: Floats, line: Floats) -> Code | None:
    printed = _tiled(bands, line)
    for code, first, last in printed:
        if code.format in ("CODE128", "ITF14"):
            return code
        if _stands(code, line, first, last):
            return code
    for symbol in (EAN13, EAN8, UPCE):
        number = scanline.read(line, symbol)
        if number and _credible(number, any(code.gtin14 == _gtin(number) for code, _, _ in printed)):
            return _retail(number)
        if number and number.likeness > 0.9:
            return None
    return None


_NEEDED = {"EAN13": (0.90, 0.2, 0.05, -0.4), "EAN8": (0.90, 0.4, 0.1, -0.3), "UPCE": (0.93, 0.8, 0.2, -0.6)}
"""Likeness, lead and hold at least, and the quiet zones at most, of a number that nobody else saw. The shorter the symbol, the more is
needed. Measured on blurred and bent symbols, stripes, print and parts of symbols, such that none of 600 gave a number."""
_AGREED = (0.86, 0.0, 0.0, -0.3)
_BLURRED = 1.0
"""Where edges are blurred over more than a module, neighbouring numbers look alike."""


def _credible(number: scanline.Found, agreed: bool) -> bool:
    """Whether a number may be told. One that another reader saw as well needs less of a lead."""
    likeness, lead, hold, quiet = _AGREED if agreed else _NEEDED[number.symbol]
    if number.likeness < likeness or number.lead < lead or number.quiet > quiet or number.blur > _BLURRED:
        return False
    return scanline.hold(number) > hold


def _tiled(bands: Floats, line: Floats) -> list[tuple[Code, float, float]]:
    """What zxing-cpp reads in the straightened bars, and between which samples."""
    rows = np.concatenate([np.repeat(bands, 4, axis=0), np.repeat(line[None], 12, axis=0)]).astype(np.uint8)
    read = zxingcpp.read_barcodes(
        np.pad(rows, ((8, 8), (0, 0)), constant_values=255), formats=_LINEAR, try_rotate=False, try_downscale=False, try_invert=False
    )
    found = [(_code(one), float(one.position.top_left.x), float(one.position.top_right.x)) for one in read]
    return [(code, first, last) for code, first, last in found if code]


def _gtin(number: scanline.Found) -> str:
    return (upc_a(number.text) if number.symbol == "UPCE" else number.text).zfill(14)


def _retail(number: scanline.Found) -> Code:
    if number.symbol == "EAN13" and number.text.startswith("0"):
        return Code(number.text[1:], "UPCA", _gtin(number))
    return Code(number.text, number.symbol, _gtin(number))
