"""Stored file (tệp lưu): bytes on disk under their own SHA-256, there before the row is committed."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class StoredFile(Base):
    """`media_type` was read from the content, never from the name."""

    __tablename__ = "stored_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    stored_at: Mapped[datetime]


class UploadedFile(Base):
    """What a platform calls a file of ours once it was uploaded there, so that it is sent again by `file_id`."""

    __tablename__ = "uploaded_files"

    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    method: Mapped[str] = mapped_column(String(40), primary_key=True)
    file_id: Mapped[str] = mapped_column(String(300))
