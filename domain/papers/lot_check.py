"""The paper of a lot that was checked (bản tính kiểm tra lô): advice with all that it rests on, and no letterhead, as it is no decision."""

from dataclasses import dataclass
from datetime import datetime

from domain.papers import press
from domain.papers.histogram import Histogram
from domain.papers.press import Fact


@dataclass(frozen=True)
class Step:
    """A step of the check: what is asked, what came out, where it is said."""

    name: str
    text: str
    clause: str


@dataclass(frozen=True)
class Columns:
    """Headings over the tables that were used."""

    name: str
    row: str
    source: str
    state: str


@dataclass(frozen=True)
class Row:
    """A table that was used: its row, its source, whether an officer verified it."""

    name: str
    row: str
    source: str
    state: str


@dataclass(frozen=True)
class LotPaper:
    """Ready sentences in one language, from top to bottom. `verdict_kind` is pass, fail or open."""

    language: str
    title: str
    made: str
    verdict_kind: str
    verdict: str
    notes: tuple[str, ...]
    """What must be known with the verdict: advice only, what nobody verified."""
    facts: tuple[Fact, ...]
    steps_title: str
    steps: tuple[Step, ...]
    histogram: Histogram | None
    tables_title: str
    columns: Columns
    tables: tuple[Row, ...]
    weights_title: str
    weights: tuple[str, ...]
    page_of: str


def lot_check(paper: LotPaper, made_at: datetime) -> bytes:
    """The PDF."""
    return press.pdf("lot_check", paper, made_at)
