"""From what a symbol says to the number of the product in it, as fourteen digits (GTIN-14)."""

from domain.photos.symbols import is_number, upc_a

_SYMBOLOGY = ("]C1", "]d2", "]Q3", "]e0")
"""Identifiers of symbols that hold GS1 element strings."""


def gtin14(text: str, form: str, raw: str = "") -> str | None:
    """The GTIN-14 in a symbol's text: padded, expanded, or out of application identifier (01). `raw` holds the identifier and separators.

    >>> gtin14("8936003721777", "EAN13"), gtin14("04252614", "UPCE"), gtin14("8936003721778", "EAN13")
    ('08936003721777', '00042100005264', None)
    """
    if form == "UPCE":
        return upc_a(text).zfill(14) if is_number(upc_a(text)) else None
    if form in ("EAN13", "EAN8", "UPCA", "ITF14"):
        return text.zfill(14) if is_number(text) else None
    if raw.startswith(_SYMBOLOGY) or text.lower().startswith(("http://", "https://")):
        return _parsed(raw if raw.startswith(_SYMBOLOGY) else text)
    return None


def _parsed(value: str) -> str | None:
    import biip  # a fifth of a second to import, and most pictures hold no such symbol

    try:
        found = biip.parse(value)
    except biip.ParseError:
        return None
    return found.gtin.as_gtin_14() if found.gtin else None
