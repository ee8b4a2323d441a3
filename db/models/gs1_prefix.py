"""GS1 prefixes (mã quốc gia GS1 và các dải đặc biệt): who issued a number, and how long the company's part of it is."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class Gs1Prefix(Base):
    """A range of prefixes. It says which GS1 organisation gave the number, never where the goods were made."""

    __tablename__ = "gs1_prefixes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    prefix_from: Mapped[str] = mapped_column(String(8), index=True)
    prefix_to: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(40))
    usage_en: Mapped[str] = mapped_column(Text)
    country_vi: Mapped[str] = mapped_column(String(120), default="")
    country_code: Mapped[str] = mapped_column(String(4), default="")
    note_vi: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(200))


class CompanyPrefixLength(Base):
    """Length of the company prefix for numbers that begin so, from GS1's own dated list."""

    __tablename__ = "company_prefix_lengths"

    prefix: Mapped[str] = mapped_column(String(12), primary_key=True)
    length: Mapped[int]
    source: Mapped[str] = mapped_column(String(200))
