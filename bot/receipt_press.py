"""The press of receipts (in phiếu tiếp nhận): makes the PDF of each dossier that was handed in, keeps it and sends it in the chat.

What was handed in is a row first; a process that dies in between leaves it for the next look. Two processes that print the same make the
same file, and only one of them sends it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.orm import Session

from bot import metrics
from bot.hub import Hub
from bot.writer import Writer
from db.engine import Database, is_passing_fault
from db.files import FileStore
from db.models import Dossier
from domain.papers import receipt
from usecases import dossier_papers, dossiers, uploads
from usecases.enquiries import FileToSend
from usecases.quarantine import new_incident

log = structlog.get_logger()

PDF = "application/pdf"
AT_ONCE = 20
RECHECK_SECONDS = 5


class ReceiptPress:
    """One for a process. A receipt that cannot be printed is logged once and left out until the next start; the others go on."""

    def __init__(self, database: Database, writer: Writer, files: FileStore, public_url: str, clock: Callable[[], datetime]) -> None:
        self._database, self._writer, self._files = database, writer, files
        self._public_url, self._clock = public_url, clock
        self._unprintable: set[int] = set()

    async def run(self, hub: Hub) -> None:
        """Print on the signal of a dossier, and every few seconds, until cancelled."""
        handed_in = hub.join(dossiers.RECEIPTS)
        try:
            while True:
                handed_in.clear()
                await self.work_off()
                with suppress(TimeoutError):
                    await asyncio.wait_for(handed_in.wait(), RECHECK_SECONDS)
        finally:
            hub.leave(dossiers.RECEIPTS, handed_in)

    async def work_off(self) -> int:
        """Print all that is to be printed; how many."""
        done = 0
        while waiting := await asyncio.to_thread(self._next):
            for key in waiting:
                done += await self._print(key)
        return done

    def _next(self) -> list[int]:
        with self._database.read() as session:
            rows = dossiers.unprinted(session, limit=AT_ONCE + len(self._unprintable))
            return [row.id for row in rows if row.id not in self._unprintable]

    async def _print(self, key: int) -> bool:
        try:
            file, size = await asyncio.to_thread(self._make, key)
            return await self._writer.write(partial(self._keep, key, file, size))
        except Exception as fault:
            if is_passing_fault(fault) or isinstance(fault, OSError):
                raise
            self._unprintable.add(key)
            metrics.BACKGROUND_FAULTS.labels("receipts").inc()
            log.exception("receipt.unprintable", dossier=key, incident=new_incident())
            return False

    def _make(self, key: int) -> tuple[FileToSend, int]:
        """The file, on the disk, and its size in bytes."""
        with self._database.read() as session:
            dossier = session.get_one(Dossier, key)
            paper = dossier_papers.receipt_of(session, dossier, public_url=self._public_url)
        content = receipt.receipt(paper, dossier.submitted_at)
        return FileToSend(self._files.put(content), f"{dossier.reference}.pdf", PDF), len(content)

    def _keep(self, key: int, file: FileToSend, size: int, session: Session) -> bool:
        now = self._clock()
        uploads.note(session, file.sha256, size, file.media_type, now)
        return dossiers.hand_receipt(session, key, file, now)
