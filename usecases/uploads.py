"""Files that come in (tệp nhận vào): their type is read from their content, and they are noted.

Here the gate is cheap: signature, size, and for zip-based Office files the parts that make them a document. What passes is scanned and
opened by its real decoder (`usecases.intake`).
"""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import filetype
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.files import FileStore
from db.models import Attachment, InboundMessage, StoredFile
from db.models.stored_file import UNSCANNED
from db.upsert import insert_if_absent
from domain.errors import FileEmpty, FileRefused, FileTooLarge
from domain.folding import clean
from domain.worktime import ZONE

IMAGES = {"image/jpeg", "image/png", "image/webp", "image/heic"}
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
CSV = "text/csv"
ACCEPTED = IMAGES | {PDF, "application/msword", "application/vnd.ms-excel", WORD, EXCEL, CSV}
"""What a counter for paperwork takes. The name of a file plays no part, but for CSV, which is any text."""

_OFFICE_PARTS = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL}
_ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    PDF: (".pdf",),
    "application/msword": (".doc",),
    "application/vnd.ms-excel": (".xls",),
    WORD: (".docx",),
    EXCEL: (".xlsx",),
    CSV: (".csv",),
}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class TakenFile:
    """A file that passed the gate: its bytes, a safe name whose ending fits the content, its type by content."""

    content: bytes
    name: str
    media_type: str

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)


@dataclass(frozen=True)
class Findings:
    """What scanner and decoder said of a file; the fields are `StoredFile`'s."""

    scan: str = UNSCANNED
    was_opened: bool = False
    pages: int | None = None
    preview_sha256: str | None = None
    copy_sha256: str | None = None


NOTHING_FOUND = Findings()
"""Of files that were made here, or taken in before there was a decoder."""


@dataclass(frozen=True)
class KeptFile:
    """A foreign file that was taken in and is on the disk, with its preview and copy; no row names it yet."""

    name: str
    sha256: str
    size: int
    media_type: str
    findings: Findings = NOTHING_FOUND


def take_in(content: bytes, name: str, limit_bytes: int) -> TakenFile:
    """Check a file; raises `FileEmpty`, `FileTooLarge` or `FileRefused`, each with the name to show."""
    shown = safe_name(name)
    if not content:
        raise FileEmpty(name=shown)
    if len(content) > limit_bytes:
        raise FileTooLarge(name=shown, limit=limit_bytes // (1024 * 1024))
    media_type = _type_of(content, shown)
    if media_type is None or not _is_whole(content, media_type):
        raise FileRefused(name=shown)
    if not fits(shown, media_type):
        shown += ending(media_type)
    return TakenFile(content, shown, media_type)


def store(session: Session, files: FileStore, taken: TakenFile, now: datetime) -> StoredFile:
    """Put a checked file on the disk and note it; the same content is noted once."""
    digest = files.put(taken.content)
    return note(session, digest, taken.size, taken.media_type, now)


def note(session: Session, digest: str, size: int, media_type: str, now: datetime, findings: Findings = NOTHING_FOUND) -> StoredFile:
    """The row of a file that is on the disk already, with what was found about it since it was first noted."""
    insert_if_absent(session, StoredFile, sha256=digest, size=size, media_type=media_type, stored_at=now)
    row = session.get_one(StoredFile, digest)
    if row.scan == UNSCANNED:
        row.scan = findings.scan
    if row.opened_at is None and findings.was_opened:
        row.opened_at, row.pages = now, findings.pages
        row.preview_sha256, row.copy_sha256 = findings.preview_sha256, findings.copy_sha256
    return row


def note_kept(session: Session, kept: KeptFile, now: datetime) -> StoredFile:
    """The row of a file that was taken in."""
    return note(session, kept.sha256, kept.size, kept.media_type, now, kept.findings)


def sent_today(session: Session, contact_id: int, now: datetime) -> int:
    """How many files a contact has sent since midnight in the office's own time."""
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    since = select(InboundMessage.id).where(InboundMessage.contact_id == contact_id, InboundMessage.at >= midnight)
    return session.scalar(select(func.count(Attachment.id)).where(Attachment.inbound_message_id.in_(since))) or 0


def safe_name(name: str) -> str:
    """A file name that is fit to show and to save: no path, no invisible characters, at most 120 characters, never empty."""
    last = clean(name).replace("\\", "/").rsplit("/", 1)[-1].replace("\n", " ").replace('"', "'").strip(" .")
    if len(last) > 120:
        stem, dot, ending = last.rpartition(".")
        last = f"{stem[: 119 - len(ending)]}{dot}{ending}" if dot and len(ending) <= 5 else last[:120]
    return last or "tep"


def fits(name: str, media_type: str) -> bool:
    """Whether a name ends as names of a type do."""
    return name.lower().endswith(_ENDINGS[media_type])


def ending(media_type: str) -> str:
    """How the name of a file of a type ends."""
    return _ENDINGS[media_type][0]


def type_of_copy(path: Path) -> str:
    """The type of a picture's copy, which is of our own making: PNG or JPEG."""
    with path.open("rb") as file:
        return "image/png" if file.read(4) == b"\x89PNG" else "image/jpeg"


def _type_of(content: bytes, name: str) -> str | None:
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    if content.startswith(_OLD_OFFICE):
        return "application/vnd.ms-excel" if name.lower().endswith(".xls") else "application/msword"
    if content[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"}:
        return "image/heic"
    guessed = filetype.guess_mime(content[:4096])
    if guessed is None and name.lower().endswith(".csv"):
        return CSV
    return guessed if guessed in ACCEPTED else None


def _office_type(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    return next((media_type for part, media_type in _OFFICE_PARTS.items() if part in parts), None)


def _is_whole(content: bytes, media_type: str) -> bool:
    """Cheap signs that an upload broke off: the end marks of JPEG, PNG and PDF, the stated length of WebP."""
    if media_type == "image/jpeg":
        return content.rfind(b"\xff\xd9") > content.find(b"\xff\xda")  # phones append data of their own after the end mark
    if media_type == "image/png":
        return b"IEND" in content[-64:]
    if media_type == "image/webp":
        return int.from_bytes(content[4:8], "little") + 8 <= len(content)
    if media_type == PDF:
        return b"%%EOF" in content[-2048:]
    return True
