"""Moments in a citizen's words (ngày giờ trong lời nói): "nộp phí ngày 15/6", "8h sáng mai", "in 2 weeks", with and without diacritics.

What can be meant in two ways is a question with both moments, or is shown back in full; what is shown back reads to the same moment.

>>> from datetime import datetime
>>> now = datetime(2026, 11, 26, 9, 0, tzinfo=ZONE)
>>> found = read("nộp phí ngày 15/6", now)
>>> found.at.isoformat(), found.words, found.is_next_year
('2027-06-15T08:00:00+07:00', 'nộp phí', True)
>>> wish_of("Nhắc em 8h sáng mai gọi chị Lan nhé")
'8h sáng mai gọi chị Lan nhé'
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.folding import clean, fold
from domain.questions import asks_plainly
from domain.worktime import ZONE

MORNING = time(8)
"""When only a day is said."""
_LATER_TODAY = (MORNING, time(14), time(17))
"""Hours of a day of which the first that is still ahead is taken, where only the day is said."""
LONGEST = 500
"""Letters that are read."""

_YESTERDAY = re.compile(
    r"^(?:hom|bua) qua\b(?: (?:luc )?\d\S*)?|(?:^| )(?:hom|bua) qua(?: (?:luc )?\d\S*)?$"
    r"|^yesterday\b(?: at \d\S*)?|\byesterday(?: at \d\S*)?$"
)
"""As a moment: at either end. In the midst it is of the words ("họp về báo cáo hôm qua lúc 9h mai")."""

LUNAR, PAST, NO_SUCH_DAY, WHICH, WEEKDAY = "lunar", "past", "no_such_day", "which", "weekday"


@dataclass(frozen=True)
class Understood:
    """A moment ahead (office time), and the words beside it.

    `is_next_year`: the day as it was said is over this year. `is_again`: every day, week or year was said, of which this is the first.
    """

    at: datetime
    words: str
    is_next_year: bool = False
    is_again: bool = False


@dataclass(frozen=True)
class Unclear:
    """Why the moment has to be asked for: a lunar day, one that is past, that no calendar has, that is another weekday, or `WHICH`."""

    why: str
    words: str
    options: tuple[datetime, ...] = ()
    """What may be meant."""


_MARKED = {
    "thu": "thứ", "mot": "mốt", "toi": "tối", "sang": "sáng", "chieu": "chiều", "trua": "trưa", "dem": "đêm", "ram": "rằm", "tet": "tết",
    "nhac": "nhắc",
}  # fmt: skip
"""Words of time whose folded form is another word too: somebody who writes diacritics writes them so."""
_NUMBER = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10, "muoi mot": 11,
    "muoi hai": 12, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
}  # fmt: skip
_N = r"(\d{1,3}|muoi hai|muoi mot|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|an|a|one|two|three|four|five|six)"
_MONTH_WORD = r"muoi hai|muoi mot|mot|hai|ba|tu|nam|bay|tam|chin|muoi"
_WEEKDAYS = {
    "hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5, "chu nhat": 6, "cn": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
_MONTHS = {
    "january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4, "may": 5, "june": 6, "jun": 6, "july": 7,
    "jul": 7, "august": 8, "aug": 8, "september": 9, "sept": 9, "sep": 9, "october": 10, "oct": 10, "november": 11, "nov": 11,
    "december": 12, "dec": 12,
}  # fmt: skip
_MONTH_EN = "|".join(sorted(_MONTHS, key=len, reverse=True))
_PARTS = {"sang": MORNING, "trua": time(11, 30), "chieu": time(14), "toi": time(19), "dem": time(21)} | {
    "morning": MORNING, "noon": time(12), "afternoon": time(14), "evening": time(19), "tonight": time(19), "night": time(21),
}  # fmt: skip
_PART = "|".join(_PARTS)

_LUNAR = re.compile(
    r"\b(am lich|lunar|ram thang|thang gieng|thang chap|giao thua|(mung|mong) \d{1,2} tet|(truoc|sau|ra|dip) tet|tet (nguyen dan|am))\b"
    r"|\d\s*(al|âl)\b"
)
_CLOCK = re.compile(
    r"(?<![\d/.,-])(?:\bdung )?(?<![\d/.,-])(\d{1,2})(?:\s*(?:gio\b|[hg](?![a-z]))\s*(?:(\d{1,2})(?![\d/])(?:\s*(?:phut|p)\b)?|(ruoi)\b)?|"
    r":(\d{2})(?::00)?"
    rf"|(?=\s*(?:am|pm|o'clock)\b))(?![\d/])\s*(?:o'clock)?\s*(am\b|pm\b|(?:{_PART})\b)?"
)
_LESS = re.compile(rf"\s*kem (\d{{1,2}})(?: ?(?:phut|p)\b)?\s*((?:{_PART})\b)?")
"""Minutes before the hour."""
_UNTIL = re.compile(r"\s*(?:-|–|\b(?:den|toi|to|until))\s*\d{1,2}(?:\s*[hg](?:\d{2})?|:\d{2}|\s*gio)(?![a-z\d])")
"""The end of a span of hours, whose beginning is meant."""
_AT = re.compile(
    r"\b(?:at|luc) (\d{1,2})(?=\s*(?:$|[,;\x00]|\.(?!\d)|(?:to|ngay|mai|hom|sang|chieu|toi|thu|tomorrow|today|on|next|this|in the|nhe)\b))"
)
"""An hour without its unit."""
_CLOSING = re.compile(
    r"\b(?:(?:truoc khi |truoc )?(?:het|cuoi|tan) (?:gio|ngay) (?:lam(?: viec)?|hanh chinh)|tan (?:tam|so|lam)|end of (?:the )?day)\b"
)
"""When offices close, told a little before."""
_HALF = re.compile(r"\b(?:nua tieng|nua gio|half an hour)(?: nua)?\b")
_HALF_OF = re.compile(r"\bnua (thang|nam)(?: nua| toi)\b")
_SOON = re.compile(
    rf"\b(sau|trong|in|after)? ?\b{_N} ?(phut|p|tieng|gio|h|minutes?|hours?|mins?)(?: ?(ruoi|\d{{1,2}})(?: ?(?:phut|p))?)?"
    r"( nua| toi| sau| from now)?\b"
)
_LATER = re.compile(
    rf"\b(sau|trong|in|after)? ?\b{_N} (ngay|hom|bua|tuan|thang|nam|days?|weeks?|months?|years?)( nua| sau| toi| from now| later)?\b"
)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(ngay |mung |mong |on )?(?<![\d.,/-])(\d{1,2}) ?([/.-]) ?(\d{1,2})(?: ?[/.-] ?(\d{4}|\d{2}))?(?![\d/]|[.,-]\d)")
_OF_YEAR = re.compile(r"[ ,]*(nam sau|nam toi|sang nam|nam nay|next year|this year)\b")
_NAMED = re.compile(rf"\b(?:(?:ngay|mung|mong|hom) )?(\d{{1,2}}) thang (\d{{1,2}}|{_MONTH_WORD})\b(?:,? nam (\d{{4}})|[ /,-]+(\d{{4}}))?")
_NAMED_EN = re.compile(
    rf"\b(?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH_EN})\b\.?,?(?: (\d{{4}}))?"
    rf"|\b({_MONTH_EN})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (\d{{4}}))?"
)
_OF_MONTH = re.compile(
    r"\b(?:(?:ngay|mung|mong) )(\d{1,2})(?: thang (nay|sau|toi))?\b|\b(?:the )?(\d{1,2})(?:st|nd|rd|th)(?: of (this|next) month)?\b"
)
_WEEKDAY = re.compile(
    r"(?<!lan )\b(?:(?:thu |t(?=[2-7]\b))(hai|ba|tu|nam|sau|bay|[2-7])(?![/\d])|(chu nhat|cn)|(?:(next|this) )?"
    r"(monday|tuesday|wednesday|thursday|friday|saturday|sunday))\b"
    r"(?: (tuan sau|tuan toi|tuan nay|nay|toi|next week|this week)\b)?"
)
_NEAR = re.compile(
    r"\b(mai mot|(?:hom|bua) nay|(?<![a-z] )nay|today|tonight|ngay mai|hom sau|mai|tomorrow|"
    r"(?:the )?day after tomorrow|ngay mot|mot|ngay kia)\b"
)
_EDGE = re.compile(
    r"\b(dau|giua|cuoi|het|(?:the )?(?:start|beginning|middle|end) of(?: the)?) "
    r"(?:(tuan|thang|nam)(?: (sau|toi|nay|\d{4}|\d{1,2}(?! gio)\b))?|(?:(next|this) )?(week|month|year))\b|\b(cuoi tuan|weekend)\b"
)
_BARE = re.compile(
    r"\b(tuan (?:sau|toi)|next week|"
    r"thang (?:sau|toi)|next month|nam (?:sau|toi)|sang (?:tuan|thang|nam)|next year|thang (\d{1,2})(?:[/ -]+(\d{4}))?)\b"
)
_AGAIN = re.compile(
    r"\b(?:(?:hang|moi|every|each) (?:ngay(?! ?\d)|tuan|thang(?! ?\d)|quy|nam(?! ?\d)|day|week|month|year)|daily|weekly|monthly|yearly)\b"
)
_EVERY = re.compile(rf"\b(?:moi|every|each) (?=(?:{_PART}|thu \S|t[2-7]\b|chu nhat|(?:mon|tues|wednes|thurs|fri|satur|sun)day))")
_GOODS = re.compile(r"\b(?:khach|giao|nhan|lay|mat|nhap|xuat|ban|mua|lo|don|tra|cua|ngan|bao|cong) $")
"""Before "hàng" it is goods, customers, a shop or a bank."""
_BY = re.compile(rf",? {_N} (ngay|tuan|thang)\b(?! (?:nua|sau|toi))")
"""How long before, said behind the day."""
_BEFORE, _AFTER = (
    re.compile(
        rf"\b(?:{_N} (ngay|tuan|thang|days?|weeks?|months?) )?(truoc|before|by|cham nhat|muon nhat)"
        r"( (ngay|luc|hom|la|the|han|thoi han))*\s*$"
    ),
    re.compile(r"\b(sau|after)( (ngay|hom|the))*\s*$"),
)

_WHOM = r"(?:toi|em|minh|anh|chi|tui|mk|chung toi|cong ty|tao|to|e|tau|bon em|ben em|chung em)"
_FIRST_WORDS = (
    r"(?:(?:xin|nho|lam on|vui long|hay|ban|em|anh|chi|ad|bot|oi|cho|giup|toi|minh|muon|can|hen|dat lich|dat|tao|please|can you|could you|"
    r"i want you to|bao|alo|chao|xin chao|hi|hello|hey|ok|roi|thi|ma|a|e)[ ,]+)*"
)
_REMIND = r"nhac(?: lich| hen| nho)?(?: (?:giup|ho|dum|gium|cho|lai)\b)*"
_LEAD = re.compile(rf"^{_FIRST_WORDS}(?:{_REMIND} {_WHOM}\b|remind (?:me|us)\b)")
_MAKE = re.compile(
    rf"^{_FIRST_WORDS}(?:(?:(?:dat|tao|them|hen|cai|len)(?: gio| lich| loi| cho| giup)* )?{_REMIND}(?: {_WHOM}\b)?|"
    r"(?:(?:set|create|make|add)(?: me)?(?: an?)? )?reminder(?: for| to| about| on)?)\b:?"
)
"""A wish only where a moment is said: "nhắc" alone is talk of many things."""
_WITHIN = re.compile(
    rf"^(?P<before>.+?)[ ,]+(?:(?:nho|thi|hay|xin|lam on|please|roi|anh|chi|em|ban|ad|bot) )*"
    rf"(?:{_REMIND}(?P<whom> {_WHOM})?\b|(?P<english>remind (?:me|us))\b)"
)
"""The moment, and perhaps the words, come first: "mai 8h nhắc em gọi chị Lan", "mai 8h họp nhớ nhắc em nhé"."""
_TAIL = re.compile(r"^[ ,]*(?:nhe|nha|nhen|voi|a|cai|gium|giup|dum|nua|di|please|[.! ])*$")
_EDGES = (
    r"dau gio|cuoi gio|ngay|hom|vao|luc|vao luc|khoang|tam|nhe|nha|nhen|voi|a|ve viec|la|rang|thi|giup|giup em|giup toi|dum|truoc|"
    r"truoc ngay|"
    r"to|"
    r"that|about|of|on|at|by|in|please|before|after|den|toi ngay|tu|and|va|cham nhat|de"
)
_FIRST, _LAST = (
    re.compile(rf"^(?:[\s,.;:–-]|(?:{_EDGES})(?=[\s,.;:]|$))+"),
    re.compile(rf"(?:[\s,.;:!–-]|(?<=[\s,.;:])(?:{_EDGES})|^(?:{_EDGES}))+$"),
)


def wish_of(text: str) -> str | None:
    """What somebody wants to be reminded of, with its time, in their own words; None for what is no such wish.

    >>> wish_of("Phí nhắc lại là bao nhiêu?") is None
    True
    """
    text = clean(text)[:LONGEST]
    plain = _aligned(text)
    if (match := _LEAD.match(plain)) is not None and _is_remind(text, plain, match):
        return text[match.end() :].strip(" ,:")
    if asks_plainly(text):
        return None
    if (match := _MAKE.match(plain)) is not None and _is_remind(text, plain, match) and _has_moment(text[match.end() :]):
        return text[match.end() :].strip(" ,:")
    return _wish_within(text, plain)


def _wish_within(text: str, plain: str) -> str | None:
    """A wish whose moment comes before "nhắc": alone, with the words behind, or with its words, and nothing behind."""
    match = _WITHIN.match(plain)
    if match is None or not _is_remind(text, plain, match):
        return None
    before, behind = text[: match.end("before")], text[match.end() :]
    is_last = _TAIL.match(plain[match.end() :]) is not None
    is_led = _is_moment(before) or (_AGAIN.fullmatch(_aligned(before)) is not None and _has_moment(behind))
    is_told = bool(match["whom"] or match["english"]) and is_last and _has_moment(before)
    if not (is_led or is_told):
        return None
    return f"{before} {'' if is_last else behind.strip(' ,:')}".strip(" ,:")


def _is_remind(text: str, plain: str, match: re.Match[str]) -> bool:
    """Whether "nhac" is "nhắc", and no music."""
    at = plain.rfind("nhac", 0, match.end())
    return at < match.start() or "nhac" not in match[0] or _is_meant(text, plain, at, "nhac")


_ANY_DAY = datetime(2026, 1, 1, tzinfo=ZONE)


def _has_moment(text: str) -> bool:
    return _Reading(clean(text)[:LONGEST], _ANY_DAY, "vi").result() is not None


def _is_moment(text: str) -> bool:
    """Whether a text is a moment and nothing else."""
    found = _Reading(clean(text)[:LONGEST], _ANY_DAY, "vi").result()
    return found is not None and (not found.words or (isinstance(found, Unclear) and found.why == LUNAR and len(text.split()) <= 6))


def read(text: str, now: datetime, language: str = "vi") -> Understood | Unclear | None:
    """The moment in a text, None where there is none. In English a day like 3/4 is asked about.

    >>> now = datetime(2026, 11, 26, 9, 0, tzinfo=ZONE)
    >>> read("gia hạn rằm tháng 7 âm lịch", now)
    Unclear(why='lunar', words='gia hạn rằm tháng 7 âm lịch', options=())
    >>> read("họp 3h chiều nay", now).at.isoformat(), read("gia hạn giấy phép", now)
    ('2026-11-26T15:00:00+07:00', None)
    """
    text, now = clean(text)[:LONGEST], now.astimezone(ZONE)
    if over := _YESTERDAY.search(_aligned(text)):
        eve = datetime.combine(now.date() - timedelta(days=1), MORNING, ZONE)
        return Unclear(PAST, _bare(text[: over.start()] + text[over.end() :]), (eve,))
    return _Reading(text, now, language).result()


def words_of(text: str) -> str:
    """The words of a text without a moment, without what only joins them.

    >>> words_of("về việc nộp phí nhé")
    'nộp phí'
    """
    return _bare(clean(text)[:LONGEST])


def _bare(text: str) -> str:
    plain = _aligned(text)
    first = _FIRST.match(plain)
    start = first.end() if first else 0
    last = _LAST.search(plain, start)
    return text[start : last.start() if last else len(text)].strip()


def _aligned(text: str) -> str:
    """Folded, letter for letter, so that places in it are places in the text."""
    return "".join(one if len(one := fold(letter)) == 1 else " " if not one else "·" for letter in text)


def _is_meant(text: str, plain: str, at: int, word: str) -> bool:
    """Whether a word that is another one without its diacritics is the one of time."""
    return word not in _MARKED or text.isascii() or text[at : at + len(word)].casefold() == _MARKED[word]


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBER[word]


def _is_each(text: str, match: re.Match[str]) -> bool:
    """Whether "moi" is "mỗi" and nothing new or invited."""
    return not match[0].startswith("moi") or text.isascii() or text[match.start() : match.start() + 3].casefold() in {"mỗi", "mọi"}


class _Stop(Exception):
    """There is a moment, and it has to be asked for."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Reading:
    """One text, out of which what was read is taken away."""

    def __init__(self, text: str, now: datetime, language: str) -> None:
        self.text, self.now, self.today, self.language = text, now, now.date(), language
        self.is_again = False
        self._read_again()
        self.plain = _aligned(self.text)
        self.is_before = self.is_after = False
        self.ahead: tuple[int, str] | None = None
        """So many days, weeks or months before a day."""
        self.weekday: int | None = None
        """Said beside a day, with which it must agree."""

    def _read_again(self) -> None:
        """That it comes every day or year is said among the words, whole; of "mỗi thứ hai" the day is read."""
        plain = _aligned(self.text)
        for match in _AGAIN.finditer(plain):
            if _is_each(self.text, match) and not (match[0].startswith("hang") and _GOODS.search(plain[: match.start()])):
                self.is_again = True
                self.text = self.text[: match.start()] + self.text[match.start() : match.end()].replace(" ", "_") + self.text[match.end() :]
        for match in _EVERY.finditer(plain):
            if _is_each(self.text, match):
                self.is_again = True
                self.text = self.text[: match.start()] + "\x00" * len(match[0]) + self.text[match.end() :]

    def result(self) -> Understood | Unclear | None:
        if self._is_lunar():
            return Unclear(LUNAR, self._words())
        try:
            return self._read()
        except _Stop as stop:
            return Unclear(stop.why, self._words())

    def _is_lunar(self) -> bool:
        return any(
            all(_is_meant(self.text, self.plain, match.start() + match[0].index(word), word) for word in ("ram", "tet") if word in match[0])
            for match in _LUNAR.finditer(self.plain)
        ) or bool(re.search(r"\bâm\b|\brằm\b", self.text.casefold()))

    def _read(self) -> Understood | Unclear | None:
        if (soon := self._soon()) is not None:
            return self._ahead([soon])
        hours = self._hours()
        days, rolls = self._days()
        if days is None and hours is None:
            return None
        if days is None:
            days = [self.today] if any(self._at(self.today, hour) > self.now for hour in hours or ()) else [self.today + timedelta(days=1)]
        return self._put_together(days, hours, rolls=rolls)

    def _put_together(self, days: list[date], hours: list[time] | None, *, rolls: bool) -> Understood | Unclear:
        moments: list[datetime] = []
        for day in days:
            if hours is not None:
                step = timedelta(hours=-1 if self.is_before else 0)
                moments += [self._at(day, hour) + step for hour in hours]
                continue
            shifted = self._stepped(*(self.ahead or (1, "ngay")), day, -1) if self.is_before else day + timedelta(days=int(self.is_after))
            usual = [self._at(shifted, hour) for hour in (_LATER_TODAY if shifted == self.today else (MORNING,))]
            moments.append(next((one for one in usual if one > self.now), usual[-1]))
        return self._ahead(moments, rolls=rolls)

    def _ahead(self, moments: list[datetime], *, rolls: bool = False) -> Understood | Unclear:
        """The one moment that is ahead, or the question which."""
        ahead = sorted({one for one in moments if one > self.now})
        is_next_year = False
        if not ahead and rolls:
            ahead = sorted({later for one in moments if (later := _a_year_later(one)) is not None})
            is_next_year = True
        if not ahead:
            return Unclear(PAST if not rolls else NO_SUCH_DAY, self._words(), tuple(moments[:1]))
        if self.weekday is not None and not (self.is_before or self.is_after):
            ahead, differing = [one for one in ahead if one.weekday() == self.weekday], ahead
            if not ahead:
                return Unclear(WEEKDAY, self._words(), tuple(differing[:1]))
        if len(ahead) > 1:
            return Unclear(WHICH, self._words(), tuple(ahead[:2]))
        is_next_year = is_next_year or (rolls and ahead[0].year > self.today.year)
        return Understood(ahead[0], self._words(), is_next_year, self.is_again)

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, ZONE)

    def _take(self, match: re.Match[str]) -> None:
        """Take what was read out of the text, with what leads to it."""
        start, before = match.start(), self.plain[: match.start()]
        for pattern, name in ((_BEFORE, "is_before"), (_AFTER, "is_after")):
            if (found := pattern.search(before)) is not None:
                setattr(self, name, True)
                start = found.start()
        end = match.end()
        if self.is_before and self.ahead is None:
            said = _BEFORE.search(before)
            if said is not None and said[1]:
                self.ahead = _number(said[1]), said[2]
            elif said is not None and (behind := _BY.match(self.plain, end)) is not None:
                self.ahead, end = (_number(behind[1]), behind[2]), behind.end()
        blank = "\x00" * (end - start)
        self.text = self.text[:start] + blank + self.text[end:]
        self.plain = self.plain[:start] + blank + self.plain[end:]

    def _words(self) -> str:
        pieces = map(_bare, re.split("\x00+", self.text))
        return " ".join(piece for piece in pieces if piece).replace("_", " ")

    # the hour

    def _soon(self) -> datetime | None:
        """In so many minutes or hours."""
        if (half := _HALF.search(self.plain)) is not None:
            self._take(half)
            return self._minute() + timedelta(minutes=30)
        for match in _SOON.finditer(self.plain):
            before, amount, unit, more, behind = match.groups()
            if not (before or behind) or (unit in {"gio", "h"} and not behind and before != "trong"):
                continue
            if (unit == "p" or behind == " sau") and not (unit in {"p", "phut", "tieng"} and behind):
                continue
            if behind == " toi" and (unit in {"gio", "h"} or not (self.text.isascii() or self.text[match.end() - 2] == "ớ")):
                continue  # the evening, or "tôi"
            is_short = unit.startswith(("p", "min"))
            extra = 0 if more is None else 30 if more == "ruoi" else int(more)
            self._take(match)
            return self._minute() + timedelta(minutes=_number(amount) * (1 if is_short else 60) + (0 if is_short else extra))
        return None

    def _minute(self) -> datetime:
        return self.now.replace(second=0, microsecond=0)

    def _hours(self) -> list[time] | None:
        """The hours that may be meant, None where none is said."""
        for match in _CLOCK.finditer(self.plain):
            hour, minute = int(match[1]), 30 if match[3] else int(match[2] or match[4] or 0)
            if hour > 23 or minute > 59:
                continue
            if match[5] in _MARKED and not _is_meant(self.text, self.plain, match.start(5), match[5]):
                match = _CLOCK.match(self.plain, match.start(), match.start(5)) or match  # "8h tôi …"
            is_24 = match[1].startswith("0") or hour == 0 or hour > 12
            less = _LESS.match(self.plain, match.end()) if not minute else None
            until = _UNTIL.match(self.plain, match.end())
            self._take(match)
            if until is not None:
                self._take(until)
            if less is not None:
                self._take(less)
                hour, minute = (hour - 1) % 24, 60 - int(less[1]) % 60
            part = (less and less[2]) or match[5] or self._part_alone()  # "chiều mai lúc 3h"
            return _meant(hour, minute % 60, part, is_24=is_24)
        if (bare := _AT.search(self.plain)) is not None and int(bare[1]) <= 23:
            self._take(bare)
            return _meant(int(bare[1]), 0, self._part_alone(), is_24=int(bare[1]) > 12)
        if (closing := _CLOSING.search(self.plain)) is not None:
            self._take(closing)
            return [time(16, 30)]
        if (part := self._part_alone()) is not None:
            return [_PARTS[part]]
        return None

    def _part_alone(self) -> str | None:
        day = r"(?:t[2-7]|nay|mai|mot|kia|hom nay|ngay|thu|chu nhat|cn|\d|cuoi|dau|som|after|tomorrow|muon|trong)"
        for match in re.finditer(
            rf"\b(?:buoi )?({_PART})(?: som)?\b(?= {day}\b|\s*[,.;\x00]|\s*$| \d)|\bbuoi ({_PART})\b|"
            r"\b(?:this )?(morning|afternoon|evening|tonight)\b",
            self.plain,
        ):
            word = match[1] or match[2] or match[3]
            at = match.start(1) if match[1] else match.start(2) if match[2] else match.start(3)
            if not _is_meant(self.text, self.plain, at, word) or self.plain[match.end() :].startswith(" nam"):
                continue
            if word == "toi" and re.search(r"\b(?:tuan|thang|nam|ngay) $", self.plain[:at]):
                continue  # the next one
            if word == "tonight":
                return word  # it says the day, too
            self._take(match)
            return word
        return None

    # the day

    def _days(self) -> tuple[list[date] | None, bool]:
        """The days that may be meant, and whether one that is over means next year's."""
        coming = self._weekday()
        for reader in self._READERS:
            if (found := reader(self)) is not None:
                return found
        self.weekday = None  # nothing else to hold it against
        return coming, False

    def _day(self, year: int, month: int, day: int) -> date:
        try:
            return date(year, month, day)
        except ValueError:
            raise _Stop(NO_SUCH_DAY) from None

    def _this_or_next(self, month: int, day: int) -> tuple[list[date], bool]:
        try:
            return [date(self.today.year, month, day)], True
        except ValueError:
            return [self._day(self.today.year + 1, month, day)], True

    def _iso(self) -> tuple[list[date], bool] | None:
        if (match := _ISO.search(self.plain)) is None:
            return None
        self._take(match)
        return [self._day(int(match[1]), int(match[2]), int(match[3]))], False

    def _numeric(self) -> tuple[list[date], bool] | None:
        for match in _NUMERIC.finditer(self.plain):
            lead, first, sign, second, year = match.groups()
            led = lead or _BEFORE.search(before := self.plain[: match.start()]) or _AFTER.search(before)
            if sign != "/" and not led and (not year or len(year) < 4):
                continue  # 1-2 people, 1.5 metres
            self._take(match)
            day, month = int(first), int(second)
            if self.language == "en" and day <= 12 < month:
                day, month = month, day
            year = year or self._year_behind(match.end())
            if year:
                whole = int(year) + (2000 if len(year) == 2 else 0)
                if self.language == "en" and day <= 12 and month <= 12 and day != month:
                    return [date(whole, month, day), date(whole, day, month)], False
                return [self._day(whole, month, day)], False
            found, rolls = self._this_or_next(month, day)
            if self.language == "en" and day <= 12 and day != month:
                return self._both([found[0], self._this_or_next(day, month)[0][0]]), False
            return found, rolls
        return None

    def _year_behind(self, at: int) -> str | None:
        """ "15/3 năm sau": the year, if it is said so."""
        if (match := _OF_YEAR.match(self.plain, at)) is None:
            return None
        self._take(match)
        return str(self.today.year + (match[1] not in {"nam nay", "this year"}))

    def _both(self, days: list[date]) -> list[date]:
        """Days of which each is meant in the year in which it is ahead."""
        return [one if one >= self.today else _month_later(one, 12) for one in days]

    def _named(self) -> tuple[list[date], bool] | None:
        for match in _NAMED.finditer(self.plain):
            self._take(match)
            year = match[3] or match[4] or self._year_behind(match.end())
            if year:
                return [self._day(int(year), _number(match[2]), int(match[1]))], False
            return self._this_or_next(_number(match[2]), int(match[1]))
        for match in re.finditer(r"(?:\bngay )?\b(\d{1,2}) th[aá]ng sáu\b(?: nam (\d{4}))?", _half_folded(self.text)):
            self._take(match)
            return ([self._day(int(match[2]), 6, int(match[1]))], False) if match[2] else self._this_or_next(6, int(match[1]))
        for match in _NAMED_EN.finditer(self.plain):
            self._take(match)
            number, name, year = match.group(1, 2, 3) if match[1] else match.group(5, 4, 6)
            if year:
                return [self._day(int(year), _MONTHS[name], int(number))], False
            return self._this_or_next(_MONTHS[name], int(number))
        return None

    def _of_month(self) -> tuple[list[date], bool] | None:
        """The 15th, of this month, or the next where it is over."""
        if (match := _OF_MONTH.search(self.plain)) is None:
            return None
        day, which = int(match[1] or match[3]), match[2] or match[4]
        self._take(match)
        first = self.today.replace(day=1)
        if which in {"sau", "toi", "next"} or (which is None and day < self.today.day):
            first = _month_later(first, 1)
        return [self._day(first.year, first.month, day)], False

    def _weekday(self) -> list[date] | None:
        for match in _WEEKDAY.finditer(self.plain):
            if match[0].startswith("thu ") and not _is_meant(self.text, self.plain, match.start(), "thu"):
                continue
            self.weekday = asked = _WEEKDAYS[match[1] or match[2] or match[4]]
            week = match[5]
            self._take(match)
            monday = self.today - timedelta(days=self.today.weekday())
            this, following = monday + timedelta(days=asked), monday + timedelta(days=7 + asked)
            if week in {"tuan sau", "tuan toi", "next week"}:
                return [following]
            if week in {"tuan nay", "this week"}:
                return [this]
            if match[3] == "next":
                return [this, following] if this > self.today else [following]
            coming = this if this > self.today else following
            return [coming]
        return None

    def _near(self) -> tuple[list[date], bool] | None:
        for match in _NEAR.finditer(self.plain):
            word = match[1]
            if word.endswith("mot") and not (
                _is_meant(self.text, self.plain, match.end() - 3, "mot") and (word != "mot" or not self.text.isascii())
            ):
                continue
            if word == "nay" and self.text[match.start() : match.end()].casefold() != "nay":
                continue  # "việc này"
            if word == "mai" and self.text[match.start()] == "M" and match.start() > 0:  # chị Mai
                continue
            self._take(match)
            ahead = (
                0
                if word in {"hom nay", "bua nay", "nay", "today", "tonight"}
                else 1
                if word in {"ngay mai", "mai", "tomorrow", "hom sau"}
                else 2
            )
            return [self.today + timedelta(days=ahead)], False
        return None

    def _later(self) -> tuple[list[date], bool] | None:
        if (half := _HALF_OF.search(self.plain)) is not None:
            self._take(half)
            return [self.today + timedelta(days=15) if half[1] == "thang" else _month_later(self.today, 6)], False
        for match in _LATER.finditer(self.plain):
            before, amount, unit, behind = match.groups()
            if not before and not behind:
                continue
            if unit == "thang" and (self.plain[: match.start(2)].endswith("ngay ") or self.text[match.end() - 3 : match.end()] == "sáu"):
                continue  # a day of the next month, or of June
            if amount == "sau" and not self.text.isascii() and self.text[match.start(2) : match.end(2)].casefold() != "sáu":
                continue
            self._take(match)
            self.is_after = False  # "sau 3 ngày" is said already
            return [self._stepped(_number(amount), unit, self.today)], False
        return None

    def _stepped(self, amount: int, unit: str, day: date, sign: int = 1) -> date:
        if unit.startswith(("ngay", "hom", "bua", "day")):
            return day + timedelta(days=sign * amount)
        if unit.startswith(("tuan", "week")):
            return day + timedelta(weeks=sign * amount)
        return _month_later(day, sign * amount * (12 if unit.startswith(("nam", "year")) else 1))

    def _edge(self) -> tuple[list[date], bool] | None:
        """The beginning, middle or end of a week, month or year."""
        if (match := _EDGE.search(self.plain)) is None:
            return None
        self._take(match)
        edge, unit, which = match[1] or "", match[2] or match[5] or "", match[3] or match[4] or ""
        place = 0 if edge.startswith("dau") or "start" in edge or "beginning" in edge else 1 if "giua" in edge or "middle" in edge else 2
        is_next = which in {"sau", "toi", "next"}
        if match[6] or unit in {"tuan", "week"}:
            monday = self.today + timedelta(days=7 * is_next - self.today.weekday())
            day = monday + timedelta(days=(0, 2, 5)[2 if match[6] else place])
            return [day if day >= self.today or is_next else day + timedelta(days=7)], False
        if unit in {"nam", "year"}:
            year = int(which) if which.isdigit() and len(which) == 4 else self.today.year + (is_next or (place < 2 and not which))
            return [(date(year, 1, 1), date(year, 7, 1), date(year, 12, 31))[place]], False
        return self._in_month(place, which, is_next=is_next)

    def _in_month(self, place: int, which: str, *, is_next: bool) -> tuple[list[date], bool]:
        if which.isdigit():
            return [_place(self._day(self.today.year, int(which), 1), place)], True
        day = _place(_month_later(self.today.replace(day=1), int(is_next)), place)
        if day < self.today or (day == self.today and place < 2):
            day = _place(_month_later(self.today.replace(day=1), 1), place)
        return [day], False

    def _bare(self) -> tuple[list[date], bool] | None:
        """Next week, next month, next year, a month: their first day."""
        if (match := _BARE.search(self.plain)) is None:
            return None
        self._take(match)
        if match[2]:
            year = int(match[3]) if match[3] else self.today.year
            return [self._day(year, int(match[2]), 1)], not match[3]
        if "tuan" in match[1] or "week" in match[1]:
            return [self.today + timedelta(days=7 - self.today.weekday())], False
        if "thang" in match[1] or "month" in match[1]:
            return [_month_later(self.today.replace(day=1), 1)], False
        return [date(self.today.year + 1, 1, 1)], False

    _READERS: tuple[Callable[["_Reading"], tuple[list[date], bool] | None], ...] = (
        _iso, _numeric, _named, _edge, _later, _of_month, _near, _bare,
    )  # fmt: skip


