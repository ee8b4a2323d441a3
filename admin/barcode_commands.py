"""Commands about barcodes: `flask --app admin barcodes read IMAGE…`, by the very reader that the chat uses."""

import json
import time
from pathlib import Path

import click
from flask.cli import AppGroup

from domain.errors import OfficeError
from locales import translate
from locales.languages import DEFAULT


def group() -> AppGroup:
    """The commands."""
    barcodes = AppGroup("barcodes", help="Barcodes in photographs.")

    @barcodes.command("read")
    @click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
    def read(images: tuple[Path, ...]) -> None:
        """Print one JSON line an image: its codes, or what to do for a better picture."""
        from domain import barcode_photos

        barcode_photos.make_ready()
        for image in images:
            click.echo(json.dumps(_line(image), ensure_ascii=False))

    return barcodes


def _line(image: Path) -> dict[str, object]:
    """What is in a file; `ms` is the time of reading the opened picture, as other readers are timed."""
    from domain import barcode_photos  # the decoders take a moment to import, and the other commands need none
    from domain.photos.pictures import pictures

    codes: list[dict[str, str | None]] = []
    advice, began = "", time.perf_counter()
    try:
        opened = list(pictures(image.read_bytes(), image.name))
        began = time.perf_counter()
        reading = barcode_photos.read_opened(opened)
        codes = [{"text": code.text, "format": code.format, "gtin14": code.gtin14} for code in reading.codes]
        advice = _sentence(reading.advice or ("" if reading.sure else barcode_photos.UNSURE))
    except OSError as fault:
        advice = f"{image}: {fault.strerror}"
    except OfficeError as refusal:
        advice = _sentence(refusal.key, **refusal.facts)
    spent = time.perf_counter() - began
    return {"file": str(image), "codes": codes, "advice": advice, "ms": round(1000 * spent, 2)}


def _sentence(key: str, **facts: object) -> str:
    return translate(key, DEFAULT, **facts) if key else ""
