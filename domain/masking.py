"""Masking (che số): identity-card, bank-card and phone numbers in a text give way to a word that keeps their last three digits.

>>> mask("CCCD 046099001234, gọi 0905 123 456")
'CCCD ‹số giấy tờ …234›, gọi ‹số điện thoại …456›'
>>> mask("thẻ 4111 1111 1111 1111, phiếu HD-2026-000123-7, phí 1.000.000.000 đồng")
'thẻ ‹số thẻ …111›, phiếu HD-2026-000123-7, phí 1.000.000.000 đồng'
"""

import hashlib
import re

_ALONE = r"(?<!\d)(?<!\d[.,])"
"""Not the end of a longer number or of an amount of money."""
_CARD = re.compile(rf"{_ALONE}(?:\d{{13,19}}|\d{{4}}(?:[ -]\d{{4}}){{3}}(?:[ -]\d{{3}})?|\d{{4}}[ -]\d{{6}}[ -]\d{{5}})(?!\d)")
_IDENTITY = re.compile(rf"{_ALONE}(?:\d{{12}}|\d{{3}}(?: \d{{3}}){{3}})(?!\d)")
"""Căn cước: twelve digits."""
_PHONE = re.compile(
    rf"{_ALONE}(?:\(\+84\)(?:[ .-]?\d){{8,9}}|\(0\d{{2,3}}\)(?:[ .-]?\d){{7,8}}|(?:(?:\+|00)?84|0)(?:[ .-]?\d){{8,10}})(?!\d)"
)
_OLD_IDENTITY = re.compile(rf"{_ALONE}(?:\d{{9}}|\d{{3}}(?: \d{{3}}){{2}})(?!\d)")
"""Chứng minh nhân dân: nine."""
_KEPT = 3


def mask(text: str) -> str:
    """The text without such numbers. Cards are told by their check digit, so that other long numbers stay."""
    text = _CARD.sub(lambda found: _instead("số thẻ", found) if _is_card(found[0]) else found[0], text)
    text = _IDENTITY.sub(lambda found: _instead("số giấy tờ", found), text)
    text = _PHONE.sub(lambda found: _instead("số điện thoại", found), text)
    return _OLD_IDENTITY.sub(lambda found: _instead("số giấy tờ", found), text)


def recipient_code(broadcast_id: int, contact_id: int) -> str:
    """A code for somebody in a list that leaves the office: the same person has another one in every broadcast."""
    return hashlib.sha256(f"{broadcast_id}:{contact_id}".encode()).hexdigest()[:10].upper()


def _instead(what: str, found: re.Match[str]) -> str:
    return f"‹{what} …{_digits(found[0])[-_KEPT:]}›"


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


def _is_card(text: str) -> bool:
    """Luhn's check digit, of the whole or of the sixteen digits before a security code."""
    digits = _digits(text)
    return any(_checks(number) for number in {digits, digits[:16]})


def _checks(number: str) -> bool:
    listed = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in listed[1::2]]
    return any(listed) and (sum(listed[::2]) + sum(doubled)) % 10 == 0
