"""Replaced document (văn bản đã được thay thế): a legal document that no longer holds, by its number."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class ReplacedDocument(Base):
    """`number` as cited, in capitals: 43/2017/NĐ-CP. Entries that cite it are under review."""

    __tablename__ = "replaced_documents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(60), unique=True)
    replaced_by: Mapped[str] = mapped_column(String(200))
    since: Mapped[date] = mapped_column(Date)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
