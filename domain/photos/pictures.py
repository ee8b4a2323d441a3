"""Opening pictures that strangers send: JPEG, PNG, WebP and HEIC photographs, screenshots, the first pages of a PDF."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps

from domain.errors import FileTorn, PictureTooLarge
from domain.photos.bars import Grey

MOST_PIXELS = 60_000_000
"""A phone's largest photographs have 50 million; more is a bomb, or a poster."""
MOST_PAGES = 3
_SIDE = 2000
"""Longer sides are scaled down to this: a barcode that is then too small was too small to begin with."""
_DPI = 216
_FORMATS = ("JPEG", "PNG", "WEBP")
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")


def pictures(data: bytes, name: str = "") -> Iterator[Grey]:
    """The pictures in a file, upright; several for a PDF. `name` is for the words of a refusal. Raises FileTorn or PictureTooLarge."""
    if data[:1024].lstrip().startswith(b"%PDF"):
        yield from _pages(data, name)
    elif data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        yield _of_heif(data, name)
    else:
        yield _of_image(data, name)


@contextmanager
def _sound(name: str) -> Iterator[None]:
    """What decoders say of torn files, in words of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as fault:
            raise PictureTooLarge(name=name, limit=MOST_PIXELS // 1_000_000) from fault
        except (OSError, SyntaxError, ValueError, EOFError, RuntimeError, IndexError, TypeError) as fault:
            raise FileTorn(name=name) from fault


def _fitting(size: tuple[int, int], name: str) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise PictureTooLarge(name=name, limit=MOST_PIXELS // 1_000_000)


def _of_image(data: bytes, name: str) -> Grey:
    with _sound(name), Image.open(io.BytesIO(data), formats=_FORMATS) as image:
        _fitting(image.size, name)
        share = _SIDE / max(image.size)
        if share < 1:
            image.draft("L", (int(image.width * share), int(image.height * share)))  # JPEG decodes straight to a smaller size
        turned = ImageOps.exif_transpose(_small(image))
    return np.asarray(turned)


def _small(image: Image.Image) -> Image.Image:
    """Grey, on white where it was transparent, not larger than needed."""
    exif = image.getexif()
    if image.mode.startswith("I"):
        grey = Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    elif image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        grey = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("L")
    else:
        grey = image.convert("L")
    grey.thumbnail((_SIDE, _SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    grey.info["exif"] = exif.tobytes() if 0x0112 in exif else b""
    return grey


def _of_heif(data: bytes, name: str) -> Grey:
    import pi_heif  # few photographs are HEIC

    with _sound(name):
        photo = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        _fitting(photo.size, name)
        return np.asarray(_small(photo.to_pillow()))


def _pages(data: bytes, name: str) -> Iterator[Grey]:
    import pypdfium2  # few files are PDF

    try:
        document = pypdfium2.PdfDocument(data)
        try:
            for number in range(min(len(document), MOST_PAGES)):
                page = document[number]
                scale = min(_DPI / 72, 1.25 * _SIDE / max(1.0, *page.get_size()))
                yield np.array(page.render(scale=scale, grayscale=True).to_numpy().squeeze())
        finally:
            document.close()
    except pypdfium2.PdfiumError as fault:
        raise FileTorn(name=name) from fault
