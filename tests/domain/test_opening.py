"""What becomes of a foreign file when its real decoder opens it."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from domain.errors import FileLocked, FileTorn, FileUnpacksTooLarge, FileWithMacros, OfficeError, PictureTooLarge
from domain.opening import PREVIEW_SIDE, open_file
from tests.pictures import PDF, bomb, excel, phone_photo, picture

HEIC = (Path(__file__).parents[1] / "material" / "phone.heic").read_bytes()
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def seen(content: bytes | None) -> Image.Image:
    assert content is not None
    return Image.open(io.BytesIO(content))


def is_red(image: Image.Image, x: int, y: int) -> bool:
    red, green, blue = image.convert("RGB").getpixel((x, y))
    return red > 200 and green < 60 and blue < 60


@pytest.mark.parametrize(("content", "media_type"), [(phone_photo(), "image/jpeg"), (HEIC, "image/heic")])
def test_a_phones_photo_stands_upright_and_tells_nothing_of_where_it_was_taken(content: bytes, media_type: str) -> None:
    assert b"Exif" in content
    opened = open_file(content, "IMG_1", media_type)
    for made in (opened.preview, opened.copy):
        image = seen(made)
        assert image.format == "JPEG"
        assert image.width < image.height, "it was held upright"
        assert is_red(image, image.width - 8, 8), "the corner that EXIF turns to the right"
        assert (dict(image.getexif()), image.info.get("exif"), image.info.get("comment")) == ({}, None, None)
        assert b"Exif" not in made


def test_a_preview_is_small_and_a_copy_in_full_size() -> None:
    opened = open_file(picture("JPEG", (3000, 1500)), "a", "image/jpeg")
    assert (seen(opened.preview).size, seen(opened.copy).size) == ((PREVIEW_SIDE, PREVIEW_SIDE // 2), (3000, 1500))


def test_a_screenshot_stays_a_png_without_its_notes_and_a_large_one_becomes_a_jpeg() -> None:
    file = io.BytesIO()
    image = Image.new("RGBA", (300, 200), (255, 0, 0, 0))
    exif = Image.Exif()
    exif[0x010F] = "Phone"
    image.save(file, "PNG", exif=exif.tobytes())
    opened = open_file(file.getvalue(), "a", "image/png")
    assert (seen(opened.copy).format, seen(opened.copy).mode, dict(seen(opened.copy).getexif())) == ("PNG", "RGBA", {})
    assert seen(opened.preview).getpixel((5, 5)) == (255, 255, 255), "what is transparent lies on white paper"
    assert seen(open_file(picture("PNG", (2500, 2000)), "a", "image/png").copy).format == "JPEG"


@pytest.mark.parametrize(("mode", "kind"), [("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("I;16", "PNG"), ("CMYK", "JPEG")])
def test_scans_of_every_kind_are_seen(mode: str, kind: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (50, 40)).save(file, kind)
    assert seen(open_file(file.getvalue(), "a", f"image/{kind.lower()}").preview).size == (50, 40)


def test_a_pdf_is_counted_and_its_first_page_is_seen() -> None:
    document = pypdfium2.PdfDocument.new()
    for _ in range(3):
        document.new_page(595, 842).close()
    file = io.BytesIO()
    document.save(file)
    document.close()
    opened = open_file(file.getvalue(), "a", "application/pdf")
    assert (opened.pages, opened.copy) == (3, None)
    image = seen(opened.preview)
    assert (image.format, max(image.size)) == ("JPEG", PREVIEW_SIDE)


def zipped(*parts: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def lying_zip() -> bytes:
    """A part that says it unpacks to little and unpacks to much."""
    content = bytearray(zipped(("word/document.xml", b"\0" * 1_000_000)))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(signature) + place, 10)
    return bytes(content)


def locked_pdf() -> bytes:
    """A PDF of RC4, 40 bits, whose password nobody knows."""
    encrypt = b"<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>"
    return PDF.replace(b"trailer<</Root 1 0 R>>", b"4 0 obj" + encrypt + b"endobj trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<41><41>]>>")


@pytest.mark.parametrize(
    ("content", "media_type", "refusal"),
    [
        (bomb(50_000, 50_000), "image/png", PictureTooLarge),
        (bomb(9_000, 9_000), "image/png", PictureTooLarge),
        (picture("JPEG", (900, 700))[:-3000], "image/jpeg", FileTorn),
        (picture("PNG")[:60] + b"\0" * 100 + b"IEND\xaeB`\x82", "image/png", FileTorn),
        (HEIC[:-300], "image/heic", FileTorn),
        (b"RIFF\x04\0\0\0WEBP", "image/webp", FileTorn),
        (b"%PDF-1.4\nnothing\n%%EOF", "application/pdf", FileTorn),
        (PDF.replace(b"[3 0 R]/Count 1", b"[]/Count 0"), "application/pdf", FileTorn),
        (locked_pdf(), "application/pdf", FileLocked),
        (zipped(("word/document.xml", b"\0" * 301 * 1024 * 1024)), WORD, FileUnpacksTooLarge),
        (zipped(("xl/workbook.xml", b"\0" * 40 * 1024 * 1024)), EXCEL, FileUnpacksTooLarge),
        (zipped(*((f"{number}.xml", b"") for number in range(10_001))), WORD, FileUnpacksTooLarge),
        (lying_zip(), WORD, FileTorn),
        (zipped(("word/document.xml", b"x"), ("word/vbaProject.bin", b"x")), WORD, FileWithMacros),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "application/msword", FileLocked),
        (OLE + "_VBA_PROJECT".encode("utf-16-le"), "application/vnd.ms-excel", FileWithMacros),
    ],
    ids=lambda value: None if isinstance(value, bytes) else getattr(value, "__name__", value),
)
def test_bombs_torn_locked_and_programmed_files_are_refused_by_name(content: bytes, media_type: str, refusal: type[OfficeError]) -> None:
    with pytest.raises(refusal) as refused:
        open_file(content, "tệp của tôi", media_type)
    assert refused.value.facts["name"] == "tệp của tôi"


def test_office_files_pass_without_a_preview() -> None:
    for content, media_type in ((excel(), EXCEL), (OLE + zlib.compress(b"x" * 999), "application/msword")):
        opened = open_file(content, "a", media_type)
        assert (opened.pages, opened.preview, opened.copy) == (None, None, None)
