"""Topics (chủ đề nhận tin) that people choose to be told of, each for itself, and how they say in words that they no longer want one.

>>> refusal_of("Ngừng nhận tin về mã vạch và đo lường"), refusal_of("hủy nhận tin"), refusal_of("stop")
(('barcodes', 'measurement'), ('',), ())
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
    r"(?: (?:about|on))?)(?P<rest>(?: [a-z0-9,]+){0,16})$"
)
_WANTING = re.compile(
    rf"^{_WHO}(?:(?:dang ky |muon )*nhan{_MESSAGES}|dang ky (?:theo )?chu de|(?:chon |xem |doi )?chu de(?: nhan tin)?|"
    r"subscribe(?: me)?(?: to)?|(?:get|receive)(?: the)? (?:news|messages))(?P<rest>(?: [a-z0-9,]+){0,16})$"
)
_OWN = re.compile(
    rf"^{_WHO}(?:(?:xem|cho xem|liet ke|kiem tra|show|list)(?: lai)?[ ,]+)?"
    r"(?:(?:(?:hien )?(?:dang|da|co)|hien|hien tai|hien nay)(?: dang)? )"
    r"(?:theo doi|(?:dang ky )?nhan|dang ky)(?: (?:cac|nhung|may))?(?: (?:tin|thong bao|ban tin|chu de)(?: tuc)?)?"
    r"(?: (?:ve|cua|theo))?(?: (?:cac|nhung|may|chu de|cai))*(?: (?:gi|nao|may chu de))(?: (?:vay|the|a|nhi|nhe|roi|day))*$|"
    rf"^{_WHO}(?:toi |em |minh )nhan (?:cac|nhung) (?:tin|thong bao|chu de) (?:gi|nao)$|"
    rf"^{_WHO}(?:cac |nhung )?(?:chu de|tin)(?: (?:toi|em|minh))? (?:(?:dang|da) )?(?:theo doi|nhan|dang ky)$|"
    rf"^{_WHO}(?:cac |nhung )?chu de cua (?:toi|em|minh)$|^(?:show |list )?my (?:topics|subscriptions)$|"
    r"^what (?:am i|do i) (?:subscribed to|follow(?:ing)?|get(?:ting)?|receiv(?:e|ing))$|"
    r"^(?:what|which) (?:topics|news|messages) (?:am i|do i|did i)\b.*$"
)
"""What one has chosen: "tôi đang nhận những tin gì"."""
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
    "productivity": (
        "nang suat",
        "nang suat chat luong",
        "nang suat va chat luong",
        "giai thuong",
        "giai thuong chat luong",
        "productivity",
    ),
    "classes": ("lop", "lop hoc", "lop tap huan", "tap huan", "dao tao", "classes", "training", "training classes"),
}


_JOINED = re.compile(r",|\b(?:va|voi|cung|and)\b")
_OFFICE = re.compile(r"\b(?:chi cuc )?tieu chuan,? do luong,? (?:va )?chat luong\b|\bchi cuc\b")
"""Its name is three topics of its own; whoever names it means no topic."""
_LONGEST = 8
"""Words of one topic; what goes on is talk of something else."""


def refusal_of(text: str) -> tuple[str, ...]:
    """The topics that a text refuses; ALL alone for every one, `UNKNOWN` alone for one that is none of ours."""
    if asks_plainly(text):
        return ()
    plain = _plain(text)
    if (found := _REFUSING.match(plain)) is None:
        return ()
    rest = found["rest"].strip()
    return () if _OF_TIME.match(rest + " ") else _named(rest)


def wanted_in(text: str) -> tuple[str, ...]:
    """The topics that somebody asks to be told of, ALL where none is named, `UNKNOWN` for one that is none of ours, none for other talk.

    >>> wanted_in("cho tôi nhận tin về đo lường và chất lượng sản phẩm"), wanted_in("chủ đề"), wanted_in("nhận tin về gạch ốp lát")
    (('measurement', 'quality'), ('',), ('?',))
    """
    if asks_plainly(text) or (found := _WANTING.match(_plain(text))) is None:
        return ()
    return _named(found["rest"].strip(), is_meant=found[0].startswith(("dang ky", "subscribe")) or " dang ky " in found[0])


def asks_for_own(text: str) -> bool:
    """Whether somebody wants to see what they have chosen.

    >>> asks_for_own("tôi đang theo dõi những gì?"), asks_for_own("tôi đang nhận hồ sơ gì")
    (True, False)
    """
    return _OWN.match(_plain(text).rstrip("? ")) is not None


def is_stop(text: str) -> bool:
    """Whether a text ends whatever was said last, "stop", "thôi": after a broadcast it ends its topic."""
    return _STOPPING.match(_plain(text)) is not None


def is_stop_of_all(text: str) -> bool:
    """ "Hủy hết": after a broadcast it ends every topic."""
    return _OF_ALL.match(_plain(text)) is not None


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[.!…–()-]", " ", fold(text)).split())


def _named(rest: str, *, is_meant: bool = False) -> tuple[str, ...]:
    is_meant = is_meant or _LEADS.match(rest) is not None
    said = _bare(_OFFICE.sub(" ", re.sub(r"\b(?:chu de|tat ca)\b", " ", rest)))
    if not said:
        return (ALL,)
    whole = _topic(said)
    found = {whole} if whole else {_topic(_bare(part)) for part in _JOINED.split(said) if _bare(part)}
    if None not in found:
        return tuple(topic for topic in TOPICS if topic in found)
    return (UNKNOWN,) if is_meant and len(said.split()) <= _LONGEST else ()


def _bare(said: str) -> str:
    """Without the words around a topic."""
    words = said.split()
    while words and words[0] in _FILLERS:
        words.pop(0)
    while words and words[-1] in _FILLERS:
        words.pop()
    return " ".join(words)


def _topic(said: str) -> str | None:
    return next((topic for topic, names in _WORDS.items() if " ".join(said.replace(",", " ").split()) in names), None)
