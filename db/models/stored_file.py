"""Stored file (tệp lưu): bytes on disk under their own SHA-256, there before the row is committed."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base

UNSCANNED, CLEAN, THREAT = "unscanned", "clean", "threat"
"""unscanned: no scanner was set, or it was away."""


class StoredFile(Base):
    """`media_type` was read from the content, never from the name."""

    __tablename__ = "stored_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    stored_at: Mapped[datetime]
    scan: Mapped[str] = mapped_column(String(10), default=UNSCANNED, server_default=UNSCANNED)
    threat: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """Name of what the scanner found."""
    opened_at: Mapped[datetime | None]
    """When the real decoder opened it, in a limited subprocess; empty while nobody did."""
    pages: Mapped[int | None]
    """Pages of a PDF."""
    preview_sha256: Mapped[str | None] = mapped_column(String(64))
    """A small JPEG of its first page, without EXIF; empty where there is none."""
    copy_sha256: Mapped[str | None] = mapped_column(String(64))
    """A picture upright and without EXIF, for looking at and passing on; the original stays as it came."""


class UploadedFile(Base):
    """What a platform calls a file of ours once it was uploaded there, so that it is sent again by `file_id`."""

    __tablename__ = "uploaded_files"

    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    method: Mapped[str] = mapped_column(String(40), primary_key=True)
    file_id: Mapped[str] = mapped_column(String(300))
