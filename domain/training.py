"""Rules of training classes (lớp tập huấn): who is the same person, whose turn it is, when to remind, which dates a series has.

>>> [person.full_name for person in people_of("1. Nguyễn Văn An - Kế toán - 0905 111 222\\nTrần Thị Bé, Giám đốc, 0914333444")]
['Nguyễn Văn An', 'Trần Thị Bé']
>>> people_of("nguyen van an 0905111222, tran thi be")
[Person(full_name='Nguyen Van An', position='', phone='0905111222'), Person(full_name='Tran Thi Be', position='', phone='')]
>>> [person.position for person in people_of("Nguyễn Văn A (giám đốc)\\nTrần B, Trưởng phòng, Lê C, lễ tân")]
['giám đốc', 'Trưởng phòng', 'lễ tân']
>>> turns([3, 1, 2], free=2, rule="skip"), turns([3, 1, 2], free=2, rule="hold")
([1], [])
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Protocol

from stdnum.vn import mst

from domain.errors import BadAnswer, BadDate, BadPhone, BadTaxCode, NoNames, TooManyNames, UnreadableName
from domain.folding import clean, fold
from domain.worktime import ZONE

SKIP, HOLD = "skip", "hold"
MOST_PEOPLE = 50
"""People of one registration. A longer list comes by sheet to an officer."""
MOST_OCCURRENCES = 60
"""Dates of one series."""

_PARTS = re.compile(r"\s*(?:[,;|\t]|\s[-–—]\s)\s*")
_NUMBERED = re.compile(r"^\s*(?:\d{1,3}\s*[.)/:-]|[-*•])\s*")
_PHONE = re.compile(r"^\+?[\d\s.()-]{8,20}$")
_BETWEEN = re.compile(r"\s*[,;]\s*|\s+(?:và|va|and|&)\s+", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]\d]*)[)\]]")
_PHONE_BEHIND = re.compile(r"^(?P<name>\D+?)\s+(?P<phone>\+?\d[\d\s.()-]{7,19})$")
_SURNAMES = frozenset(
    """
    nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh truong doan lam mai trinh dao cao ha luu luong thai ta phung
    to vuong van tong chau quach kieu ton thach hua la nghiem
    """.split()  # noqa: SIM905
)
_NOT_NAMES = frozenset(
    f"{first} {second}"
    for first, seconds in {
        "truong": "phong ban nhom ca kho khoa bo tram cua chi dai to bo doan",
        "to": "truong pho",
        "le": "tan",
        "van": "thu phong",
        "ho": "so",
        "doan": "truong vien",
        "lam": "dong vuon",
        "cao": "cap dang hoc",
        "ton": "kho",
        "luu": "tru kho",
    }.items()
    for second in seconds.split()
)
"""Positions that begin like a surname: trưởng phòng, tổ trưởng, lễ tân, văn thư."""
_TALK = frozenset({"cho", "toi", "muon", "lop", "nguoi", "xin", "giup", "voi", "nhe", "duoc", "khong", "dang", "hoc", "phi"})
"""Words of talk. One of them may be in a name; two make a sentence."""
_NAME = re.compile(r"[^\W\d_]+(?:[\s.'’-]+[^\W\d_]+)*\.?")


@dataclass(frozen=True)
class Person:
    """Somebody who is to attend. `phone` is digits, or empty."""

    full_name: str
    position: str = ""
    phone: str = ""


class Question(Protocol):
    """What is asked of those who sign up."""

    name: str
    kind: str
    choices: list[str]
    is_required: bool
    only_if: str
    only_if_answer: str


def people_of(text: str) -> list[Person]:
    """People as they are typed or pasted, one a line: name, position, phone, parted by commas, semicolons, tabs or dashes.

    Raises `NoNames`, `TooManyNames` (more than `MOST_PEOPLE`), `UnreadableName` and `BadPhone`, each with the line.
    """
    typed = (clean(_NUMBERED.sub("", line)) for line in text.splitlines())
    lines = [one for line in typed if line for one in _apart(line)]
    if not lines:
        raise NoNames
    if len(lines) > MOST_PEOPLE:
        raise TooManyNames(count=len(lines), limit=MOST_PEOPLE)
    return [_person(line) for line in lines]


def _apart(line: str) -> list[str]:
    """Several people in one line: each part that begins with a surname of the country begins a person, where there are two such."""
    parts = [part for part in _BETWEEN.split(line) if part]
    if not parts or sum(map(_is_like_a_name, parts)) < 2 or not _is_like_a_name(parts[0]):
        return [line]
    people: list[str] = []
    for part in parts:
        if _is_like_a_name(part):
            people.append(part)
        else:
            people[-1] += f", {part}"
    return people


def are_names(text: str) -> bool:
    """Whether every line surely names somebody: begins with a surname of the country.

    >>> are_names("Trần Thị Bé, kế toán"), are_names("số của em 0905111222")
    (True, False)
    """
    lines = [line for line in (clean(_NUMBERED.sub("", line)) for line in text.splitlines()) if line]
    return bool(lines) and all(_is_like_a_name(_PARTS.split(_BRACKETS.sub("", line))[0]) for line in lines)


def _is_like_a_name(text: str) -> bool:
    behind = _PHONE_BEHIND.match(text := _PARTS.split(text)[0])
    plain = fold(behind["name"] if behind else text).split()
    return 2 <= len(plain) <= 6 and plain[0] in _SURNAMES and " ".join(plain[:2]) not in _NOT_NAMES


def _person(line: str) -> Person:
    name, *rest = _PARTS.split(_BRACKETS.sub(r", \1", line))
    if behind := _PHONE_BEHIND.match(name):
        name, rest = behind["name"], [behind["phone"], *rest]
    if name.islower() or name.isupper():
        name = name.title()  # it will stand on a certificate
    is_talk = len(_TALK.intersection(fold(name).split())) > 1
    if len(name) > 120 or len(name.split()) < 2 or not _NAME.fullmatch(name) or is_talk:
        raise UnreadableName(line=line[:80])
    phones = [part for part in rest if _PHONE.match(part)]
    words = [part for part in rest if part and part not in phones]
    return Person(name, ", ".join(words)[:120], phone_of(phones[0]) if phones else "")


def person_of(name: str, position: str = "", phone: str = "") -> Person:
    """Somebody whose name, position and phone stand in cells of their own. Raises `UnreadableName` and `BadPhone`.

    >>> person_of(" Nguyễn Văn  An", phone="0905 111 222")
    Person(full_name='Nguyễn Văn An', position='', phone='0905111222')
    """
    full_name = " ".join(clean(name).split())
    if len(full_name) > 120 or len(full_name.split()) < 2 or not _NAME.fullmatch(full_name):
        raise UnreadableName(line=name.strip()[:80])
    return Person(full_name, clean(position)[:120], phone_of(phone) if phone.strip() else "")


def phone_of(text: str) -> str:
    """A phone number as digits, +84 written as 0. Raises `BadPhone`.

    >>> phone_of("+84 905-111-222"), phone_of("(0234) 3822 222")
    ('0905111222', '02343822222')
    """
    digits = re.sub(r"\D", "", text)
    if digits.startswith("84") and len(digits) in {11, 12}:
        digits = "0" + digits[2:]
    elif len(digits) == 9 and digits[0] in "35789":  # a sheet takes a mobile number for a number and drops its 0
        digits = "0" + digits
    if not (digits.startswith("0") and 10 <= len(digits) <= 11):
        raise BadPhone(phone=text.strip()[:20])
    return digits


def tax_code_of(text: str) -> str:
    """A tax code (mã số thuế): ten digits with their check digit, thirteen of a branch, or the twelve of a person since 1 July 2025,
    of which only the form can be checked. Raises `BadTaxCode`.

    >>> tax_code_of("0100233488"), tax_code_of("0100233488-001")
    ('0100233488', '0100233488-001')
    """
    digits = re.sub(r"[\s.-]", "", text)
    if re.fullmatch(r"\d{12}", digits):
        return digits
    if not mst.is_valid(digits):
        raise BadTaxCode(code=text.strip()[:20])
    return str(mst.format(digits))


def person_key(person: Person, phone: str, tax_code: str) -> str:
    """By what the same person is known within a class: name without diacritics; their phone, else the registration's, else the firm."""
    return f"{fold(person.full_name)}|{person.phone or phone or tax_code}"[:200]


