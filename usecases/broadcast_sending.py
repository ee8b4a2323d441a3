"""Sending of broadcasts: the outbox is fed a little at a time, and what became of it is written down.

    planned ──► queued ──► sent · failed · unknown
       │  └──► held ──► queued (in a digest, or by itself)
       └──► skipped

Every rule is asked when a recipient is queued: topic and consent, refusal by the platform, trial mode, hours, the day's cap. A row that
then waits in the outbox for more than ten minutes is taken back and asked again, so that a night or a silence in between changes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from db.models import Broadcast, BroadcastRecipient, Consent, Contact, OutboundMessage
from db.models.broadcast import CANCELLED, DONE, FAILED, HELD, PAUSED, PLANNED, PLANNING, QUEUED, SCHEDULED, SENDING, SENT, SKIPPED, UNKNOWN
from db.models.outbound_message import FAILED as OUT_FAILED
from db.models.outbound_message import OPEN, SUPPRESSED
from db.models.outbound_message import SENT as OUT_SENT
from db.models.outbound_message import UNKNOWN as OUT_UNKNOWN
from db.queries.audience import Account
from domain.audiences import Audience
from domain.broadcasts import Content
from domain.errors import OfficeError
from domain.messages import N_
from domain.topics import SERVICE
from domain.worktime import ZONE
from usecases import broadcasts, contacts, outbox, quiet_hours, staff_contacts, topics, withdrawals
from usecases.broadcast_counts import count
from usecases.broadcast_planning import stop
from usecases.broadcast_writing import facts_of, write, write_digest

QUEUE = 200
"""Rows of broadcasts that wait in an account's outbox at most."""
CHUNK = 50
DAILY = 2
"""Messages a day that are no service and not urgent."""
IN_DIGEST = 8
FRESH = timedelta(minutes=10)
EXPIRED = "expired"
"""As the deliverer says of a row that waited too long."""
LOOKED_AT, TOO_MANY = 200, 20
"""More than a tenth of the last two hundred failed for good."""


@dataclass(frozen=True)
class Standing:
    """A broadcast that wants something done."""

    key: int
    status: str


def due(session: Session, now: datetime) -> list[Standing]:
    """What there is to do, urgent ones first."""
    running = Broadcast.status.in_((PLANNING, SENDING, PAUSED))
    begins = (Broadcast.status == SCHEDULED) & (Broadcast.scheduled_at <= now)
    ended = (Broadcast.status == CANCELLED) & Broadcast.finished_at.is_(None)
    rows = select(Broadcast.id, Broadcast.status).where(or_(running, begins, ended)).order_by(Broadcast.is_urgent.desc(), Broadcast.id)
    return [Standing(key, status) for key, status in session.execute(rows)]


def wants_work(session: Session, standing: Standing, accounts: Collection[Account], now: datetime) -> bool:
    """Whether there is anything to write for one that is not being planned. Asked without a lock, so that quiet hours write nothing."""
    if _ended(session, standing.key):
        return True
    if standing.status == CANCELLED:
        return True
    if standing.status != SENDING:
        return False
    broadcast = session.get_one(Broadcast, standing.key)
    if not _is_left(session, standing.key):
        return True
    return is_open(session, broadcast, now) and any(
        _waiting(session, account) < QUEUE and _next(session, standing.key, account, 1, now) for account in accounts
    )


# feeding


def feed(session: Session, key: int, account: Account, *, trial: bool, now: datetime) -> int:
    """Queue the next recipients on an account, as far as there is room; how many were dealt with. For one process at a time."""
    broadcast = session.get_one(Broadcast, key)
    if broadcast.status != SENDING or not is_open(session, broadcast, now):
        return 0
    if (room := min(CHUNK, QUEUE - _waiting(session, account))) <= 0:
        return 0
    found = _next(session, key, account, room, now)
    if not found:
        return 0
    known = _lock_contacts(session, {one.contact_id for one in found})
    broadcast = session.get_one(Broadcast, key, with_for_update=True, populate_existing=True)
    if broadcast.status != SENDING:
        return 0
    feeding = _Feeding(session, known, trial=trial, now=now)
    rows = select(BroadcastRecipient).where(BroadcastRecipient.id.in_([one.id for one in found])).order_by(BroadcastRecipient.id)
    for recipient in session.scalars(rows.execution_options(populate_existing=True)).all():
        if recipient.state in {PLANNED, HELD}:  # one of a digest was dealt with before its turn
            feeding.deal_with(recipient, broadcast)
    session.flush()
    count(session, key, **{name: feeding.ended[name] for name in (SKIPPED, FAILED)})
    return len(found)


