"""Lines of the registers that came before the product (nhập sổ giấy): written down by an officer from the paper register, one by one or as
a sheet. They have no dossier, so nobody is told of them.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.models import MarkedProduct, MarkEntry, Organisation, Staff
from db.models.quantity_mark import CERTIFICATE, IN_FORCE, SUPERSEDED
from db.searched import folded
from db.upsert import insert_if_absent
from domain import quantities
from domain.dossiers.rows import quantity_of
from domain.errors import BadRow, BadRowPart, BadRowQuantity, LastDayNeeded, NumberTaken, OfficeError, TooManyRows
from domain.folding import clean, fold

PARTS = ("name", "brand", "packaging", "quantity")
"""Of a line of products, between semicolons."""
_LONGEST = {"name": 200, "brand": 120, "packaging": 120, "quantity": 60}
MOST_PRODUCTS = 200


@dataclass(frozen=True)
class Written:
    """A line as it stands in the paper register. `replaces` is the number of the line whose place it takes."""

    register: str
    number: str
    firm: str
    received_on: date
    products: Sequence[MarkedProduct]
    tax_code: str = ""
    commune: str = ""
    firm_kind: str = ""
    times: int = 1
    expires_on: date | None = None
    status: str = IN_FORCE
    status_since: date | None = None
    signer: str = ""
    signer_title: str = ""
    replaces: str = ""


def products_of(text: str) -> list[MarkedProduct]:
    """Products, one a line: name; brand; packaging; quantity. Raises `BadRow` and its kin, `TooManyRows`."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_PRODUCTS:
        raise TooManyRows(count=len(lines), limit=MOST_PRODUCTS)
    return [_product(number, line) for number, line in lines]


def _product(number: int, line: str) -> MarkedProduct:
    parts = [clean(part) for part in line.split(";")]
    if len(parts) != len(PARTS):
        raise BadRow(line=number, wanted=len(PARTS), found=len(parts))
    row = dict(zip(PARTS, parts, strict=True))
    for place, (name, part) in enumerate(row.items(), 1):
        if len(part) > _LONGEST[name] or (not part and name in {"name", "quantity"}):
            raise BadRowPart(line=number, part=place)
    try:
        nominal = quantity_of(row["quantity"])
    except OfficeError as unclear:
        raise BadRowQuantity(line=number, text=row["quantity"]) from unclear
    exactly = {"nominal": quantities.plain(nominal.value), "unit": nominal.symbol}
    return MarkedProduct(**row, **exactly, facts=row | exactly)


def number_known(session: Session, register: str, number: str) -> bool:
    return session.scalar(select(MarkEntry.id).where(MarkEntry.register == register, MarkEntry.number == clean(number))) is not None


def enter(session: Session, line: Written, *, staff: Staff | None, now: datetime) -> MarkEntry:
    """Write a line down. Raises `NumberTaken`, and `LastDayNeeded` for a certificate without its last day."""
    if number_known(session, line.register, line.number):
        raise NumberTaken(number=line.number)
    if line.register == CERTIFICATE and line.expires_on is None:
        raise LastDayNeeded
    entry = entry_of(session, line, staff=staff, now=now)
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError as taken:  # a colleague entered the same number at the same moment
        raise NumberTaken(number=line.number) from taken
    return entry


def entry_of(session: Session, line: Written, *, staff: Staff | None, now: datetime) -> MarkEntry:
    """The row of a line, not added yet; the one whose place it takes ends."""
    line = replace(line, number=clean(line.number), firm=clean(line.firm))
    previous = _previous(session, line)
    if previous is not None and previous.status == IN_FORCE:
        previous.status, previous.status_since, previous.changed_at = SUPERSEDED, line.received_on, now
    return MarkEntry(
        register=line.register,
        number=line.number,
        secret=secrets.token_urlsafe(32),
        organisation_id=_firm(session, line, now),
        firm=line.firm,
        commune=clean(line.commune),
        firm_kind=line.firm_kind,
        times=line.times,
        previous_id=previous.id if previous else None,
        received_on=line.received_on,
        expires_on=line.expires_on if line.register == CERTIFICATE else None,
        status=line.status,
        status_since=line.status_since or line.received_on,
        signer=clean(line.signer),
        signer_title=clean(line.signer_title),
        entered_by_id=staff.id if staff else None,
        changed_at=now,
        products=list(line.products),
    )


def _previous(session: Session, line: Written) -> MarkEntry | None:
    if not line.replaces:
        return None
    its = select(MarkEntry).where(MarkEntry.register == line.register, MarkEntry.number == clean(line.replaces))
    return session.scalars(its.with_for_update(of=MarkEntry)).unique().one_or_none()


def _firm(session: Session, line: Written, now: datetime) -> int | None:
    """The firm by its tax code, new where it is not known: so that its next dossier finds this line."""
    if not line.tax_code:
        return None
    known = {"tax_code": line.tax_code, "name": line.firm, "commune": clean(line.commune)[:80]}
    empty = dict.fromkeys(("street", "province", "address", "phone", "email", "sector"), "")
    insert_if_absent(session, Organisation, **known, **empty, folded=folded(Organisation, known), created_at=now, changed_at=now)
    return session.scalar(select(Organisation.id).where(Organisation.tax_code == line.tax_code))


def same_number(number: str) -> str:
    """A number as it is told apart from others of a file."""
    return fold(number).replace(" ", "")
