"""One's own hours (giờ nhận tin riêng) in words: "chỉ nhắn từ 8h đến 20h", "đừng nhắn cho tôi từ 21h đến 6h", with and without diacritics.

What is not wanted is cut out of the day: it is the rest that is kept.

>>> usual = time(7), time(21)
>>> hours_of("7h30 sáng đến 9 giờ tối", usual), hours_of("đừng nhắn cho tôi từ 21h đến 6h", usual)
((datetime.time(7, 30), datetime.time(21, 0)), (datetime.time(6, 0), datetime.time(21, 0)))
>>> is_said("toi khong muon nhan tin ban dem"), names_hours("toi khong muon nhan tin ban dem"), is_said("không nhận được tin")
(True, False, False)
"""

import re
from datetime import time

from domain.errors import BreakInHours, NoHours
from domain.folding import clean, fold
from domain.questions import asks_plainly

Hours = tuple[time, time]

_HOUR = re.compile(
    r"(?:\b(truoc|sau|tu|den|before|after|from|until|till) (?:luc |khoang )?)?(?<![\d:h])(\d{1,2})\s*(?:(?:gio|[hg:])\s*(\d{2}|ruoi)?)?"
    r"\s*(sang|trua|chieu|toi(?! ?\d)|dem|khuya|am|pm)?\b"
)
_NOT = (
    r"khong|ko|k(?= (?:nhan|gui|nhac|lam))|dung|ngung|tat(?! ca)|chan|im lang|yen (?:tinh|lang)|nghi|ngu|don'?t|do not|no|never|mute|"
    r"quiet|silent|silence|stop"
)
_CUE = re.compile(rf"\b(?:(?P<no>{_NOT})|(?P<only>(?<!anh )chi(?= (?:nhan|gui|nhac|tu|truoc|sau|trong|muon|duoc|can|nen))|only))\b")
_OUTSIDE = re.compile(r"\b(?:ngoai|outside)\b")

_WHO = (
    r"(?:(?:xin|vui long|lam on|nho|toi|em|minh|tui|anh|chi|ad|oi|cho|a|da|nay|hay|dat|cai|doi|muon|please|i|want|would|like|to|set|my|the)"
    r"[ ,]+)*"
)
_MESSAGES = r"(?:tin(?: nhan| tuc)?|thong bao|ban tin|loi nhac)"
_ASKED = (
    rf"(?:(?:{_NOT}|thoi|chi|only) (?:(?:muon|can|duoc|phai|nen|co|thich|dung|bat|bi|want(?: to)?|any|get|receive) )*"
    rf"(?:(?:nhan|gui|nhac|bao|lam phien)(?: cho| toi| em| minh)*(?: (?:cac|may|them))?(?: {_MESSAGES})?|{_MESSAGES}|"
    r"(?:message|remind|write|text|disturb|send)(?: to)?(?: me)?(?: messages?| news)?|messages?|news|notifications?)"
    r"(?: (?:cho|toi|em|minh|tui|anh|chi|nua|gi|me))*"
    rf"|(?:gio |khung gio )?(?:yen (?:tinh|lang)|im lang|khong lam phien|tat may)|(?:gio|khung gio) nhan {_MESSAGES}|"
    rf"(?:nhan|gui) {_MESSAGES}(?: cho| toi| em| minh)*|(?:quiet|messages?|silent)(?: hours| time)|mute(?: me)?|be quiet)"
)
_AT = (
    r"(?:(?:la|vao|trong|luc|khoang|ngoai|gio|khung gio|khung|moi|hang|ngay|vao luc|"
    r"(?:buoi|ban) (?:sang|trua|chieu|toi|dem)|buoi|ban|between|outside|at|in|during|the) )*"
    r"(?:(?:truoc|sau|tu|den|qua|before|after|from|until|till)\b[^/]*?\d|\d|nua dem|midnight)"
)
_PART = (
    r"(?:(?:vao|luc|trong|moi|hang|at|in|during|the) )*"
    r"(?:(?:buoi|ban|luc|vao|gio nghi|gio) ?(?:toi|dem|trua|sang|khuya|chieu|ngu|hanh chinh|lam viec)|"
    r"ban ngay|dem|khuya|nua dem|night|evenings?|overnight)\b"
)
_END = r"(?: (?:nua|nhe|nha|a|di|thoi|voi|cho toi|me|please))*[ .!]*$"
_WITH_HOURS = re.compile(rf"^{_WHO}{_ASKED}:? {_AT}|^{_WHO}{_AT}.*[ ,]{_ASKED}{_END}")
_WITHOUT = re.compile(rf"^{_WHO}{_ASKED} {_PART}{_END}|^{_WHO}{_PART}[ ,]+(?:(?:thi|xin|lam on|toi|em|minh) )*{_ASKED}{_END}")
_OF_DAYS = re.compile(
    r"\b(?:ngay (?:\d|mai|kia|hom)|thang|tuan|nam|phut|thu (?:\d|hai|ba|tu|nam|sau|bay)|minutes?|days?|weeks?)\b|"
    r"\d ?[/-] ?\d+ ?[/-]|\d/\d|\d ngay"
)
"""Not every day's: a date, a length."""
_LONGEST = 160
"""Letters of such a sentence; what is longer is a story."""


