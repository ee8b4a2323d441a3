"""Lists of recipients (danh sách người nhận): put together from tax codes and phone numbers of a sheet, or by hand.

A tax code stands for the contacts that are confirmed to speak for the firm; a phone number for those whose registrations or dossiers
carry it. Nobody is put on a list by what they only claim.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from db.models import Contact, Dossier, Organisation, OrganisationContact, RecipientList, RecipientListEntry, Registration, Staff
from db.models.organisation import CONFIRMED
from domain.errors import NameTaken, SheetTooLong
from domain.recipient_rows import Fault, Row, columns_of, read
from usecases.sheet_reading import Source, lines_of, text_of

MOST = 10_000
"""Rows of a sheet."""
TEXT_AT_MOST = 400_000
"""Bytes of a sheet as text: it goes from page to page with the form."""
_TITLES, _COLUMNS, _CELL = 200, 12, 60
_AT_ONCE = 2000


@dataclass(frozen=True)
class Found:
    """A row, and the contacts that it stands for."""

    row: Row
    contacts: Sequence[int]


@dataclass(frozen=True)
class Matched:
    """A sheet as it would be taken in: what stops it, whom its rows stand for, and the rows that stand for nobody who has a chat."""

    faults: Sequence[Fault]
    found: Sequence[Found]
    missing: Sequence[Row]

    @property
    def contacts(self) -> dict[int, str]:
        """Each contact with what the first of its rows said."""
        return {key: one.row.said for one in reversed(self.found) for key in one.contacts}


@dataclass(frozen=True)
class Filled:
    """How many a list gained, lost, and has now."""

    added: int
    removed: int
    total: int


# what a sheet says


def as_text(source: Source) -> str:
    """A sheet as lines, each with the number that its row has, cells between tabs. Raises what reading it raises, and `SheetTooLong`."""
    lines, names = _lines(source)
    text = "\n".join("\t".join([*cells, ""]) for cells in lines)  # a tab in each: other signs in a cell separate nothing
    if len(text.encode()) > TEXT_AT_MOST and names:
        text = "\n".join("\t".join([*_narrowed(cells, names), ""]) for cells in lines)
    if len(text.encode()) > TEXT_AT_MOST:
        raise SheetTooLong(limit=MOST)
    return text


def _narrowed(cells: Sequence[str], names: Sequence[int]) -> list[str]:
    """The columns that count; of a row that holds something else alone a sign that it does."""
    kept = [cells[place] if place < len(cells) else "" for place in names]
    return kept if any(kept) or not any(cells) else [*kept, "…"]


def _lines(source: Source) -> tuple[list[list[str]], list[int]]:
    lines: list[list[str]] = []
    names: list[int] = []
    rows = lines_of(source)
    try:
        for number, values in rows:
            cells = [" ".join(text_of(value).split())[:_CELL] for value in values[:_COLUMNS]]
            if not any(cells):
                continue
            if number > MOST + _TITLES:
                raise SheetTooLong(limit=MOST)
            lines += [[] for _ in range(number - len(lines) - 1)] + [cells]
            names = names or sorted(columns_of(cells).values())
    finally:
        rows.close()
    return lines, names


def match(session: Session, text: str, kind: str) -> Matched:
    """Whom the rows stand for. Raises `SheetTooLong`."""
    given = read(text, kind)
    if len(given.rows) + len(given.faults) > MOST:
        raise SheetTooLong(limit=MOST)
    by_code = _by_tax_code(session, {row.tax_code for row in given.rows if row.tax_code})
    by_phone = _by_phone(session, {row.phone for row in given.rows if row.phone})
    found = [Found(row, sorted(by_code.get(row.tax_code, set()) | by_phone.get(row.phone, set()))) for row in given.rows]
    return Matched(given.faults, [one for one in found if one.contacts], [one.row for one in found if not one.contacts])


def _by_tax_code(session: Session, codes: Collection[str]) -> dict[str, set[int]]:
    speaking = (
        select(Organisation.tax_code, OrganisationContact.contact_id).join(Organisation).where(OrganisationContact.status == CONFIRMED)
    )
    return _gathered(session, [(speaking, Organisation.tax_code)], codes)


def _by_phone(session: Session, phones: Collection[str]) -> dict[str, set[int]]:
    signed_up = select(Registration.phone, Registration.contact_id).where(Registration.contact_id.is_not(None))
    filed = select(Dossier.phone, Dossier.contact_id).where(Dossier.contact_id.is_not(None))
    return _gathered(session, [(signed_up, Registration.phone), (filed, Dossier.phone)], phones)


def _gathered(session: Session, queries: Sequence[tuple[Any, Any]], values: Collection[str]) -> dict[str, set[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for some in _some(sorted(values)):
        for query, column in queries:
            for value, contact_id in session.execute(query.where(column.in_(some))):
                found[value].add(contact_id)
    return found


def _some(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


# lists


def save(session: Session, key: int | None, name: str, note: str, *, by: Staff, now: datetime) -> RecipientList:
    """A new list, or another name and note of one. Raises `NameTaken`, also for a name in the bin."""
    others = select(RecipientList.id).where(RecipientList.name == name, RecipientList.id != (key or 0))
    if session.scalar(others) is not None:
        raise NameTaken(name=name)
    row = session.get_one(RecipientList, key, with_for_update=True) if key else RecipientList()
    row.name, row.note, row.by_id, row.changed_at = name, note, by.id, now
    session.add(row)
    session.flush()
    return row


def fill(session: Session, key: int, contacts: dict[int, str], *, replace: bool, by: Staff, now: datetime) -> Filled:
    """Put contacts on a list, each with what the sheet said of it; with `replace` instead of those that are there."""
    row = session.get_one(RecipientList, key, with_for_update=True, populate_existing=True)
    row.by_id, row.changed_at = by.id, now
    there = set(session.scalars(select(RecipientListEntry.contact_id).where(RecipientListEntry.list_id == key)))
    gone = sorted(there - contacts.keys()) if replace else []
    for some in _some(gone):
        session.execute(delete(RecipientListEntry).where(RecipientListEntry.list_id == key, RecipientListEntry.contact_id.in_(some)))
    new = [{"list_id": key, "contact_id": one, "value": said[:200]} for one, said in sorted(contacts.items()) if one not in there]
    for some in _some(new):
        session.execute(insert(RecipientListEntry), list(some))
    return Filled(len(new), len(gone), len(there) - len(gone) + len(new))


def take_off(session: Session, key: int, contact_id: int, *, by: Staff, now: datetime) -> None:
    """Somebody is no longer on a list."""
    row = session.get_one(RecipientList, key, with_for_update=True, populate_existing=True)
    row.by_id, row.changed_at = by.id, now
    entry = session.get(RecipientListEntry, (key, contact_id))
    if entry is not None:
        session.delete(entry)


def of(session: Session, contact_id: int) -> Sequence[RecipientList]:
    """The lists that a contact is on."""
    its = select(RecipientList).join(RecipientListEntry, RecipientListEntry.list_id == RecipientList.id)
    wanted = its.where(RecipientListEntry.contact_id == contact_id, RecipientList.deleted_at.is_(None))
    return session.scalars(wanted.order_by(RecipientList.name)).all()


def listed(session: Session) -> Sequence[RecipientList]:
    """All that are there, by name."""
    return session.scalars(select(RecipientList).where(RecipientList.deleted_at.is_(None)).order_by(RecipientList.name)).all()


def sizes(session: Session, keys: Collection[int]) -> dict[int, int]:
    """How many are on each list."""
    counted = select(RecipientListEntry.list_id, func.count()).where(RecipientListEntry.list_id.in_(keys))
    return {key: number for key, number in session.execute(counted.group_by(RecipientListEntry.list_id))}


def by_channel(session: Session, key: int) -> dict[str, tuple[int, int]]:
    """By channel, how many are on a list, and how many of them the platform refuses."""
    refused = func.count(Contact.suppressed_at)
    counted = select(Contact.channel, func.count(), refused).join(RecipientListEntry, RecipientListEntry.contact_id == Contact.id)
    return {
        name: (number, gone)
        for name, number, gone in session.execute(counted.where(RecipientListEntry.list_id == key).group_by(Contact.channel))
    }


def page(session: Session, key: int, number: int, size: int) -> Sequence[tuple[RecipientListEntry, Contact]]:
    """Those on a list, from a page on, one more than a page holds where there are more."""
    rows = select(RecipientListEntry, Contact).join(Contact, Contact.id == RecipientListEntry.contact_id)
    wanted = rows.where(RecipientListEntry.list_id == key).order_by(Contact.id).limit(size + 1).offset(number * size)
    return [(entry, contact) for entry, contact in session.execute(wanted)]
