"""The public side of the two registers of quantity marks (tra cứu công khai): what anybody may look up, and nothing more.

A line is published with the firm's registered name, its commune, its goods and where it stands. Who signed, the reasons, tax codes,
addresses and contacts stay with the office. A number of a person that was typed into a name by mistake is masked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from db.models import MarkedProduct, MarkEntry
from db.models.quantity_mark import ANNOUNCEMENT, CERTIFICATE, EXPIRED, IN_FORCE, REVOKED, SUPERSEDED, SUSPENDED
from domain.folding import clean, fold
from domain.masking import mask
from usecases import time_limits

PAGE = 20
BATCH = 500
"""Lines of the open data that are read in one snapshot."""
LONGEST_SEARCH = 100
STATUSES = {
    ANNOUNCEMENT: (IN_FORCE, SUPERSEDED, REVOKED),
    CERTIFICATE: (IN_FORCE, SUSPENDED, EXPIRED, SUPERSEDED, REVOKED),
}
"""Where a line of a register may stand."""
_ADDRESS = re.compile(r"\S+@\S+")


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. `since` and `until` are about the day of receipt or issue, both included."""

    register: str = ""
    words: str = ""
    status: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Goods:
    """A product as it is published."""

    name: str
    brand: str
    packaging: str
    quantity: str
    nominal: str
    unit: str


@dataclass(frozen=True)
class Line:
    """A line of a register as it is published; `since` is the day on which it came to stand where it stands."""

    key: int
    register: str
    number: str
    times: int
    firm: str
    commune: str
    firm_kind: str
    received_on: date
    expires_on: date | None
    status: str
    since: date
    until: date | None
    """Last day of a suspension."""
    goods: Sequence[Goods]


def standing(entry: MarkEntry, today: date) -> tuple[str, date]:
    """Where an entry stands on a day, and since when: a certificate past its last day has expired, whether or not the clock was by."""
    if entry.status in {IN_FORCE, SUSPENDED} and entry.expires_on is not None and entry.expires_on < today:
        return EXPIRED, entry.expires_on
    return entry.status, entry.status_since


def stands(status: str, today: date) -> ColumnElement[bool]:
    """The condition for entries that stand so on a day, as `standing` says."""
    over = and_(MarkEntry.status.in_((IN_FORCE, SUSPENDED)), func.coalesce(MarkEntry.expires_on < today, False))
    return or_(MarkEntry.status == EXPIRED, over) if status == EXPIRED else and_(MarkEntry.status == status, ~over)


def expires(within: str, today: date) -> ColumnElement[bool]:
    """The condition for certificates that still hold and end in three months (soon), by when a firm has to ask for a new one, or in six
    (later)."""
    last = time_limits.months_after(today, {"soon": 3, "later": 6}[within])
    until = MarkEntry.expires_on
    return and_(MarkEntry.status.in_((IN_FORCE, SUSPENDED)), until >= today, until <= last)


def holding(words: Sequence[str]) -> list[ColumnElement[bool]]:
    """The conditions for entries of which every folded word stands in the number, the firm, or a product's name or brand."""
    return [MarkEntry.folded.contains(word, autoescape=True) | MarkEntry.id.in_(_with_goods(word)) for word in words]


def _with_goods(word: str) -> Select[int]:
    return select(MarkedProduct.entry_id).where(MarkedProduct.folded.contains(word, autoescape=True))


def _fitting(wanted: Wanted, today: date) -> Select[MarkEntry]:
    found = select(MarkEntry).where(*holding(fold(clean(wanted.words))[:LONGEST_SEARCH].split()))
    if wanted.register:
        found = found.where(MarkEntry.register == wanted.register)
    if wanted.status:
        found = found.where(stands(wanted.status, today))
    if wanted.since:
        found = found.where(MarkEntry.received_on >= wanted.since)
    return found.where(MarkEntry.received_on <= wanted.until) if wanted.until else found


def look_up(session: Session, wanted: Wanted, today: date, *, page: int = 0, size: int = PAGE) -> tuple[list[Line], bool]:
    """A page of the lines that fit, the newest first, and whether there are more."""
    newest = _fitting(wanted, today).order_by(MarkEntry.received_on.desc(), MarkEntry.id.desc())
    rows = session.scalars(newest.limit(size + 1).offset(page * size)).unique().all()
    return [line(row, today) for row in rows[:size]], len(rows) > size


def count(session: Session, register: str, status: str, today: date) -> int:
    """How many lines of a register stand so."""
    its = select(func.count(MarkEntry.id)).where(MarkEntry.register == register, stands(status, today))
    return session.scalar(its) or 0


def batch(session: Session, wanted: Wanted, today: date, after: int) -> list[Line]:
    """Some lines that fit, in the order in which they were entered, those after a key."""
    wanted_rows = _fitting(wanted, today).where(MarkEntry.id > after).order_by(MarkEntry.id).limit(BATCH)
    return [line(row, today) for row in session.scalars(wanted_rows).unique()]


def by_secret(session: Session, secret: str) -> MarkEntry | None:
    """The entry to whose page the code on its papers leads."""
    return session.scalars(select(MarkEntry).where(MarkEntry.secret == secret)).unique().one_or_none()


def by_key(session: Session, key: int) -> MarkEntry | None:
    """An entry by its key, which a button in the chat holds."""
    return session.get(MarkEntry, key)


def successor(session: Session, key: int) -> MarkEntry | None:
    """The entry that took the place of one."""
    its = select(MarkEntry).where(MarkEntry.previous_id == key)
    return session.scalars(its.order_by(MarkEntry.id.desc()).limit(1)).unique().one_or_none()


def line(entry: MarkEntry, today: date) -> Line:
    """What is published of an entry."""
    status, since = standing(entry, today)
    return Line(
        key=entry.id,
        register=entry.register,
        number=entry.number,
        times=entry.times,
        firm=_public(entry.firm),
        commune=_public(entry.commune),
        firm_kind=entry.firm_kind,
        received_on=entry.received_on,
        expires_on=entry.expires_on,
        status=status,
        since=since,
        until=entry.suspended_until if status == SUSPENDED else None,
        goods=[_goods(product) for product in entry.products],
    )


def _goods(product: MarkedProduct) -> Goods:
    name, brand, packaging, quantity = map(_public, (product.name, product.brand, product.packaging, product.quantity))
    return Goods(name, brand, packaging, quantity, product.nominal, product.unit)


def _public(text: str) -> str:
    """A name without what was typed into it by mistake: numbers of a person and addresses of a mailbox."""
    return mask(_ADDRESS.sub("…", text))


# open data

COLUMNS = (
    "register",
    "number",
    "times",
    "firm",
    "commune",
    "firm_kind",
    "received_on",
    "status",
    "status_since",
    "expires_on",
    "product",
    "brand",
    "packaging",
    "quantity",
    "nominal",
    "unit",
)
"""Of the open data, one row a product; the names stay as they are, whatever language the page has."""


def rows(listed: Line) -> Iterator[Sequence[object]]:
    """The rows of a line: one for each of its products, or one without."""
    facts = (listed.register, listed.number, listed.times, listed.firm, listed.commune, listed.firm_kind)
    dates = (listed.received_on, listed.status, listed.since, listed.expires_on)
    for goods in listed.goods or [Goods("", "", "", "", "", "")]:
        yield (*facts, *dates, goods.name, goods.brand, goods.packaging, goods.quantity, goods.nominal, goods.unit)
