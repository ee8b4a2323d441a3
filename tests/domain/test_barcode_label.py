"""Labels are read back, in every form and size, with nothing but themselves on the paper."""

import io
from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from domain import barcode_label as labels
from domain import qr

NUMBERS = {"8936003721777": "EAN13", "96385074": "EAN8", "050968000093": "UPCA", "18936003721774": "ITF"}
MADE = datetime(2026, 11, 23, tzinfo=UTC)


def read(content: bytes) -> list[tuple[str, str]]:
    picture = Image.open(io.BytesIO(content)).convert("L")
    return [(found.format.name, found.text) for found in zxingcpp.read_barcodes(picture)]


def rendered(paper: bytes) -> bytes:
    page = pypdfium2.PdfDocument(paper)[0]
    held = io.BytesIO()
    page.render(scale=600 / 72).to_pil().save(held, "PNG")
    return held.getvalue()


@pytest.mark.parametrize("percent", [80, 100, 137.5, 150, 200])
@pytest.mark.parametrize("number", NUMBERS)
def test_a_label_is_read_back_from_png_and_pdf(number: str, percent: float) -> None:
    if percent < labels.smallest(number):
        with pytest.raises(ValueError):
            labels.label_of(number, percent)
        return
    label = labels.label_of(number, percent)
    exact = labels.for_pixels(label)
    assert labels.smallest(number) <= exact.percent <= 200
    assert abs(exact.percent - percent) < 10
    for content in (labels.png(exact), rendered(labels.pdf(labels.svg(label), label.size, number, "vi", MADE))):
        (found,) = read(content)
        assert found[1].lstrip("0") == number.lstrip("0")


def test_sizes_are_those_of_the_standard() -> None:
    ean = labels.label_of("8936003721777", 100)
    assert ean.size == (37.29, 25.91)
    assert (labels.label_of("8936003721777", 80).module, labels.label_of("8936003721777", 200).module) == (0.264, 0.66)
    assert round(ean.bars.height * labels.NOMINAL, 2) == 22.85
    assert ean.bars.quiet == (11, 7)
    assert labels.label_of("96385074", 100).size[0] == 26.73
    case = labels.label_of("18936003721774", 150)
    assert round(case.module, 3) == 0.495
    assert round(case.bars.height * case.module, 2) == 31.75


def test_a_png_has_whole_pixels_a_module_and_quiet_zones_without_ink() -> None:
    label = labels.for_pixels(labels.label_of("8936003721777", 100))
    picture = Image.open(io.BytesIO(labels.png(label)))
    scale = round(label.module * 600 / 25.4)
    assert picture.info["dpi"][0] == pytest.approx(600, abs=0.1)
    row = [picture.getpixel((x, 10)) for x in range(picture.width)]
    assert set(row[: 11 * scale] + row[-7 * scale :]) == {255}
    runs = [len(run) for run in "".join("1" if ink < 128 else "0" for ink in row).replace("01", "0 1").replace("10", "1 0").split()]
    assert all(run % scale == 0 for run in runs)


def test_what_is_no_gtin_gets_no_label() -> None:
    for number in ("8936003721771", "893600372177", "abc", ""):
        with pytest.raises(ValueError):
            labels.bars_of(number)


def test_a_digital_link_is_read_back_from_its_qr_code() -> None:
    link = "https://id.gs1.org/01/08936003721777/10/L2611?17=271130"
    assert read(qr.png(link)) == [("QRCode", link)]
