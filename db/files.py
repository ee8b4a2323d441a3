"""The file store: a folder of bytes, each file under its own SHA-256 (`ab/cd/abcd…`), written whole before any row names it."""

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path


class FileStore:
    """Content-addressed: the same bytes are kept once, and a stored file never changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the bytes of a digest lie, whether or not they are there."""
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise ValueError("not a SHA-256 in lower-case hex")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def put(self, content: bytes) -> str:
        """Write the bytes, synced to the disk, and return their digest. Raises OSError when the disk is full."""
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if target.exists():
            return digest
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return digest

    def scratch(self) -> Path:
        """A new, empty file on the same disk, for something that is made bit by bit; to be adopted or unlinked."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder)
        os.close(handle)
        return Path(name)

    def adopt(self, made: Path) -> str:
        """Move a file in that was made beside it (`scratch`), however large, and return its digest."""
        with made.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        target = self.path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(made, target)
        return digest

    def read(self, sha256: str) -> bytes:
        """The bytes of a digest; raises FileNotFoundError."""
        return self.path(sha256).read_bytes()

    def sweep(self, before: datetime) -> int:
        """Delete what was written before a moment, scratches among it; how many files. Only for a store that keeps nothing for longer."""
        old = [path for path in self.folder.rglob("*") if path.is_file() and path.stat().st_mtime < before.timestamp()]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def forget(self, sha256: str) -> None:
        """Delete the bytes of a digest. Only for a store whose files nobody else refers to."""
        self.path(sha256).unlink(missing_ok=True)
