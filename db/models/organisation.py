"""Organisation (tổ chức, cơ sở): a firm or household business by its tax code, and the contacts that speak for it."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, BigId
from db.models.contact import Contact
from db.searched import Searched

CLAIMED, CONFIRMED, REFUSED = "claimed", "confirmed", "refused"
"""claimed: typed the tax code, which proves nothing · confirmed: by an officer or a contact of the firm who is · refused."""


class Organisation(Searched, Base):
    """What dossiers said last. A citizen reads it only as a confirmed contact, or what they filed themselves."""

    __tablename__ = "organisations"
    searched = ("tax_code", "name", "address", "commune")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    tax_code: Mapped[str] = mapped_column(String(20), unique=True)
    """Mã số thuế: ten digits, ten and three of a branch, or the twelve of a person."""
    name: Mapped[str] = mapped_column(String(200), default="")
    street: Mapped[str] = mapped_column(String(200), default="")
    commune: Mapped[str] = mapped_column(String(80), default="")
    """Xã, phường, đặc khu: the lower of the two tiers since 1 July 2025."""
    province: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(400), default="")
    """Street, commune and province in one line, as papers show it."""
    phone: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    sector: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class OrganisationContact(Base):
    """A contact that speaks for an organisation (người đại diện liên hệ)."""

    __tablename__ = "organisation_contacts"
    __table_args__ = (UniqueConstraint("organisation_id", "contact_id"), Index("ix_organisation_contacts_status", "status", "since"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), index=True)
    status: Mapped[str] = mapped_column(String(10), default=CLAIMED)
    person: Mapped[str] = mapped_column(String(120), default="")
    """Name that the contact gave."""
    since: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """The officer; empty where a confirmed contact of the firm did it."""
    decided_by_contact_id: Mapped[int | None] = mapped_column(BigId)
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    contact: Mapped[Contact] = relationship(lazy="joined")


class CompanyPrefix(Base):
    """GS1 company prefix (mã doanh nghiệp GS1) that an organisation may use, as the office's register knows it.

    The register is the office's own list of what firms showed it; the national centre's registry alone is proof.
    """

    __tablename__ = "company_prefixes"
    __table_args__ = (UniqueConstraint("organisation_id", "prefix"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    prefix: Mapped[str] = mapped_column(String(12), index=True)
    """Digits, the GS1 prefix among them: 893600372. Twelve digits are a single GTIN."""
    certificate_number: Mapped[str] = mapped_column(String(60), default="")
    issued_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    wants_fee_reminders: Mapped[bool] = mapped_column(default=False)
    fee_paid_for: Mapped[int | None]
    """Year for which the firm says that the yearly fee is paid."""
    warned_at: Mapped[datetime | None]
    """When the firm was told that four fifths of the numbers are used."""
    verified_by: Mapped[str | None] = mapped_column(String(200))
    """The officer who saw the certificate; empty: the firm's own word."""
    dossier_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("dossiers.id"))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    organisation: Mapped[Organisation] = relationship(lazy="joined")
