"""QR codes (mã QR) that any phone reads, as a drawing for pages and papers and as a picture for chats.

>>> svg("https://example.org/v/1").startswith('<svg xmlns="http://www.w3.org/2000/svg"')
True
>>> png("https://example.org/v/1")[1:4]
b'PNG'
"""

import io

import segno

QUIET = 4
"""Light modules around the code: what ISO/IEC 18004 asks for. They are drawn white, for dark pages too."""
_PNG_MODULE = 8
"""Pixels."""


def svg(text: str) -> str:
    """An SVG element that takes the size of the place it is put in."""
    drawn = io.BytesIO()
    _code(text).save(drawn, kind="svg", border=QUIET, light="#fff", xmldecl=False, svgclass=None, lineclass=None, omitsize=True, nl=False)
    return drawn.getvalue().decode()


def png(text: str) -> bytes:
    drawn = io.BytesIO()
    _code(text).save(drawn, kind="png", border=QUIET, scale=_PNG_MODULE)
    return drawn.getvalue()


def _code(text: str) -> segno.QRCode:
    """Never `segno.make`: it turns short texts into Micro QR, which phones do not read. A seventh of the code may be dirty."""
    return segno.make_qr(text, error="m")