def turns(sizes: Sequence[int], *, free: int, rule: str) -> list[int]:
    """Whose turn it is on a waiting list: places of the groups that get the free seats, first come first served.

    A group gets seats only when all fit. Where the next does not, `hold` waits for it, `skip` passes it over (it keeps its place).
    """
    given = []
    for place, size in enumerate(sizes):
        if size <= free:
            given.append(place)
            free -= size
        elif rule == HOLD:
            break
    return given


def reminder_moments(starts: Iterable[datetime], minutes: Collection[int], now: datetime) -> list[tuple[datetime, datetime]]:
    """(when to remind, of which beginning), those that are still ahead, in order. Of several beginnings on a day the first counts; at one
    moment only one is reminded of, the one that comes first."""
    planned: dict[datetime, datetime] = {}
    first_of_day: dict[date, datetime] = {}
    for start in sorted(starts):
        first_of_day.setdefault(start.astimezone(ZONE).date(), start)
    for start in sorted(first_of_day.values(), reverse=True):
        planned |= {start - timedelta(minutes=before): start for before in minutes}
    return sorted((due, start) for due, start in planned.items() if due > now)


def overlapping(sessions: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether two sessions take place at the same time."""
    ordered = sorted(sessions)
    return any(later[0] < earlier[1] for earlier, later in pairwise(ordered))


def series(first: date, *, every: str, interval: int, count: int) -> list[date]:
    """The first day and those after it, every so many days, weeks or months. A month without the day is passed over, as RFC 5545 says.

    >>> [str(day) for day in series(date(2027, 1, 31), every="month", interval=1, count=3)]
    ['2027-01-31', '2027-03-31', '2027-05-31']
    """
    if not (1 <= count <= MOST_OCCURRENCES and 1 <= interval <= 60):
        raise ValueError("a series has 1 to 60 dates, 1 to 60 apart")
    found: list[date] = []
    step = 0
    while len(found) < count:
        if (day := _stepped(first, every, interval * step)) is not None:
            found.append(day)
        step += 1
    return found


def _stepped(first: date, every: str, steps: int) -> date | None:
    if every in {"day", "week"}:
        return first + timedelta(days=steps * (7 if every == "week" else 1))
    if every != "month":
        raise ValueError(f"every {every}?")
    years, month = divmod(first.month - 1 + steps, 12)
    try:
        return first.replace(year=first.year + years, month=month + 1)
    except ValueError:
        return None


def asked(questions: Iterable[Question], answers: Mapping[str, Any]) -> list[str]:
    """Names of the questions that are to be asked after these answers, in order. One that hangs on an unasked one is not asked."""
    names: list[str] = []
    for question in questions:
        if not question.only_if or (
            question.only_if in names and fold(str(answers.get(question.only_if, ""))) == fold(question.only_if_answer)
        ):
            names.append(question.name)
    return names


def answer_of(question: Question, text: str) -> str:
    """An answer as it is kept: a choice in its own spelling, a date as YYYY-MM-DD. Raises `BadAnswer` and `BadDate`."""
    text = clean(text)
    if question.kind == "choice":
        for choice in question.choices:
            if fold(choice) == fold(text):
                return choice
        raise BadAnswer(choices=", ".join(question.choices))
    if question.kind == "date":
        return date_of(text).isoformat()
    if not text or len(text) > 1000:
        raise BadAnswer(choices="")
    return text


def date_of(text: str) -> date:
    """A date as people here write it: day, month, year. Raises `BadDate`.

    >>> str(date_of("5/3/2027")), str(date_of("2027-03-05"))
    ('2027-03-05', '2027-03-05')
    """
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text.strip()):
        year, month, day = map(int, match.groups())
    elif match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text.strip()):
        day, month, year = map(int, match.groups())
    else:
        raise BadDate(text=text.strip()[:30])
    try:
        return date(year, month, day)
    except ValueError as fault:
        raise BadDate(text=text.strip()[:30]) from fault
