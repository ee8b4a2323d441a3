"""Withdrawals (rút tin chưa gửi): what a broadcast has in the outbox and was surely not sent is taken out again.

A row in `waiting` was never sent, or surely refused: a send of a broadcast with unknown outcome never waits again. A row that a deliverer
holds at this moment is being sent, so it is passed over. Withdrawn rows are gone: nobody can send them again by hand.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.models import Broadcast, BroadcastRecipient, Contact, OutboundMessage
from db.models.broadcast import HELD, PLANNED, QUEUED, SKIPPED
from db.models.outbound_message import WAITING
from usecases import outbox
from usecases.broadcast_counts import count

REFUSED = "refused"


def of_broadcast(session: Session, broadcast: Broadcast) -> int:
    """What of a broadcast waits in the outbox; its recipients are as before. The broadcast is locked. How many messages."""
    its = (OutboundMessage.broadcast_id == broadcast.id, OutboundMessage.kind.in_(outbox.TO_MANY))  # not what somebody asked to read
    mine = select(OutboundMessage.id).where(*its, OutboundMessage.state == WAITING)
    digests = (
        select(BroadcastRecipient.digest_id)
        .join(OutboundMessage, OutboundMessage.id == BroadcastRecipient.digest_id)
        .where(BroadcastRecipient.broadcast_id == broadcast.id, BroadcastRecipient.state == QUEUED, OutboundMessage.state == WAITING)
    )
    return _take_out(session, [*session.scalars(mine), *session.scalars(digests)])


def expired(session: Session, ids: Collection[int]) -> int:
    """Rows that waited so long that the rules have to be asked anew. They never left."""
    return _remove(session, ids)


def of_topic(session: Session, contact: Contact, topic: str, now: datetime) -> int:
    """What a contact, who is locked, was to be told of a topic and is not yet; their messages in the outbox too. How many recipients."""
    wanted = (BroadcastRecipient.state.in_((PLANNED, HELD, QUEUED)), BroadcastRecipient.contact_id == contact.id)
    rows = (
        select(BroadcastRecipient).join(Broadcast, Broadcast.id == BroadcastRecipient.broadcast_id).where(Broadcast.topic == topic, *wanted)
    )
    keys = sorted({row.broadcast_id for row in session.scalars(rows)})
    if not keys:
        return 0
    session.execute(select(Broadcast.id).where(Broadcast.id.in_(keys)).order_by(Broadcast.id).with_for_update())
    queued = [row.outbox_id or row.digest_id for row in session.scalars(rows.where(BroadcastRecipient.state == QUEUED))]
    _take_out(session, [number for number in queued if number is not None])
    left = session.scalars(rows.where(BroadcastRecipient.state != QUEUED).execution_options(populate_existing=True)).all()
    for row in left:
        row.state, row.reason, row.settled_at = SKIPPED, REFUSED, now
    session.flush()
    for key in keys:
        count(session, key, skipped=sum(row.broadcast_id == key for row in left))
    return len(left)


def _take_out(session: Session, ids: Sequence[int]) -> int:
    free = select(OutboundMessage.id).where(OutboundMessage.id.in_(set(ids)), OutboundMessage.state == WAITING)
    return _remove(session, session.scalars(free.order_by(OutboundMessage.id).with_for_update(skip_locked=True)).all())


def _remove(session: Session, ids: Collection[int]) -> int:
    if not ids:
        return 0
    own, told = BroadcastRecipient.outbox_id, BroadcastRecipient.digest_id
    for column, state in ((own, PLANNED), (told, HELD)):
        back = update(BroadcastRecipient).where(column.in_(ids)).values({"state": state, column.key: None})
        session.execute(back, execution_options={"synchronize_session": False})
    session.execute(delete(OutboundMessage).where(OutboundMessage.id.in_(ids)), execution_options={"synchronize_session": False})
    return len(ids)
