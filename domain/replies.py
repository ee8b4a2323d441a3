"""Short replies (trả lời ngắn): what people type in a dialogue instead of pressing yes, skip or back.

>>> reply_of("Đồng ý ạ"), reply_of("bo qua"), reply_of("Công ty Bỏ Qua")
(<Reply.YES: 'yes'>, <Reply.SKIP: 'skip'>, None)
>>> reply_of("Đúng"), reply_of("dung"), reply_of("dừng")
(<Reply.YES: 'yes'>, None, None)
"""

from enum import StrEnum

from domain.folding import fold, words


class Reply(StrEnum):
    """What a button would have said."""

    YES = "yes"
    SKIP = "skip"
    BACK = "back"


_WHOLE = {
    Reply.YES: "dong y|toi dong y|co|xac nhan|ok|oke|gui|gui di|dang ky|dung roi|vang|da|da vang|duoc|yes|y|agree|i agree|confirm",
    Reply.SKIP: "bo qua|skip|khong co|khong|ko|ko co|k co|chua co|next|none|no",
    Reply.BACK: "quay lai|tro lai|lui lai|back|go back",
}
_RIGHT = "đúng"
"""Without its marks it may as well be "dừng" (stop), so it is no answer then."""
_BY_PHRASE = {phrase: reply for reply, phrases in _WHOLE.items() for phrase in phrases.split("|")}


def reply_of(text: str) -> Reply | None:
    """The button that a short text stands for, or None."""
    if text.casefold().strip(" .!") == _RIGHT:
        return Reply.YES
    listed = words(fold(text))
    polite = listed[:-1] if len(listed) > 1 and listed[-1] in {"a", "nhe", "nha", "em", "ad"} else listed
    return _BY_PHRASE.get(" ".join(polite))


_DONE = frozenset({"xong", "xong roi", "het", "het roi", "done"})


def says_done(text: str) -> bool:
    """Whether a short text says that there is nothing to add.

    >>> says_done("Xong rồi."), says_done("hết"), says_done("xong chưa")
    (True, True, False)
    """
    return " ".join(words(fold(text))) in _DONE
