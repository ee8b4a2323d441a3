"""Company prefixes (mã doanh nghiệp GS1) of the firms that a contact speaks for: how full they are, and the reminders of their fee."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from db.models import CompanyPrefix, Contact, DeclaredProduct, Dossier, OrganisationContact
from db.models.organisation import CONFIRMED
from domain.errors import NoSuchPrefix
from domain.messages import N_
from usecases import fee_reminders, notices, outbox

NEARLY_FULL = 0.8
_BODY = 12
"""Digits of a GTIN-13 before the check digit."""


@dataclass(frozen=True)
class Capacity:
    """Numbers of a prefix: those of products that were declared, and how many there are."""

    used: int
    holds: int

    @property
    def left(self) -> int:
        return max(0, self.holds - self.used)

    @property
    def is_nearly_full(self) -> bool:
        """Never of a single number, which is full from the first day."""
        return self.holds > 1 and self.used >= NEARLY_FULL * self.holds


def of_contact(session: Session, contact: Contact) -> Sequence[CompanyPrefix]:
    """Those of firms that confirmed the contact, and those that it filed itself."""
    firms = select(OrganisationContact.organisation_id).where(
        OrganisationContact.contact_id == contact.id, OrganisationContact.status == CONFIRMED
    )
    own = select(Dossier.id).where(Dossier.contact_id == contact.id)
    mine = or_(CompanyPrefix.organisation_id.in_(firms), CompanyPrefix.dossier_id.in_(own))
    return session.scalars(select(CompanyPrefix).where(mine, CompanyPrefix.ended_at.is_(None)).order_by(CompanyPrefix.prefix)).all()


def get_own(session: Session, contact: Contact, key: int) -> CompanyPrefix:
    """Raises `NoSuchPrefix` for one that the contact does not speak for."""
    for prefix in of_contact(session, contact):
        if prefix.id == key:
            return prefix
    raise NoSuchPrefix


def capacity(session: Session, prefix: CompanyPrefix) -> Capacity:
    """An item and the cases that hold it share one number of the prefix."""
    items = func.count(func.distinct(func.substr(DeclaredProduct.held_gtin, 2, _BODY)))
    begins = DeclaredProduct.held_gtin.like(f"_{prefix.prefix}%")
    used = session.scalar(select(items).where(DeclaredProduct.organisation_id == prefix.organisation_id, begins)) or 0
    return Capacity(used, 10 ** max(0, _BODY - len(prefix.prefix)))


def remind(session: Session, prefix: CompanyPrefix, contact: Contact, now: datetime) -> None:
    """Remind this contact, from now on, of the yearly fee. One contact a prefix: the last that asked."""
    prefix.wants_fee_reminders = True
    fee_reminders.plan(session, prefix, contact.id, now)


def remind_no_more(session: Session, prefix: CompanyPrefix, now: datetime) -> None:
    prefix.wants_fee_reminders = False
    fee_reminders.drop(session, prefix, "not wanted", now)


def note_paid(session: Session, prefix: CompanyPrefix, contact: Contact, year: int, now: datetime) -> None:
    """The firm says that a year's fee is paid: nothing reminds of it any more, only of the next."""
    prefix.fee_paid_for = max(year, prefix.fee_paid_for or 0)
    fee_reminders.drop(session, prefix, "paid", now)
    if prefix.wants_fee_reminders:
        fee_reminders.plan(session, prefix, contact.id, now)


def warn_nearly_full(session: Session, now: datetime) -> int:
    """Tell the contacts of firms, once, that four fifths of a prefix are used; how many prefixes. For the clock."""
    return _warn(session, now, trial=False)


def tell_staff_of_nearly_full(session: Session, now: datetime) -> int:
    """What `warn_nearly_full` is in trial mode: staff hear it instead of the firms."""
    return _warn(session, now, trial=True)


def _warn(session: Session, now: datetime, *, trial: bool) -> int:
    open_ones = select(CompanyPrefix).where(CompanyPrefix.warned_at.is_(None), CompanyPrefix.ended_at.is_(None))
    declaring = CompanyPrefix.organisation_id.in_(select(DeclaredProduct.organisation_id).where(DeclaredProduct.held_gtin.is_not(None)))
    warned = 0
    for prefix in session.scalars(open_ones.where(declaring).order_by(CompanyPrefix.id)).all():
        room = capacity(session, prefix)
        if not room.is_nearly_full:
            continue
        prefix.warned_at = now
        warned += 1
        facts: dict[str, Any] = {"prefix": prefix.prefix, "used": room.used, "holds": room.holds, "left": room.left}
        if trial:
            outbox.alert_staff(session, N_("alert.prefix_full.subject"), N_("alert.prefix_full.body"), now=now, **facts)
            continue
        for contact in speakers(session, prefix):
            notices.remind(session, contact, N_("prefix.nearly_full"), now, **facts)
    return warned


def speakers(session: Session, prefix: CompanyPrefix) -> Sequence[Contact]:
    """The contacts that are confirmed for the firm of a prefix."""
    confirmed = select(OrganisationContact.contact_id).where(
        OrganisationContact.organisation_id == prefix.organisation_id, OrganisationContact.status == CONFIRMED
    )
    return session.scalars(select(Contact).where(Contact.id.in_(confirmed)).order_by(Contact.id)).all()


def unpaid_year(prefix: CompanyPrefix, today: date) -> int:
    """The year whose fee comes next: this one, until it is paid."""
    return max(today.year, (prefix.fee_paid_for or 0) + 1)
