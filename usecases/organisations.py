"""Organisations (tổ chức, cơ sở): what is known of a firm, and who may speak for it.

Typing a tax code proves nothing: a contact sees what it filed itself until an officer, or a confirmed contact of the firm, confirms it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, Organisation, OrganisationContact, Staff
from db.models.organisation import CLAIMED, CONFIRMED, REFUSED
from db.upsert import insert_if_absent
from domain.dossiers.declaration import ADDRESS, DossierType
from domain.folding import fold

COLUMNS = ("name", "street", "commune", "province", "address", "phone", "email", "sector")


def by_tax_code(session: Session, tax_code: str) -> Organisation | None:
    return session.scalars(select(Organisation).where(Organisation.tax_code == tax_code)).one_or_none()


def of(session: Session, contact: Contact) -> list[OrganisationContact]:
    """The firms that a contact speaks for, or says so, the newest first."""
    its = select(OrganisationContact).where(OrganisationContact.contact_id == contact.id, OrganisationContact.status != REFUSED)
    return list(session.scalars(its.order_by(OrganisationContact.since.desc(), OrganisationContact.id.desc())))


def speaks_for(session: Session, contact: Contact, organisation_id: int) -> bool:
    """Whether a contact is confirmed for a firm."""
    link: OrganisationContact | None = session.scalars(_link(organisation_id, contact.id)).one_or_none()
    return link is not None and link.status == CONFIRMED


def _link(organisation_id: int, contact_id: int) -> Any:
    return select(OrganisationContact).where(
        OrganisationContact.organisation_id == organisation_id, OrganisationContact.contact_id == contact_id
    )


def take_in(
    session: Session, declared: DossierType, answers: Mapping[str, Any], *, contact: Contact | None, staff: Staff | None, now: datetime
) -> Organisation | None:
    """The firm of a dossier: written down when it is new; changed only by who may speak for it. None without a tax code.

    A contact that is not known to the firm becomes one who says so (`claimed`).
    """
    tax_code = answers.get("tax_code")
    if not tax_code:
        return None
    facts = firm_facts(declared, answers)
    is_new = insert_if_absent(
        session,
        Organisation,
        tax_code=tax_code,
        **{column: facts.get(column, "") for column in COLUMNS},
        folded=fold(" ".join(str(part) for part in (tax_code, facts.get("name", ""), facts.get("address", ""), facts.get("commune", "")))),
        created_at=now,
        changed_at=now,
    )
    organisation = session.scalars(select(Organisation).where(Organisation.tax_code == tax_code).with_for_update()).one()
    if is_new is None and (staff is not None or (contact is not None and speaks_for(session, contact, organisation.id))):
        for column, value in facts.items():
            setattr(organisation, column, value)
        organisation.changed_at = now
    if contact is not None:
        claim(session, organisation, contact, person=str(answers.get("person") or ""), now=now)
    return organisation


def firm_facts(declared: DossierType, answers: Mapping[str, Any]) -> dict[str, str]:
    """What a dossier says of the firm, by column; an address in its parts and in one line."""
    facts: dict[str, str] = {}
    for field in declared.fields:
        value = answers.get(field.name)
        if not field.of_firm or field.of_firm == "tax_code" or not value:
            continue
        if field.kind == ADDRESS:
            facts |= {"address": value["line"]} | {part: value.get(part, "") for part in ("street", "commune", "province")}
        else:
            facts[field.of_firm] = str(value)
    return facts


def claim(session: Session, organisation: Organisation, contact: Contact, *, person: str, now: datetime) -> OrganisationContact:
    """Note that a contact says to speak for a firm; what was decided before stays."""
    insert_if_absent(
        session,
        OrganisationContact,
        organisation_id=organisation.id,
        contact_id=contact.id,
        status=CLAIMED,
        person=person[:120],
        since=now,
    )
    link: OrganisationContact = session.scalars(_link(organisation.id, contact.id)).one()
    return link


def confirmed_contacts(session: Session, organisation_id: int) -> Sequence[OrganisationContact]:
    """Who may confirm others."""
    known = select(OrganisationContact).where(OrganisationContact.organisation_id == organisation_id)
    return session.scalars(known.where(OrganisationContact.status == CONFIRMED)).all()


def decide(
    session: Session, link: OrganisationContact, *, confirmed: bool, staff: Staff | None = None, by: Contact | None = None, now: datetime
) -> None:
    """An officer, or a confirmed contact of the same firm, says whether a contact speaks for it. Deciding again changes it."""
    if staff is None and (by is None or not speaks_for(session, by, link.organisation_id)):
        raise PermissionError("only an officer or a confirmed contact decides")
    link.status = CONFIRMED if confirmed else REFUSED
    link.decided_at = now
    link.decided_by_id = staff.id if staff else None
    link.decided_by_contact_id = by.id if by else None
