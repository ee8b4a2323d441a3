"""Wishes in plain words (ý muốn nói bằng lời thường): what people type instead of a command, and small talk.

>>> wish_of("Bắt đầu"), wish_of("cho em gap can bo voi"), wish_of("cảm ơn bạn nhé")
(<Wish.START: 'start'>, <Wish.PERSON: 'person'>, <Wish.THANKS: 'thanks'>)
>>> wish_of("Gặp cán bộ nào để hỏi về nhãn phụ hàng nhập khẩu từ Lào?") is None
True
"""

from enum import StrEnum

from domain.folding import fold, words


class Wish(StrEnum):
    """What is wanted, whatever the state of the conversation."""

    START = "start"
    HELP = "help"
    CANCEL = "cancel"
    PERSON = "person"
    LANGUAGE = "language"
    STATUS = "status"
    CONSENT = "consent"
    HELLO = "hello"
    THANKS = "thanks"


_WHOLE = {
    Wish.START: "bat dau|menu|start|trang chu|ve dau|main menu|begin",
    Wish.HELP: "help|tro giup|huong dan|huong dan su dung|giup do|cach dung",
    Wish.CANCEL: "huy|huy bo|thoi|dung lai|thoat|cancel|stop|quit",
    Wish.LANGUAGE: "ngon ngu|doi ngon ngu|tieng anh|tieng viet|english|vietnamese|language|change language",
    Wish.STATUS: "trang thai|tra cuu|tra cuu phieu|tra cuu phieu cua toi|phieu cua toi|status|my enquiries|phieu cua em|tra cuu ho so",
    Wish.CONSENT: "dong y|rut dong y|su dong y|du lieu ca nhan|consent|privacy",
    Wish.HELLO: "chao|xin chao|chao em|chao anh|chao chi|chao ban|alo|hi|hello|hey|hi there|good morning|chao ad|chao chi cuc|da chao",
    Wish.THANKS: "cam on|cam on ban|cam on em|cam on nhe|cam on nhieu|thanks|thank you|tks|ok cam on|ok tks|ok|oke|vang|da|da vang|thank",
}
_BY_PHRASE = {phrase: wish for wish, phrases in _WHOLE.items() for phrase in phrases.split("|")}

_PERSON_PHRASES = (
    "gap can bo", "gap nguoi that", "gap nguoi", "noi chuyen voi nguoi", "noi chuyen voi can bo", "gap nhan vien", "noi may", "nguoi that",
    "chat voi nguoi", "speak to a human", "talk to a human", "talk to a person", "speak to an officer",
    "talk to an officer", "human officer", "real person",
    "gap chuyen vien", "gap truc tiep can bo",
)  # fmt: skip
_FILLERS = set(
    """
    a ad anh ban cho chi co da duoc em giup hay khong la lai minh muon nao nay nhe nhanh oi the thoi toi voi xin di vay ma
    and i to with would like please can want now
    """.split()  # noqa: SIM905
)
_PERSON_ROOM = 6
"""So many words may stand around the wish for a person; a longer sentence is a question."""


def wish_of(text: str) -> Wish | None:
    """The wish that a short message expresses, or None for anything that is a question."""
    folded = fold(text).strip(" .!?,…")
    plain = " ".join(words(folded))
    if wish := _BY_PHRASE.get(plain):
        return wish
    if _is_thanks(plain):
        return Wish.THANKS
    for phrase in _PERSON_PHRASES:
        if phrase in plain:
            around = [word for word in plain.replace(phrase, " ", 1).split() if word not in _FILLERS]
            return Wish.PERSON if len(around) <= _PERSON_ROOM // 2 and len(plain.split()) <= 2 * _PERSON_ROOM + 2 else None
    return None


def _is_thanks(plain: str) -> bool:
    listed = plain.split()
    return len(listed) <= 7 and ("cam on" in plain or "thank" in plain or "tks" in listed) and "?" not in plain
