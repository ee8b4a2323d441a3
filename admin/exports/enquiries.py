"""Enquiries (phiếu hỏi) as a spreadsheet."""

from typing import Any

from sqlalchemy import Select, select

from admin import wording
from admin.access import rows
from admin.exporting import Column, Export, coded, holding, plainly
from admin.work import Asked
from db.models import Enquiry
from domain.masking import mask
from domain.messages import N_


def wanted(who: Asked) -> Select[Any]:
    """The enquiries of a status, or those that hold the words of a search."""
    found = select(Enquiry).where(rows("enquiries"), *holding(Enquiry, who.filters.get("search", "")))
    status = who.filters.get("status")
    return found.where(Enquiry.status == status) if status else found


EXPORT = Export(
    name="enquiries",
    title=N_("panel.menu.inbox"),
    record=Enquiry,
    columns=(
        Column(N_("panel.export.reference"), plainly("reference"), 22),
        Column(N_("panel.export.opened"), plainly("opened_at"), 18),
        Column(N_("panel.filter.status"), coded("status", wording.STATUS), 18),
        Column(N_("panel.export.reason"), coded("reason", wording.REASON), 24),
        Column(N_("panel.entry.question"), plainly("question"), 60, field="inbound_messages.text", instead=mask),
        Column(N_("panel.contact.name"), lambda row, _who: row.contact.display_name, 28, field="contacts.display_name"),
        Column(N_("panel.contact.channel"), lambda row, who: who.say(wording.CHANNEL.get(row.contact.channel, row.contact.channel)), 14),
        Column(N_("panel.export.officer"), lambda row, _who: row.assigned_to.full_name if row.assigned_to else None, 24),
        Column(N_("panel.export.due"), plainly("due_at"), 18),
        Column(N_("panel.export.answered"), plainly("last_staff_at"), 18),
        Column(N_("panel.export.closed"), plainly("closed_at"), 18),
        Column(N_("panel.export.rating"), plainly("rating"), 10),
    ),
    query=wanted,
    choices={"status": tuple(wording.STATUS)},
    is_searched=True,
)
