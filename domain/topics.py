"""Topics (chủ đề nhận tin) that people choose to be told of, each for itself, and how they say in words that they no longer want one.

>>> refusal_of("Ngừng nhận tin về mã vạch"), refusal_of("hủy nhận tin"), refusal_of("stop"), refusal_of("ngừng bán hàng thì sao?")
('barcodes', '', None, None)
"""

import re

from domain.folding import fold
from domain.messages import N_
from domain.questions import asks_plainly

TOPICS = {
    "barcodes": N_("topic.barcodes"),
    "measurement": N_("topic.measurement"),
    "standards": N_("topic.standards"),
    "quality": N_("topic.quality"),
    "trade": N_("topic.trade"),
    "productivity": N_("topic.productivity"),
    "classes": N_("topic.classes"),
}
"""Name → message key of what people read."""

SERVICE = "service"
"""No topic: a message about the recipient's own class or dossier. It is part of the service and counts for no cap."""

ALL = ""
"""Every topic."""

UNKNOWN = "?"
"""A topic was named that is none of ours: which are there has to be shown."""

_WHO = r"(?:(?:toi|em|minh|tui|e|t|muon|xin|lam on|vui long|nho|cho|anh|chi|ad|shop|oi|nay|please|i|want|would|like|to|a|thoi)[ ,]+)*"
_MESSAGES = r"(?: cac| may| nhung)?(?: (?:tin|thong bao|ban tin)(?: tuc| nhan| quang cao| bao)?)"
_SHARE = r"(?: (?:cho|toi|em|minh|tui|e|nua|ve|dang ky|may))*"
_REFUSING = re.compile(
    rf"^{_WHO}(?:(?:huy|ngung|dung|khong|ko|k|tu choi|tat|bo|chan|thoi)(?: dang ky| muon| can| thich| co| phai)*"
    rf"(?: (?:nhan|gui|nhan tin)){_SHARE}{_MESSAGES}|(?:huy|tat|chan|bo) dang ky(?: nhan)?{_MESSAGES}|(?:tat|chan){_MESSAGES}|"
    rf"(?:huy|tat|ngung|bo|xoa) (?:het|tat ca){_MESSAGES}|"
    r"(?:dung|thoi|khong)(?: muon| can)? nhan nua|(?:dung|thoi dung|khong) (?:gui|nhan|nhan tin)(?: cho (?:toi|em|minh))? nua|"
    r"(?:dung|thoi)(?: co)? (?:lam phien|spam)|"
    r"unsubscribe(?: me)?(?: from)?|(?:stop|no more)(?: sending)?(?: me)?(?: the)?(?: these| any)? (?:messages?|news|texts?|broadcasts?)"
    r"(?: (?:about|on))?)(?P<rest>(?: [a-z0-9,]+){0,8})$"
)
_WANTING = re.compile(
    rf"^{_WHO}(?:(?:dang ky |muon )*nhan{_MESSAGES}|dang ky (?:theo )?chu de|(?:chon |xem |doi )?chu de(?: nhan tin)?|"
    r"subscribe(?: me)?(?: to)?|(?:get|receive)(?: the)? (?:news|messages))(?P<rest>(?: [a-z0-9,]+){0,8})$"
)
_FILLERS = set(
    """
    nua a nhe nha di ve chu de cua toi em minh cho giup voi het moi loai please me about on the topic topics from to all everything anymore
    """.split()  # noqa: SIM905
)
_LEADS = re.compile(r"^(?:ve|chu de|about|on|from|to)\b")
"""What comes behind is meant for a topic."""
_OF_TIME = re.compile(r"^(?:truoc|sau|tu|luc|vao|khi|buoi|ban dem|qua|trong|before|after|at|from|between|during) ")
"""Not whether, but when: one's own hours."""
_OF_ALL = re.compile(r"^(?:huy|tat|ngung|dung|bo|thoi)(?: nhan)?(?: het| tat ca| luon| toan bo)$|^(?:stop|cancel|unsubscribe) all$")
_STOPPING = re.compile(
    rf"^{_WHO}(?:huy|huy bo|dung|dung lai|ngung|thoi|tat|stop|stop it|cancel|quit|khong nhan|spam)(?: a| nhe| di| nha)?$"
)
_WORDS = {
    "barcodes": ("ma vach", "ma so ma vach", "ma so vach", "msmv", "barcode", "barcodes"),
    "measurement": ("do luong", "hieu chuan", "kiem dinh", "dau dinh luong", "dinh luong", "can", "measurement", "metrology"),
    "standards": ("tieu chuan", "quy chuan", "quy chuan ky thuat", "tieu chuan quy chuan", "tieu chuan quy chuan ky thuat", "standards"),
    "quality": ("chat luong", "chat luong san pham", "chat luong hang hoa", "chat luong san pham hang hoa", "quality"),
    "trade": (
        *("tbt", "xuat nhap khau", "xuat khau", "nhap khau", "canh bao xuat nhap khau", "canh bao tbt", "canh bao", "hang rao ky thuat"),
        *("canh bao xuat khau", "canh bao nhap khau", "canh bao xuat nhap khau tbt", "trade", "trade warnings", "tbt warnings"),
    ),
    "productivity": ("nang suat", "nang suat chat luong", "giai thuong", "giai thuong chat luong", "productivity"),
    "classes": ("lop", "lop hoc", "lop tap huan", "tap huan", "dao tao", "classes", "training", "training classes"),
}


def refusal_of(text: str) -> str | None:
    """The topic that a text refuses, ALL for every one, `UNKNOWN` for one that is none of ours, None where it refuses nothing."""
    if asks_plainly(text):
        return None
    plain = _plain(text)
    if (found := _REFUSING.match(plain)) is None:
        return None
    rest = found["rest"].strip()
    return None if _OF_TIME.match(rest + " ") else _named(rest)


def wanted_in(text: str) -> str | None:
    """The topic that somebody asks to be told of, ALL where none is named, `UNKNOWN` for one that is none of ours, None for other talk.

    >>> wanted_in("Đăng ký nhận tin về mã vạch"), wanted_in("chủ đề"), wanted_in("nhận tin về gạch ốp lát"), wanted_in("nhận hồ sơ")
    ('barcodes', '', '?', None)
    """
    if asks_plainly(text) or (found := _WANTING.match(_plain(text))) is None:
        return None
    return _named(found["rest"].strip(), is_meant=found[0].startswith(("dang ky", "subscribe")) or " dang ky " in found[0])


def is_stop(text: str) -> bool:
    """Whether a text ends whatever was said last, "stop", "thôi": after a broadcast it ends its topic."""
    return _STOPPING.match(_plain(text)) is not None


def is_stop_of_all(text: str) -> bool:
    """ "Hủy hết": after a broadcast it ends every topic."""
    return _OF_ALL.match(_plain(text)) is not None


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[.!…–()-]", " ", fold(text)).split())


def _named(rest: str, *, is_meant: bool = False) -> str | None:
    is_meant = is_meant or _LEADS.match(rest) is not None
    said = re.sub(r",|\b(?:chu de|tat ca|chi cuc)\b", " ", rest).split()
    while said and said[0] in _FILLERS:
        said.pop(0)
    while said and said[-1] in _FILLERS:
        said.pop()
    if not said:
        return ALL
    return next((topic for topic, words in _WORDS.items() if " ".join(said) in words), UNKNOWN if is_meant else None)
