"""Measuring instruments (phương tiện đo) as people name them, and when to remind of the end of their verification (hạn kiểm định).

>>> instrument_of("Cân bàn 30 kg; số 1234-A; hạn 31/12/2026")
Instrument(name='Cân bàn 30 kg', number='1234-A', valid_until=datetime.date(2026, 12, 31))
>>> instrument_of("can dong ho, 5/3/2027")
Instrument(name='can dong ho', number='', valid_until=datetime.date(2027, 3, 5))
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.errors import BadInstrument
from domain.folding import clean, fold
from domain.training import date_of
from domain.worktime import ZONE

REMIND_BEFORE = (30, 7, 1)
"""Days before the last day of a verification or calibration."""
LONGEST_NAME, LONGEST_NUMBER = 120, 60
_MORNING = time(9)
_DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{1,2}-\d{1,2}")
_DAY_WORDS = re.compile(r"\b(da )?(han|ngay|den|het|kiem|dinh|hieu|chuan|lai|moi|until|valid|due|expires|verification|calibration)\b|:")
_NUMBER_WORD = re.compile(r"^(số hiệu|so hieu|số máy|so may|số|so|no\.?|number|s/n)\s*:?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Instrument:
    """A name, the number on it if any, the last day of its verification if it was said."""

    name: str
    number: str = ""
    valid_until: date | None = None


def instrument_of(text: str) -> Instrument:
    """Name, number and day of a line, parted by semicolons or commas. Raises `BadInstrument` and `BadDate`."""
    parts = [part.strip() for part in re.split(r"[;|\n]|,(?!\d)", clean(text)) if part.strip()]
    dated = [part for part in parts if _DAY.search(part)]
    named = [part for part in parts if not _DAY.search(part) and not _says_no_day(part)]
    if not named or len(named) > 2 or len(dated) > 1 or not re.search(r"[^\W\d_]{2}", named[0]):
        raise BadInstrument(text=clean(text)[:60])
    number = _NUMBER_WORD.sub("", named[1]) if len(named) > 1 else ""
    if len(named[0]) > LONGEST_NAME or len(number) > LONGEST_NUMBER:
        raise BadInstrument(text=clean(text)[:60])
    return Instrument(named[0], number, day_in(dated[0]) if dated else None)


def _says_no_day(part: str) -> bool:
    return not _DAY_WORDS.sub(" ", fold(part)).strip() or fold(part) in {"chua co han", "khong co han", "chua biet", "khong ro han"}


def day_in(text: str) -> date:
    """The one day that stands in a text, with whatever words around it. Raises `BadDate`."""
    match = _DAY.search(text)
    return date_of(match.group() if match else text)


def reminder_moments(valid_until: date, now: datetime) -> list[datetime]:
    """When to remind, those that lie ahead: at nine in the morning in the office's own time."""
    moments = (datetime.combine(valid_until - timedelta(days=before), _MORNING, ZONE) for before in REMIND_BEFORE)
    return [moment for moment in moments if moment > now]


def over_at(valid_until: date) -> datetime:
    """The moment after which a reminder is worthless: the midnight after the last day."""
    return datetime.combine(valid_until + timedelta(days=1), time(0), ZONE)
