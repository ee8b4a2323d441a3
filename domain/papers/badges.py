"""Name badges (thẻ tên): eight on an A4 page, to be cut along thin lines."""

from dataclasses import dataclass
from datetime import datetime

from domain.papers import press
from domain.papers.press import Code

BADGES_A_PAGE = 8


@dataclass(frozen=True)
class Badge:
    """The code is the one of the person's ticket."""

    name: str
    firm: str
    code: Code


@dataclass(frozen=True)
class Badges:
    """Ready sentences in one language. `title` names the file to whoever opens it."""

    language: str
    title: str
    office: str
    class_title: str
    badges: tuple[Badge, ...]


def badges(paper: Badges, made_at: datetime) -> bytes:
    """PDF of as many pages as it takes."""
    return press.pdf("badges", paper, made_at)
