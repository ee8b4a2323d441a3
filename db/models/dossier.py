"""Dossier (hồ sơ): what a firm handed in, and everything that happened to it since."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, BigId
from db.models.contact import Contact
from db.models.organisation import Organisation
from db.models.staff import Staff
from db.searched import Searched

CHAT, FORM, COUNTER = "chat", "form", "counter"
"""Where it was handed in: chat, web form at a one-time link, or by staff for a visitor."""
CITIZEN, STAFF, SYSTEM = "citizen", "staff", "system"


class Dossier(Searched, Base):
    """`kind` and `version` name its declaration (`domain.dossiers`), which says what `answers` and `status` mean."""

    __tablename__ = "dossiers"
    __table_args__ = (
        Index("ix_dossiers_queue", "kind", "status", "due_on"),
        Index("ix_dossiers_contact", "contact_id", "id"),
        Index("ix_dossiers_receipt", "receipt_sha256", "id"),
        Index("ix_dossiers_products", "kind", "products_at"),
    )
    searched = ("reference", "firm", "tax_code", "phone")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(24), unique=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    """Of the draft it came from: handed in twice, it is one dossier."""
    secret: Mapped[str] = mapped_column(String(43), unique=True)
    """256 random bits: opens the page that the receipt's QR code leads to."""
    kind: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    source: Mapped[str] = mapped_column(String(10))
    organisation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organisations.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contacts.id"))
    """Empty where staff filled it in for a visitor without a chat."""
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    firm: Mapped[str] = mapped_column(String(200), default="")
    tax_code: Mapped[str] = mapped_column(String(20), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By the name of the field, as `domain.dossiers.answers` reads them."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 over kind, version, answers and papers as they were handed in; stands on the receipt."""
    status: Mapped[str] = mapped_column(String(24))
    submitted_at: Mapped[datetime]
    status_since: Mapped[datetime]
    due_on: Mapped[date | None] = mapped_column(Date)
    """Last day of the running time limit; empty while it is paused, over, or nobody set one."""
    days_left: Mapped[int | None]
    """Working days that were left when the clock was paused."""
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    proposed_status: Mapped[str] = mapped_column(String(24), default="")
    """A move that one officer drafted and another is to approve; empty while there is none."""
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    proposed_words: Mapped[str] = mapped_column(Text, default="")
    late_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it is late, as the firm was told."""
    demand_count: Mapped[int] = mapped_column(default=0)
    """How often more was asked for."""
    receipt_sha256: Mapped[str | None] = mapped_column(String(64))
    """The receipt as PDF; empty until it is printed, within seconds."""
    products_at: Mapped[datetime | None]
    """When the register last followed its product list. Empty, what the register has of it is not shown: the work is not done."""
    language: Mapped[str] = mapped_column(String(5), default="vi")
    changed_at: Mapped[datetime]
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    contact: Mapped[Contact | None] = relationship(lazy="joined")
    assigned_to: Mapped[Staff | None] = relationship(foreign_keys=[assigned_to_id], lazy="joined")
    papers: Mapped[list["DossierPaper"]] = relationship(order_by="DossierPaper.id", lazy="selectin")
    events: Mapped[list["DossierEvent"]] = relationship(order_by="DossierEvent.id", lazy="select")
    demands: Mapped[list["DossierDemand"]] = relationship(order_by="DossierDemand.id", lazy="select")


class DossierPaper(Base):
    """A paper of a dossier (thành phần hồ sơ). What was replaced stays, with the moment."""

    __tablename__ = "dossier_papers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dossier_id: Mapped[int] = mapped_column(BigId, ForeignKey("dossiers.id"), index=True)
    paper: Mapped[str] = mapped_column(String(40))
    """Its name in the declaration."""
    sha256: Mapped[str] = mapped_column(String(64), ForeignKey("stored_files.sha256"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class DossierEvent(Base):
    """Something that happened to a dossier (nhật ký hồ sơ), for both sides unless `is_internal`."""

    __tablename__ = "dossier_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dossier_id: Mapped[int] = mapped_column(BigId, ForeignKey("dossiers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    """submitted, moved, proposed, refused (a proposal), demanded, filled, late, assigned, note, corrected."""
    status: Mapped[str] = mapped_column(String(24), default="")
    """The status after it."""
    actor: Mapped[str] = mapped_column(String(10))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    words: Mapped[str] = mapped_column(Text, default="")
    """What was said with it, as the firm reads it; of an internal one for staff only."""
    is_internal: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    staff: Mapped[Staff | None] = relationship(lazy="joined")


class DossierDemand(Base):
    """A request for everything that is missing, at once (yêu cầu bổ sung hồ sơ)."""

    __tablename__ = "dossier_demands"
    __table_args__ = (UniqueConstraint("dossier_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dossier_id: Mapped[int] = mapped_column(BigId, ForeignKey("dossiers.id"))
    number: Mapped[int]
    """1 for the first. From the second on a manager's reason stands in `reason`."""
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    allowed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    due_on: Mapped[date | None] = mapped_column(Date)
    """Last day on which the firm may complete it; empty where no rule sets one."""
    filled_at: Mapped[datetime | None]
    items: Mapped[list["DemandedItem"]] = relationship(order_by="DemandedItem.id", cascade="all, delete-orphan", lazy="selectin")


class DemandedItem(Base):
    """One missing thing: a field to answer again, a paper to send (again), or something in words."""

    __tablename__ = "demanded_items"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    demand_id: Mapped[int] = mapped_column(BigId, ForeignKey("dossier_demands.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    """field, paper or words."""
    name: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    """What is wrong with it, and what is wanted."""
    answer: Mapped[str] = mapped_column(Text, default="")
    """What the firm said to something in words."""
    done_at: Mapped[datetime | None]


class DossierDraft(Base):
    """A dossier that is not handed in (hồ sơ nháp). Every answer is kept the moment it is given."""

    __tablename__ = "dossier_drafts"
    __table_args__ = (Index("ix_dossier_drafts_contact", "contact_id", "status"), Index("ix_dossier_drafts_stale", "status", "changed_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    """It stays on the declaration that it was begun with."""
    contact_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contacts.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """The officer who fills it in for a visitor."""
    language: Mapped[str] = mapped_column(String(5), default="vi")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    papers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By the name of the paper: a list of {sha256, name, media_type, size}."""
    at: Mapped[str] = mapped_column(String(40), default="")
    """The step that was asked last."""
    status: Mapped[str] = mapped_column(String(12), default="open")
    """open, submitted, thrown_away or expired."""
    link_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the secret of its one-time link to the web form."""
    link_until: Mapped[datetime | None]
    code_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    """HMAC of the six digits that move it to another channel."""
    code_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    dossier_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("dossiers.id"))
    contact: Mapped[Contact | None] = relationship(lazy="joined")
