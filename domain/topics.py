"""Topics (chủ đề nhận tin) that people choose to be told of, each for itself, and how they say in words that they no longer want one.

>>> refusal_of("Ngừng nhận tin về mã vạch"), refusal_of("hủy nhận tin"), refusal_of("stop"), refusal_of("ngừng bán hàng thì sao?")
('barcodes', '', None, None)
"""

import re

from domain.folding import fold
from domain.messages import N_

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

_REFUSING = re.compile(
    r"(?:toi |em |minh )?(?:muon |xin )?(?:huy|ngung|dung|thoi|khong|tu choi)(?: dang ky)?(?: muon)? nhan (?:tin|thong bao)(?: nua)?"
    r"(?: ve| chu de)?(?P<topic>(?: [a-z0-9]+){0,5})|unsubscribe(?: from)?(?P<english>(?: [a-z]+){0,3})"
)
_WORDS = {
    "barcodes": ("ma vach", "ma so ma vach", "msmv", "barcodes"),
    "measurement": ("do luong", "hieu chuan", "kiem dinh", "measurement"),
    "standards": ("tieu chuan", "quy chuan", "tieu chuan quy chuan", "standards"),
    "quality": ("chat luong", "chat luong san pham", "quality"),
    "trade": ("tbt", "xuat nhap khau", "xuat khau", "trade"),
    "productivity": ("nang suat", "giai thuong", "productivity"),
    "classes": ("lop", "lop hoc", "lop tap huan", "tap huan", "classes", "training"),
}


def refusal_of(text: str) -> str | None:
    """The topic that a text refuses, ALL for every one, None where it refuses nothing that we know."""
    found = _REFUSING.fullmatch(fold(text).strip(" .!"))
    if found is None:
        return None
    said = (found["topic"] or found["english"] or "").strip().removesuffix(" nua").removesuffix(" a")
    if not said or said in {"nua", "tat ca", "all"}:
        return ALL
    return next((topic for topic, words in _WORDS.items() if said in words), None)
