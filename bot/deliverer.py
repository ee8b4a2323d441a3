"""The deliverer: takes the outbox of one account to its platform, under a lease, one process at a time.

First in, first out per chat, the head blocks its chat; priority only between chats. Messages to many are no part of a talk: one that
waits is overtaken by what is said in its chat, and never comes within a burst. A send is tried at most once with unknown outcome,
except rows whose kind says resend: those once more, marked.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Integer, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from bot import metrics
from bot.channel import Blocked, Outcome, Permanent, PostingChannel, SendingChannel, Sent, Silenced, Temporary, ToSend, Unsure
from bot.hub import Hub
from bot.pace import Pace
from bot.writer import Writer
from db.engine import Database, is_passing_fault
from db.models import Contact, Lease, OutboundMessage, Pause, UploadedFile
from db.models.outbound_message import FAILED, OPEN, REMINDER, SENDING, SENT, SUPPRESSED, UNKNOWN, WAITING
from db.upsert import insert_if_absent
from domain.outgoing import EPHEMERAL
from locales import translate_html
from locales.languages import DEFAULT
from usecases import contacts, leases, outbox
from usecases.outbox import TO_MANY

log = structlog.get_logger()

LEASE = timedelta(seconds=15)
_RENEW_SECONDS = 5
_AT_ONCE, _REFILL, _FOLLOW_SECONDS = 8, 4, 0.15
"""Sends that are in flight at most; how many of them have their end before others are taken, where they follow one another so closely:
what waits for the pace of its account costs nothing, each look and each taking does."""
_POSTED_AT_ONCE = 100
_LONGEST_RETRY, _TRIES = 120, 720
"""Seconds between two tries, and how many there are before a message has failed: a day."""
_IDLE_SECONDS, _BUSY_SECONDS = 1.0, 0.2
_REASON = 300
"""Characters of a reason that are kept."""


class LeaseLost(Exception):
    """Another process delivers for this account now."""


class Deliverer:
    """`run` until cancelled; `stop` lets what is being sent finish."""

    def __init__(
        self,
        channel: SendingChannel | PostingChannel,
        database: Database,
        writer: Writer,
        hub: Hub,
        holder: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._channel, self._database, self._writer, self._hub = channel, database, writer, hub
        self._holder, self._clock = holder, clock
        self._pace = Pace(channel.rates)
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._lease = f"deliver:{channel.name}:{channel.account}"
        self._source = f"{channel.name}:{channel.account}"
        self._queue = outbox.queue(channel.name, channel.account)
        self._heads = self._statement()
        self._held_until: datetime | None = None
        self._stopping = False
        self._resting = asyncio.Event()
        self._resting.set()

    async def run(self) -> None:
        """Deliver whatever waits, whenever this process holds the lease."""
        woken = self._hub.join(self._queue)
        self._resting.clear()
        try:
            while not self._stopping:
                woken.clear()
                wait = await self._guarded_cycle()
                if wait:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(woken.wait(), wait)
        finally:
            self._hub.leave(self._queue, woken)
            self._resting.set()

    async def stop(self, seconds: float) -> None:
        """Take nothing new, let what is being sent finish, give the lease back. What is late is given up: its outcome is unknown."""
        self._stopping = True
        self._hub.publish([self._queue])
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._resting.wait()
                if self._sending:
                    await asyncio.wait(self._sending.values())
        late = list(self._sending.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if self._held_until is None:
            return
        try:
            async with asyncio.timeout(seconds / 2):
                await self._writer.write(self._let_go)
        except Exception as fault:
            if not isinstance(fault, TimeoutError) and not is_passing_fault(fault):
                raise
            log.warning("deliverer.lease_kept", account=self._source, fault=type(fault).__name__)

    async def _guarded_cycle(self) -> float:
        try:
            return await self._cycle()
        except LeaseLost:
            log.info("deliverer.lease_lost", account=self._source)
            self._held_until = None
            return _IDLE_SECONDS
        except Exception as fault:
            if not is_passing_fault(fault):
                raise
            log.warning("deliverer.database_away", fault=type(fault).__name__)
            return _IDLE_SECONDS

    async def _cycle(self) -> float:
        """Start what may be sent now; seconds to wait for the next look (0: at once)."""
        if not await self._hold():
            return _IDLE_SECONDS
        room = _AT_ONCE - len(self._sending)
        if room <= 0:
            await self._room()
            return 0
        posts = isinstance(self._channel, PostingChannel)
        silence, ids = await asyncio.to_thread(self._look, _POSTED_AT_ONCE if posts else room)
        if silence > 0:
            return min(silence, _RENEW_SECONDS)
        if not ids:
            return _BUSY_SECONDS if self._pace.busy_chats() or self._sending else _IDLE_SECONDS
        if posts:
            await self._post_all(ids)
            return 0
        taken = await self._writer.write(partial(self._take, ids))
        for message in taken:
            if message.method not in EPHEMERAL:
                self._pace.spoke(message.chat_id)
            task = asyncio.create_task(self._send(message))
            self._sending[message.id] = task
            task.add_done_callback(partial(self._sent, message))
        if len(ids) == room or len(taken) < len(ids):
            return 0
        return _BUSY_SECONDS  # there were no more: others come with a signal, with the end of a sending, or when their chat is free

    async def _room(self) -> None:
        """Until one that is being sent has its end, and those that follow it closely."""
        await asyncio.wait(self._sending.values(), return_when=asyncio.FIRST_COMPLETED, timeout=_RENEW_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(_FOLLOW_SECONDS):
                while len(self._sending) > _AT_ONCE - _REFILL:
                    await asyncio.wait(self._sending.values(), return_when=asyncio.FIRST_COMPLETED)

    def _sent(self, message: ToSend, task: asyncio.Task[None]) -> None:
        del self._sending[message.id]
        if message.method not in EPHEMERAL:
            self._pace.has_spoken(message.chat_id)
        self._hub.publish([self._queue])
        if not task.cancelled() and (fault := task.exception()) is not None:
            metrics.BACKGROUND_FAULTS.labels("deliverer").inc()
            log.error("deliverer.failed", account=self._source, exc_info=fault)
            self._held_until = None  # the next hold of the lease recovers the row that is left in `sending`

    # the lease

    async def _hold(self) -> bool:
        now = self._clock()
        if self._held_until is not None and self._held_until - now > LEASE - timedelta(seconds=_RENEW_SECONDS):
            return True
        if self._held_until is None and await asyncio.to_thread(self._is_anothers, now):
            return False
        is_new = self._held_until is None or self._held_until <= now  # lapsed: somebody else may have been at work meanwhile
        held = await self._writer.write(lambda session: leases.hold(session, self._lease, self._holder, now, LEASE))
        if not held:
            self._held_until = None
            return False
        self._held_until = now + LEASE
        if is_new:
            await self._writer.write(self._recover)
        return True

    def _is_anothers(self, now: datetime) -> bool:
        """Looked up before it is asked for, so that idle processes do not take the write lock at every wake."""
        with self._database.read() as session:
            lease = session.get(Lease, self._lease)
            return lease is not None and lease.holder != self._holder and lease.expires_at >= now

    def _recover(self, session: Session) -> None:
        """What a dead deliverer was sending has an unknown outcome."""
        ours = self._rows().where(OutboundMessage.state == SENDING)
        for row in session.scalars(ours):
            if row.id not in self._sending:
                self._unsure(row, "the process ended while sending")

    def _let_go(self, session: Session) -> None:
        """Leave nothing half done behind: what was given up while sending is the next holder's."""
        if leases.hold(session, self._lease, self._holder, self._clock(), LEASE):
            self._recover(session)
            leases.release(session, self._lease, self._holder)

    def _fence(self, session: Session) -> None:
        if not leases.hold(session, self._lease, self._holder, self._clock(), LEASE):
            raise LeaseLost

    # choosing

    def _rows(self) -> Select[OutboundMessage]:
        return select(OutboundMessage).where(
            OutboundMessage.channel == self._channel.name, OutboundMessage.account == self._channel.account
        )

    def _chat(self, row: OutboundMessage) -> Select[OutboundMessage]:
        return self._rows().where(OutboundMessage.chat_id == row.chat_id)

    def _look(self, limit: int) -> tuple[float, list[int]]:
        """Seconds that the platform wants silence, and what may be sent once it is over."""
        with self._database.read() as session:
            pause = session.get(Pause, self._source)
            silence = (pause.until - self._clock()).total_seconds() if pause else 0.0
            return silence, [] if silence > 0 else self._candidates(session, limit)

    def _candidates(self, session: Session, limit: int) -> list[int]:
        """Heads of their chats that are due and whose chat may be spoken to, best priority first."""
        chats = {"busy": self._pace.busy_chats(), "unrested": self._pace.unrested_chats()}
        return list(session.scalars(self._heads, chats | {"now": self._clock(), "most": limit}))

    def _statement(self) -> Select[int]:
        """What `_candidates` asks, put together once: that takes ten times as long as the asking."""
        now, earlier = bindparam("now", type_=OutboundMessage.not_before.type), aliased(OutboundMessage)
        gives_way = and_(  # what waits for the end of quiet hours keeps nobody waiting who does not
            earlier.state == WAITING,
            earlier.not_before > now,
            earlier.priority >= REMINDER,
            earlier.priority > OutboundMessage.priority,
        )
        blocked = exists().where(
            earlier.channel == OutboundMessage.channel,
            earlier.account == OutboundMessage.account,
            earlier.chat_id == OutboundMessage.chat_id,
            earlier.state.in_(OPEN),
            earlier.id < OutboundMessage.id,
            earlier.kind != "ephemeral",
            or_(earlier.state == SENDING, earlier.kind.not_in(TO_MANY), OutboundMessage.kind.in_(TO_MANY)),
            ~gives_way,
        )
        free = and_(~blocked, OutboundMessage.chat_id.not_in(bindparam("busy", expanding=True)))
        rested = or_(OutboundMessage.kind.not_in(TO_MANY), OutboundMessage.chat_id.not_in(bindparam("unrested", expanding=True)))
        return (
            self._rows()
            .with_only_columns(OutboundMessage.id)
            .where(OutboundMessage.state == WAITING, OutboundMessage.not_before <= now)
            .where(or_(OutboundMessage.kind == "ephemeral", and_(free, rested)))
            .order_by(OutboundMessage.priority, OutboundMessage.id)
            .limit(bindparam("most", type_=Integer))
        )

    # posting: rows of our own, sent in the transaction that marks them sent

    async def _post_all(self, ids: list[int]) -> None:
        """Post in one transaction; where that cannot be, each in its own, so that one message cannot hold up the others."""
        try:
            await self._writer.write(partial(self._post, ids))
        except Exception as fault:
            if isinstance(fault, LeaseLost) or is_passing_fault(fault):
                raise
            if len(ids) > 1:
                for one in ids:
                    await self._post_all([one])
                return
            metrics.BACKGROUND_FAULTS.labels("deliverer").inc()
            log.exception("deliverer.not_posted", account=self._source, message=ids[0])
            await self._writer.write(partial(self._give_up, ids[0], f"cannot be posted: {type(fault).__name__}"))

    def _give_up(self, message_id: int, reason: str, session: Session) -> None:
        self._end(session.get_one(OutboundMessage, message_id), FAILED, reason)

    def _post(self, ids: list[int], session: Session) -> None:
        self._fence(session)
        now = self._clock()
        theirs = select(OutboundMessage.contact_id).where(OutboundMessage.id.in_(ids))
        session.execute(select(Contact.id).where(Contact.id.in_(theirs)).order_by(Contact.id).with_for_update())
        waiting = select(OutboundMessage).where(OutboundMessage.id.in_(ids), OutboundMessage.state == WAITING)
        for row in session.scalars(waiting.order_by(OutboundMessage.id).with_for_update()).all():
            predecessor = session.get(OutboundMessage, row.edits_id) if row.edits_id else None
            self._channel.post(session, row, predecessor)  # type: ignore[union-attr]
            row.state, row.finished_at, row.platform_message_id = SENT, now, str(row.id)
            metrics.SENT.labels(self._channel.name, "sent").inc()

    # sending: one platform call a row

    def _take(self, ids: list[int], session: Session) -> list[ToSend]:
        self._fence(session)
        rows = session.scalars(
            select(OutboundMessage)
            .where(OutboundMessage.id.in_(ids))
            .order_by(OutboundMessage.priority, OutboundMessage.id)
            .with_for_update()  # what is withdrawn at this moment is either not taken, or not withdrawn
        )
        return [message for row in rows if row.state == WAITING and (message := self._take_one(session, row)) is not None]

    def _take_one(self, session: Session, row: OutboundMessage) -> ToSend | None:
        if row.expires_at is not None and row.expires_at < self._clock():
            self._end(row, FAILED, "expired")
            return None
        if row.edits_id is not None and self._is_overtaken(session, row):
            self._end(row, SUPPRESSED, "replaced by a later edit")
            return None
        method, message_id = self._method(session, row)
        if method is None:
            self._end(row, SUPPRESSED, "what it changes never arrived")
            return None
        row.state, row.attempts = SENDING, row.attempts + 1
        payload = self._with_known_files(session, row, method)
        if row.resent:
            payload |= self._marked(session, row)
        return ToSend(row.id, method, payload, row.chat_id, message_id, row.attempts)

    def _marked(self, session: Session, row: OutboundMessage) -> dict[str, str]:
        """What is said, with a word that it was perhaps said before. The channel's limits leave room for it."""
        contact = session.get(Contact, row.contact_id) if row.contact_id else None
        mark = translate_html("delivery.resent", contact.language if contact else DEFAULT)
        return {field: mark + row.payload[field] for field in ("text", "caption") if field in row.payload}

    def _is_overtaken(self, session: Session, row: OutboundMessage) -> bool:
        later = self._chat(row).where(
            OutboundMessage.state == WAITING,
            OutboundMessage.edits_id == row.edits_id,
            OutboundMessage.method == row.method,
            OutboundMessage.id > row.id,
        )
        return session.scalars(later.limit(1)).first() is not None

    def _method(self, session: Session, row: OutboundMessage) -> tuple[str | None, str | None]:
        """The method, and the platform's id of what it edits: the message, or the newest edit of it that had to be sent anew.

        An edit of a message that never arrived becomes a new one; one that has nothing to say by itself becomes none.
        """
        if row.edits_id is None:
            return row.method, None
        arrived = self._chat(row).where(
            OutboundMessage.state == SENT,
            OutboundMessage.platform_message_id.is_not(None),
            or_(OutboundMessage.id == row.edits_id, OutboundMessage.edits_id == row.edits_id),
        )
        newest = session.scalars(arrived.order_by(OutboundMessage.id.desc()).limit(1)).first()
        if newest is not None:
            return row.method, newest.platform_message_id
        return ("sendMessage" if row.method == "editMessageText" else None), None

    def _with_known_files(self, session: Session, row: OutboundMessage, method: str) -> dict[str, Any]:
        """A file that the platform has already is sent by its name there."""
        payload = dict(row.payload)
        for field, value in payload.items():
            if isinstance(value, dict) and "$file" in value:
                known = session.get(UploadedFile, (self._source, value["$file"], method))
                payload[field] = value | {"file_id": known.file_id} if known else value
        return payload

    async def _send(self, message: ToSend) -> None:
        begun = self._clock()
        try:
            outcome = await self._channel.send(message)  # type: ignore[union-attr]
        except Exception as fault:
            metrics.BACKGROUND_FAULTS.labels("deliverer").inc()
            log.exception("deliverer.channel_failed", account=self._source, message=message.id)
            outcome = Unsure(f"{type(fault).__name__} in the channel")
        while True:
            try:
                await self._writer.write(partial(self._finish, message, outcome, begun))
                return
            except Exception as fault:
                if not is_passing_fault(fault):
                    raise
                await asyncio.sleep(0.5)

    # outcomes

    def _finish(self, message: ToSend, outcome: Outcome, begun: datetime, session: Session) -> None:
        row = session.get_one(OutboundMessage, message.id, with_for_update=True)
        metrics.SENT.labels(self._channel.name, type(outcome).__name__.lower()).inc()
        log.info("outbox.outcome", message=row.id, outcome=type(outcome).__name__.lower(), reason=getattr(outcome, "reason", None))
        if row.state != SENDING or row.attempts != message.attempt:
            self._finish_late(row, outcome)
            return
        match outcome:
            case Sent(platform_message_id, file_ids):
                row.platform_message_id = platform_message_id
                self._end(row, SENT, None)
                for digest, file_id in file_ids:
                    self._remember(session, digest, message.method, file_id)
            case Temporary(reason):
                self._later(row, reason)
            case Silenced(seconds, reason):
                self._be_silent(session, row, seconds, reason)
            case Permanent(reason):
                self._end(row, FAILED, reason)
            case Blocked(reason):
                self._suppress(session, row, reason, begun)
            case Unsure(reason):
                self._unsure(row, reason)

    def _finish_late(self, row: OutboundMessage, outcome: Outcome) -> None:
        """Another deliverer took this sending for lost meanwhile. That it did arrive is still worth knowing before it is sent again."""
        log.warning("outbox.late_outcome", message=row.id, state=row.state)
        if isinstance(outcome, Sent) and row.state in {WAITING, UNKNOWN}:
            row.platform_message_id = outcome.platform_message_id
            self._end(row, SENT, None)

    def _end(self, row: OutboundMessage, state: str, reason: str | None) -> None:
        row.state, row.reason, row.finished_at = state, reason[:_REASON] if reason else None, self._clock()

    def _remember(self, session: Session, digest: str, method: str, file_id: str) -> None:
        key = {"source": self._source, "sha256": digest, "method": method}
        if not insert_if_absent(session, UploadedFile, **key, file_id=file_id):
            session.get_one(UploadedFile, key).file_id = file_id

    def _later(self, row: OutboundMessage, reason: str) -> None:
        if row.kind == "ephemeral" or row.attempts >= _TRIES:
            self._end(row, FAILED, reason)
            return
        wait = min(2 ** min(row.attempts, 10), _LONGEST_RETRY) * random.uniform(0.7, 1.3)
        row.state, row.reason, row.not_before = WAITING, reason[:_REASON], self._clock() + timedelta(seconds=wait)

    def _be_silent(self, session: Session, row: OutboundMessage, seconds: float, reason: str) -> None:
        until = self._clock() + timedelta(seconds=seconds)
        if not insert_if_absent(session, Pause, source=self._source, until=until, reason=reason[:200]):
            pause = session.get_one(Pause, self._source, with_for_update=True)
            pause.until, pause.reason = max(pause.until, until), reason[:200]
        if row.kind == "ephemeral":
            self._end(row, FAILED, reason)
        else:
            row.state, row.reason, row.not_before, row.attempts = WAITING, reason[:_REASON], until, row.attempts - 1

    def _suppress(self, session: Session, row: OutboundMessage, reason: str, begun: datetime) -> None:
        """The contact refuses us: this and all that waits for it is suppressed, unless it has written since and so is back."""
        self._end(row, SUPPRESSED, reason)
        contact = session.get(Contact, row.contact_id, with_for_update=True) if row.contact_id else None
        if contact is not None:
            if contact.last_seen_at > begun:
                return
            contacts.suppress(contact, reason, self._clock())
        for other in session.scalars(self._chat(row).where(OutboundMessage.state == WAITING)):
            self._end(other, SUPPRESSED, reason)

    def _unsure(self, row: OutboundMessage, reason: str) -> None:
        if row.on_unknown == "resend" and not row.resent:
            row.state, row.reason, row.resent, row.not_before = WAITING, reason[:_REASON], True, self._clock()
        else:
            self._end(row, UNKNOWN, reason)