def _half_folded(text: str) -> str:
    """Folded but for "sáu", which is June where "sau" is the next."""
    plain = _aligned(text)
    return "".join(letter if letter.casefold() == "á" else plain[place] for place, letter in enumerate(text))


def _meant(hour: int, minute: int, part: str | None, *, is_24: bool) -> list[time]:
    """The hours of the day that "7h" may be: of small ones without a part of the day it is asked which."""
    if (
        part in {"chieu", "pm", "afternoon"}
        or (part in {"toi", "evening", "tonight"} and hour >= 4)
        or (part in {"dem", "night"} and 6 <= hour < 12)
    ):
        return [time(hour + 12 if hour < 12 else hour, minute)]
    if part in {"trua", "noon"}:
        return [time(hour + 12 if hour < 4 else hour, minute)]
    if part in {"am", "sang", "morning", "dem", "night", "toi", "evening"}:
        return [time(0 if hour == 12 and part == "am" else hour, minute)]
    if is_24 or hour > 7:
        return [time(hour, minute)]
    return [time(hour, minute), time(hour + 12, minute)]


def _month_later(day: date, months: int) -> date:
    """So many months later, on the last day of a month that is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, _length(year, month + 1)))


def _length(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def _place(first: date, place: int) -> date:
    """The first, the middle or the last day of a month."""
    return first.replace(day=(1, 15, _length(first.year, first.month))[place])


def _a_year_later(moment: datetime) -> datetime | None:
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:
        return None
