"""Dossiers in words (hồ sơ bằng chữ): sizes, digests and legal bases as receipts and pages show them."""

from domain.messages import N_
from locales import amount, translate

_UNREAD = "unverified"


def size(count: int, language: str) -> str:
    """Bytes as people say them: 1.234 KB."""
    return translate(N_("dossier.kilobytes"), language, number=amount(-(-count // 1024), language))


def grouped(digest: str, groups: int = 8) -> tuple[str, ...]:
    """A hex digest in groups of four, so many a line, as eyes compare them.

    >>> grouped("0123456789abcdef", 2)
    ('0123 4567', '89ab cdef')
    """
    fours = [digest[at : at + 4] for at in range(0, len(digest), 4)]
    return tuple(" ".join(fours[at : at + groups]) for at in range(0, len(fours), groups))


def basis(document: str, language: str) -> str:
    """A document of the law as a declaration names it, marked where nobody read it."""
    name = document.removesuffix(_UNREAD).strip()
    return f"{name} ({translate(N_('dossier.unverified'), language)})" if document.endswith(_UNREAD) else name
