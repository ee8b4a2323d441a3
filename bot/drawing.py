"""Drawing (vẽ nhãn): what a pressed button wants on paper is drawn and stored before the transaction, as files must lie on the disk first.

All facts stand in the button, but for the address of one's own site, which the conversation keeps. Whether the number may be printed at all
is the conversation's to say: what cannot be drawn is left out here.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from bot.barcode_buttons import Draw
from bot.inbound import Inbound
from bot.work import FetchedFile
from db.files import FileStore
from domain import barcode_label as labels
from domain import gs1, qr

RESOLVER = "https://id.gs1.org"
"""GS1's own resolver: where a Digital Link leads that names no site of the firm."""
QR, OWN_QR = 0, 1
"""Percent of `Draw` for a QR code, leading to GS1's resolver or to one's own site."""
_QR_SIDE = 30.0
"""Millimetres, quiet zone among it."""
SVG, PDF, PNG = "image/svg+xml", "application/pdf", "image/png"


class Drawing:
    """One for the process; `draw` blocks for some 50 ms and is called from a thread."""

    def __init__(self, files: FileStore, clock: Callable[[], datetime]) -> None:
        self._files, self._clock = files, clock

    def draw(self, wanted: Draw, language: str, site: str | None) -> tuple[FetchedFile, ...]:
        """SVG, PDF and PNG; nothing where the number cannot be drawn."""
        try:
            drawn = list(self._qr(wanted, language, site) if wanted.percent in {QR, OWN_QR} else self._label(wanted, language))
        except ValueError:
            return ()
        return tuple(FetchedFile(name, self._files.put(content), len(content), media_type) for name, content, media_type in drawn)

    def _label(self, wanted: Draw, language: str) -> Iterator[tuple[str, bytes, str]]:
        label = labels.label_of(wanted.number, wanted.percent)
        name = f"{wanted.number}-{wanted.percent}"
        svg = labels.svg(label)
        yield f"{name}.svg", svg.encode(), SVG
        yield f"{name}.pdf", labels.pdf(svg, label.size, wanted.number, language, self._clock()), PDF
        yield f"{name}.png", labels.png(labels.for_pixels(label)), PNG

    def _qr(self, wanted: Draw, language: str, site: str | None) -> Iterator[tuple[str, bytes, str]]:
        link = link_to(wanted, site)
        name = f"{wanted.number}-qr"
        svg = qr.svg(link)
        yield f"{name}.svg", svg.encode(), SVG
        yield f"{name}.pdf", labels.pdf(svg, (_QR_SIDE, _QR_SIDE), link, language, self._clock()), PDF
        yield f"{name}.png", qr.png(link), PNG


def link_to(wanted: Draw, site: str | None) -> str:
    """The Digital Link of the QR code. Raises ValueError for a number that is none."""
    labels.bars_of(wanted.number)
    return gs1.build_link(site if wanted.percent == OWN_QR and site else RESOLVER, wanted.number)


def wanted_of(inbound: Inbound) -> Draw | None:
    """What the pressed button of an update wants drawn, if anything."""
    press = inbound.update.callback_query if inbound.update else None
    if press is None or not (press.data or "").startswith(f"{Draw.__prefix__}:"):
        return None
    try:
        return Draw.unpack(press.data or "")
    except (TypeError, ValueError):
        return None
