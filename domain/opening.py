"""Opening (mở tệp): a foreign file read by its real decoder, and what is made of it: pages, a preview, a copy without EXIF.

Decoders of foreign files are where a hostile file strikes: `usecases.opening` runs this in a limited subprocess, never the caller itself.
"""

import codecs
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass

from PIL import Image, ImageOps

from domain.errors import FileLocked, FileTorn, FileUnpacksTooLarge, FileWithMacros, PictureTooLarge
from domain.spreadsheets import neutral

MOST_PIXELS = 60_000_000
"""A phone of 50 million pixels is welcome; 60 million take 180 MB of memory."""
PREVIEW_SIDE = 1280
"""Pixels of the longer side of a preview."""
SMALL_PNG = 4_000_000
"""Pixels up to which the copy of a PNG (a screenshot, a drawing) stays a PNG; larger ones are photographs."""
MOST_UNPACKED = 300 * 1024 * 1024
"""Bytes that an Office file may unpack to. A sheet of a million rows has about 200 MB."""
MOST_PARTS = 10_000
HIGHEST_RATIO = 200
"""Unpacked to packed, of a file that unpacks to more than `_RATIO_FROM`. Sheets full of the same value reach about 100."""

_RATIO_FROM = 30 * 1024 * 1024
_PDF_SCALE = 2.0
_NEEDS_PASSWORD = 4  # FPDF_ERR_PASSWORD
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error, zlib.error)
"""What Pillow raises over pictures that are damaged."""
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_CHUNK = 1024 * 1024
_SIGNED = re.compile(r"[-+]?\s*\d[\d.,\s]*[^\W\d_]{0,6}")
"""A number with its sign, which is no formula."""


@dataclass(frozen=True)
class Opened:
    """What a file turned out to be. `preview` is a small upright JPEG; `copy` a picture in full size; both without EXIF."""

    pages: int | None = None
    preview: bytes | None = None
    copy: bytes | None = None


def open_file(content: bytes, name: str, media_type: str) -> Opened:
    """Open a file of an accepted type. Raises `FileTorn`, `PictureTooLarge`, `FileUnpacksTooLarge`, `FileLocked` or `FileWithMacros`."""
    return _OPENERS[media_type](content, name)