def is_open(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Whether it may be sent to anybody at this moment: its own window, and the hours of the office."""
    if broadcast.is_urgent:
        return True
    if broadcast.window_from:
        local = now.astimezone(ZONE).time()
        if not time.fromisoformat(broadcast.window_from) <= local < time.fromisoformat(broadcast.window_until):
            return False
    return broadcast.topic == SERVICE or quiet_hours.next_allowed_for_all(session, now) <= now


def _waiting(session: Session, account: Account) -> int:
    its = (OutboundMessage.channel == account[0], OutboundMessage.account == account[1], OutboundMessage.state.in_(OPEN))
    return session.scalar(select(func.count(OutboundMessage.id)).where(*its, OutboundMessage.kind.in_(outbox.TO_MANY))) or 0


def _next(session: Session, key: int, account: Account, limit: int, now: datetime) -> Sequence[BroadcastRecipient]:
    """Those that are due, in turn; those held for a digest first, which came first."""
    found: list[BroadcastRecipient] = []
    for state in (HELD, PLANNED):
        its = (BroadcastRecipient.broadcast_id == key, BroadcastRecipient.state == state, BroadcastRecipient.not_before <= now)
        here = (BroadcastRecipient.channel == account[0], BroadcastRecipient.account == account[1])
        rows = select(BroadcastRecipient).where(*its, *here).order_by(BroadcastRecipient.not_before, BroadcastRecipient.id)
        found += session.scalars(rows.limit(limit - len(found))).all()
    return found


def _lock_contacts(session: Session, ids: Collection[int]) -> dict[int, Contact]:
    """Contacts first, as everywhere: a choice that is made at this moment comes before or after, never in between."""
    rows = select(Contact).where(Contact.id.in_(ids)).order_by(Contact.id).with_for_update()
    return {one.id: one for one in session.scalars(rows.execution_options(populate_existing=True))}


class _Feeding:
    """What is known of some contacts, in one transaction."""

    def __init__(self, session: Session, known: dict[int, Contact], *, trial: bool, now: datetime) -> None:
        self._session, self._contacts, self._trial, self._now = session, known, trial, now
        ids = list(known)
        self._choices = topics.in_force(session, ids)
        self._consents = _consents(session, ids)
        self._staff = staff_contacts.among(session, ids)
        self._today = _told_today(session, ids, now)
        self._facts = facts_of(session, known.values())
        self._contents: dict[int, Content] = {}
        self.ended: Counter[str] = Counter()

    def deal_with(self, recipient: BroadcastRecipient, broadcast: Broadcast) -> None:
        """Queue one, skip it with a reason, or put it off."""
        contact = self._contacts[recipient.contact_id]
        if reason := self._forbids(contact, broadcast):
            self._end(recipient, SKIPPED, reason)
        elif (allowed := self._allowed_at(contact, broadcast, self._now)) > self._now:
            recipient.not_before = allowed
        elif not _counts(broadcast):
            self._queue(recipient, broadcast, contact)
        elif self._today[contact.id] >= DAILY:
            tomorrow = datetime.combine(self._now.astimezone(ZONE).date() + timedelta(days=1), time(), ZONE)
            recipient.state, recipient.not_before = HELD, self._allowed_at(contact, broadcast, tomorrow)
        elif recipient.state == HELD and len(others := self._held_with(recipient, broadcast)) > 1:
            self._queue_digest(others, contact)
        else:
            self._queue(recipient, broadcast, contact)

    def _forbids(self, contact: Contact, broadcast: Broadcast) -> str:
        """Why the contact is not told; empty where they are."""
        if contact.suppressed_at is not None:
            return "blocked"
        is_staff = contact.id in self._staff
        if (self._trial or broadcast.is_trial) and not is_staff:
            return "trial"
        if any(self._consents.get((contact.id, purpose)) is False for purpose in _purposes(broadcast)):
            return "no consent"
        if broadcast.topic == SERVICE:
            return ""
        choice = self._choices.get((contact.id, broadcast.topic))
        if choice is False:
            return withdrawals.REFUSED
        may_be_open = broadcast.is_urgent or broadcast.is_trial or self._trial
        return "" if choice or may_be_open else "not wanted"

    def _allowed_at(self, contact: Contact, broadcast: Broadcast, at: datetime) -> datetime:
        if broadcast.is_urgent or broadcast.topic == SERVICE:
            return at
        return quiet_hours.next_allowed(self._session, contact, at)

    def _held_with(self, recipient: BroadcastRecipient, broadcast: Broadcast) -> list[tuple[BroadcastRecipient, Broadcast]]:
        """What else the contact is to be told in one digest, of broadcasts that are being sent and that they still want."""
        rows = (
            select(BroadcastRecipient, Broadcast)
            .join(Broadcast, Broadcast.id == BroadcastRecipient.broadcast_id)
            .where(BroadcastRecipient.contact_id == recipient.contact_id, BroadcastRecipient.state == HELD, Broadcast.status == SENDING)
            .where(BroadcastRecipient.not_before <= self._now)
            .with_for_update(of=Broadcast)
            .execution_options(populate_existing=True)
        )
        contact = self._contacts[recipient.contact_id]
        all_of_it = [(row[0], row[1]) for row in self._session.execute(rows.order_by(BroadcastRecipient.id))]
        kept = [(one, its) for one, its in all_of_it if one.id == recipient.id or not self._forbids(contact, its)]
        return kept[:IN_DIGEST] if (recipient, broadcast) in kept[:IN_DIGEST] else [(recipient, broadcast), *kept[: IN_DIGEST - 1]]

    def _queue(self, recipient: BroadcastRecipient, broadcast: Broadcast, contact: Contact) -> None:
        content = self._contents.get(broadcast.id) or self._contents.setdefault(
            broadcast.id, broadcasts.content_of(self._session, broadcast)
        )
        written = write(broadcast, content, contact, self._facts[contact.id], trial=self._trial or broadcast.is_trial)
        kind = "urgent" if broadcast.is_urgent else "service" if broadcast.topic == SERVICE else "broadcast"
        send = partial(outbox.send, broadcast_id=broadcast.id, expires_at=self._now + FRESH)
        try:
            row = send(self._session, contact, written.method, written.payload, kind=kind, now=self._now)
        except OfficeError as refusal:  # of one recipient, which is no reason to stop for the others
            self._end(recipient, FAILED, refusal.key)
            return
        recipient.state, recipient.outbox_id = QUEUED, row.id
        self._today[contact.id] += _counts(broadcast)

    def _queue_digest(self, told: list[tuple[BroadcastRecipient, Broadcast]], contact: Contact) -> None:
        trial = self._trial or any(broadcast.is_trial for _, broadcast in told)
        written = write_digest(told, contact.language, trial=trial)
        row = outbox.send(
            self._session, contact, written.method, written.payload, kind="digest", now=self._now, expires_at=self._now + FRESH
        )
        for recipient, _ in told:
            recipient.state, recipient.digest_id = QUEUED, row.id
        self._today[contact.id] += 1

    def _end(self, recipient: BroadcastRecipient, state: str, reason: str) -> None:
        recipient.state, recipient.reason, recipient.settled_at = state, reason, self._now
        self.ended[state] += 1


def _counts(broadcast: Broadcast) -> bool:
    """Whether it is one of the messages of which a person gets two a day."""
    return not broadcast.is_urgent and broadcast.topic != SERVICE


def _purposes(broadcast: Broadcast) -> list[str]:
    """Purposes whose withdrawn consent forbids it."""
    if broadcast.topic != SERVICE:
        return [contacts.ANSWERING]
    audience = Audience.of(broadcast.audience)
    return [contacts.CLASSES] * bool(audience.classes) + [contacts.DOSSIERS] * bool(audience.dossier_kinds)


def _consents(session: Session, ids: Iterable[int]) -> dict[tuple[int, str], bool]:
    rows = select(Consent.contact_id, Consent.purpose, Consent.granted).where(Consent.contact_id.in_(ids)).order_by(Consent.id)
    return {(contact_id, purpose): granted for contact_id, purpose, granted in session.execute(rows)}


def _told_today(session: Session, ids: Iterable[int], now: datetime) -> defaultdict[int, int]:
    """Messages that count, since midnight in the office's own time; what surely did not arrive was none."""
    midnight = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE)
    rows = (
        select(OutboundMessage.contact_id, func.count(OutboundMessage.id))
        .where(OutboundMessage.contact_id.in_(ids), OutboundMessage.kind.in_(outbox.COUNTED), OutboundMessage.created_at >= midnight)
        .where(OutboundMessage.state.not_in((OUT_FAILED, SUPPRESSED)))
        .group_by(OutboundMessage.contact_id)
    )
    return defaultdict(int, {contact_id: number for contact_id, number in session.execute(rows) if contact_id is not None})


