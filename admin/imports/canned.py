"""Canned replies (câu trả lời mẫu) from a spreadsheet; a title that is there already is that reply, edited."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.importing import Complaint, Field, Import, Target, Values
from admin.work import Asked
from db.models import CannedReply
from domain.canned import PLACES
from domain.folding import fold
from domain.messages import N_

LABELS = {"title": N_("panel.canned.title"), "text_vi": N_("panel.canned.text_vi"), "text_en": N_("panel.canned.text_en")}
_OFFERED = ", ".join(f"{{{place}}}" for place in PLACES)
_BRACED = re.compile(r"\{([^{}]*)\}")
_LONGEST = 10_000


class CannedReplies(Target):
    record = CannedReply

    def __init__(self, session: Session, who: Asked) -> None:
        super().__init__(session, who)
        wanted = select(CannedReply.title, CannedReply.id).where(CannedReply.deleted_at.is_(None)).order_by(CannedReply.id.desc())
        self._known = {fold(title): key for title, key in session.execute(wanted)}

    def complain(self, values: Values) -> list[Complaint]:
        """A place that nothing is put into would reach a citizen as it is written."""
        named = ((name, place) for name in ("text_vi", "text_en") for place in _BRACED.findall(values.get(name, "")))
        return [
            Complaint(N_("panel.import.unknown_place"), LABELS[name], {"place": f"{{{place[:40]}}}", "places": _OFFERED})
            for name, place in named
            if place not in PLACES
        ]

    def name(self, values: Values) -> str:
        return fold(values["title"])

    def find(self, values: Values) -> int | None:
        return self._known.get(fold(values["title"]))

    def differs(self, row: Any, values: Values) -> bool:
        return any(getattr(row, name) != value for name, value in values.items())

    def create(self, session: Session, values: Values, now: datetime) -> CannedReply:
        row = CannedReply(updated_at=now, **values)
        session.add(row)
        return row

    def change(self, session: Session, row: Any, values: Values, now: datetime) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        row.updated_at = now

    def noted(self, row: Any) -> None:
        self._known[fold(row.title)] = row.id


IMPORT = Import(
    name="canned",
    title=N_("panel.menu.canned"),
    intro=N_("panel.import.canned_intro"),
    fields=(
        Field("title", LABELS["title"], needed=True, most=120),
        Field("text_vi", LABELS["text_vi"], needed=True, most=_LONGEST, hint=N_("panel.import.places_hint")),
        Field("text_en", LABELS["text_en"], most=_LONGEST),
    ),
    target=CannedReplies,
)
