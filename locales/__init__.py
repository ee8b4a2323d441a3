"""Every sentence that a person reads: gettext catalogues keyed by `<place>.<what>`, Vietnamese and English, bot and admin alike.

Facts are filled in braces, `{reference}`. `translate` gives plain text; `translate_html` escapes the facts, for chat messages, whose
sentences may hold <b>, <i> and <a>.
"""

import gettext
import html
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from locales.languages import DEFAULT, LANGUAGES

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DOMAIN = "messages"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The compiled catalogue of a language; an unknown one is answered in the office's own language."""
    chosen = language if language in LANGUAGES else DEFAULT
    return gettext.translation(DOMAIN, str(Path(__file__).parent), languages=[chosen])


def translate(key: str, language: str, /, **facts: Any) -> str:
    """The sentence of a key with its facts as they are."""
    sentence = catalogue(language).gettext(key)
    return sentence.format(**facts) if facts else sentence


def translate_html(key: str, language: str, /, **facts: Any) -> str:
    """The sentence of a key with its facts escaped for HTML."""
    return translate(key, language, **{name: html.escape(str(value), quote=False) for name, value in facts.items()})


def amount(value: int, language: str) -> str:
    """A number as people write it: 500.000, 500,000."""
    return format_decimal(value, locale=language)


def day(value: date, language: str) -> str:
    """A day as people write it: 22/11/2026, 22 Nov 2026."""
    return format_date(value, "dd/MM/yyyy" if language == "vi" else "d MMM yyyy", locale=language)


def moment(value: datetime, language: str) -> str:
    """A moment in the office's own time: 14:05, 22/11/2026."""
    pattern = "HH:mm, dd/MM/yyyy" if language == "vi" else "HH:mm, d MMM yyyy"
    return format_datetime(value.astimezone(OFFICE_ZONE), pattern, locale=language)


def weekday_moment(value: datetime, language: str) -> str:
    """A moment with its weekday, as what is to come is shown: thứ Ba, 15/06/2027, 08:00; Tuesday, 15 Jun 2027, 08:00."""
    pattern = "EEEE, dd/MM/yyyy, HH:mm" if language == "vi" else "EEEE, d MMM yyyy, HH:mm"
    said = format_datetime(value.astimezone(OFFICE_ZONE), pattern, locale=language)
    return said.replace("Thứ", "thứ").replace("Chủ Nhật", "Chủ nhật") if language == "vi" else said
