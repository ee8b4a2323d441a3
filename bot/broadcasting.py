"""Broadcasting: the loop that takes broadcasts from their moment to their end, one process at a time.

Everything it does is a short transaction that leaves a known state: a process that dies in between leaves the rest to the next.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from bot import metrics
from bot.writer import Writer
from db.engine import Database, is_passing_fault
from db.models import Broadcast, Lease
from db.models.broadcast import CANCELLED, PAUSED, PLANNING, RUNNING, SCHEDULED, SENDING
from db.queries.audience import Account
from domain.messages import N_
from usecases import broadcast_planning, broadcast_sending, leases
from usecases.broadcast_sending import CHUNK, Standing

log = structlog.get_logger()

_LEASE, _LASTS = "broadcasts", timedelta(seconds=20)
_IDLE_SECONDS, _BUSY_SECONDS = 2.0, 0.4
_TRIES = 3


class _TakenOver(Exception):
    """Another process broadcasts now."""


class Broadcasting:
    """One for a process; `run` until cancelled."""

    def __init__(
        self, database: Database, writer: Writer, accounts: Sequence[Account], holder: str, clock: Callable[[], datetime], *, trial: bool
    ) -> None:
        self._database, self._writer, self._accounts = database, writer, accounts
        self._holder, self._clock, self._trial = holder, clock, trial
        self._faults: Counter[int] = Counter()

    async def run(self) -> None:
        """Look again at once while there is much to do, now and then while there is little."""
        while True:
            try:
                wait = await self.work_off()
            except _TakenOver:
                wait = _IDLE_SECONDS
            except Exception as fault:
                if not is_passing_fault(fault):
                    raise
                log.warning("broadcasts.database_away", fault=type(fault).__name__)
                wait = _IDLE_SECONDS
            await asyncio.sleep(wait)

    async def work_off(self) -> float:
        """One round over all that are due; seconds until the next."""
        waits = [await self._guarded(standing) for standing in await asyncio.to_thread(self._due)]
        return min(waits, default=_IDLE_SECONDS)

    def _due(self) -> list[Standing]:
        """What there is to do, unless another process does it."""
        now = self._clock()
        with self._database.read() as session:
            lease = session.get(Lease, _LEASE)
            if lease is not None and lease.holder != self._holder and lease.expires_at >= now:
                return []
            return broadcast_sending.due(session, now)

    async def _guarded(self, standing: Standing) -> float:
        """A broadcast that our own code cannot send is stopped, so that the others go on."""
        try:
            wait = await self._work(standing)
        except Exception as fault:
            if is_passing_fault(fault) or isinstance(fault, _TakenOver):
                raise
            metrics.BACKGROUND_FAULTS.labels("broadcasts").inc()
            log.exception("broadcast.failed", broadcast=standing.key)
            self._faults[standing.key] += 1
            if self._faults[standing.key] >= _TRIES:
                del self._faults[standing.key]
                await self._write(partial(_stop, standing.key))
            return _IDLE_SECONDS
        self._faults.pop(standing.key, None)
        return wait

    async def _work(self, standing: Standing) -> float:
        if standing.status == SCHEDULED:
            await self._write(partial(broadcast_planning.start, key=standing.key, trial=self._trial))
            return 0
        if standing.status == PLANNING:
            chunk = await asyncio.to_thread(self._next_chunk, standing.key)
            await self._write(partial(broadcast_planning.plan, key=standing.key, chunk=chunk))
            return 0
        if not await asyncio.to_thread(self._wants_work, standing):
            return _BUSY_SECONDS if standing.status == SENDING else _IDLE_SECONDS
        if standing.status == CANCELLED:
            await self._write(partial(broadcast_sending.sweep, key=standing.key))
        await self._write(partial(broadcast_sending.settle, key=standing.key))
        return await self._feed(standing.key) if standing.status == SENDING else _BUSY_SECONDS

    async def _feed(self, key: int) -> float:
        """Fill every account's queue; again soon where much went out since the last look."""
        fed = 0
        for account in self._accounts:
            while more := await self._write(partial(broadcast_sending.feed, key=key, account=account, trial=self._trial)):
                fed += more
                if more < CHUNK:
                    break
        return _BUSY_SECONDS / 4 if fed >= CHUNK else _BUSY_SECONDS

    def _next_chunk(self, key: int) -> broadcast_planning.Chunk:
        with self._database.read() as session:
            return broadcast_planning.next_chunk(session, key, self._accounts, self._clock())

    def _wants_work(self, standing: Standing) -> bool:
        with self._database.read() as session:
            return broadcast_sending.wants_work(session, standing, self._accounts, self._clock())

    async def _write(self, run: Callable[..., int]) -> int:
        """One transaction under the lease, which is kept by it."""

        def step(session: Session) -> int:
            now = self._clock()
            if not leases.hold(session, _LEASE, self._holder, now, _LASTS):
                raise _TakenOver
            return int(run(session, now=now))

        return await self._writer.write(step)


def _stop(key: int, session: Session, now: datetime) -> bool:
    broadcast = session.get_one(Broadcast, key, with_for_update=True, populate_existing=True)
    if broadcast.status in RUNNING:
        broadcast_planning.stop(session, broadcast, N_("broadcast.stopped.fault"), now)
    return broadcast.status == PAUSED
