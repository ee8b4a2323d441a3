"""Quantity marks (dấu định lượng): the two registers, instruments, the papers that went out, lots that were checked."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, BigId
from db.models.organisation import Organisation
from db.searched import Searched

ANNOUNCEMENT, CERTIFICATE = "announcement", "certificate"
"""Group 1: sổ theo dõi tiếp nhận công bố · group 2: sổ cấp giấy chứng nhận đủ điều kiện. Two registers, never one."""
REGISTERS = (ANNOUNCEMENT, CERTIFICATE)

IN_FORCE, SUSPENDED, SUPERSEDED, REVOKED, EXPIRED = "in_force", "suspended", "superseded", "revoked", "expired"
"""in force (an announcement: received) · đình chỉ · đã thay thế · đã hủy bỏ, thu hồi · hết hạn."""


class MarkEntry(Searched, Base):
    """A line of one of the two registers: a received announcement (a receipt, no permit), or a certificate."""

    __tablename__ = "mark_entries"
    __table_args__ = (UniqueConstraint("register", "number"), Index("ix_mark_entries_status", "register", "status", "id"))
    searched = ("number", "firm")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    register: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(60))
    """As the office's register numbers it."""
    secret: Mapped[str] = mapped_column(String(43), unique=True)
    """256 random bits: opens the page that the QR code of its papers leads to."""
    dossier_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("dossiers.id"), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organisations.id"), index=True)
    firm: Mapped[str] = mapped_column(String(200))
    commune: Mapped[str] = mapped_column(String(160), default="")
    """Where its head office is, no closer: the register is public."""
    firm_kind: Mapped[str] = mapped_column(String(12), default="")
    """producer or importer."""
    times: Mapped[int] = mapped_column(default=1)
    """Lần công bố: 1 for the first, and on from there."""
    previous_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("mark_entries.id"))
    """What it takes the place of."""
    received_on: Mapped[date] = mapped_column(Date)
    """The day on which the announcement was received, or the certificate issued."""
    expires_on: Mapped[date | None] = mapped_column(Date)
    """Last day of a certificate; an announcement has none."""
    status: Mapped[str] = mapped_column(String(12), default=IN_FORCE)
    status_since: Mapped[date] = mapped_column(Date)
    suspended_until: Mapped[date | None] = mapped_column(Date)
    ended_reason: Mapped[str] = mapped_column(String(20), default="")
    """violation, by_request or dissolved."""
    words: Mapped[str] = mapped_column(Text, default="")
    """What was said with the last change, as the firm read it."""
    signer: Mapped[str] = mapped_column(String(120), default="")
    signer_title: Mapped[str] = mapped_column(String(120), default="")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime]
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    products: Mapped[list["MarkedProduct"]] = relationship(order_by="MarkedProduct.id", cascade="all, delete-orphan", lazy="selectin")


class MarkedProduct(Searched, Base):
    """Prepackaged goods of one nominal quantity (hàng đóng gói sẵn, lượng danh định) in a register."""

    __tablename__ = "marked_products"
    searched = ("name", "brand")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, ForeignKey("mark_entries.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    brand: Mapped[str] = mapped_column(String(120), default="")
    packaging: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[str] = mapped_column(String(20), default="")
    """Trạng thái: solid, liquid, paste and the like, as `domain.quantity_marks` names them."""
    quantity: Mapped[str] = mapped_column(String(60))
    """Nominal quantity as the firm prints it, decimal comma: "500 ml", "200 g (10 gói x 20 g)"."""
    nominal: Mapped[str] = mapped_column(String(24))
    """Exact, as decimal digits, in the unit that stands in `unit`."""
    unit: Mapped[str] = mapped_column(String(12))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The row as it was declared."""


class MeasuringInstrument(Searched, Base):
    """Measuring instrument (phương tiện đo) of a firm, and until when its verification or calibration holds."""

    __tablename__ = "measuring_instruments"
    __table_args__ = (UniqueConstraint("organisation_id", "name", "number"),)
    searched = ("name", "number")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    contact_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contacts.id"))
    """Who named it, and is reminded."""
    dossier_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("dossiers.id"))
    name: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(60), default="")
    valid_until: Mapped[date | None] = mapped_column(Date)
    """Hạn kiểm định, hiệu chuẩn."""
    wants_reminders: Mapped[bool] = mapped_column(default=True)
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    organisation: Mapped[Organisation] = relationship(lazy="joined")


class Group2Good(Searched, Base):
    """Goods that need a certificate before the mark is used (hàng đóng gói sẵn nhóm 2).

    No list was found in any source: the table is empty until the office fills it.
    """

    __tablename__ = "group2_goods"
    __table_args__ = (UniqueConstraint("name", "valid_from"),)
    searched = ("name", "words")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text, default="")
    """Other words for it, one a line, by which a product is recognised."""
    source: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    verified_by: Mapped[str | None] = mapped_column(String(200))
    verified_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class IssuedPaper(Base):
    """A paper that went out (văn bản đã lập), as DOCX to sign and PDF beside it, as it was made."""

    __tablename__ = "issued_papers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    """Name of its template."""
    dossier_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("dossiers.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("mark_entries.id"), index=True)
    year: Mapped[int | None]
    """Of a yearly report."""
    name: Mapped[str] = mapped_column(String(200))
    docx_sha256: Mapped[str] = mapped_column(String(64), ForeignKey("stored_files.sha256"))
    pdf_sha256: Mapped[str] = mapped_column(String(64), ForeignKey("stored_files.sha256"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """When it went into the chat of the firm; empty while it did not."""


class PaperTemplate(Base):
    """A DOCX template (mẫu văn bản) that staff put in the place of ours. The newest of a kind counts; none, ours does."""

    __tablename__ = "paper_templates"
    __table_args__ = (Index("ix_paper_templates_kind", "kind", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str | None] = mapped_column(String(64), ForeignKey("stored_files.sha256"))
    """Empty: back to ours."""
    name: Mapped[str] = mapped_column(String(200), default="")
    put_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    put_at: Mapped[datetime]


class LotCheck(Base):
    """A lot that was checked in the chat (kiểm tra lô hàng): advice to the firm, with all that it rests on."""

    __tablename__ = "lot_checks"
    __table_args__ = (Index("ix_lot_checks_contact", "contact_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    """Of the dialogue that it came from: asked twice, it is one check."""
    quantity: Mapped[str] = mapped_column(String(60))
    lot_size: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(24))
    asked: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What was given, exactly: numbers as texts."""
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What came out under each rounding of T, and which tables it rests on, with their state of verification."""
    picture_sha256: Mapped[str | None] = mapped_column(String(64), ForeignKey("stored_files.sha256"))
    pdf_sha256: Mapped[str | None] = mapped_column(String(64), ForeignKey("stored_files.sha256"))
    at: Mapped[datetime]
