"""The counter's way into the intake: threads of its own, so that files that take long keep nobody else waiting."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog

from bot import metrics
from bot.writer import Writer
from db.engine import Database
from db.files import FileStore
from db.models.stored_file import THREAT, UNSCANNED
from domain.barcode_photos import Reading
from domain.errors import FileWithThreat, OfficeError
from usecases import leases, scanning
from usecases.intake import Intake
from usecases.opening import CHILDREN
from usecases.scanning import Scanner, Verdict
from usecases.uploads import KeptFile

log = structlog.get_logger()

RESCAN_SECONDS = 60
_AT_ONCE = 20
"""Files that are scanned later before the list is looked up again."""
_LEASE, _LASTS = "rescan", timedelta(minutes=5)


class Taking:
    """`take` from the event loop; `close` once."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._threads = ThreadPoolExecutor(CHILDREN, thread_name_prefix="files")

    async def take(self, content: bytes, name: str) -> KeptFile:
        """Check a file and keep it; raises what `Intake.take` raises."""
        try:
            kept = await asyncio.get_running_loop().run_in_executor(self._threads, self._intake.take, content, name)
        except FileWithThreat:
            metrics.FILES.labels(THREAT).inc()
            raise
        except OfficeError:
            metrics.FILES.labels("refused").inc()
            raise
        metrics.FILES.labels(kept.findings.scan).inc()
        return kept

    async def read_codes(self, content: bytes, kept: KeptFile) -> Reading:
        """The barcodes in a picture or PDF that was taken."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._intake.read_codes, content, kept)

    def close(self) -> None:
        """End what is at work; nobody hears of it any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._intake.close()


class Rescan:
    """Scans later what came while the scanner was away, one process at a time."""

    def __init__(
        self, database: Database, writer: Writer, files: FileStore, scanner: Scanner, holder: str, clock: Callable[[], datetime]
    ) -> None:
        self._database, self._writer, self._files, self._scanner = database, writer, files, scanner
        self._holder, self._clock = holder, clock
        self._given_up: set[str] = set()
        """Files that the scanner, though it was there, gave no verdict on."""

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(RESCAN_SECONDS)

    async def once(self) -> int:
        """Scan what waits, newest first, while the scanner answers; how many got a verdict."""
        done = 0
        while waiting := await asyncio.to_thread(self._waiting):
            if not await self._writer.write(lambda session: leases.hold(session, _LEASE, self._holder, self._clock(), _LASTS)):
                break
            for sha256 in waiting:
                verdict = await asyncio.to_thread(self._scan, sha256)
                if verdict is None:
                    return done
                done += await self._settle(sha256, verdict)
        if done:
            log.info("files.scanned_later", files=done)
        return done

    def _waiting(self) -> list[str]:
        with self._database.read() as session:
            return scanning.unscanned(session, self._clock(), _AT_ONCE, but=sorted(self._given_up))

    def _scan(self, sha256: str) -> Verdict | None:
        """None where the scanner is away."""
        try:
            content = self._files.read(sha256)
        except FileNotFoundError:
            return scanning.NOT_SCANNED
        try:
            return self._scanner.ask(content)
        except OSError:
            return scanning.NOT_SCANNED if self._scanner.is_there() else None

    async def _settle(self, sha256: str, verdict: Verdict) -> bool:
        if verdict.scan == UNSCANNED:
            self._given_up.add(sha256)
            return False
        await self._writer.write(lambda session: scanning.settle(session, sha256, verdict, self._clock()))
        if verdict.scan == THREAT:
            log.warning("file.threat", threat=verdict.threat)
            await asyncio.to_thread(self._files.forget, sha256)
        metrics.FILES.labels(verdict.scan).inc()
        return True
