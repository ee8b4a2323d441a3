"""Questions (câu hỏi): several that come in one message, told apart.

>>> questions_of("Em chào anh chị. Nhãn phải ghi gì? Mã vạch xin ở đâu? Phí bao nhiêu ạ? Em cảm ơn")
['Nhãn phải ghi gì?', 'Mã vạch xin ở đâu?', 'Phí bao nhiêu ạ?']
>>> questions_of("1. nhãn phụ ghi gì\\n2. mã vạch xin ở đâu\\n3. kiểm định cân bao lâu")
['nhãn phụ ghi gì', 'mã vạch xin ở đâu', 'kiểm định cân bao lâu']
>>> questions_of("TBT là gì???")
[]
"""

import re

from domain.folding import fold, words

SEVERAL = 3
"""From so many questions on a message is taken apart; two are mostly one question with its story."""
_END = re.compile(r"(?<=[?？])\s*|(?<=[^\W\d]{2}[.!;])\s+")
_BULLET = re.compile(r"^\s*(?:[-–—•*+]|\(?\d{1,2}[.):]|\(?[a-hA-H][.)]|(?:câu|cau|question)\s*\d{1,2}\s*[.:)]?)\s+", re.IGNORECASE)


_ASKING = re.compile(
    r"\b(o dau|o mo|cho nao|the nao|ra sao|lam sao|bao nhieu|bao lau|khi nao|can gi|la gi|la chi|hoi ai|xin cap|co phai|duoc khong|"
    r"how|what|where|when|who|which|can i|do i)\b|\b(khong|ko|chua|a)$"
)


_PLAINLY = re.compile(
    r"\b(o dau|cho nao|the nao|ra sao|lam sao|bao nhieu|bao lau|bao gio|khi nao|may gio|may tien|can gi|la gi|duoc khong|co phai|"
    r"thi sao|tai sao|how|what|where|when|who|which|can i|do i)\b|(?:\S+ ){3,}(khong|ko|chua)( a| vay| em| ad)?$"
)


def asks_plainly(text: str) -> bool:
    """Whether a message surely asks, so that it is not taken for the answer to what was asked: names end in A, and answers in không.

    >>> asks_plainly("phi bao nhieu"), asks_plainly("Nguyễn Văn A"), asks_plainly("lớp này có cấp giấy không ạ"), asks_plainly("không")
    (True, False, True, False)
    """
    return "?" in text or bool(_PLAINLY.search(" ".join(words(fold(text)))))


def asks(text: str) -> bool:
    """Whether a message asks something, rather than tells it.

    >>> asks("xin giấy phép bán rượu ở đâu"), asks("tiệm ở thửa đất số 12, tờ 7")
    (True, False)
    """
    return "?" in text or bool(_ASKING.search(" ".join(words(fold(text)))))


def questions_of(text: str) -> list[str]:
    """The questions of a message in their order, each once, where there are at least three; else nothing. A point of a list is one."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        bare = _BULLET.sub("", line).strip()
        parts = [bare] if bare != line.strip() else [part for part in _END.split(line.strip()) if part.endswith(("?", "？"))]
        for part in parts:
            if len(words(part)) >= 2:
                found.setdefault(fold(part).rstrip("?？ "), part)
    return list(found.values()) if len(found) >= SEVERAL else []
