"""Declared product (sản phẩm kê khai): a GTIN and what it stands for, as a firm declared it to the office."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, BigId
from db.models.organisation import Organisation
from db.searched import Searched

DECLARED, DISPUTED, WITHDRAWN = "declared", "disputed", "withdrawn"
"""declared: it holds its number · disputed: another firm declared the same number first; an officer decides · withdrawn."""
LIVE = (DECLARED, DISPUTED)


class DeclaredProduct(Searched, Base):
    """`held_gtin` is the number of the one that holds it, and empty for all others: a GTIN stands for one product of one firm.

    Rows are written in batches; all of a dossier's are seen at once, when its `products_at` is set (`usecases.product_register.visible`).
    """

    __tablename__ = "declared_products"
    __table_args__ = (
        UniqueConstraint("organisation_id", "gtin", "dossier_id"),
        Index("ix_declared_products_gtin", "gtin"),
        Index("ix_declared_products_status", "status", "id"),
    )
    searched = ("gtin", "name", "brand")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    dossier_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("dossiers.id"), index=True)
    gtin: Mapped[str] = mapped_column(String(14))
    """GTIN-14, left-padded with zeros."""
    held_gtin: Mapped[str | None] = mapped_column(String(14), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    brand: Mapped[str] = mapped_column(String(120), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    product_group: Mapped[str] = mapped_column(String(200), default="")
    net_content: Mapped[str] = mapped_column(String(60), default="")
    producer: Mapped[str] = mapped_column(String(200), default="")
    market: Mapped[str] = mapped_column(String(120), default="")
    origin: Mapped[str] = mapped_column(String(120), default="")
    more: Mapped[dict[str, Any]] = mapped_column(default=dict)
    image_sha256: Mapped[str | None] = mapped_column(String(64), ForeignKey("stored_files.sha256"))
    status: Mapped[str] = mapped_column(String(10))
    declared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decision: Mapped[str] = mapped_column(Text, default="")
    """Why an officer gave the number to one of two firms."""
    organisation: Mapped[Organisation] = relationship(lazy="joined")
