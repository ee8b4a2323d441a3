"""Builds our templates from `paper_layouts`: A4, Times New Roman, after the forms of Nghị định 30/2020/NĐ-CP, Phụ lục I.

Placeholders are Jinja as docxtpl reads it. A remark for staff is a Jinja comment: Word shows it in the template, no paper has it.
"""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as AT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from domain.messages import N_
from locales import translate
from usecases import paper_layouts as layouts
from usecases.paper_layouts import LANGUAGE, Kind, Line, Listed, Table
from usecases.paper_making import copies_title
from usecases.paper_rendering import CODE

FONT = "Times New Roman"
_WIDTH = 162
"""Millimetres between the margins."""
_BUILT = (2026, 1, 1, 0, 0, 0)
"""The moment that the files of the archive bear: the same layouts are the same file."""


def build(kind: Kind) -> bytes:
    """The template of a kind."""
    document = Document()
    _set_up(document)
    if kind.form:
        _paragraph(document, f"{{#p {translate(N_('outgoing.form_unseen'), LANGUAGE, form=kind.form)} #}}", size=11, italic=True)
    _head(document, kind)
    if kind.title:
        _paragraph(document, _sentence(kind.title), size=15, bold=True, at=AT.CENTER, before=12)
        _paragraph(document, _sentence(kind.about), size=14, bold=True, at=AT.CENTER)
    for block in kind.blocks:
        _block(document, block)
    _foot(document, kind)
    return _settled(document)


def _set_up(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(18)
    section.top_margin = section.bottom_margin = Mm(20)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(13)
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        style.element.rPr.rFonts.set(qn(script), FONT)
    properties = document.core_properties
    properties.author = properties.comments = properties.title = ""
    properties.created = properties.modified = datetime(*_BUILT[:3], tzinfo=UTC)


def _paragraph(
    place: Any,
    text: str,
    *,
    size: float = 13,
    bold: bool = False,
    italic: bool = False,
    at: Any = AT.LEFT,
    before: float = 0,
    after: float = 3,
) -> Any:
    paragraph = place.add_paragraph()
    run = paragraph.add_run()
    for number, line in enumerate(text.split("\n")):
        if number:
            run.add_break()
        run.add_text(line)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    paragraph.alignment = at
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
    return paragraph


def _cell(cell: Any, *lines: tuple[str, dict[str, Any]]) -> None:
    """Lines in an empty cell, whose own first paragraph goes."""
    for text, look in lines:
        _paragraph(cell, text, **look)
    first = cell.paragraphs[0]._element
    first.getparent().remove(first)


def _columns(document: Any, widths: list[float], style: str | None = None) -> Any:
    table = document.add_table(rows=1, cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    if style:
        table.style = style
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    _widen(table.rows[0], widths)
    return table


def _widen(row: Any, widths: list[float]) -> None:
    for cell, width in zip(row.cells, widths, strict=True):
        cell.width = Mm(width)


def _head(document: Any, kind: Kind) -> None:
    centred = {"at": AT.CENTER, "after": 0.0}
    left, right = _columns(document, [_WIDTH * 0.45, _WIDTH * 0.55]).rows[0].cells
    number = (_sentence("outgoing.number", number="{{ document_number or '…………' }}"), {**centred, "before": 6})
    about = [(_sentence(kind.about), {**centred, "size": 12})] if kind.is_letter else []
    bodies = (
        [("{{ firm | upper }}", {**centred, "bold": True})]
        if kind.is_of_firm
        else [("{{ authority | upper }}", {**centred, "size": 12}), ("{{ office | upper }}", {**centred, "bold": True, "size": 12})]
    )
    _cell(left, *bodies, ("_________", {**centred, "size": 8}), number, *about)
    _cell(
        right,
        (translate(N_("paper.nation"), LANGUAGE), {**centred, "bold": True, "size": 12}),
        (translate(N_("paper.motto"), LANGUAGE), {**centred, "bold": True}),
        ("____________________", {**centred, "size": 8}),
        ("{{ place_and_date }}", {**centred, "italic": True, "before": 6}),
    )


def _block(document: Any, block: layouts.Block) -> None:
    match block:
        case Line():
            at = AT.CENTER if block.is_centred else AT.JUSTIFY
            _when(document, block.only_if, lambda: _paragraph(document, _sentence(block.key), bold=block.is_strong, at=at, before=3))
        case Listed():
            for name in block.names:
                label = translate(f"outgoing.name.{name}", LANGUAGE)
                _when(document, name, lambda label=label, name=name: _paragraph(document, f"{label}: {{{{ {name} }}}}"))
        case Table():
            _when(document, block.rows, lambda: _table(document, block))


def _when(document: Any, name: str, write: Any) -> None:
    """What stands only where a fact is there."""
    if name:
        _paragraph(document, f"{{%p if {name} %}}")
    write()
    if name:
        _paragraph(document, "{%p endif %}")


def _table(document: Any, block: Table) -> None:
    parts = sum(share for _, share in block.columns)
    widths = [_WIDTH * share / parts for _, share in block.columns]
    table = _columns(document, widths, "Table Grid")
    _repeat(table.rows[0])
    small: dict[str, Any] = {"size": 12, "after": 0}
    for cell, (name, _) in zip(table.rows[0].cells, block.columns, strict=True):
        _cell(cell, (translate(f"outgoing.column.{name}", LANGUAGE), {**small, "bold": True, "at": AT.CENTER}))
    for text in (f"{{%tr for row in {block.rows} %}}", "", "{%tr endfor %}"):
        row = table.add_row()
        _widen(row, widths)
        texts = [text] + [""] * (len(widths) - 1) if text else [f"{{{{ row.{name} }}}}" for name, _ in block.columns]
        for cell, one in zip(row.cells, texts, strict=True):
            _cell(cell, (one, small))
    _paragraph(document, "", size=4, after=0)


def _repeat(row: Any) -> None:
    """The heads stand again on every page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _foot(document: Any, kind: Kind) -> None:
    left, right = _columns(document, [_WIDTH / 2, _WIDTH / 2]).rows[0].cells
    centred = {"at": AT.CENTER, "after": 0.0}
    title = copies_title(kind)
    heading = [(title, {"size": 12, "bold": True, "italic": True, "after": 0, "before": 12})] if title else []
    copies = (_sentence(kind.copies), {"size": 11 if title else 12, "after": 0, "before": 0 if title else 12})
    code = [(f"{{{{ {CODE} }}}}", {"before": 6, "after": 0})] if kind.has_code else []
    _cell(left, *heading, copies, *code)
    _cell(
        right,
        ("{{ signer_title }}", {**centred, "bold": True, "before": 12}),
        *[("", centred)] * 4,
        ("{{ signer }}", {**centred, "bold": True}),
    )


def _sentence(key: str, **given: str) -> str:
    """A sentence with its names left standing."""
    names = {name: f"{{{{ {name} }}}}" for name in layouts.names_of_sentence(key)} | given
    return translate(key, LANGUAGE, **names) if names else translate(key, LANGUAGE)


def _settled(document: Any) -> bytes:
    """The same layouts are the same file to the byte."""
    links = document.part.package.rels
    for key in [key for key, link in links.items() if link.reltype.endswith("/thumbnail")]:
        del links[key]  # a picture of python-docx's own empty page
    saved, settled = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target:
        for part in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            target.writestr(zipfile.ZipInfo(part, _BUILT), source.read(part), zipfile.ZIP_DEFLATED)
    return settled.getvalue()
