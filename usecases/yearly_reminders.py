"""Reminders of a firm's yearly report on the quantity mark (nhắc báo cáo năm, điểm h khoản 1 Điều 25 Thông tư 21/2014/TT-BKHCN), of kind
`yearly_report`: about 31 January, on 5 and 24 January, to each firm that has a line in force and a chat.

The moments are the office's own choice; the day is the circular's.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, Dossier, MarkEntry, Organisation, OrganisationContact, Reminder
from db.models.organisation import CONFIRMED
from db.models.quantity_mark import IN_FORCE, SUSPENDED
from db.models.reminder import PLANNED
from domain.messages import N_
from domain.worktime import ZONE
from locales import day
from usecases import notices, reminder_plans
from usecases.quantity_report import REPORT, reported_firms

YEARLY_REPORT = "yearly_report"
DUE = ((1, 5), (1, 24))
"""Month and day of the year after; at nine."""
BEFORE = (1, 31)
"""A report comes before this day."""
_AT = time(9)
_AHEAD = timedelta(days=60)
"""So long before the day it is planned, so that firms of December are among them."""


def plan_all(session: Session, now: datetime) -> int:
    """Plan the reminders of the report that is due next, and drop those of firms that reported. For the clock; how many changed.

    Again and again it plans only what is missing.
    """
    year = _year_due(now)
    reported = reported_firms(session, year)
    changed = _drop_reported(session, year, reported, now)
    if _about(year) - now > _AHEAD:
        return changed
    for organisation_id, contact_id in _owing(session, year, reported):
        changed += reminder_plans.plan(session, YEARLY_REPORT, organisation_id, contact_id, _moments(year), now)
    return changed


def _year_due(now: datetime) -> int:
    """The year whose report is due next."""
    today = now.astimezone(ZONE).date()
    return today.year - 1 if (today.month, today.day) < BEFORE else today.year


def _about(year: int) -> datetime:
    return datetime.combine(date(year + 1, *BEFORE), time(), ZONE)


def _moments(year: int) -> list[tuple[datetime, datetime]]:
    return [(datetime.combine(date(year + 1, *one), _AT, ZONE), _about(year)) for one in DUE]


def _owing(session: Session, year: int, reported: set[int]) -> Iterator[tuple[int, int]]:
    """Firms that still owe a report and have nothing planned for it, each with the contact that is told."""
    planned = select(Reminder.subject_id).where(Reminder.kind == YEARLY_REPORT, Reminder.about_at == _about(year))
    in_force = select(MarkEntry.organisation_id).where(
        MarkEntry.status.in_((IN_FORCE, SUSPENDED)),
        MarkEntry.received_on <= date(year, 12, 31),
        MarkEntry.organisation_id.is_not(None),
        MarkEntry.organisation_id.not_in(planned),
    )
    known = select(Organisation.id).where(Organisation.id.in_(in_force)).order_by(Organisation.id)
    for key in session.scalars(known).all():
        if key not in reported and (contact_id := _contact(session, key)) is not None:
            yield key, contact_id


def _contact(session: Session, organisation_id: int) -> int | None:
    """Who filed the newest line in force, else the first who speaks for the firm."""
    filed = (
        select(Dossier.contact_id)
        .join(MarkEntry, MarkEntry.dossier_id == Dossier.id)
        .where(MarkEntry.organisation_id == organisation_id, MarkEntry.status.in_((IN_FORCE, SUSPENDED)), Dossier.contact_id.is_not(None))
    )
    speaks = select(OrganisationContact.contact_id).where(
        OrganisationContact.organisation_id == organisation_id, OrganisationContact.status == CONFIRMED
    )
    found = session.scalar(filed.order_by(MarkEntry.id.desc()).limit(1))
    return found if found is not None else session.scalar(speaks.order_by(OrganisationContact.id).limit(1))


def _drop_reported(session: Session, year: int, reported: set[int], now: datetime) -> int:
    its = select(Reminder).where(Reminder.kind == YEARLY_REPORT, Reminder.state == PLANNED, Reminder.about_at == _about(year))
    found = [reminder for reminder in session.scalars(its) if reminder.subject_id in reported]
    for reminder in found:
        reminder_plans.put_aside(reminder, "reported", now)
    return len(found)


def _year(reminder: Reminder) -> int:
    """Whose report it reminds of."""
    return reminder.about_at.astimezone(ZONE).year - 1


def stale(session: Session, reminder: Reminder) -> str:
    """Why it is not sent any more; empty where it is."""
    if reminder.subject_id in reported_firms(session, _year(reminder)):
        return "reported"
    held = select(MarkEntry.id).where(MarkEntry.organisation_id == reminder.subject_id, MarkEntry.status.in_((IN_FORCE, SUSPENDED)))
    return "" if session.scalar(held.limit(1)) is not None else "ended"


def name_of(session: Session, reminder: Reminder) -> str:
    """What staff read in trial mode."""
    return f"{session.get_one(Organisation, reminder.subject_id).name} · {_year(reminder)}"


def say(session: Session, reminder: Reminder, now: datetime) -> None:
    """The day, whom it is for, and the two next steps: the form, or the report itself."""
    firm, contact = session.get_one(Organisation, reminder.subject_id), session.get_one(Contact, reminder.contact_id)
    year = _year(reminder)
    buttons: list[list[notices.Button]] = [
        [(N_("button.report_form"), form_of(firm.id, year))],
        [(N_("button.hand_in_report"), f"dsb:{REPORT}:0")],
    ]
    before = day(date(year + 1, *BEFORE), contact.language)
    notices.remind(session, contact, N_("yearly_report.reminder"), now, buttons, firm=firm.name, year=year, before=before)


def form_of(organisation_id: int, year: int) -> str:
    """The data of the button that sends the form, filled in."""
    return f"own:report:{organisation_id}:{year}"
