"""Wishes in plain words (ý muốn nói bằng lời thường): what people type instead of a command, and small talk.

>>> wish_of("Bắt đầu"), wish_of("cho em gap can bo voi"), wish_of("cảm ơn bạn nhé")
(<Wish.START: 'start'>, <Wish.PERSON: 'person'>, <Wish.THANKS: 'thanks'>)
>>> wish_of("Gặp cán bộ nào để hỏi về nhãn phụ hàng nhập khẩu từ Lào?") is None
True
"""

import re
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
    CLASSES = "classes"
    MY_CLASSES = "my_classes"
    DOSSIERS = "dossiers"
    CONTINUE = "continue"
    CONTINUE_CLASS = "continue_class"
    BARCODES = "barcodes"
    CODES = "codes"
    QUANTITY_MARKS = "quantity_marks"
    LABEL_CHECK = "label_check"
    LOT_CHECK = "lot_check"
    WEIGHING_PLAN = "weighing_plan"
    INSTRUMENTS = "instruments"
    REMIND = "remind"
    REMINDERS = "reminders"
    HELLO = "hello"
    THANKS = "thanks"


_WHOLE = {
    Wish.START: "bat dau|menu|start|trang chu|ve dau|main menu|begin",
    Wish.HELP: "help|tro giup|huong dan|huong dan su dung|giup do|cach dung",
    Wish.CANCEL: "huy|huy bo|thoi|dung lai|thoat|cancel|stop|quit",
    Wish.LANGUAGE: "ngon ngu|doi ngon ngu|tieng anh|tieng viet|english|vietnamese|language|change language",
    Wish.STATUS: "trang thai|tra cuu|tra cuu phieu|tra cuu phieu cua toi|phieu cua toi|status|my enquiries|phieu cua em|tra cuu ho so",
    Wish.CONSENT: "dong y|rut dong y|su dong y|du lieu ca nhan|consent|privacy",
    Wish.CLASSES: "lop|cac lop|lop tap huan|cac lop tap huan|lop hoc|xem lop|cac lop dang mo|dang ky lop|classes|training classes",
    Wish.MY_CLASSES: "lop cua toi|lop cua em|cac lop cua toi|my classes|my registrations|"
    "huy lop|huy dang ky|huy dang ky lop|toi muon huy lop|muon huy lop|toi muon huy dang ky|toi muon huy dang ky lop|"
    "ve cua toi|ve cua em|cho xem ve cua toi|doi nguoi di hoc|cancel my class|cancel my registration|my ticket|my tickets",
    Wish.DOSSIERS: "ho so|ho so cua toi|ho so cua em|cac ho so cua toi|xem ho so|nop ho so|lam ho so|bo sung ho so|dossiers|my dossiers|"
    "my applications|hand in a dossier",
    Wish.CONTINUE: "tiep tuc ho so|lam tiep ho so|tiep tuc|tiep tuc dang ky|lam tiep|continue",
    Wish.BARCODES: "ma vach|ma so ma vach|ma so vach|msmv|dich vu ma vach|barcode|barcodes",
    Wish.CODES: "tra ma|tra ma vach|tra cuu ma vach|kiem tra ma vach|kiem tra ma|check ma vach|doc ma vach|quet ma vach|check barcode|"
    "check a barcode|check the barcode|check code|scan barcode",
    Wish.QUANTITY_MARKS: "dau dinh luong|dau v|dich vu dau dinh luong|hang dong goi san|quantity mark|quantity marks",
    Wish.LABEL_CHECK: "kiem tra nhan|kiem tra nhan hang|xem nhan|soi nhan|check label|check a label|check my label",
    Wish.LOT_CHECK: "kiem tra lo|kiem tra lo hang|kiem tra khoi luong|can lo hang|check lot|check a lot|check my lot",
    Wish.WEIGHING_PLAN: "ke hoach can|can bao nhieu goi|ke hoach lay mau|phieu can|measuring plan|weighing plan",
    Wish.INSTRUMENTS: "phuong tien do|phuong tien do cua toi|can cua toi|my instruments|measuring instruments",
    Wish.REMIND: "nhac toi|nhac em|dat lich nhac|dat loi nhac|tao loi nhac|them loi nhac|hen nhac|remind me|set a reminder",
    Wish.REMINDERS: "nhac hen|loi nhac|loi nhac cua toi|loi nhac cua em|cac loi nhac|xem loi nhac|lich nhac|lich nhac cua toi|huy loi nhac|"
    "my reminders|reminders|gio nhan tin",
    Wish.HELLO: "chao|xin chao|chao em|chao anh|chao chi|chao ban|alo|hi|hello|hey|hi there|good morning|chao ad|chao chi cuc|da chao",
    Wish.THANKS: "cam on|cam on ban|cam on em|cam on nhe|cam on nhieu|thanks|thank you|tks|ok cam on|ok tks|ok|oke|vang|da|da vang|thank",
}
_BY_PHRASE = {phrase: wish for wish, phrases in _WHOLE.items() for phrase in phrases.split("|")}

_OWN_REMINDERS = re.compile(
    r"^(?:(?:toi|em|minh|cho|xin|muon|hay|ad|oi|giup) )*(?:(?:xem|co|con|liet ke|danh sach|kiem tra|hien|dang|da dat|lai) )*"
    r"(?:(?:cac|nhung|may|tat ca|het|danh sach) )*(?:loi nhac|lich nhac|nhac hen|lich hen nhac)"
    r"(?: (?:nao|gi|cua toi|cua em|cua minh|toi|em|da dat|da hen|dang co|sap toi|con lai|hien co|khong|chua|a|vay|the))*$|"
    r"^(?:(?:show|list|see|what|which|are|all|me|my|the|have) )*reminders?(?: (?:do|have|i|have i|set|got|are there))*$"
)
"""A look at one's own reminders: "tôi có những lời nhắc nào"."""

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


