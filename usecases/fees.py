"""Fees (phí) as rows: which is in force on a day, what staff change and confirm."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Fee
from domain.errors import NoSuchFee

KINDS = ("gcp10", "gcp9", "gcp8", "gcp7", "single_gtin", "gln", "gtin8", "foreign_dossier", "foreign_code")
"""In the order in which they are shown."""


def in_force(session: Session, day: date) -> Sequence[Fee]:
    """The newest row of each kind that is in force on a day."""
    rows = session.scalars(select(Fee).where(Fee.valid_from <= day).order_by(Fee.valid_from, Fee.id))
    newest = {row.kind: row for row in rows}
    return [newest[kind] for kind in KINDS if kind in newest] + [row for kind, row in newest.items() if kind not in KINDS]


def get(session: Session, kind: str, day: date) -> Fee:
    """Raises `NoSuchFee` where nothing is in force."""
    for row in in_force(session, day):
        if row.kind == kind:
            return row
    raise NoSuchFee
