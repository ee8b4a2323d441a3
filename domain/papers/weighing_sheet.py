"""The sheet for weighing a sample (phiếu ghi số cân): a row for each package to take, empty cells to write in."""

from dataclasses import dataclass
from datetime import datetime

from domain.papers import press
from domain.papers.press import Fact


@dataclass(frozen=True)
class WeighingSheet:
    """Ready sentences in one language. `rows` are which packages of the lot to take, in order."""

    language: str
    title: str
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    number: str
    package: str
    weight: str
    rows: tuple[str, ...]
    signed: tuple[str, ...]
    """What is written by hand below: day, instrument, who weighed."""
    page_of: str


def weighing_sheet(paper: WeighingSheet, made_at: datetime) -> bytes:
    """The PDF."""
    return press.pdf("weighing_sheet", paper, made_at)
