"""Pictures of barcodes for tests, drawn on the spot."""

import io

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFilter

from domain.photos.symbols import EAN8, EAN13, modules

MILK = "8936003721777"


def label(number: str, module: float = 3.0) -> Image.Image:
    """A white label with an EAN-13 or EAN-8, its quiet zones and its digits; `module` is the width of the thinnest bar in pixels."""
    drawing = "0" * 11 + modules(EAN8 if len(number) == 8 else EAN13, number) + "0" * 11
    bars = Image.fromarray(np.array([[30 if bit == "1" else 235 for bit in drawing]], np.uint8))
    width = round(len(drawing) * module)
    symbol = (
        bars.resize((8 * len(drawing), 1), Image.Resampling.NEAREST).resize((width, 1), Image.Resampling.BOX).resize((width, width // 2))
    )
    paper = Image.new("L", (width, width // 2 + 30), 235)
    paper.paste(symbol, (0, 8))
    ImageDraw.Draw(paper).text((width // 3, width // 2 + 12), number, fill=30)
    return paper


def photo(*things: Image.Image, size: tuple[int, int] = (640, 480), angle: float = 0.0, blur: float = 0.0) -> Image.Image:
    """Things side by side on a brown table, turned (degrees) and out of focus (pixels)."""
    table = Image.new("L", size, 120)
    room = size[0] // len(things)
    for number, thing in enumerate(things):
        table.paste(thing, (number * room + (room - thing.width) // 2, (size[1] - thing.height) // 2))
    return table.rotate(angle, Image.Resampling.BICUBIC, fillcolor=120).filter(ImageFilter.GaussianBlur(blur))


def qr(text: str, scale: int = 5) -> Image.Image:
    file = io.BytesIO()
    segno.make_qr(text).save(file, kind="png", scale=scale)
    return Image.open(file).convert("L")


def stored(image: Image.Image, kind: str = "JPEG", **more: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()
