"""The sign-in sheet of a class (danh sách ký tên, danh sách điểm danh): A4 across, a list of its own for each session."""

from dataclasses import dataclass
from datetime import datetime

from domain.papers import press
from domain.papers.press import Fact, Letterhead


@dataclass(frozen=True)
class Columns:
    """The headings, from left to right."""

    number: str
    name: str
    firm: str
    position: str
    phone: str
    signature: str


@dataclass(frozen=True)
class Row:
    """A participant; all empty for a line where somebody writes by hand."""

    name: str
    firm: str
    position: str
    phone: str


@dataclass(frozen=True)
class SignInSheet:
    """Ready sentences in one language. Each of `sessions` (buổi) gets every row and pages counted from 1; `page_of` holds `{page}` and
    `{pages}`."""

    language: str
    head: Letterhead
    title: str
    class_title: str
    facts: tuple[Fact, ...]
    sessions: tuple[str, ...]
    columns: Columns
    rows: tuple[Row, ...]
    page_of: str


def sign_in_sheet(paper: SignInSheet, made_at: datetime) -> bytes:
    """PDF of all sessions."""
    return press.pdf("sign_in_sheet", paper, made_at)
