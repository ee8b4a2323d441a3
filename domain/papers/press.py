"""The press (in ấn): a layout and its facts become pages, set by typst in Be Vietnam Pro, whatever fonts the machine has.

Facts reach a layout as JSON, so that a name is never read as markup. Papers are PDF/A-2a and PDF/UA-1: they can be kept for decades
and read aloud.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import fontpkg_be_vietnam_pro as typeface
import typst

from domain import qr
from domain.papers.letters import printable

STANDARDS: "list[typst.PDFStandard]" = ["a-2a", "ua-1"]
_LAYOUTS = Path(__file__).parent


@dataclass(frozen=True)
class Letterhead:
    """The head of an official paper (thể thức văn bản, Nghị định 30/2020/NĐ-CP, Phụ lục I): the superior body (cơ quan chủ quản) and
    the office that issues; the country's name (Quốc hiệu) and motto (Tiêu ngữ)."""

    authority: str
    office: str
    nation: str
    motto: str


@dataclass(frozen=True)
class Fact:
    """A line of a paper: what it says, and the value."""

    label: str
    text: str


@dataclass(frozen=True)
class Code:
    """A QR code: what it holds, and the words for those who hear the paper instead of seeing it."""

    text: str
    spoken: str


def pdf(layout: str, paper: Any, made_at: datetime) -> bytes:
    """The paper as PDF. The same paper made at the same moment (aware) is the same file to the byte."""
    printed: bytes = typst.compile(
        _LAYOUTS / f"{layout}.typ",
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=int(made_at.timestamp()),
        **_set_up(paper),
    )
    return printed


def pictures(layout: str, paper: Any, dots_per_inch: float) -> list[bytes]:
    """The pages as PNG, for looking at."""
    drawn: bytes | list[bytes] = typst.compile(_LAYOUTS / f"{layout}.typ", format="png", ppi=dots_per_inch, **_set_up(paper))
    return drawn if isinstance(drawn, list) else [drawn]


def look_up(layout: str, paper: Any, selector: str) -> Any:
    """What typst laid out under a label such as `<participant>`."""
    return json.loads(typst.query(_LAYOUTS / f"{layout}.typ", selector, **_set_up(paper)))


def _set_up(paper: Any) -> dict[str, Any]:
    facts = json.dumps(_ready(asdict(paper)), ensure_ascii=False)
    return {"root": _LAYOUTS, "font_paths": _fonts(), "ignore_system_fonts": True, "sys_inputs": {"paper": facts}}


def _ready(value: Any) -> Any:
    """Texts in letters that we can print, codes drawn."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        if value.keys() == {"text", "spoken"}:
            return {"drawn": qr.svg(value["text"]), "spoken": printable(value["spoken"])}
        return {name: _ready(held) for name, held in value.items()}
    return [_ready(held) for held in value] if isinstance(value, (list, tuple)) else value


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[typeface.ROOT / "files"])
