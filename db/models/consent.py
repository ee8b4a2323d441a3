"""Consent (sự đồng ý): a contact's decision for one purpose, with its proof. Rows are added, never changed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class Consent(Base):
    """The newest row of a (contact, purpose) is in force."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    granted: Mapped[bool]
    text_version: Mapped[str] = mapped_column(String(80))
    """Version and digest of the text that was shown, `2026-11/3f9a…`."""
    language: Mapped[str] = mapped_column(String(5))
    channel: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
