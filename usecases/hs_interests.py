"""HS codes of interest (mã HS quan tâm): the goods that a contact wants warnings about. The office chooses by them whom to tell of what."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.models import Contact, HsInterest
from domain.errors import TooManyHsCodes

MOST = 30
"""Codes of one contact."""


def of(session: Session, contact: Contact) -> Sequence[str]:
    """The codes that a contact follows, in order."""
    return session.scalars(select(HsInterest.code).where(HsInterest.contact_id == contact.id).order_by(HsInterest.code)).all()


def follow(session: Session, contact: Contact, codes: Collection[str], now: datetime) -> list[str]:
    """Follow codes, as `domain.hs_codes` reads them; those that were not followed yet. The contact is locked. Raises `TooManyHsCodes`."""
    known = set(of(session, contact))
    added = [code for code in codes if code not in known]
    if len(known) + len(added) > MOST:
        raise TooManyHsCodes(limit=MOST, count=len(known), more=len(added))
    session.add_all(HsInterest(contact_id=contact.id, code=code, since=now) for code in added)
    session.flush()
    return added


def unfollow(session: Session, contact: Contact, codes: Collection[str] | None = None) -> list[str]:
    """Follow some no longer, or none at all; those that were followed."""
    left = [code for code in of(session, contact) if codes is None or code in codes]
    session.execute(delete(HsInterest).where(HsInterest.contact_id == contact.id, HsInterest.code.in_(left)))
    return left
