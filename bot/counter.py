"""The counter's parts, put together once: the only place that picks which channels there are and what they are given."""

import asyncio
import os
import random
import socket
from collections.abc import Callable, Coroutine, Hashable
from datetime import UTC, datetime

import structlog

from bot import metrics
from bot.broadcasting import Broadcasting
from bot.channel import PostingChannel, SendingChannel
from bot.channels.mail import Mail
from bot.channels.telegram import Telegram
from bot.channels.web import Web
from bot.conversations import build_dispatcher
from bot.deliverer import Deliverer
from bot.drawing import Drawing
from bot.hub import Hub, listen
from bot.inbound import Inbound, sender_of
from bot.jobs import Clock
from bot.knowledge import Knowledge
from bot.lanes import Lanes
from bot.lot_press import LotPress
from bot.own_forms import OwnForms
from bot.preparation import Preparation
from bot.product_filing import ProductFiling
from bot.receipt_press import ReceiptPress
from bot.recorder import recording_bot
from bot.taking import Rescan, Taking
from bot.unit import Unit
from bot.writer import Writer
from db.engine import Database
from db.files import FileStore
from db.settings import Settings
from usecases.intake import Intake
from usecases.kept_lists import ProductSheets

log = structlog.get_logger()

DRAIN_SECONDS = 4.0
"""For the updates in hand, and again for the sends in flight; with the rest of the stop it stays below twenty seconds."""
_RESTART_SECONDS = 1.0


def utc_now() -> datetime:
    return datetime.now(UTC)


class Counter:
    """Everything a process of the counter holds. `start` and `stop` once each."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = utc_now, know: Callable[..., Knowledge] = Knowledge) -> None:
        self.settings, self.now = settings, clock
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{random.getrandbits(32):08x}"
        self.database = Database(settings.database)
        self.files = FileStore(settings.files_dir)
        self.hub = Hub()
        self.writer = Writer(self.database, self.hub)
        self.knowledge = know(self.database, self.holder, clock)
        self.lanes = Lanes()
        self.web = Web(settings.signing_key(), self.files)
        self.telegram = Telegram(settings, self.files) if settings.telegram_bot_token.get_secret_value() else None
        self.channels: list[SendingChannel | PostingChannel] = [self.web, Mail(settings)]
        if self.telegram is not None:
            self.channels.append(self.telegram)
        intake = Intake(settings, self.files)
        self.taking = Taking(intake)
        self.rescan = Rescan(self.database, self.writer, self.files, intake.scanner, self.holder, clock) if intake.scanner else None
        self.filing = ProductFiling(self.database, self.writer, self.files, self.holder, clock)
        self.sheets = ProductSheets(self.files, intake.opener)
        preparation = Preparation(
            self.database,
            self.taking,
            self.knowledge,
            drawing=Drawing(self.files, clock),
            forms=OwnForms(self.database, self.files, intake.opener, settings.public_url, clock),
            sheets=self.sheets,
            lots=LotPress(self.files, intake.opener, clock),
            max_file_bytes=settings.max_file_bytes,
            max_files_per_day=settings.max_files_per_day,
            clock=clock,
        )
        key = settings.signing_key().encode()
        self._unit = Unit(build_dispatcher(), recording_bot(), preparation, self.writer, clock, settings.public_url, key)
        self._by_name = {channel.name: channel for channel in self.channels}
        self._deliverers = [Deliverer(channel, self.database, self.writer, self.hub, self.holder, clock) for channel in self.channels]
        accounts = [(channel.name, channel.account) for channel in self.channels if not isinstance(channel, Mail)]
        self._broadcasting = Broadcasting(self.database, self.writer, accounts, self.holder, clock, trial=settings.trial_mode)
        self._press = ReceiptPress(self.database, self.writer, self.files, settings.public_url, clock)
        self._clock = Clock(self.writer, self.holder, clock, trial=settings.trial_mode)
        self._tasks: list[asyncio.Task[None]] = []
        self.stopping = False

    async def process(self, inbound: Inbound) -> None:
        """Apply one event in its contact's lane; returns when it is committed, was before, or is quarantined."""
        sender = sender_of(inbound.update)
        lane: Hashable = (inbound.source, sender.chat_id if sender else inbound.external_id)
        await self.lanes.run(lane, lambda: self._unit.process(inbound, self._by_name[inbound.channel]))

    async def start(self) -> None:
        """Begin to listen, deliver and tick; the web routes may be called at once."""
        self.hub.bind()
        await asyncio.to_thread(self.knowledge.open)
        self._keep("hub", lambda: listen(self.database, self.hub))
        self._keep("knowledge", lambda: self.knowledge.keep_fresh(self.hub))
        self._keep("receipts", lambda: self._press.run(self.hub))
        for deliverer in self._deliverers:
            self._keep("deliverer", deliverer.run)
        self._keep("broadcasts", self._broadcasting.run)
        self._keep("products", self.filing.run)
        if self.rescan is not None:
            self._keep("rescan", self.rescan.run)
        self._clock.start()
        if self.telegram is not None:
            self._keep("telegram", self._receive_telegram)

    async def stop(self) -> None:
        """Take in nothing new, finish what is in hand within seconds, give the leases back."""
        self.stopping = True
        self._clock.stop()
        receiving = [task for task in self._tasks if task.get_name() != "deliverer"]
        for task in receiving:
            task.cancel()
        await asyncio.gather(*receiving, return_exceptions=True)
        await self.lanes.drain(DRAIN_SECONDS)
        await asyncio.gather(*(deliverer.stop(DRAIN_SECONDS) for deliverer in self._deliverers))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.taking.close)
        for channel in self.channels:
            await channel.close()
        await asyncio.to_thread(self.writer.close)
        self.database.close()

    async def _receive_telegram(self) -> None:
        assert self.telegram is not None
        await self.telegram.set_up()
        if not self.telegram.uses_webhook:
            await self.telegram.poll(self.process)

    def _keep(self, name: str, run: Callable[[], Coroutine[None, None, None]]) -> None:
        self._tasks.append(asyncio.create_task(self._again_and_again(name, run), name=name))

    async def _again_and_again(self, name: str, run: Callable[[], Coroutine[None, None, None]]) -> None:
        """A background task that fails is a fault to be seen, and is begun again: one broken part does not close the counter."""
        while True:
            try:
                await run()
                return
            except Exception:
                metrics.BACKGROUND_FAULTS.labels(name).inc()
                log.exception("background.failed", task=name)
                await asyncio.sleep(_RESTART_SECONDS)