def is_said(text: str) -> bool:
    """Whether a text says when messages may come, or may not: with hours, or only "ban đêm"."""
    plain = _plain(text)
    if len(plain) > _LONGEST:
        return False
    return not (asks_plainly(text) or _OF_DAYS.search(fold(text))) and bool(_WITH_HOURS.match(plain) or _WITHOUT.match(plain))


def names_hours(text: str) -> bool:
    """Whether it says an hour at all; where it does not, it has to be asked for."""
    return _HOUR.search(_plain(text)) is not None


def hours_of(text: str, usual: Hours) -> Hours:
    """From when until when messages may come, as somebody writes it; where only one of the two is said, the other is as usual.

    Raises `NoHours`, and `BreakInHours` where it is a part of the day, not the night, that is not wanted.

    >>> usual = time(7), time(21)
    >>> hours_of("không nhắn trước 8h, sau 20h", usual), hours_of("không nhận tin sau 20h", usual), hours_of("chỉ nhắn sau 9h", usual)
    ((datetime.time(8, 0), datetime.time(20, 0)), (datetime.time(7, 0), datetime.time(20, 0)), (datetime.time(9, 0), datetime.time(21, 0)))
    """
    plain = _plain(text)
    found = list(_HOUR.finditer(plain))
    if not 1 <= len(found) <= 2:
        raise NoHours
    bounds = [one[1] or "" for one in found]
    refuses = _refuses(plain, found[0].start(), says_bound=any(bound in _SIDES for bound in bounds))
    times = [_time(*one.groups()[1:]) for one in found]
    if bounds[-1] in _BOUNDS and not (len(times) == 2 and bounds[1] in _UNTIL):
        late = [_late(one, said[4]) if refuses and _BOUNDS.get(said[1] or "") else one for one, said in zip(times, found, strict=True)]
        opens, closes = _from_bounds(late, bounds, usual, refuses=refuses)
    elif len(times) == 1:
        raise NoHours
    else:
        begins, ends = times
        opens, closes = _rest(_late(begins, found[0][4]) if begins > ends else begins, ends, usual) if refuses else (begins, ends)
    if opens == closes:
        raise NoHours
    return opens, closes


_UNTIL = {"den", "until", "till"}
_SIDES = {"truoc": False, "sau": True, "before": False, "after": True}
_BOUNDS = _SIDES | {"tu": True, "from": True, "den": False, "until": False, "till": False}
"""Whether what is said lies behind the hour."""


def _refuses(plain: str, at: int, *, says_bound: bool) -> bool:
    """Whether what is said is not wanted: by the last word for it before the hours, else the first behind. "Trước 8h, sau 20h" alone is."""
    cues = list(_CUE.finditer(plain))
    before = [cue for cue in cues if cue.start() < at]
    cue = before[-1] if before else cues[0] if cues else None
    refuses = says_bound if cue is None else cue["no"] is not None
    return refuses != bool(_OUTSIDE.search(plain)) if cue is not None else refuses


def _from_bounds(times: list[time], bounds: list[str], usual: Hours, *, refuses: bool) -> Hours:
    opens, closes = usual
    for one, bound in zip(times, bounds, strict=True):
        if bound not in _BOUNDS:
            raise NoHours
        if _BOUNDS[bound] != refuses:
            opens = one
        else:
            closes = one
    return opens, closes


def _late(one: time, part: str | None) -> time:
    """Nobody who goes to bed at nine says of the morning that they want no messages after it: without a part of the day it is evening."""
    return one.replace(hour=one.hour + 12) if part is None and one.hour < 12 else one


def _rest(begins: time, ends: time, usual: Hours) -> Hours:
    """What is left of the day: the other side of a night, or the usual hours without their edge."""
    opens, closes = usual
    if begins > ends > time(0) or opens > closes or (begins <= opens and ends >= closes):
        return ends, begins
    if ends == time(0) or ends >= closes:
        return opens, begins
    if begins <= opens:
        return ends, closes
    raise BreakInHours(begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}")


def _plain(text: str) -> str:
    """Folded; what only the diacritics tell apart from tối (evening) and chỉ (only) is said otherwise first."""
    marked = clean(text).casefold()
    for word, other in (("tôi", "minh"), ("tới", "den"), ("chị", "anh"), ("nửa đêm", "0h"), ("đừng", "khong")):
        marked = re.sub(rf"\b{word}\b", other, marked)
    plain = re.sub(r"(?<=[\dhg])\s*[–-]\s*(?=\d)", " den ", fold(marked))
    return " ".join(re.sub(r"\b(?:nua dem|midnight)\b", "0h", re.sub(r"[.!;,–-]+(?= |$)", " ", plain)).split())


def _time(hour: str, minute: str | None, part: str | None) -> time:
    """Raises `NoHours` for what no clock shows."""
    number, minutes = _on_the_clock(int(hour), part), 30 if minute == "ruoi" else int(minute or 0)
    if number > 24 or minutes >= 60:
        raise NoHours
    return time(number % 24, minutes)


def _on_the_clock(hour: int, part: str | None) -> int:
    """12 at night is 0, 2 at night early, 10 at night late."""
    if hour == 12 and part in {"toi", "dem", "khuya", "am"}:
        return 0
    is_late = part in {"chieu", "toi", "pm"} or (part in {"dem", "khuya"} and hour >= 6) or (part == "trua" and hour < 4)
    return hour + 12 if is_late and hour < 12 else hour
