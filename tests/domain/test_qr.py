import io

import pytest
import zxingcpp
from PIL import Image

from domain import qr

TEXTS = ["x", "https://example.org/verify/" + "Aa0_-" * 9, "Phiếu tham dự của Nguyễn Thị Ưng, lớp xăng dầu", "7" * 300]


@pytest.mark.parametrize("text", TEXTS)
def test_a_phone_reads_what_was_written(text: str) -> None:
    picture = Image.open(io.BytesIO(qr.png(text)))
    (read,) = zxingcpp.read_barcodes(picture)
    assert read.text == text
    assert read.format == zxingcpp.BarcodeFormat.QRCode, "phones do not read Micro QR"


def test_the_drawing_takes_the_size_of_its_place_and_stays_readable_on_a_dark_page() -> None:
    drawn = qr.svg("https://example.org/verify/abc?a=1&b=2")
    head = drawn[: drawn.index(">")]
    assert head.startswith("<svg ")
    assert "viewBox" in head
    assert "width" not in head
    assert 'fill="#fff"' in drawn
    assert "style" not in drawn, "our policy for pages lets no style attribute through"
