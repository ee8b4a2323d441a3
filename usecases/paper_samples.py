"""A paper of every kind with invented facts (dữ liệu mẫu): what a template is tried with before it counts, full and empty."""

from typing import Any

from usecases import paper_layouts as layouts
from usecases.paper_layouts import Kind

_TEXTS = {
    "authority": "Sở Khoa học và Công nghệ thành phố Huế",
    "office": "Chi cục Tiêu chuẩn Đo lường Chất lượng",
    "place_and_date": "Huế, ngày 05 tháng 01 năm 2027",
    "signer_title": "CHI CỤC TRƯỞNG",
    "signer": "Nguyễn Thị Ưng",
    "verify_link": "https://example.org/registers/entry/mau",
    "firm": "Công ty TNHH Nước mắm “Phú Thuận” & Con <mẫu>",
    "reference": "DL-2026-000001-5",
    "register_number": "01/2026/TB",
    "times": "1",
    "year": "2026",
    "due_on": "04/02/2027",
}
ROWS = 3


def full(kind: Kind) -> dict[str, Any]:
    """Every name with a text, every list with some rows."""
    facts: dict[str, Any] = {name: _TEXTS.get(name, f"[{name}]") for name in layouts.names(kind)}
    for name, columns in layouts.tables(kind).items():
        facts[name] = [
            {column: str(number) if column == "number" else f"[{column} {number}]" for column in columns} for number in range(1, ROWS + 1)
        ]
    return facts


def empty(kind: Kind) -> dict[str, Any]:
    """The least that a paper has: the firm and the office."""
    return {name: _TEXTS[name] for name in ("office", "firm") if name in layouts.names(kind)}


def all_of(kind: Kind) -> list[dict[str, Any]]:
    """Both; the full one last."""
    return [empty(kind), full(kind)]
