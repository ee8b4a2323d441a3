"""The receipt of a dossier (phiếu tiếp nhận hồ sơ): A4, as many pages as its answers and papers take, with a code that verifies it."""

from dataclasses import dataclass
from datetime import datetime

from domain.papers import press
from domain.papers.press import Code, Fact, Letterhead


@dataclass(frozen=True)
class Columns:
    """Headings over the papers."""

    number: str
    paper: str
    file: str
    size: str
    fingerprint: str


@dataclass(frozen=True)
class Row:
    """A file that was handed in: the paper that it is, its name, its size in words, the beginning of its SHA-256."""

    paper: str
    file: str
    size: str
    fingerprint: str


@dataclass(frozen=True)
class Receipt:
    """Ready sentences in one language, from top to bottom. `facts` say what was received, when, and what comes next by when."""

    language: str
    head: Letterhead
    title: str
    reference: str
    kind: str
    facts: tuple[Fact, ...]
    code: Code
    verify: str
    answers_title: str
    answers: tuple[Fact, ...]
    papers_title: str
    columns: Columns
    papers: tuple[Row, ...]
    no_papers: str
    digest_title: str
    digest: tuple[str, ...]
    """Lines of the SHA-256 in groups that are easy to compare."""
    digest_note: str
    no_permit: str
    page_of: str


def receipt(paper: Receipt, made_at: datetime) -> bytes:
    """The PDF."""
    return press.pdf("receipt", paper, made_at)
