"""The outbox (hộp tin đi) as a spreadsheet: what became of each message. What it said is not in it."""

from typing import Any

from sqlalchemy import Select, select

from admin import wording
from admin.exporting import Column, Export, coded, plainly
from admin.work import Asked
from db.models import OutboundMessage
from domain.messages import N_
from usecases import outbox

STUCK = "stuck"


def wanted(who: Asked) -> Select[Any]:
    """The messages in a state; `stuck` is what will not go out by itself."""
    found, state = select(OutboundMessage), who.filters.get("state")
    if state == STUCK:
        return found.where(outbox.is_stuck())
    return found.where(OutboundMessage.state == state) if state else found


EXPORT = Export(
    name="outbox",
    title=N_("panel.menu.outbox"),
    record=OutboundMessage,
    columns=(
        Column(N_("panel.outbox.number"), plainly("id"), 10),
        Column(N_("panel.outbox.created"), plainly("created_at"), 18),
        Column(N_("panel.contact.channel"), coded("channel", wording.CHANNEL), 14),
        Column(N_("panel.outbox.kind"), coded("kind", wording.KIND), 20),
        Column(N_("panel.outbox.state"), coded("state", wording.DELIVERY), 20),
        Column(N_("panel.outbox.reason"), plainly("reason"), 40),
        Column(N_("panel.outbox.attempts"), plainly("attempts"), 10),
        Column(N_("panel.export.finished"), plainly("finished_at"), 18),
    ),
    query=wanted,
    choices={"state": (STUCK, *wording.DELIVERY)},
)
