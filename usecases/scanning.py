"""Virus scan (quét vi-rút): a client of clamd's INSTREAM, and what is done about a threat.

A file is clean, a threat, or not scanned: no scanner is set, it is away, or it did not want the file. A counter never waits for a scanner
that is away: what came meanwhile is scanned later.
"""

import logging
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import StoredFile
from db.models.stored_file import CLEAN, THREAT, UNSCANNED
from domain.messages import N_
from usecases import leases, outbox

log = logging.getLogger("usecases.scanning")

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 20.0
LATER = timedelta(days=7)
"""So long is a file that was not scanned scanned later."""
ALERT_EVERY = timedelta(hours=1)
"""Staff are told of the same threat once in this time, however often it is sent."""
_CHUNK = 256 * 1024
_LONGEST_ANSWER = 1024
_LONGEST_NAME = 200
_UNIX = "unix:"


@dataclass(frozen=True)
class Verdict:
    """What is known about a file: CLEAN, THREAT with the scanner's name for it, or UNSCANNED."""

    scan: str
    threat: str = ""


NOT_SCANNED = Verdict(UNSCANNED)


class Scanner:
    """`address` is `host:port` or `unix:/path`. Sync, for threads; one connection a file."""

    def __init__(self, address: str) -> None:
        self._address = address

    def scan(self, content: bytes) -> Verdict:
        """Ask about a file; `NOT_SCANNED` where the scanner is away or wants no answer, which is logged."""
        try:
            return self.ask(content)
        except OSError as fault:
            log.warning("scanner.away", extra={"fault": type(fault).__name__})
            return NOT_SCANNED

    def ask(self, content: bytes) -> Verdict:
        """The same, but raises OSError (TimeoutError among them) where the scanner is away."""
        with self._connect() as line:
            line.sendall(b"zINSTREAM\0")
            for at in range(0, len(content), _CHUNK):
                chunk = content[at : at + _CHUNK]
                line.sendall(struct.pack("!I", len(chunk)) + chunk)
            line.sendall(struct.pack("!I", 0))
            return _verdict(_answer(line))

    def is_there(self) -> bool:
        """Whether the scanner answers at all."""
        try:
            with self._connect() as line:
                line.sendall(b"zPING\0")
                return _answer(line) == "PONG"
        except OSError:
            return False

    def _connect(self) -> socket.socket:
        if self._address.startswith(_UNIX):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(CONNECT_SECONDS)
            try:
                line.connect(self._address.removeprefix(_UNIX))
            except OSError:
                line.close()
                raise
        else:
            host, _, port = self._address.rpartition(":")
            line = socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS)
        line.settimeout(ANSWER_SECONDS)
        return line


def _answer(line: socket.socket) -> str:
    """Up to the closing zero byte; raises ConnectionError where the scanner hung up before."""
    answer = b""
    while not answer.endswith(b"\0"):
        if not (piece := line.recv(_LONGEST_ANSWER)) or len(answer) > _LONGEST_ANSWER:
            raise ConnectionError("the scanner broke off")
        answer += piece
    return answer.rstrip(b"\0").decode(errors="replace").strip()


def _verdict(answer: str) -> Verdict:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Verdict(CLEAN)
    if said.endswith(" FOUND"):
        return Verdict(THREAT, said.removesuffix(" FOUND")[:_LONGEST_NAME])
    log.warning("scanner.no_verdict", extra={"answer": said})
    return NOT_SCANNED


def tell_staff(session: Session, threat: str, now: datetime) -> None:
    """Alert the staff to a threat that came in, by its name alone."""
    if leases.hold(session, f"threat:{threat}"[:80], uuid4().hex, now, ALERT_EVERY):
        outbox.alert_staff(session, N_("alert.threat.subject"), N_("alert.threat.body"), now=now, threat=threat, at=now)


def unscanned(session: Session, now: datetime, limit: int, but: Sequence[str] = ()) -> list[str]:
    """Digests of the newest files of the last days that nobody scanned."""
    wanted = select(StoredFile.sha256).where(StoredFile.scan == UNSCANNED, StoredFile.stored_at > now - LATER)
    if but:
        wanted = wanted.where(StoredFile.sha256.not_in(but))
    return list(session.scalars(wanted.order_by(StoredFile.stored_at.desc()).limit(limit)))


def settle(session: Session, sha256: str, verdict: Verdict, now: datetime) -> None:
    """Note what a later scan said; staff are alerted to a threat."""
    row = session.get_one(StoredFile, sha256, with_for_update=True)
    if row.scan == UNSCANNED:
        row.scan, row.threat = verdict.scan, verdict.threat
        if verdict.scan == THREAT:
            tell_staff(session, verdict.threat, now)
