"""Reading an answer to a field as a hurried person types it. What is read is shown back; nothing is changed silently.

>>> read(Field("n", NUMBER, at_most=100_000), "khoảng 1.200 mã")
1200
>>> read(Field("y", YES_NO), "dạ có ạ"), read(Field("y", YES_NO), "ko")
('yes', 'no')
>>> read(Field("c", CHOICE, choices=("gln", "gtin8")), "ma dia diem", {"gln": "Mã địa điểm", "gtin8": "GTIN-8"})
'gln'
>>> read(Field("p", COMPANY_PREFIX), "893 600 372")
'893600372'
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from biip import BiipException
from biip.gtin import Gtin

from domain.dossiers.declaration import (
    ADDRESS,
    CHOICE,
    COMPANY_PREFIX,
    DATE,
    EMAIL,
    GTINS,
    INSTRUMENTS,
    MADE,
    NO,
    NUMBER,
    PACKAGES,
    PHONE,
    PRODUCTS,
    TAX_CODE,
    YES,
    YES_NO,
    Field,
    Paper,
)
from domain.dossiers.rows import read_lines
from domain.errors import (
    BadAddress,
    BadAnswer,
    BadCompanyPrefix,
    BadEmail,
    BadGtin,
    BadLength,
    BadNumber,
    BadYesNo,
    ProductListAwaited,
    TooManyCodes,
    WrongPaper,
)
from domain.folding import clean, fold
from domain.training import date_of, phone_of, tax_code_of

_EMAIL = re.compile(r"[^@\s,;]{1,64}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}", re.IGNORECASE)
_NUMBERS = re.compile(r"\d{1,3}(?:[.,\s]\d{3})+(?!\d)|\d+")
_YES = frozenset({"co", "yes", "y", "roi", "dung", "vang", "da co", "dong y", "ok"})
_NO = frozenset({"khong", "ko", "k", "no", "n", "chua", "khong co", "chua co", "hong", "kg"})
_TALK = re.compile(r"\b(da|a|em|anh|chi|ah|nhe|nha)\b")


def read(field: Field, text: str, captions: Mapping[str, str] | None = None) -> Any:
    """An answer as it is kept: a text, a whole number, `yes`/`no`, the name of a choice, a date as YYYY-MM-DD, digits, a list of GTIN-14.

    `captions` are the choices as they were shown. Raises the `OfficeError` that says what is wrong.
    """
    text = clean(text)
    if field.kind == CHOICE:
        return _choice(field, text, captions or {})
    reader = _READERS.get(field.kind)
    return reader(text) if reader else _BOUNDED.get(field.kind, _within)(field, text)


def _within(field: Field, text: str) -> str:
    if not field.at_least <= len(text) <= field.at_most:
        raise BadLength(low=field.at_least, high=field.at_most)
    return text


def _number(field: Field, text: str) -> int:
    """The one whole number of a text; points and spaces between thousands are no decimals here."""
    found = [int(re.sub(r"\D", "", number)) for number in _NUMBERS.findall(text)]
    if len(found) != 1 or not field.at_least <= found[0] <= field.at_most or "-" in text:
        raise BadNumber(low=field.at_least, high=field.at_most)
    return found[0]


def _choice(field: Field, text: str, captions: Mapping[str, str]) -> str:
    plain = fold(text)
    shown = {choice: fold(captions.get(choice, choice)) for choice in field.choices}
    if plain.isdigit() and 1 <= int(plain) <= len(field.choices):
        return field.choices[int(plain) - 1]
    exact = [choice for choice, caption in shown.items() if plain in {caption, choice}]
    alike = exact or [choice for choice, caption in shown.items() if len(plain) > 2 and plain in caption]
    if len(alike) != 1:
        raise BadAnswer(choices=", ".join(captions.get(choice, choice) for choice in field.choices))
    return alike[0]


def _yes_no(text: str) -> str:
    plain = " ".join(_TALK.sub(" ", fold(text).strip(" .!,")).split())
    if plain in _YES:
        return YES
    if plain in _NO:
        return NO
    raise BadYesNo


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text) or len(text) > 200 or ".." in text:
        raise BadEmail(email=text[:80])
    return text


def _company_prefix(text: str) -> str:
    digits = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch(r"893\d{4,9}", digits):
        raise BadCompanyPrefix(prefix=text[:30])
    return digits


def gtins_of(text: str, limit: int) -> list[str]:
    """The GTIN-14s of a list, each once, in order. Raises `BadGtin` with the first that is none, and `TooManyCodes`."""
    codes = [re.sub(r"[.-]", "", code) for code in re.split(r"[\s,;]+", text) if code]
    if not codes:
        raise BadGtin(code=text[:30])
    if len(codes) > limit:
        raise TooManyCodes(count=len(codes), limit=limit)
    return list(dict.fromkeys(_gtin(code) for code in codes))


def _gtin(code: str) -> str:
    try:
        return str(Gtin.parse(code).as_gtin_14())
    except BiipException as fault:
        raise BadGtin(code=code[:30]) from fault


def _products(_text: str) -> str:
    """A list is sent as a sheet or typed product by product, never in one answer."""
    raise ProductListAwaited


def _address(field: Field, text: str) -> dict[str, str]:
    if not any(char.isalpha() for char in text):
        raise BadAddress
    return {"line": _within(field, " ".join(text.split())), "street": "", "commune": "", "province": ""}


_READERS: Mapping[str, Callable[[str], Any]] = {
    YES_NO: _yes_no,
    DATE: lambda text: date_of(text).isoformat(),
    TAX_CODE: tax_code_of,
    PHONE: phone_of,
    EMAIL: _email,
    COMPANY_PREFIX: _company_prefix,
    PRODUCTS: _products,
}
_BOUNDED: Mapping[str, Callable[[Field, str], Any]] = {
    NUMBER: _number,
    ADDRESS: _address,
    GTINS: lambda field, text: gtins_of(text, field.at_most),
    PACKAGES: lambda field, text: read_lines(PACKAGES, text, field.at_most),
    INSTRUMENTS: lambda field, text: read_lines(INSTRUMENTS, text, field.at_most),
    MADE: lambda field, text: read_lines(MADE, text, field.at_most),
}


def must_fit(paper: Paper, *, name: str, media_type: str, caption: str, kinds: str) -> None:
    """Raises `WrongPaper` where a file is of a kind that a paper does not take. `caption` and `kinds` are words to show."""
    if media_type not in paper.types:
        raise WrongPaper(name=name, paper=caption, kinds=kinds)
