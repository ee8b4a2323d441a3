"""The ticket of a class (phiếu tham dự): A6, shown at the door on paper or on a phone."""

from dataclasses import dataclass
from datetime import datetime

from domain.papers import press
from domain.papers.press import Code, Fact


@dataclass(frozen=True)
class Ticket:
    """Ready sentences in one language. `facts` say when, where and what to bring; `reference` is what staff type when no camera reads."""

    language: str
    office: str
    title: str
    class_title: str
    participant: str
    firm: str
    facts: tuple[Fact, ...]
    code: Code
    reference: str
    note: str


def ticket(paper: Ticket, made_at: datetime) -> bytes:
    """One page of PDF."""
    return press.pdf("ticket", paper, made_at)
