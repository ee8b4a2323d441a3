"""`python -m benchmarks.photos [FOLDER]`: our reader of barcodes beside two others on the same photographs, in one run, a table by set.

FOLDER holds sets: set/name.webp (png, jpg, jpeg) with set/name.txt, the number or text that is to be read; pictures without a .txt hold
no code. The others are zxing-cpp alone with its defaults, and the best cascade that was measured: zxing-cpp for retail symbols, then zbar,
then zxing-cpp on the picture at double size. All are timed on opened grey pictures, alternating; opening the files is timed apart.
"""

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image

from domain import barcode_photos
from domain.photos.bars import Grey
from domain.photos.pictures import pictures
from domain.photos.symbols import is_number, upc_a

PHOTOS = Path(__file__).parents[1] / "tests" / "material" / "barcode_photos"
KINDS = (".webp", ".png", ".jpg", ".jpeg")
_F = zxingcpp.BarcodeFormat
_RETAIL = [_F.EAN13, _F.EAN8, _F.UPCA, _F.UPCE, _F.QRCode, _F.DataMatrix]

Reader = Callable[[Grey], list[str]]


@dataclass(frozen=True)
class Photo:
    group: str
    name: str
    grey: Grey
    expected: str | None


@dataclass
class Tally:
    pictures: int = 0
    read: int = 0
    wrong: int = 0
    """Pictures of which something else was told, and not what is on them."""
    beside: int = 0
    """Pictures of which more was told than is expected: another code on them, or a wrong one."""
    ms: list[float] = field(default_factory=list)

    def add(self, photo: Photo, told: list[str], ms: float) -> None:
        self.pictures += 1
        self.ms.append(ms)
        self.read += photo.expected in told
        self.wrong += bool(told) and photo.expected not in told
        self.beside += photo.expected in told and len(set(told)) > 1


def same(text: str, form: str = "") -> str:
    """Retail numbers as GTIN-14, other texts as they are."""
    if form == "UPCE" and len(text) == 8 and text.isdigit():
        text = upc_a(text)
    return text.zfill(14) if text.isdigit() and len(text) in (8, 12, 13, 14) and is_number(text) else text


def photos(folder: Path) -> Iterable[Photo]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in KINDS:
            told = path.with_suffix(".txt")
            group = path.parent.name
            form = "UPCE" if group.startswith("upce") else ""
            expected = same(told.read_bytes().decode().strip(), form) if told.exists() else None
            (grey,) = pictures(path.read_bytes())
            yield Photo(group, path.name, grey, expected)


def ours(grey: Grey) -> list[str]:
    return [code.gtin14 or code.text for code in barcode_photos.read_grey(grey).codes]


def alone(grey: Grey) -> list[str]:
    return [same(code.text) for code in zxingcpp.read_barcodes(grey)]


def _retail(grey: Grey) -> list[str]:
    return [same(code.text) for code in zxingcpp.read_barcodes(grey, formats=_RETAIL)]


def cascade() -> Reader:
    """The cascade, with zbar where its library is installed."""
    try:
        from pyzbar import pyzbar
    except ImportError:
        print("zbar's library (Debian: libzbar0) is not installed: the cascade is zxing-cpp twice, which reads less than with zbar.\n")
        pyzbar = None
    else:
        kinds = [pyzbar.ZBarSymbol[name] for name in ("EAN13", "EAN8", "UPCA", "UPCE", "QRCODE")]

    def run(grey: Grey) -> list[str]:
        told = _retail(grey)
        if not told and pyzbar:
            told = [same(one.data.decode("utf-8", "replace"), one.type) for one in pyzbar.decode(Image.fromarray(grey), symbols=kinds)]
        if not told:
            size = (2 * grey.shape[1], 2 * grey.shape[0])
            told = _retail(np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC)))
        return told

    return run


def measure(taken: list[Photo], readers: dict[str, Reader]) -> dict[str, dict[str, Tally]]:
    tallies: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for number, photo in enumerate(taken):
        names = list(readers)
        for name in names[number % len(names) :] + names[: number % len(names)]:  # nobody always comes first
            began = time.perf_counter()
            told = readers[name](photo.grey)
            spent = 1000 * (time.perf_counter() - began)
            for group in (photo.group, "all"):
                tallies[group][name].add(photo, told, spent)
    return tallies


def table(tallies: dict[str, dict[str, Tally]]) -> Iterable[str]:
    yield "| set | pictures | reader | read | wrong | more | ms mean | ms median |"
    yield "|---|--:|---|--:|--:|--:|--:|--:|"
    for group in sorted(tallies, key=lambda name: (name == "all", name)):
        for name, tally in tallies[group].items():
            mean, median = statistics.mean(tally.ms), statistics.median(tally.ms)
            yield f"| {group} | {tally.pictures} | {name} | {tally.read} | {tally.wrong} | {tally.beside} | {mean:.1f} | {median:.1f} |"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] else PHOTOS
    began = time.perf_counter()
    taken = list(photos(folder))
    if not taken:
        sys.exit(f"no pictures below {folder}")
    opening = 1000 * (time.perf_counter() - began) / len(taken)
    barcode_photos.make_ready()
    readers: dict[str, Reader] = {"ours": ours, "cascade": cascade(), "zxing-cpp": alone}
    for reader in readers.values():
        reader(taken[0].grey)
    tallies = measure(taken, readers)
    print(*table(tallies), sep="\n")
    whole = tallies["all"]
    with_code = sum(photo.expected is not None for photo in taken)
    points = {name: 100 * tally.read / max(1, with_code) for name, tally in whole.items()}
    ratio = statistics.mean(whole["ours"].ms) / statistics.mean(whole["cascade"].ms)
    print(f"\nOurs against the cascade: {points['ours'] - points['cascade']:+.1f} points, {ratio:.2f} × its mean time.")
    print(f"Ours against zxing-cpp alone: {points['ours'] - points['zxing-cpp']:+.1f} points. Opening a file: {opening:.1f} ms a picture.")


if __name__ == "__main__":
    main()
