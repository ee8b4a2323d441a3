import pickle
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from domain import barcode_photos
from domain.barcode_photos import Code, Reading
from domain.errors import FileTorn, PictureTooLarge
from domain.photos import faults
from domain.photos.numbers import gtin14
from tests.barcodes import MILK, label, photo, qr, stored

SETS = Path(__file__).parents[1] / "material" / "barcode_photos"
CASCADE = 77
"""So many of the kept photographs zxing-cpp, zbar and zxing-cpp at double size read together: `make bench`."""


def numbers(image: Image.Image) -> list[str | None]:
    return [code.gtin14 for code in barcode_photos.read(stored(image, "PNG")).codes]


def advice(image: Image.Image) -> str:
    reading = barcode_photos.read(stored(image, "PNG"))
    assert reading.codes == ()
    return reading.advice


def test_photographs_are_read_better_than_by_the_best_cascade_and_no_number_is_made_up() -> None:
    read, pictures = 0, 0
    for folder in sorted(path for path in SETS.iterdir() if path.is_dir()):
        form = "UPCE" if folder.name.startswith("upce") else "EAN13"
        expected = {path.stem: gtin14(path.read_text().strip(), form) for path in folder.glob("*.txt")}
        for name, number in expected.items():
            told = {code.gtin14 for code in barcode_photos.read((folder / f"{name}.webp").read_bytes()).codes}
            # some pages bear two codes; each is the expected one of some photograph of the set
            assert told <= set(expected.values()), f"{folder.name}/{name}: {told}"
            read += number in told
            pictures += 1
    assert pictures == 91
    assert read >= CASCADE + 0.02 * pictures


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_read_in_pictures_without_a_code(seed: int) -> None:
    chance = np.random.default_rng(seed)
    size = (480, 640)
    wide = np.arange(640)
    wave = np.sin(wide / chance.uniform(2, 12))
    rows = {
        "fence": np.tile(127 + 90 * np.sign(wave), (480, 1)),
        "cloth": np.tile(127 + 90 * wave, (480, 1)),
        "stripes of chance": np.tile(np.repeat(chance.integers(0, 2, 200), chance.integers(2, 6))[:400], (480, 1)) * 180.0 + 40,
        "grain": np.tile(np.interp(wide, np.arange(0, 640, 9), chance.uniform(20, 230, 72)), (480, 1)),
        "noise": chance.uniform(0, 255, size),
        "plain": np.full(size, 128.0),
    }
    words = Image.new("L", (640, 480), 230)
    for y in range(0, 480, 12):
        ImageDraw.Draw(words).text((4, y), "Thành phần: đường, sữa bột, |||| lIlIlI 0123456789 " * 3, fill=20)
    pictures = {name: Image.fromarray(row.astype(np.uint8)) for name, row in rows.items()} | {"print": words}
    for name, picture in pictures.items():
        for image in (picture, picture.rotate(37, fillcolor=200).filter(ImageFilter.GaussianBlur(1.5))):
            assert numbers(image) == [], name


@pytest.mark.parametrize("angle", [0, 12, 45, 90, 180, 225, 300])
def test_a_barcode_is_read_however_the_photograph_is_turned(angle: int) -> None:
    assert numbers(photo(label(MILK, 2.6), angle=angle, blur=0.8)) == ["0" + MILK]


def test_bars_that_run_into_each_other_are_read_where_another_reader_sees_nothing() -> None:
    blurred = photo(label(MILK, 3.0), blur=1.8)
    assert zxingcpp.read_barcodes(np.asarray(blurred)) == []
    assert numbers(blurred) == ["0" + MILK]


def test_a_screenshot_of_a_photograph_is_read_though_clear_at_the_edges() -> None:
    screen = Image.new("RGBA", (540, 1170), (255, 255, 255, 0))
    ImageDraw.Draw(screen).rectangle((0, 0, 540, 90), fill=(20, 20, 20, 255))
    screen.paste(photo(label(MILK, 3.0), blur=0.6).resize((540, 405)).convert("RGBA"), (0, 300))
    assert numbers(screen) == ["0" + MILK]


def test_every_code_in_a_picture_is_told() -> None:
    link = qr("https://id.example.vn/01/08936003721777/10/L2611?17=271130")
    found = barcode_photos.read(stored(photo(label("96385074", 3.0), link, size=(800, 480)))).codes
    assert {(code.format, code.gtin14) for code in found} == {("EAN8", "00000096385074"), ("QRCODE", "08936003721777")}
    two = photo(label(MILK, 2.0), label("4006381333931", 2.0), size=(800, 480))
    assert set(numbers(two)) == {"0" + MILK, "04006381333931"}


