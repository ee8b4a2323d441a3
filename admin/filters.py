"""Filters of the inbox (bộ lọc): what may stand in the address, what it means in the database, how it is said on its chip."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import abort
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from admin import access, wording
from admin.language import say
from db.models import Contact, Enquiry, Staff
from db.models.enquiry import WITH_PEOPLE
from domain.channels import CHATS
from domain.messages import N_
from domain.worktime import NeverOpen
from locales.languages import LANGUAGES
from usecases import office

NOBODY = "nobody"
YES = "1"
"""Where citizens write from."""

AWAITING: ColumnElement[bool] = Enquiry.status.in_(WITH_PEOPLE) & (
    Enquiry.last_staff_at.is_(None) | (Enquiry.last_citizen_at > Enquiry.last_staff_at)
)
"""The citizen spoke last, and people have the enquiry."""

Condition = Callable[[str, Session, datetime], ColumnElement[bool]]


def overdue(session: Session, now: datetime) -> ColumnElement[bool]:
    """The enquiries whose answer is due before now: what `usecases.enquiries.answer_due` says, as a condition."""
    try:
        latest = office.working_hours(session).before(now, office.setting(session, "answer_within"))
    except NeverOpen:
        return AWAITING & (Enquiry.due_at < now)
    first = Enquiry.last_staff_at.is_(None) & (Enquiry.due_at < now)
    later = Enquiry.last_staff_at.is_not(None) & (Enquiry.last_citizen_at < latest)
    return and_(AWAITING, or_(first, later))


def _officer(value: str, session: Session, _: datetime) -> ColumnElement[bool]:
    return Enquiry.assigned_to_id.is_(None) if value == NOBODY else Enquiry.assigned_to_id == int(value)


CONDITIONS: Mapping[str, Condition] = {
    "status": lambda value, _session, _now: Enquiry.status == value,
    "channel": lambda value, _session, _now: Contact.channel == value,
    "language": lambda value, _session, _now: Contact.language == value,
    "officer": _officer,
    "overdue": lambda _value, session, now: overdue(session, now),
    "awaiting": lambda _value, _session, _now: AWAITING,
}


def choices(session: Session) -> dict[str, dict[str, str]]:
    """What each filter offers to the person: value and words. Everybody who was ever on the staff may have enquiries."""
    offered = {
        "status": {code: say(key) for code, key in wording.STATUS.items()},
        "channel": {code: say(wording.CHANNEL[code]) for code in CHATS},
        "language": dict(LANGUAGES),
        "overdue": {YES: say(N_("panel.due.overdue"))},
        "awaiting": {YES: say(N_("panel.filter.awaiting"))},
    }
    if access.may("inbox.take_over") or not access.may("inbox.reply"):  # others see only what is theirs
        people = session.execute(select(Staff.id, Staff.full_name, Staff.email).order_by(Staff.full_name, Staff.id))
        offered["officer"] = {NOBODY: say(N_("panel.talk.nobody"))} | {str(key): name or email for key, name, email in people}
    return offered


def chosen(given: Mapping[str, str], offered: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The filters in an address; one that is empty is none, one that is not offered is a bad request."""
    wanted = {name: given[name] for name in CONDITIONS if given.get(name)}
    if any(value not in offered.get(name, {}) for name, value in wanted.items()):
        abort(400)
    return wanted


def conditions(wanted: Mapping[str, str], session: Session, now: datetime) -> list[ColumnElement[bool]]:
    """What the chosen filters mean, all of it together."""
    return [CONDITIONS[name](value, session, now) for name, value in wanted.items()]
