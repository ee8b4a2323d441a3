"""Abbreviation (chữ viết tắt): what people type for short in chat, and what it stands for."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class Abbreviation(Base):
    """`short` is lower case, one word; `long` is written out with diacritics."""

    __tablename__ = "abbreviations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    short: Mapped[str] = mapped_column(String(30), unique=True)
    long: Mapped[str] = mapped_column(String(200))
    updated_at: Mapped[datetime]
