import io
import zipfile

import pytest
from PIL import Image

from domain.errors import FileEmpty, FileRefused, FileTooLarge
from usecases.uploads import safe_name, take_in

LIMIT = 1024 * 1024


def _picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(buffer, kind)
    return buffer.getvalue()


def _zip(*parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for part in parts:
            archive.writestr(part, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "media_type", "shown"),
    [
        (_picture("JPEG"), "ảnh nhãn.jpg", "image/jpeg", "ảnh nhãn.jpg"),
        (_picture("PNG"), "ảnh.jpg", "image/png", "ảnh.jpg.png"),
        (_picture("WEBP"), "", "image/webp", "tep.webp"),
        (b"%PDF-1.7\n...\n%%EOF\n", "giấy phép.pdf", "application/pdf", "giấy phép.pdf"),
        (_zip("[Content_Types].xml", "word/document.xml"), "don.docx", None, "don.docx"),
        (_zip("[Content_Types].xml", "xl/workbook.xml"), "ds.xlsx", None, "ds.xlsx"),
    ],
)
def test_the_type_is_read_from_the_content_and_the_name_is_made_to_fit(
    content: bytes, name: str, media_type: str | None, shown: str
) -> None:
    taken = take_in(content, name, LIMIT)
    assert taken.name == shown
    if media_type:
        assert taken.media_type == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00" + b"\x00" * 100,
        _zip("readme.txt"),
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7\n torn",
        _picture("JPEG")[:-200],
        _picture("PNG")[:-12],
        b"PK\x03\x04 torn zip",
        b"GIF89a" + b"\x00" * 50,
    ],
)
def test_what_is_hostile_torn_or_of_another_kind_is_refused_whatever_its_name(content: bytes) -> None:
    with pytest.raises(FileRefused):
        take_in(content, "hồ sơ.pdf", LIMIT)


def test_a_phone_that_appends_its_own_data_after_the_picture_is_welcome() -> None:
    assert take_in(_picture("JPEG") + b"\x00" * 9000, "IMG_1.jpg", LIMIT).media_type == "image/jpeg"


def test_empty_and_too_large_files_are_told_apart() -> None:
    with pytest.raises(FileEmpty):
        take_in(b"", "a.pdf", LIMIT)
    with pytest.raises(FileTooLarge) as refusal:
        take_in(b"x" * (LIMIT + 1), "a.pdf", LIMIT)
    assert refusal.value.facts == {"name": "a.pdf", "limit": 1}


@pytest.mark.parametrize(
    ("given", "shown"),
    [("../../etc/passwd", "passwd"), ("C:\\Users\\a\\đơn.pdf", "đơn.pdf"), ("a\u202egpj.exe", "agpj.exe"), ("", "tep"), (" . ", "tep")],
)
def test_a_name_is_only_a_name(given: str, shown: str) -> None:
    assert safe_name(given) == shown


def test_a_very_long_name_keeps_its_ending() -> None:
    assert len(safe_name("x" * 500 + ".docx")) <= 120
    assert safe_name("x" * 500 + ".docx").endswith(".docx")
