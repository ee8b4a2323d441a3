"""The unit of work: one update, one transaction.

    prepare (no transaction) ─► claim · lock contact · state · handler · recorded calls ─► commit

`process` returns when the update is committed, was committed before, or is quarantined: only then may its channel let go of it.
"""

import asyncio
import errno
import random
import traceback
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.methods import TelegramMethod
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import metrics
from bot.channel import Channel
from bot.errors import tell_refusal
from bot.inbound import Inbound, Sender, sender_of
from bot.preparation import NetworkFault, Preparation
from bot.transcript import note_inbound
from bot.work import Prepared, Work, current_work
from bot.writer import Writer
from db.engine import is_passing_fault
from db.models import Claim, Conversation
from db.upsert import insert_if_absent
from domain.errors import OfficeError
from usecases import contacts, enquiries, quarantine, turns

log = structlog.get_logger()

_FIRST_WAIT, _LONGEST_WAIT = 0.05, 5.0


class Outdated(Exception):
    """The conversation moved on since the preparation."""


class HandlerReturnedMethod(Exception):
    """A handler returned a method instead of awaiting it: nothing would have been sent. A defect of ours."""


class NotAnUpdate(Exception):
    """What the platform sent is no update."""


class Unit:
    """Applies updates. One for the process; the dispatcher and the recording bot are shared by all threads."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        bot: Bot,
        preparation: Preparation,
        writer: Writer,
        clock: Callable[[], datetime],
        public_url: str,
        key: bytes,
    ) -> None:
        self._dispatcher, self._bot, self._public_url, self._key = dispatcher, bot, public_url, key
        self._preparation, self._writer, self._clock = preparation, writer, clock

    async def process(self, inbound: Inbound, channel: Channel) -> None:
        """Apply an update, however often the database or the network fails meanwhile; quarantine it when our own code does."""
        structlog.contextvars.bind_contextvars(update=inbound.trace, source=inbound.source)
        wait = _FIRST_WAIT
        while True:
            try:
                await self._once(inbound, channel)
                return
            except Outdated:
                continue
            except Exception as fault:  # noqa: BLE001 - told apart below: retried, or counted and logged with its trace
                if _is_passing(fault):
                    metrics.UNIT_RETRIES.labels(type(fault).__name__).inc()
                    log.warning("update.retried", fault=type(fault).__name__, wait=round(wait, 2))
                    await asyncio.sleep(wait * random.uniform(0.7, 1.3))
                    wait = min(wait * 2, _LONGEST_WAIT)
                elif await self._count_failure(inbound, fault):
                    return

    async def _once(self, inbound: Inbound, channel: Channel) -> None:
        sender = sender_of(inbound.update)
        if inbound.update is None:
            if await self._writer.write(partial(self._is_claimed, inbound)):
                return  # it was set aside before, and its acknowledgement was lost
            raise NotAnUpdate
        if sender is None:
            await self._writer.write(partial(self._claim, inbound))
            return
        with metrics.PREPARE_SECONDS.time():
            prepared = await self._preparation.prepare(inbound, sender, channel.fetch)
        with metrics.APPLY_SECONDS.time():
            applied = await self._writer.write(partial(self._apply, inbound, sender, prepared, channel.mirror))
        metrics.UPDATES.labels(inbound.channel, "applied" if applied else "replay").inc()
        log.info("update.applied" if applied else "update.replayed")

    def _is_claimed(self, inbound: Inbound, session: Session) -> bool:
        return session.get(Claim, (inbound.source, inbound.external_id, inbound.digest)) is not None

    def _claim(self, inbound: Inbound, session: Session) -> bool:
        claim = insert_if_absent(
            session, Claim, source=inbound.source, external_id=inbound.external_id, digest=inbound.digest, claimed_at=self._clock()
        )
        return claim is not None

    def _apply(self, inbound: Inbound, sender: Sender, prepared: Prepared, mirror: Callable[[Work], None], session: Session) -> bool:
        """Inside the transaction. False for a replay."""
        now = self._clock()
        if not self._claim(inbound, session):
            return False
        contact, conversation, is_new = contacts.meet(
            session, inbound.channel, inbound.account, sender.chat_id, now=now, name=sender.name, language=sender.language
        )
        if prepared.version != (None if is_new else conversation.version):
            raise Outdated
        session.expunge(conversation)  # handlers change it many times; it is written once, below
        work = Work(session, inbound, contact, conversation, is_new, prepared, now, self._public_url, self._key)
        work.keep_files()
        work.enquiry = None if is_new else enquiries.current(session, contact)
        work.message = note_inbound(work)
        mirror(work)
        token = current_work.set(work)
        try:
            outcome = self._converse(work)
        finally:
            current_work.reset(token)
        if work.message is not None and work.turn is None:
            work.turned(outcome)
        stand = {"state": conversation.state, "data": conversation.data, "said": conversation.said, "version": conversation.version + 1}
        session.execute(update(Conversation).where(Conversation.contact_id == contact.id).values(**stand))
        return True

    def _converse(self, work: Work) -> str:
        """What to record where the handlers recorded nothing."""
        conversation = work.conversation
        before = conversation.state, conversation.data, conversation.said
        savepoint = work.session.begin_nested()
        try:
            asyncio.get_event_loop().run_until_complete(self._feed(work))
            savepoint.commit()
        except OfficeError as refusal:
            savepoint.rollback()
            conversation.state, conversation.data, conversation.said = before
            work.sent.clear()
            work.turn = None  # rolled back
            tell_refusal(work, refusal)
            return turns.REFUSED
        return turns.DONE

    async def _feed(self, work: Work) -> None:
        update = work.inbound.update
        assert update is not None
        result = await self._dispatcher.feed_update(self._bot, update, work=work, session=work.session, contact=work.contact, say=work.say)
        if isinstance(result, TelegramMethod):
            raise HandlerReturnedMethod(type(result).__name__)
        if result is UNHANDLED:
            log.info("update.unhandled")

    async def _count_failure(self, inbound: Inbound, fault: Exception) -> bool:
        """Count a failure of our own code; at the limit quarantine the update. Whether it was quarantined."""
        incident = quarantine.new_incident()
        place = _place(fault)
        done: bool = await self._persist(partial(self._count_in_transaction, inbound, place, incident))
        log.error("update.quarantined" if done else "update.failed", fault=place, incident=incident if done else None, exc_info=fault)
        metrics.UPDATES.labels(inbound.channel, "quarantined" if done else "failed").inc()
        return done

    def _count_in_transaction(self, inbound: Inbound, place: str, incident: str, session: Session) -> bool:
        now = self._clock()
        failures = quarantine.count_failure(session, inbound.source, inbound.external_id, inbound.digest, now)
        if failures < quarantine.LIMIT and inbound.update is not None:
            return False
        sender = sender_of(inbound.update)
        known = contacts.find(session, inbound.channel, inbound.account, sender.chat_id) if sender else None
        contact = known[0] if known else None
        if contact is None and sender is not None:
            contact, _, _ = contacts.meet(
                session, inbound.channel, inbound.account, sender.chat_id, now=now, name=sender.name, language=sender.language
            )
        quarantine.set_aside(
            session,
            source=inbound.source,
            external_id=inbound.external_id,
            digest=inbound.digest,
            contact=contact,
            body=inbound.body,
            fault=place,
            incident=incident,
            now=now,
        )
        return True

    async def _persist(self, run: Callable[[Session], Any]) -> Any:
        """Write, however long the database is away."""
        wait = _FIRST_WAIT
        while True:
            try:
                return await self._writer.write(run)
            except Exception as fault:
                if not is_passing_fault(fault):
                    raise
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)


_PASSING_ERRNO = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EROFS, errno.ENOMEM}


def _is_passing(fault: Exception) -> bool:
    """The network, the database, a full disk: trying again is right. Everything else is a defect of ours and counts."""
    if isinstance(fault, OSError):
        return isinstance(fault, ConnectionError | TimeoutError) or fault.errno in _PASSING_ERRNO
    return isinstance(fault, NetworkFault) or is_passing_fault(fault)


def _place(fault: Exception) -> str:
    """Class of a fault and the last place in our own code, without its message, which may hold personal data."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename and "lib/python" not in frame.filename]
    at = (ours or frames)[-1:]
    return f"{type(fault).__name__} in {at[0].name}, line {at[0].lineno}" if at else type(fault).__name__