ROBOT, WELL_WISHING = "robot", "wellwishing"
"""Small talk beyond hello and thanks."""
_MACHINE = (
    r"\b(nguoi (that )?hay (la )?(may|robot|ro bot|bot)|may hay (la )?nguoi|(phai|la|co phai) (chat ?)?(bot|robot|ro bot|may|"
    r"ai)\b( tra loi)?( khong| ha|"
    r" phai khong| a)|"
    r"nguoi that (hay|khong|ko)|tro ly ao|(ban|em|ad) la ai|are you (a )?(real|human|robot|bot|machine|person|an ai|ai)|"
    r"(human|person) or (a )?(bot|robot|machine)|who are you|talking to a (bot|robot|machine|human))\b"
)
_WELL_WISHES = (
    r"^(xin )?((chao|da alo|alo)\b.*\b(chuc|co ai)|chuc|kinh chuc|happy|have a (good|nice|great)|good (luck|night|evening|afternoon|"
    r"day)|tam biet|bye|goodbye|see you)\b"
)
_STANDING = (
    r"\b((ho so|phieu|don|dang ky|cau hoi|yeu cau|giay)\b.*\b(toi dau|den dau|xong chua|duyet chua|the nao roi|ra sao roi|co ket qua chua|"
    r"xu ly chua|den khau nao|toi khau nao|xu ly den|duoc duyet|tra loi chua|ket qua chua|giai quyet chua|tiep nhan chua)|"
    r"(check|tra cuu|kiem tra|xem)( giup| ho| dum)?( em| toi| minh| chi| anh| mk)?( cai)? (phieu|ho so|tinh trang|trang thai|tien do)|"
    r"status of my|(looked at|reviewed|processed) (my|the) (request|application|dossier|file)|where is my|any (update|news) on my|"
    r"track my|check (my|the status)|my (request|application|dossier|enquiry|"
    r"file)\b.*\b(status|done|ready|yet))\b"
)
_READ = (
    r"^(?:(da|vang|u|uh|uk|ok|oke|okay|em|toi|minh|anh|chi|ben em|cong ty|cong ty em|don vi|chung toi|xin|i|we|have|got it) )*"
    r"((da |duoc )?(nhan|ro|biet|xem|hieu|doc|nam|tiep nhan|ghi nhan|luu)( duoc)?|noted|received|understood|got it|"
    r"read it|seen|tot qua|hay qua)"
    r"( (thong tin|thong bao|tin|tin nhan|thu|duoc|roi|a|nhe|nha|day du|cua|chi cuc|don vi|anh|chi|ban|it|this|with|cam on|thanks|"
    r"thank you|nhieu|va|em|da))*$"
)
_HOW = r"\b(cach nao|lam sao|nhu the nao de|the nao de|how (do|can|to)|o dau|bao lau|can gi)\b"
"""A question about how papers are looked up is a question."""
_CITED = re.compile(r"\b[A-Z]{2,5}-?\d{4}-\d{2,8}\b")
_SHORT_TALK = 14
"""Small talk and a look at one's own papers are said in few words; a longer message is a question."""


def small_talk_of(text: str) -> str | None:
    """`ROBOT` for "are you a machine?", `WELL_WISHING` for wishes and farewells, else None."""
    plain = " ".join(words(fold(text)))
    if len(plain.split()) > _SHORT_TALK:
        return None
    return ROBOT if re.search(_MACHINE, plain) else WELL_WISHING if re.search(_WELL_WISHES, plain) else None


def acknowledges(text: str) -> bool:
    """Whether somebody only says that they have read what they were told.

    >>> acknowledges("Dạ em đã nhận được thông tin ạ, cảm ơn"), acknowledges("đã nhận nhưng em chưa rõ mức phí")
    (True, False)
    """
    return re.match(_READ, " ".join(words(fold(text)))) is not None


def asks_for_standing(text: str) -> bool:
    """Whether somebody wants to know where their own papers stand (tra cứu tình trạng hồ sơ)."""
    plain = " ".join(words(fold(text)))
    end = " ".join(plain.split()[-2 * _SHORT_TALK :])
    return bool(_CITED.search(text) or re.search(_STANDING, end)) and not re.search(_HOW, end)


def wish_of(text: str) -> Wish | None:
    """The wish that a short message expresses, or None for anything that is a question."""
    folded = fold(text).strip(" .!?,…")
    plain = " ".join(words(folded))
    if wish := _BY_PHRASE.get(plain):
        return wish
    if _OWN_REMINDERS.match(plain):
        return Wish.REMINDERS
    if _is_thanks(plain):
        return Wish.THANKS
    for phrase in _PERSON_PHRASES:
        if phrase in plain:
            around = [word for word in plain.replace(phrase, " ", 1).split() if word not in _FILLERS]
            return Wish.PERSON if len(around) <= _PERSON_ROOM // 2 and len(plain.split()) <= 2 * _PERSON_ROOM + 2 else None
    return None


def _is_thanks(plain: str) -> bool:
    listed = plain.split()
    return len(listed) <= 10 and ("cam on" in plain or "thank" in plain or "tks" in listed) and "?" not in plain
