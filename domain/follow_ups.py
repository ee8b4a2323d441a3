"""Follow-ups (câu hỏi nối tiếp): a short question that lives on the one before it.

>>> with_context("còn phí thì sao?", "Đăng ký mã số mã vạch ở đâu?")
'Đăng ký mã số mã vạch phí bao nhiêu tiền'
>>> with_context("Cân đồng hồ bao lâu phải kiểm định một lần?", "Đăng ký mã số mã vạch ở đâu?")
'Cân đồng hồ bao lâu phải kiểm định một lần?'
"""

import re

from domain.folding import fold, words

_OPENERS = (
    r"^(con|the con|the|the thi|vay|vay thi|vay con|rua|rua con|roi|roi thi|con neu|neu vay|neu the|nhung|ma|uh|ok|va|and|what about|"
    r"how about|"
    r"then|so|but|ok then)\b"
)
_BARE = (
    r"^(neu|o dau|cho nao|bao lau|mat bao lau|bao nhieu|het bao nhieu|bao nhieu tien|phi|le phi|phi bao nhieu|le phi bao nhieu|can gi|"
    r"can giay to gi|"
    r"can nhung gi|ho so gom gi|thoi han|khi nao|may ngay|nop o dau|lam o dau|ai lam|ai cap|nhu the nao|the nao|lam sao|co mat phi khong|"
    r"co bat buoc khong|bat buoc khong|gia han the nao|phat bao nhieu|how much|how long|where|when|what documents|is it free|who|fee|"
    r"the fee)\b"
)
_ASKING = (
    r"(o dau|cho nao|bao lau|bao nhieu|can gi|can nhung|can giay|nhu the nao|the nao|ra sao|lam sao|la gi|khi nao|may ngay|phai khong|"
    r"khong|gom|"
    r"mat bao|how|what|where|when|is|does|do)\b"
)
_ASPECTS = (
    (r"\b(phi|tien|ton|gia|cost|fee|how much)\b", "phí bao nhiêu tiền"),
    (r"\b(bao lau|thoi han|thoi gian|may ngay|khi nao|how long)\b", "thời hạn mất bao lâu"),
    (r"\b(giay to|ho so|can gi|can nhung|gom|papers|documents)\b", "hồ sơ gồm những giấy tờ gì"),
    (r"\b(o dau|o mo|cho nao|nop|where)\b", "nộp ở đâu"),
    (r"\b(phat|penalty|fine)\b", "bị phạt bao nhiêu"),
)
"""What follow-ups ask about, as the office's own texts put it."""
_LONGEST_OPENED, _LONGEST_BARE, _LONGEST_WITHOUT_SUBJECT = 9, 6, 4
"""Words of a follow-up that begins with a joining word, of a bare one, and of one that surely names no subject."""


def is_follow_up(question: str) -> bool:
    """Whether a question cannot be understood by itself."""
    plain = " ".join(words(fold(question)))
    count = len(plain.split())
    return (count <= _LONGEST_OPENED and bool(re.match(_OPENERS, plain))) or (count <= _LONGEST_BARE and bool(re.match(_BARE, plain)))


def is_bare(question: str) -> bool:
    """Whether a question has no subject of its own at all.

    >>> is_bare("phí bao nhiêu ạ"), is_bare("Mã vạch xin ở đâu?")
    (True, False)
    """
    plain = " ".join(words(fold(question)))
    return len(plain.split()) <= _LONGEST_WITHOUT_SUBJECT and bool(re.match(_BARE, plain))


def with_context(question: str, previous: str | None) -> str:
    """The question, for a follow-up with the subject of the previous one before it."""
    if not previous or not is_follow_up(question):
        return question
    plain = " ".join(words(fold(question)))
    aspect = next((wording for pattern, wording in _ASPECTS if re.search(pattern, plain)), question)
    return f"{_subject(previous)} {aspect}"


def _subject(previous: str) -> str:
    """The previous question without what it asked about its subject; all of it where that is not to be told apart."""
    listed = previous.rstrip("?!. ").split()
    plain = [" ".join(words(word)) for word in listed]
    end = next((at for at in range(2, len(listed)) if re.match(_ASKING, " ".join(plain[at:]))), len(listed))
    return " ".join(listed[:end])
