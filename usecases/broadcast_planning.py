"""Planning of broadcasts (lập danh sách người nhận): the recipients are written down in chunks, each a short transaction that moves the
cursor with it, so that whoever dies in between leaves it to the next. Nothing is sent before all are there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from db.models import Broadcast, BroadcastRecipient
from db.models.broadcast import PAUSED, PLANNED, PLANNING, SCHEDULED, SENDING
from db.queries.audience import Account, recipients
from domain.messages import N_
from usecases import broadcasts, office, outbox
from usecases.broadcast_counts import count

CHUNK = 400
_GROWTH, _MORE = 1.2, 20
"""How much larger than at its submission an audience may have become."""


@dataclass(frozen=True)
class Chunk:
    """The next recipients after a cursor: id, channel and account of each."""

    cursor: int
    found: Sequence[tuple[int, str, str]]


def start(session: Session, key: int, *, trial: bool, now: datetime) -> bool:
    """Begin a broadcast whose moment has come. One that is no longer what was approved is paused instead, and staff are alerted."""
    broadcast = session.get_one(Broadcast, key, with_for_update=True, populate_existing=True)
    if broadcast.status != SCHEDULED or broadcast.scheduled_at is None or broadcast.scheduled_at > now:
        return False
    broadcast.is_trial, broadcast.started_at, broadcast.changed_at = trial, now, now
    broadcast.status = PLANNING
    if not broadcasts.is_as_approved(session, broadcast):
        stop(session, broadcast, N_("broadcast.stopped.changed"), now)
    return True


def next_chunk(session: Session, key: int, accounts: Collection[Account], now: datetime) -> Chunk:
    """Whom to write down next; found outside the write transaction, as a rare audience takes a long look."""
    broadcast = session.get_one(Broadcast, key)
    conditions = broadcasts.conditions(broadcast, now, trial=broadcast.is_trial)
    rows = session.execute(recipients(conditions, accounts, broadcast.plan_cursor, CHUNK)).all()
    return Chunk(broadcast.plan_cursor, [(row[0], row[1], row[2]) for row in rows])


def plan(session: Session, key: int, chunk: Chunk, now: datetime) -> bool:
    """Write a chunk down; an empty one ends the planning. False where the broadcast moved on meanwhile."""
    broadcast = session.get_one(Broadcast, key, with_for_update=True, populate_existing=True)
    if broadcast.status != PLANNING or broadcast.plan_cursor != chunk.cursor:
        return False
    if not chunk.found:
        _end(session, broadcast, now)
        return True
    facts = {"broadcast_id": key, "state": PLANNED, "reason": "", "not_before": now}
    rows = [{"contact_id": number, "channel": channel, "account": account} | facts for number, channel, account in chunk.found]
    session.execute(insert(BroadcastRecipient), rows)
    broadcast.plan_cursor = chunk.found[-1][0]
    session.flush()
    count(session, key, total=len(rows))
    return True


def _end(session: Session, broadcast: Broadcast, now: datetime) -> None:
    broadcast.planned_at, broadcast.status, broadcast.changed_at = now, SENDING, now
    if broadcast.approved_by_id is None:
        most = max(broadcast.submitted_count, office.setting(session, broadcasts.LIMIT_KEY)["approve_above"])
    else:
        most = int(broadcast.submitted_count * _GROWTH) + _MORE
    if broadcast.total > most and not broadcast.is_trial:
        stop(session, broadcast, N_("broadcast.stopped.grown"), now)


def stop(session: Session, broadcast: Broadcast, reason: str, now: datetime) -> None:
    """Pause by itself, `reason` being a sentence's key, and alert staff."""
    broadcast.status, broadcast.paused_at, broadcast.pause_reason, broadcast.changed_at = PAUSED, now, reason, now
    session.flush()
    facts = {"title": broadcast.title, "sent": broadcast.sent, "total": broadcast.total}
    outbox.alert_staff(session, N_("alert.broadcast_stopped.subject"), reason, now=now, **facts)
