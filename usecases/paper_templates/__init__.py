"""Our own DOCX templates (mẫu văn bản), a file for each kind of `paper_layouts`. `python -m usecases.paper_templates` makes them anew."""

from pathlib import Path

from usecases.paper_layouts import Kind

FOLDER = Path(__file__).parent


def ours(kind: Kind) -> bytes:
    """The template that the house brings."""
    return path_of(kind).read_bytes()


def path_of(kind: Kind) -> Path:
    """Where it lies."""
    return FOLDER / f"{kind.name}.docx"
