"""Contacts (người liên hệ) as a spreadsheet."""

from typing import Any

from sqlalchemy import Select, select

from admin import wording
from admin.access import rows
from admin.exporting import Column, Export, coded, holding, plainly
from admin.work import Asked
from db.models import Contact
from domain.messages import N_
from locales.languages import LANGUAGES


def wanted(who: Asked) -> Select[Any]:
    """The contacts of a channel, or those whose name holds the words of a search."""
    found = select(Contact).where(rows("contacts"), *holding(Contact, who.filters.get("search", "")))
    channel = who.filters.get("channel")
    return found.where(Contact.channel == channel) if channel else found


EXPORT = Export(
    name="contacts",
    title=N_("panel.menu.contacts"),
    record=Contact,
    columns=(
        Column(N_("panel.export.number"), plainly("id"), 10),
        Column(N_("panel.contact.name"), plainly("display_name"), 32, field="contacts.display_name"),
        Column(N_("panel.contact.channel"), coded("channel", wording.CHANNEL), 14),
        Column(N_("panel.contact.language"), coded("language", LANGUAGES), 14),
        Column(N_("panel.contact.first_seen"), plainly("first_seen_at"), 18),
        Column(N_("panel.contact.last_seen"), plainly("last_seen_at"), 18),
        Column(N_("panel.export.unreachable_since"), plainly("suppressed_at"), 18),
    ),
    query=wanted,
    choices={"channel": tuple(wording.CHANNEL)},
    is_searched=True,
)
