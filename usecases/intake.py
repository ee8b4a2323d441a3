"""The one way in for foreign files (cửa nhận tệp): gate, virus scan, real decoder, then the disk.

Slow (up to seconds) and synchronous: for a thread, before any transaction. What is refused leaves nothing behind.
"""

import hashlib
import threading
from collections import OrderedDict

from db.files import FileStore
from db.models.stored_file import THREAT, UNSCANNED
from db.settings import Settings
from domain.barcode_photos import Reading
from domain.errors import FileNotOpened, FileTorn, FileWithThreat, PictureTooLarge
from usecases import uploads
from usecases.opening import Opener
from usecases.scanning import NOT_SCANNED, Scanner
from usecases.uploads import Findings, KeptFile, TakenFile

NO_CODES = Reading(())
REMEMBERED = 256
"""Files whose findings a process keeps: an upload comes again with its message, and a message when its conversation moved on meanwhile."""


class Intake:
    """One for the process; threads may share it. `close` once."""

    def __init__(self, settings: Settings, files: FileStore, opener: Opener | None = None) -> None:
        self._files, self._limit_bytes = files, settings.max_file_bytes
        self.opener = opener or Opener()
        self.scanner = Scanner(settings.clamd) if settings.clamd else None
        self._known: OrderedDict[tuple[str, str], Findings] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, content: bytes, name: str) -> KeptFile:
        """Check a file and keep it, with its preview and copy.

        Raises what `uploads.take_in` and `domain.opening.open_file` raise, `FileNotOpened`, `FileWithThreat`, and OSError of a full disk.
        """
        taken = uploads.take_in(content, name, self._limit_bytes)
        digest = hashlib.sha256(content).hexdigest()
        with self._lock:
            findings = self._known.get((digest, taken.media_type))
        findings = findings or self._examine(taken)
        self._files.put(content)
        if findings.scan != UNSCANNED or self.scanner is None:
            self._remember((digest, taken.media_type), findings)
        return KeptFile(taken.name, digest, taken.size, taken.media_type, findings)

    def read_codes(self, content: bytes, kept: KeptFile) -> Reading:
        """The barcodes in a picture or PDF that was taken in; other files, and what no reader opens, show none."""
        if kept.media_type not in uploads.IMAGES | {uploads.PDF}:
            return NO_CODES
        try:
            return self.opener.read_codes(content, kept.name)
        except (FileTorn, PictureTooLarge, FileNotOpened):  # the file itself is taken: it may be a paper all the same
            return NO_CODES

    def close(self) -> None:
        self.opener.close()

    def _remember(self, key: tuple[str, str], findings: Findings) -> None:
        with self._lock:
            self._known[key] = findings
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    def _examine(self, taken: TakenFile) -> Findings:
        verdict = self.scanner.scan(taken.content) if self.scanner else NOT_SCANNED
        if verdict.scan == THREAT:
            raise FileWithThreat(name=taken.name, threat=verdict.threat)
        opened = self.opener.open(taken.content, taken.name, taken.media_type)
        return Findings(
            scan=verdict.scan,
            was_opened=True,
            pages=opened.pages,
            preview_sha256=self._files.put(opened.preview) if opened.preview else None,
            copy_sha256=self._files.put(opened.copy) if opened.copy else None,
        )