def _open_picture(content: bytes, name: str, read: Callable[[bytes], Image.Image]) -> Opened:
    try:
        with read(content) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PictureTooLarge(name=name, limit=MOST_PIXELS // 1_000_000)
            image.load()
            is_png = image.format == "PNG"
            _stand_upright(image)
            plain = _plain(image)
    except _BOMB:
        raise PictureTooLarge(name=name, limit=MOST_PIXELS // 1_000_000) from None
    except _DAMAGED as fault:
        raise FileTorn(name=name) from fault
    stays_png = is_png and plain.width * plain.height <= SMALL_PNG
    if stays_png:
        return Opened(copy=_png(plain), preview=_preview(_opaque(plain)))
    plain = _opaque(plain)
    return Opened(copy=_jpeg(plain, quality=88), preview=_preview(plain))


def _read_as(kind: str) -> Callable[[bytes], Image.Image]:
    return lambda content: Image.open(io.BytesIO(content), formats=(kind,))


def _read_heic(content: bytes) -> Image.Image:
    from pi_heif import HeifImageFile  # libheif takes a while to load, and few pictures are of its kind

    image: Image.Image = HeifImageFile(io.BytesIO(content))
    return image


def _stand_upright(image: Image.Image) -> None:
    """Turn it as EXIF says the camera was held; leave it where EXIF is nonsense."""
    with suppress(*_DAMAGED, TypeError):
        ImageOps.exif_transpose(image, in_place=True)


def _plain(image: Image.Image) -> Image.Image:
    """Of a mode that can be saved as either kind, and without anything that is not picture."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")  # 16 bits a pixel
    has_alpha = image.mode in {"LA", "PA", "RGBA", "RGBa"} or "transparency" in image.info
    mode = "RGBA" if has_alpha else "RGB"
    image = image if image.mode == mode else image.convert(mode)
    image.info = {}
    return image


def _opaque(image: Image.Image) -> Image.Image:
    """On white paper where it is transparent."""
    if image.mode == "RGB":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _preview(image: Image.Image) -> bytes:
    """The last that is made of a picture, which is made small itself: large ones are held as seldom as can be."""
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return _jpeg(image, quality=82)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=6)
    return file.getvalue()


def _open_pdf(content: bytes, name: str) -> Opened:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as fault:
        if getattr(fault, "err_code", None) == _NEEDS_PASSWORD:
            raise FileLocked(name=name) from None
        raise FileTorn(name=name) from fault
    with closing(document):
        if not len(document):
            raise FileTorn(name=name)
        document.init_forms()  # or what was typed into a form is not seen
        try:
            first = document[0]
            scale = min(_PDF_SCALE, PREVIEW_SIDE / max(*first.get_size(), 1))
            drawn = first.render(scale=scale, no_smoothpath=False).to_pil()
        except pypdfium2.PdfiumError as fault:
            raise FileTorn(name=name) from fault
        return Opened(pages=len(document), preview=_preview(_opaque(_plain(drawn))))


def _open_office(content: bytes, name: str) -> Opened:
    """A .docx or .xlsx is a zip: unpacked once, without keeping anything, so that it is known to be whole and of bearable size."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _refuse_bomb(parts, len(content), name)
            if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
                raise FileWithMacros(name=name)
            if any(part.flag_bits & 1 for part in parts):
                raise FileLocked(name=name)
            for part in parts:
                _unpack(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, struct.error, zlib.error) as fault:
        raise FileTorn(name=name) from fault
    return Opened()


def _refuse_bomb(parts: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    unpacked = sum(part.file_size for part in parts)
    is_bomb = unpacked > MOST_UNPACKED or (unpacked > _RATIO_FROM and unpacked > packed * HIGHEST_RATIO)
    if is_bomb or len(parts) > MOST_PARTS:
        raise FileUnpacksTooLarge(name=name, limit=MOST_UNPACKED // (1024 * 1024))


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read to the end: never more than the part says it holds, and its check sum shows where it lies."""
    with archive.open(part) as file:
        while file.read(_CHUNK):
            pass


def _open_old_office(content: bytes, name: str) -> Opened:
    """A .doc or .xls of before 2007 is not decoded; the names of its streams tell of a password or of programs."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileLocked(name=name)
    if any(stream.encode("utf-16-le") in content for stream in ("_VBA_PROJECT", "VBA_PROJECT_CUR")):
        raise FileWithMacros(name=name)
    return Opened()


def _open_csv(content: bytes, name: str) -> Opened:
    """A CSV file is text; what a spreadsheet would run as a formula is refused, as macros are."""
    try:
        text = content.decode("utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeError as fault:
        raise FileTorn(name=name) from fault
    if "\0" in text:
        raise FileTorn(name=name)
    for cell in re.split(r"[,;\t\r\n]", text):
        bare = cell.strip().strip('"')
        if neutral(bare) != bare and not _SIGNED.fullmatch(bare):
            raise FileWithMacros(name=name)
    return Opened()


def _picture(read: Callable[[bytes], Image.Image]) -> Callable[[bytes, str], Opened]:
    return lambda content, name: _open_picture(content, name, read)


_OPENERS: dict[str, Callable[[bytes, str], Opened]] = {
    "image/jpeg": _picture(_read_as("JPEG")),
    "image/png": _picture(_read_as("PNG")),
    "image/webp": _picture(_read_as("WEBP")),
    "image/heic": _picture(_read_heic),
    "application/pdf": _open_pdf,
    "text/csv": _open_csv,
    "application/msword": _open_old_office,
    "application/vnd.ms-excel": _open_old_office,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _open_office,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _open_office,
}
