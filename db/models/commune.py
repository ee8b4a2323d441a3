"""Commune (xã, phường, đặc khu): the lower of the two tiers of an address since 1 July 2025, and the units that went into it."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.searched import Searched


class Commune(Searched, Base):
    """A unit that exists now."""

    __tablename__ = "communes"
    __table_args__ = (Index("ix_communes_folded", "folded"),)
    searched = ("name", "province")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    """With its kind: Phường Thuận Hóa."""
    province: Mapped[str] = mapped_column(String(80), index=True)
    """With its kind: Thành phố Huế."""


class FormerCommune(Searched, Base):
    """A unit of before 1 July 2025 and one of those it went into: a former one that was split has several rows."""

    __tablename__ = "former_communes"
    __table_args__ = (Index("ix_former_communes_folded", "folded"),)
    searched = ("name", "district", "province")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    district: Mapped[str] = mapped_column(String(80))
    province: Mapped[str] = mapped_column(String(80))
    commune_id: Mapped[int] = mapped_column(BigId, ForeignKey("communes.id"), index=True)
