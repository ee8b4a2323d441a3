"""Audiences: the contacts that a filter fits, as one statement. What people type reaches SQL as values only."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, not_, or_, select, true
from sqlalchemy.orm import Session

from db.models import (
    Contact,
    Dossier,
    HsInterest,
    Organisation,
    OrganisationContact,
    RecipientListEntry,
    Registration,
    Staff,
    StaffContact,
    TopicChoice,
)
from db.models.organisation import REFUSED
from db.models.registration import LIVE
from domain.audiences import Audience

Account = tuple[str, str]
"""Channel and account."""


def fitting(audience: Audience, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions on `contacts`."""
    return [*_of_people(audience, now), *_of_dealings(audience), *_unwanted(audience)]


def wants(topic: str) -> ColumnElement[bool]:
    """The newest choice of the topic is yes; one who never chose does not want it."""
    return func.coalesce(_choice(topic), False)


def has_not_refused(topic: str) -> ColumnElement[bool]:
    """The newest choice of the topic is not no."""
    return func.coalesce(_choice(topic), True)


def is_of_staff() -> ColumnElement[bool]:
    """Somebody on the staff, who may still sign in, has linked it."""
    return exists().where(StaffContact.contact_id == Contact.id, Staff.id == StaffContact.staff_id, Staff.active)


def recipients(conditions: Collection[ColumnElement[bool]], accounts: Collection[Account], after: int, limit: int) -> Select[int, str, str]:
    """Id, channel and account of the contacts that fit and whose platform does not refuse us, by id, after one."""
    here = or_(*(and_(Contact.channel == channel, Contact.account == account) for channel, account in accounts))
    columns = select(Contact.id, Contact.channel, Contact.account)
    return columns.where(Contact.id > after, here, Contact.suppressed_at.is_(None), *conditions).order_by(Contact.id).limit(limit)


def count_by_channel(session: Session, conditions: Collection[ColumnElement[bool]]) -> dict[str, int]:
    """How many contacts fit, by channel; whoever cannot be reached is not counted."""
    counted = select(Contact.channel, func.count(Contact.id)).where(Contact.suppressed_at.is_(None), *conditions)
    return {channel: number for channel, number in session.execute(counted.group_by(Contact.channel))}


def count_two(
    session: Session, conditions: Collection[ColumnElement[bool]], also: Collection[ColumnElement[bool]]
) -> dict[str, tuple[int, int]]:
    """By channel, how many contacts fit the conditions, and how many of them others too, in one reading."""
    both = func.coalesce(func.sum(case((and_(true(), *also), 1), else_=0)), 0)
    counted = select(Contact.channel, func.count(Contact.id), both).where(Contact.suppressed_at.is_(None), *conditions)
    return {channel: (number, int(wanting)) for channel, number, wanting in session.execute(counted.group_by(Contact.channel))}


def sample(session: Session, conditions: Collection[ColumnElement[bool]], limit: int) -> list[Contact]:
    """Some of the contacts that fit, by chance."""
    some = select(Contact.id).where(Contact.suppressed_at.is_(None), *conditions).order_by(func.random()).limit(limit)
    return list(session.scalars(select(Contact).where(Contact.id.in_(some)).order_by(Contact.id)))


def _choice(topic: str) -> Any:
    newest = select(TopicChoice.wanted).where(TopicChoice.contact_id == Contact.id, TopicChoice.topic == topic)
    return newest.order_by(TopicChoice.id.desc()).limit(1).correlate(Contact).scalar_subquery()


def _of_people(audience: Audience, now: datetime) -> list[ColumnElement[bool]]:
    """Who they are and what they want."""
    found: list[ColumnElement[bool]] = []
    if audience.topics:
        found.append(or_(*(wants(topic) for topic in audience.topics)))
    if audience.languages:
        found.append(Contact.language.in_(audience.languages))
    if audience.channels:
        found.append(Contact.channel.in_(audience.channels))
    if audience.lists:
        found.append(_is_on_list(audience.lists))
    if audience.seen_within_days:
        found.append(Contact.last_seen_at >= now - timedelta(days=audience.seen_within_days))
    return found


def _of_dealings(audience: Audience) -> list[ColumnElement[bool]]:
    """What they trade in, and what they have with us."""
    found: list[ColumnElement[bool]] = []
    if audience.sectors:
        found.append(_speaks_for(Organisation.sector.in_(audience.sectors)))
    if audience.communes:
        found.append(_speaks_for(Organisation.commune.in_(audience.communes)))
    if audience.hs_codes:
        found.append(exists().where(HsInterest.contact_id == Contact.id, or_(*map(_hs, audience.hs_codes))))
    if audience.classes:
        found.append(_is_in_class(audience.classes))
    if audience.dossier_kinds or audience.dossier_states:
        found.append(_has_dossier(audience.dossier_kinds, audience.dossier_states))
    return found


def _unwanted(audience: Audience) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if audience.without_lists:
        found.append(not_(_is_on_list(audience.without_lists)))
    if audience.without_classes:
        found.append(not_(_is_in_class(audience.without_classes)))
    if audience.without_communes:
        found.append(not_(_speaks_for(Organisation.commune.in_(audience.without_communes))))
    if audience.without_dossier_kinds:
        found.append(not_(_has_dossier(audience.without_dossier_kinds, ())))
    return found


def _hs(code: str) -> ColumnElement[bool]:
    """One of the two codes begins with the other."""
    return or_(HsInterest.code.startswith(code, autoescape=True), literal(code).startswith(HsInterest.code))


def _speaks_for(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    its = exists().where(OrganisationContact.contact_id == Contact.id, OrganisationContact.status != REFUSED)
    return its.where(Organisation.id == OrganisationContact.organisation_id, condition)


def _is_in_class(keys: Collection[int]) -> ColumnElement[bool]:
    return exists().where(Registration.contact_id == Contact.id, Registration.class_id.in_(keys), Registration.status.in_(LIVE))


def _has_dossier(kinds: Collection[str], states: Collection[str]) -> ColumnElement[bool]:
    its = exists().where(Dossier.contact_id == Contact.id)
    its = its.where(Dossier.kind.in_(kinds)) if kinds else its
    return its.where(Dossier.status.in_(states)) if states else its


def _is_on_list(keys: Collection[int]) -> ColumnElement[bool]:
    return exists().where(RecipientListEntry.contact_id == Contact.id, RecipientListEntry.list_id.in_(keys))
