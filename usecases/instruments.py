"""Measuring instruments of firms (phương tiện đo của cơ sở): what a firm has, until when it is verified, and the reminders of that day.

Who is confirmed for a firm sees all of its instruments; anybody else those that they named themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import Contact, Dossier, MeasuringInstrument, Organisation, OrganisationContact
from db.models.organisation import CONFIRMED
from db.searched import folded
from db.upsert import insert_if_absent
from domain.errors import InstrumentOfOthers, NoSuchInstrument
from domain.folding import fold
from domain.instruments import LONGEST_NAME, LONGEST_NUMBER, Instrument
from domain.training import tax_code_of
from usecases import instrument_reminders, organisations


def of_contact(session: Session, contact: Contact) -> Sequence[MeasuringInstrument]:
    """Those that are in use, by the day on which they run out; those without a day last."""
    firms = select(OrganisationContact.organisation_id).where(
        OrganisationContact.contact_id == contact.id, OrganisationContact.status == CONFIRMED
    )
    mine = or_(MeasuringInstrument.organisation_id.in_(firms), MeasuringInstrument.contact_id == contact.id)
    found = session.scalars(select(MeasuringInstrument).where(mine, MeasuringInstrument.ended_at.is_(None))).all()
    return sorted(found, key=lambda one: (one.valid_until or date.max, one.name, one.id))


def get_own(session: Session, contact: Contact, key: int) -> MeasuringInstrument:
    """Raises `NoSuchInstrument` for one that the contact does not see."""
    for instrument in of_contact(session, contact):
        if instrument.id == key:
            return instrument
    raise NoSuchInstrument


def add(session: Session, contact: Contact, organisation: Organisation, named: Instrument, now: datetime) -> MeasuringInstrument:
    """Write an instrument down, and plan its reminders; named again, its day is changed.

    Raises `InstrumentOfOthers` where somebody else of a firm named it that has not confirmed this contact.
    """
    instrument, is_new = _put(session, organisation.id, named, contact, now)
    if not is_new and instrument.contact_id != contact.id and not organisations.speaks_for(session, contact, organisation.id):
        raise InstrumentOfOthers(name=named.name)
    if named.valid_until is not None:
        instrument.valid_until = named.valid_until
    instrument.ended_at, instrument.contact_id = None, contact.id
    instrument_reminders.plan(session, instrument, now)
    return instrument


def _put(
    session: Session, organisation_id: int, named: Instrument, contact: Contact | None, now: datetime
) -> tuple[MeasuringInstrument, bool]:
    """The row of an instrument, and whether it is new."""
    key = {"organisation_id": organisation_id, "name": named.name[:LONGEST_NAME], "number": named.number[:LONGEST_NUMBER]}
    made = insert_if_absent(
        session,
        MeasuringInstrument,
        **key,
        contact_id=contact.id if contact else None,
        valid_until=named.valid_until,
        wants_reminders=True,
        since=now,
        folded=folded(MeasuringInstrument, key),
    )
    row: MeasuringInstrument = session.scalars(select(MeasuringInstrument).filter_by(**key)).one()
    return row, made is not None


def take_over(session: Session, dossier: Dossier, rows: Iterable[Mapping[str, Any]], now: datetime) -> list[MeasuringInstrument]:
    """The instruments that a firm named in a dossier: {name, number, valid_until (a day, or its ISO 8601 text, or nothing)} each.

    Taken over again, nothing is added; a later day takes the place of an earlier one. Without a firm there are none.
    """
    if dossier.organisation_id is None:
        return []
    contact = session.get(Contact, dossier.contact_id) if dossier.contact_id else None
    return [_take_over(session, dossier, dossier.organisation_id, contact, row, now) for row in rows if str(row.get("name") or "").strip()]


def _take_over(
    session: Session, dossier: Dossier, organisation_id: int, contact: Contact | None, row: Mapping[str, Any], now: datetime
) -> MeasuringInstrument:
    until = row.get("valid_until") or None
    until = date.fromisoformat(until) if isinstance(until, str) else until
    named = Instrument(str(row["name"]).strip(), str(row.get("number") or "").strip(), until)
    instrument, is_new = _put(session, organisation_id, named, contact, now)
    if is_new or (until is not None and (instrument.valid_until is None or until > instrument.valid_until)):
        instrument.valid_until, instrument.dossier_id, instrument.ended_at = until, dossier.id, None
        instrument.contact_id = contact.id if contact else instrument.contact_id
    instrument_reminders.plan(session, instrument, now)
    return instrument


def verified_again(session: Session, instrument: MeasuringInstrument, contact: Contact, until: date, now: datetime) -> None:
    """It was verified or calibrated anew: its reminders move to the new day, and go to who said so."""
    instrument.valid_until, instrument.contact_id = until, contact.id
    instrument_reminders.plan(session, instrument, now)


def remind(session: Session, instrument: MeasuringInstrument, contact: Contact, now: datetime, *, wanted: bool) -> None:
    """Remind this contact of it, or nobody any more."""
    instrument.wants_reminders = wanted
    if wanted:
        instrument.contact_id = contact.id
    instrument_reminders.plan(session, instrument, now)


def end(session: Session, instrument: MeasuringInstrument, now: datetime) -> None:
    """It is no longer in use."""
    instrument.ended_at = now
    instrument_reminders.drop(session, instrument, "ended", now)


def firm_named(session: Session, contact: Contact, tax_code: str, name: str, now: datetime) -> Organisation:
    """The firm of a tax code, for which the contact says to speak; what is known of it stays as it is. Raises `BadTaxCode`."""
    code = tax_code_of(tax_code)
    insert_if_absent(
        session,
        Organisation,
        tax_code=code,
        **{column: "" for column in organisations.COLUMNS} | {"name": name},
        folded=fold(f"{code} {name}"),
        created_at=now,
        changed_at=now,
    )
    organisation = session.scalars(select(Organisation).where(Organisation.tax_code == code)).one()
    organisations.claim(session, organisation, contact, person="", now=now)
    return organisation