# what became of it


_ENDS = {OUT_SENT: SENT, OUT_FAILED: FAILED, OUT_UNKNOWN: UNKNOWN, SUPPRESSED: FAILED}


def settle(session: Session, key: int, now: datetime) -> int:
    """Write down what became of queued messages, take back what waited too long, pause where too many fail, end what is done.

    How many recipients came to an end.
    """
    broadcast = session.get_one(Broadcast, key, with_for_update=True, populate_existing=True)
    ended = _ended(session, key)
    stale = {row.id for _, row in ended if row.state == OUT_FAILED and row.reason == EXPIRED}
    changes: Counter[str] = Counter()
    for recipient, row in ended:
        if row.id in stale:
            continue
        changes[recipient.state] -= recipient.state != QUEUED
        recipient.state, recipient.reason, recipient.settled_at = _ENDS[row.state], (row.reason or "")[:200], now
        changes[recipient.state] += 1
    session.flush()
    withdrawals.expired(session, stale)
    count(session, key, **{name: changes[name] for name in (SENT, FAILED, UNKNOWN)})
    if broadcast.status == SENDING and changes[FAILED] > 0 and _fails_too_often(session, broadcast):
        withdrawals.of_broadcast(session, broadcast)
        stop(session, broadcast, N_("broadcast.stopped.failing"), now)
    elif broadcast.status in {SENDING, CANCELLED} and not _is_left(session, key):
        broadcast.status = DONE if broadcast.status == SENDING else CANCELLED
        broadcast.finished_at = broadcast.changed_at = now
    return len(ended) - len(stale)


