"""The filing of product lists (ghi danh mục vào sổ): what dossiers declare goes into the register in short batches, one process at a time.

A dossier that was handed in, filled in again or withdrawn is there to be settled; a process that dies in between leaves it for the next.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import metrics
from bot.writer import Writer
from db.engine import Database, is_passing_fault
from db.files import FileStore
from db.models import Dossier
from domain.product_list import Product
from usecases import kept_lists, leases, product_register
from usecases.product_register import BATCH
from usecases.quarantine import new_incident

log = structlog.get_logger()

RECHECK_SECONDS = 5.0
_LEASE, _LASTS = "products", timedelta(minutes=2)
_AT_ONCE = 20
_TRIES = 3


class _Anew(Exception):
    """The list changed meanwhile, or another process took over: the next look sees what is there."""


class ProductFiling:
    """One for a process. A list that cannot be filed is logged once and left out until the next start; the others go on."""

    def __init__(self, database: Database, writer: Writer, files: FileStore, holder: str, clock: Callable[[], datetime]) -> None:
        self._database, self._writer, self._files, self._holder, self._clock = database, writer, files, holder, clock
        self._unfiled: set[int] = set()
        self._tries: dict[int, int] = {}
        self._tidied = False

    async def run(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await self.work_off()
            await asyncio.sleep(RECHECK_SECONDS)

    async def work_off(self) -> int:
        """Settle all that is to be settled; how many dossiers."""
        done = 0
        while waiting := await asyncio.to_thread(self._next):
            if not await self._writer.write(self._hold):
                return done
            for dossier in waiting:
                done += await self._settle(dossier)
        if not self._tidied:
            await self._end_replaced(None)
            self._tidied = True
        return done

    def _next(self) -> Sequence[Dossier]:
        with self._database.read() as session:
            return product_register.unsettled(session, _AT_ONCE, self._unfiled)

    def _hold(self, session: Session) -> bool:
        return leases.hold(session, _LEASE, self._holder, self._clock(), _LASTS)

    async def _settle(self, dossier: Dossier) -> bool:
        try:
            await self._file(dossier)
        except _Anew:
            return False
        except Exception as fault:
            if is_passing_fault(fault):
                raise
            if isinstance(fault, IntegrityError) and self._may_try_again(dossier.id):
                return False
            self._unfiled.add(dossier.id)
            metrics.BACKGROUND_FAULTS.labels("products").inc()
            log.exception("products.unfiled", dossier=dossier.id, incident=new_incident())
            return False
        return True

    def _may_try_again(self, key: int) -> bool:
        """An officer may have given a number away at this moment: looked at again, it fits. What never fits is a fault."""
        self._tries[key] = self._tries.get(key, 0) + 1
        return self._tries[key] < _TRIES

    async def _file(self, dossier: Dossier) -> None:
        mark = product_register.mark_of(dossier)
        products = await asyncio.to_thread(self._products, dossier)
        for at in range(0, len(products), BATCH):
            await self._step(partial(product_register.file_batch, key=dossier.id, mark=mark, products=products[at : at + BATCH]))
        left = await asyncio.to_thread(self._leftover, dossier.id, {product.gtin for product in products})
        for at in range(0, len(left), BATCH):
            await self._step(partial(product_register.withdraw_batch, key=dossier.id, mark=mark, products=left[at : at + BATCH]))
        await self._step(partial(product_register.settle, key=dossier.id, mark=mark))
        await self._end_replaced(dossier.organisation_id)
        log.info("products.filed", dossier=dossier.id, products=len(products), withdrawn=len(left))

    def _products(self, dossier: Dossier) -> list[Product]:
        """What it declares; nothing where it was withdrawn, or named no firm."""
        answer = dossier.answers.get(product_register.list_field(dossier))
        if not answer or dossier.organisation_id is None or product_register.is_withdrawn(dossier):
            return []
        return kept_lists.products_of(self._files, answer)

    def _leftover(self, key: int, numbers: set[str]) -> list[int]:
        with self._database.read() as session:
            return product_register.leftover(session, key, numbers)

    async def _step(self, run: Callable[..., bool]) -> None:
        """One short transaction, in which the lease is kept. Raises `_Anew`."""

        def step(session: Session) -> bool:
            return self._hold(session) and run(session, now=self._clock())

        if not await self._writer.write(step):
            raise _Anew

    async def _end_replaced(self, organisation_id: int | None) -> None:
        """Of one firm, or of all: what a process that died after the switch left behind."""
        while old := await asyncio.to_thread(self._replaced, organisation_id):
            now = self._clock()
            await self._writer.write(partial(product_register.withdraw_replaced, products=old, now=now))

    def _replaced(self, organisation_id: int | None) -> list[int]:
        with self._database.read() as session:
            return product_register.replaced(session, organisation_id=organisation_id)
