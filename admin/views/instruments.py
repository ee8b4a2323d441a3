"""Measuring instruments of firms (phương tiện đo): what they named, and whose verification ends soon. To be read."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from admin import wording
from admin.language import today
from admin.office_view import OfficeView
from db.models import MeasuringInstrument, Organisation
from domain.messages import N_

SOON, LATER = 30, 90
"""Days until the verification ends."""


class InstrumentsView(OfficeView):
    record = MeasuringInstrument
    endpoint_name = "instruments"
    title = N_("panel.menu.instruments")
    intro = N_("panel.instrument.intro")
    empty = N_("panel.instrument.empty")
    room = "work"
    columns = {
        "name": N_("panel.instrument.name"),
        "number": N_("panel.instrument.number"),
        "organisation_id": N_("panel.product.firm"),
        "valid_until": N_("panel.instrument.valid_until"),
        "wants_reminders": N_("panel.instrument.reminders"),
    }
    choices = {"ends": wording.INSTRUMENT_ENDS}
    order = (MeasuringInstrument.valid_until.is_(None), MeasuringInstrument.valid_until, MeasuringInstrument.id)
    list_template = "panel/instruments.html"

    def wanted(self, chosen: Any, search: str = "", *, in_bin: bool = False) -> Select[Any]:
        """Those that their firms still have."""
        found: Select[Any] = super().wanted(chosen, search, in_bin=in_bin)
        return found.where(MeasuringInstrument.ended_at.is_(None))

    def narrow(self, name: str, value: str) -> ColumnElement[bool]:
        """By when the verification ends."""
        until = MeasuringInstrument.valid_until
        if value == "over":
            return func.coalesce(until < today(), False)
        last = today() + timedelta(days=SOON if value == "soon" else LATER)
        return and_(until >= today(), until <= last)

    def _holding(self, wanted: Select[Any], sought: Sequence[str]) -> ColumnElement[bool]:
        """By name and number, or by the firm."""
        firms = select(Organisation.id).where(*(Organisation.folded.contains(word, autoescape=True) for word in sought))
        return super()._holding(wanted, sought) | MeasuringInstrument.organisation_id.in_(firms)

    def render(self, template: str, **facts: Any) -> str:
        """The list knows the day."""
        return super().render(template, today=today(), soon=today() + timedelta(days=SOON), **facts)