def _ended(session: Session, key: int) -> list[tuple[BroadcastRecipient, OutboundMessage]]:
    """Queued ones whose message has its end, and those taken for lost or unknown whose message was heard of later."""
    its = OutboundMessage.id == func.coalesce(BroadcastRecipient.outbox_id, BroadcastRecipient.digest_id)
    rows = select(BroadcastRecipient, OutboundMessage).join(OutboundMessage, its).where(BroadcastRecipient.broadcast_id == key)
    ends = rows.where(BroadcastRecipient.state == QUEUED, OutboundMessage.state.in_(_ENDS)).limit(4 * QUEUE)
    late = rows.where(BroadcastRecipient.state == UNKNOWN, OutboundMessage.state == OUT_SENT).limit(QUEUE)
    return [(row[0], row[1]) for wanted in (ends, late) for row in session.execute(wanted)]


def _fails_too_often(session: Session, broadcast: Broadcast) -> bool:
    since = broadcast.resumed_at or broadcast.created_at
    its = (BroadcastRecipient.broadcast_id == broadcast.id, BroadcastRecipient.settled_at > since)
    newest = select(BroadcastRecipient.state).where(*its).order_by(BroadcastRecipient.settled_at.desc(), BroadcastRecipient.id.desc())
    states = Counter(session.scalars(newest.where(BroadcastRecipient.state != SKIPPED).limit(LOOKED_AT)))
    return states[FAILED] > TOO_MANY


def _is_left(session: Session, key: int) -> bool:
    open_ones = select(BroadcastRecipient.id).where(BroadcastRecipient.broadcast_id == key)
    return session.scalar(open_ones.where(BroadcastRecipient.state.in_((PLANNED, HELD, QUEUED))).limit(1)) is not None


def sweep(session: Session, key: int, now: datetime, limit: int = 1000) -> int:
    """Write down of a cancelled broadcast that those who were not sent it will not be; how many, a chunk at a time."""
    broadcast = session.get_one(Broadcast, key, with_for_update=True, populate_existing=True)
    if broadcast.status != CANCELLED:
        return 0
    left = select(BroadcastRecipient).where(BroadcastRecipient.broadcast_id == key, BroadcastRecipient.state.in_((PLANNED, HELD)))
    rows = session.scalars(left.limit(limit)).all()
    for recipient in rows:
        recipient.state, recipient.reason, recipient.settled_at = SKIPPED, "cancelled", now
    session.flush()
    count(session, key, skipped=len(rows))
    return len(rows)
