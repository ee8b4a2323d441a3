"""Recipients of a broadcast (người nhận tin) as a spreadsheet, without names and chat ids: a code, what became of it, and why."""

from typing import Any

from sqlalchemy import Select, select

from admin import sending_words, wording
from admin.exporting import Column, Export, coded, plainly
from admin.keys import Keys
from admin.work import Asked
from db.models import BroadcastRecipient
from db.models.broadcast import FAILED, SKIPPED, UNKNOWN
from domain.masking import recipient_code
from domain.messages import N_
from domain.sending_reasons import kind_of
from usecases import broadcast_progress


def wanted(who: Asked) -> Select[Any]:
    """The recipients of one broadcast, or none."""
    if not (key := who.filters.get("id")):
        return select(BroadcastRecipient).where(BroadcastRecipient.id.is_(None))
    return broadcast_progress.recipients(int(key), who.filters.get("state", ""))


def _code(row: BroadcastRecipient, _who: Asked) -> str:
    return recipient_code(row.broadcast_id, row.contact_id)


def _reason(row: BroadcastRecipient, who: Asked) -> str:
    return who.say(sending_words.REASON[kind_of(row.state, row.reason)]) if row.state in {FAILED, UNKNOWN, SKIPPED} else ""


EXPORT = Export(
    name="broadcast_progress",
    title=N_("panel.sending.recipients"),
    record=BroadcastRecipient,
    columns=(
        Column(N_("panel.sending.code"), _code, 16),
        Column(N_("panel.contact.channel"), coded("channel", wording.CHANNEL), 14),
        Column(N_("panel.outbox.state"), coded("state", sending_words.RECIPIENT), 20),
        Column(N_("panel.outbox.reason"), _reason, 50),
        Column(N_("panel.sending.time"), plainly("settled_at"), 18),
    ),
    query=wanted,
    choices={"id": Keys(), "state": tuple(sending_words.RECIPIENT)},
)
