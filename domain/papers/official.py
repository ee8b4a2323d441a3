"""An official paper (văn bản hành chính): A4 upright, as long as it takes, after Nghị định 30/2020/NĐ-CP, with a code to verify it."""

from dataclasses import dataclass
from datetime import datetime

from domain.papers import press
from domain.papers.press import Code, Fact, Letterhead


@dataclass(frozen=True)
class Block:
    """A part of the text: a paragraph (`text`), facts with labels, or a table with its heads, shares of the width, and rows."""

    text: str = ""
    is_strong: bool = False
    is_centred: bool = False
    facts: tuple[Fact, ...] = ()
    heads: tuple[str, ...] = ()
    shares: tuple[int, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Official:
    """Ready sentences in one language, from top to bottom. A letter (công văn) has no title: what it is about stands below its number.

    `copies` stand on the left of the signature below `copies_title`; without one, they are where another body stamps.
    """

    language: str
    head: Letterhead
    number: str
    place_and_date: str
    title: str
    about: str
    blocks: tuple[Block, ...]
    copies_title: str
    copies: str
    signer_title: str
    signer: str
    code: Code | None
    verify: str
    page_of: str


def official(paper: Official, made_at: datetime) -> bytes:
    """The PDF."""
    return press.pdf("official", paper, made_at)
