"""Wishes to start a service (muốn làm thủ tục ngay): told apart from questions about it.

>>> service_of("Cho em đăng ký 2 người học lớp xăng dầu"), service_of("I want to register a barcode for my product")
(<Decision.START_TRAINING: 'start-training'>, <Decision.START_BARCODE: 'start-barcode'>)
>>> service_of("Đăng ký mã vạch ở đâu?") is None, service_of("muốn đăng ký mã vạch cần giấy tờ gì") is None
(True, True)
"""

import re

from domain.folding import fold, words
from domain.judgement import Decision

_NOUNS = {
    Decision.START_QUANTITY_MARK: r"dau dinh luong|quantity marks?|ddl|(dau|chu) v|ban cong bo dinh luong",
    Decision.START_BARCODE: r"ma so ma vach|ma vach|ma so vach|barcodes?|bar codes?|msmv|gtin|ma gtin",
    Decision.START_TRAINING: r"tap huan|lop|khoa hoc|khoa dao tao|dao tao|hoc vien|training|class|course|seminar|workshop",
}
_VERBS = (
    r"\b(dang ky|dang ki|dk|ghi ten|ghi danh|lam|cong bo|nop|di hoc|tham gia|xin|khai|bo sung ten|book|sign|register|registering|enrol|"
    r"enroll|"
    r"join|apply|fill|giu|nhan ten|ghi|prepare|submit|declare|declaration|start|attend|get|create|make)\b"
)
_WISHES = (
    r"\b(giup|ho|dum|cho (em|toi|minh|chi|anh|mk|tui|me|ben|cty|cong ty|dn|chung)|lam giup|ghi ten|ghi danh|muon|can|xin|dang ky|"
    r"dang ki|dk|bat dau|luon|ngay|bay gio|gium|"
    r"lay cho|nhan ho so|tien hanh|nho|i want|i would like|id like|i d like|please|help|lets|let s|sign (me|us|up)|register (me|us)|"
    r"put me|we want|"
    r"we need|i need|can you|could you|start)\b"
)
_QUESTIONS = (
    r"\b(o dau|cho nao|o mo|the nao|ra sao|lam sao|ntn|bao nhieu|bao lau|bao gio|khi nao|may ngay|may tien|can gi|nhung gi|giay to gi|"
    r"giay gi|"
    r"la gi|la chi|gi a|gi vay|tai sao|vi sao|co can|co phai|co duoc|phai khong|duoc khong vay|co bat buoc|bat buoc|co mat|mat phi|"
    r"co ton|le phi|"
    r"phi|ai|j|gom|nop cho|nao|how|what|where|when|why|which|who|does|do i|do we|is it|is there|are there|fee|cost|sao|mo|ko|khong|"
    r"chua|"
    r"het han|bi|neu|danh sach (nhung|cac|so)|nhung nguoi|cach nao)\b"
)
_MAY = r"\bco\b.*\b(duoc|dc) (khong|ko|k|hong)\b"
"""May one …? A question; without "có" the same words are a polite wish."""
_POLITE = r"\b(duoc khong|dc ko|duoc ko|dc khong|duoc hong|dc k|nhe|nha|voi|vs|a|can you|could you)\b"
_LONGEST = 45
"""A longer message is a story, whose wish an officer should hear."""


def service_of(text: str) -> Decision | None:
    """The service that a message wants to start now, or None for questions and everything else."""
    plain = " ".join(words(fold(text)))
    listed = plain.split()
    if not listed or len(listed) > _LONGEST or "?" in text.rstrip()[:-1]:
        return None
    noun = next((service for service, pattern in _NOUNS.items() if re.search(rf"\b({pattern})\b", plain)), None)
    if noun is None or not re.search(_VERBS, plain) or not re.search(_WISHES, plain):
        return None
    if re.search(_MAY, plain):
        return None
    asked = " ".join(re.sub(_POLITE, " ", plain).split())
    return None if re.search(_QUESTIONS, asked) else noun