@pytest.mark.parametrize(
    ("form", "content", "expected"),
    [
        (zxingcpp.BarcodeFormat.UPCA, "036000291452", Code("036000291452", "UPCA", "00036000291452")),
        (zxingcpp.BarcodeFormat.UPCE, "04252614", Code("04252614", "UPCE", "00042100005264")),
        (zxingcpp.BarcodeFormat.ITF, "18936003721774", Code("18936003721774", "ITF14", "18936003721774")),
        (zxingcpp.BarcodeFormat.ITF, "18936003721775", None),
        (zxingcpp.BarcodeFormat.Code128, "KHO-7", Code("KHO-7", "CODE128", None)),
        (zxingcpp.BarcodeFormat.DataMatrix, "lô 7", Code("lô 7", "DATAMATRIX", None)),
    ],
)
def test_kinds_of_symbols(form: zxingcpp.BarcodeFormat, content: str, expected: Code | None) -> None:
    symbol = np.asarray(zxingcpp.create_barcode(content, form).to_image(scale=3, add_quiet_zones=True))
    if form == zxingcpp.BarcodeFormat.DataMatrix:
        symbol = np.kron(symbol, np.ones((2, 2), np.uint8))
    found = barcode_photos.read(stored(photo(Image.fromarray(symbol).convert("L")))).codes
    assert found == ((expected,) if expected else ())


def test_the_number_comes_out_of_element_strings() -> None:
    assert gtin14("(01)08936003721777(10)L2611", "DATAMATRIX", "]d2010893600372177710L2611") == "08936003721777"
    assert gtin14("(01)08936003721777", "CODE128", "]C10108936003721778") is None, "its check digit is wrong"
    assert gtin14("https://example.vn/gioi-thieu", "QRCODE", "]Q1https://example.vn/gioi-thieu") is None
    assert gtin14("0108936003721777", "CODE128", "]C00108936003721777") is None, "a plain text is no element string"


def test_a_photograph_of_fifty_million_pixels_is_read() -> None:
    table = photo(label(MILK, 3.0)).resize((2560, 1920))
    large = Image.new("L", (8160, 6120), 120)
    large.paste(table, (3000, 2000))
    assert [code.gtin14 for code in barcode_photos.read(stored(large)).codes] == ["0" + MILK]


def test_exif_turns_the_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = photo(label(MILK)).rotate(90, expand=True)
    (grey,) = barcode_photos.pictures(stored(sideways, exif=exif))
    assert grey.shape == (480, 640)


def test_heic_is_read() -> None:
    found = barcode_photos.read((SETS.parent / "milk.heic").read_bytes())
    assert found == Reading((Code(MILK, "EAN13", "0" + MILK),))


def test_a_scan_in_a_pdf_is_read_on_every_page() -> None:
    pages = [photo(label(MILK)).convert("RGB"), photo(label("4006381333931"), blur=1.0).convert("RGB")]
    scan = stored(pages[0], "PDF", save_all=True, append_images=pages[1:], resolution=150)
    assert [code.text for code in barcode_photos.read(scan).codes] == [MILK, "4006381333931"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"%PDF-1.4 torn",
        stored(photo(label(MILK)))[:7000],
        stored(photo(label(MILK)), "PNG")[:1200],
        (SETS.parent / "milk.heic").read_bytes()[:900],
        stored(Image.new("L", (9, 9)), "GIF"),
    ],
)
def test_torn_files_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(FileTorn):
        barcode_photos.read(data)


@pytest.mark.parametrize("side", [8000, 14000])
def test_bombs_are_refused_before_they_unfold(side: int) -> None:
    with pytest.raises(PictureTooLarge):
        barcode_photos.read(stored(Image.new("1", (side, side)), "PNG"))


def test_the_reason_fits_the_failure() -> None:
    sharp = label(MILK, 3.0)
    assert advice(photo(sharp, blur=7.0)) == faults.BLUR
    assert advice(photo(label(MILK, 0.7), size=(320, 240), blur=0.6)) == faults.SMALL
    assert advice(photo(label(MILK, 6.0).crop((180, 0, 700, 300)), size=(520, 320))) == faults.CUT
    burnt = photo(sharp, blur=0.8)
    ImageDraw.Draw(burnt).ellipse((250, 60, 350, 420), fill=255)
    assert advice(burnt.filter(ImageFilter.GaussianBlur(2))) == faults.GLARE
    assert advice(Image.new("L", (640, 480), 128).filter(ImageFilter.GaussianBlur(1))) in (faults.NONE, faults.BLUR)


def test_what_is_read_goes_through_a_pipe() -> None:
    reading = barcode_photos.read(stored(photo(label(MILK))))
    assert pickle.loads(pickle.dumps(reading)) == reading
    assert reading.sure
