"""Canned replies (câu trả lời mẫu) as a spreadsheet that can be imported again."""

from typing import Any

from sqlalchemy import Select, select

from admin.exporting import Column, Export, holding, plainly
from admin.imports.canned import LABELS
from admin.work import Asked
from db.models import CannedReply
from domain.messages import N_


def wanted(who: Asked) -> Select[Any]:
    """Those that are not in the bin."""
    return select(CannedReply).where(CannedReply.deleted_at.is_(None), *holding(CannedReply, who.filters.get("search", "")))


EXPORT = Export(
    name="canned",
    title=N_("panel.menu.canned"),
    record=CannedReply,
    columns=tuple(Column(label, plainly(name), 32 if name == "title" else 70) for name, label in LABELS.items()),
    query=wanted,
    is_searched=True,
)
