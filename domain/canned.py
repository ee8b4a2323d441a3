"""Canned replies (câu trả lời mẫu): the places in a text, `{citizen}`, and filling them with the facts of one enquiry.

>>> fill("Chào {citizen}, phiếu {reference} – gọi {phone}.", {"citizen": "anh Bình", "reference": "HD-2026-000001-7"})
'Chào anh Bình, phiếu HD-2026-000001-7 – gọi {phone}.'
>>> places("gọi {phone} hoặc {số nhà}, {phone}")
['phone', 'số nhà']
"""

import re
from collections.abc import Mapping

PLACES = ("citizen", "reference", "officer", "office", "due")
"""The facts that every enquiry has."""

_PLACE = re.compile(r"\{\s*([^\W\d_][\w ]{0,39}?)\s*\}")
"""Words in braces. What stands in braces otherwise, numbers or code, is no place and stays."""


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text with its known places filled, once: a fact that holds braces itself is not read again. Unknown places stay as they are."""
    return _PLACE.sub(lambda found: facts.get(found[1], found[0]), text)


def places(text: str) -> list[str]:
    """The names of the places that are still open in a text, in order, each once."""
    return list(dict.fromkeys(_PLACE.findall(text)))
