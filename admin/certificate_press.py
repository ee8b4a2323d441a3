"""The press (in giấy chứng nhận): makes the PDF of each certificate that was issued, keeps it and sends it in the chat, in the background.

What is issued is a row first; a process that dies in between leaves it for the next look. Two processes that print the same make the
same file, and only one of them sends it.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from db.engine import Database
from db.files import FileStore
from db.models import Certificate, StoredFile
from db.upsert import insert_if_absent
from domain.papers import certificate
from usecases import certificates, class_papers
from usecases.enquiries import FileToSend
from usecases.quarantine import new_incident

log = logging.getLogger("admin.certificate_press")

PDF = "application/pdf"
AT_ONCE = 20


class CertificatePress:
    """One for a process. A certificate that cannot be printed is logged once and left out; the others go on."""

    def __init__(self, files: FileStore, public_url: str, clock: Callable[[], datetime]) -> None:
        self._files, self._public_url, self._clock = files, public_url, clock
        self._unprintable: set[int] = set()

    def work_off(self, database: Database) -> int:
        """Print all that is to be printed; how many."""
        done = 0
        while batch := self._next(database):
            for key, paper, issued_at in batch:
                done += self._print(database, key, paper, issued_at)
        return done

    def _next(self, database: Database) -> list[tuple[int, certificate.Certificate, datetime]]:
        with database.read() as session:
            rows = certificates.unmade(session, limit=AT_ONCE + len(self._unprintable))
            wanted = [row for row in rows if row.id not in self._unprintable]
            return [(row.id, class_papers.certificate_of(session, row, public_url=self._public_url), row.issued_at) for row in wanted]

    def _print(self, database: Database, key: int, paper: certificate.Certificate, issued_at: datetime) -> bool:
        try:
            content = certificate.certificate(paper, issued_at)
        except Exception:
            self._unprintable.add(key)
            log.exception("certificate.unprintable", extra={"certificate": key, "incident": new_incident()})
            return False
        digest, now = self._files.put(content), self._clock()
        with database.write() as session:
            given = session.get_one(Certificate, key)
            certificates.lock(session, given)
            if given.sha256 is not None or given.revoked_at is not None:
                return False
            insert_if_absent(session, StoredFile, sha256=digest, size=len(content), media_type=PDF, stored_at=now)
            certificates.deliver(session, given, FileToSend(digest, f"{given.serial}.pdf", PDF), now)
        return True
