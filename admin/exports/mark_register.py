"""The registers of quantity marks (sổ dấu định lượng) as a spreadsheet: a line with its goods."""

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select, true

from admin import wording
from admin.exporting import Column, Export, coded, holding, plainly
from admin.work import Asked
from db.models import MarkEntry, Organisation
from domain.folding import fold
from domain.messages import N_
from domain.worktime import ZONE
from usecases import public_registers


def wanted(who: Asked) -> Select[Any]:
    """What the filters of the list choose, on the day on which it was asked for."""
    today, found = _day(who), select(MarkEntry)
    if search := who.filters.get("search", ""):
        firms = select(Organisation.id).where(*holding(Organisation, search))
        held = and_(true(), *public_registers.holding(fold(search).split()))
        found = found.where(or_(held, MarkEntry.organisation_id.in_(firms)))
    if register := who.filters.get("register"):
        found = found.where(MarkEntry.register == register)
    if status := who.filters.get("status"):
        found = found.where(public_registers.stands(status, today))
    expires = who.filters.get("expires")
    return found.where(public_registers.expires(expires, today)) if expires else found


def _day(who: Asked) -> date:
    return who.at.astimezone(ZONE).date()


def _standing(row: Any, who: Asked) -> object:
    return who.say(wording.MARK_STATUS[public_registers.standing(row, _day(who))[0]])


def _since(row: Any, who: Asked) -> object:
    return public_registers.standing(row, _day(who))[1]


def _goods(row: Any, _who: Asked) -> object:
    return "\n".join("; ".join((one.name, one.brand, one.packaging, one.quantity)) for one in row.products)


EXPORT = Export(
    name="mark_register",
    title=N_("panel.menu.mark_register"),
    record=MarkEntry,
    columns=(
        Column(N_("panel.line.register"), coded("register", wording.MARK_REGISTER), 30),
        Column(N_("panel.line.number"), plainly("number"), 20),
        Column(N_("panel.line.times"), plainly("times"), 8),
        Column(N_("panel.line.firm"), plainly("firm"), 40),
        Column(N_("panel.registration.tax_code"), lambda row, _who: row.organisation.tax_code if row.organisation else "", 18),
        Column(N_("panel.line.commune"), plainly("commune"), 24),
        Column(N_("panel.line.firm_kind"), coded("firm_kind", wording.FIRM_KIND), 14),
        Column(N_("panel.line.received"), plainly("received_on"), 14),
        Column(N_("panel.line.expires"), plainly("expires_on"), 14),
        Column(N_("panel.filter.state"), _standing, 20),
        Column(N_("panel.line.since"), _since, 14),
        Column(N_("panel.line.suspended_until"), plainly("suspended_until"), 14),
        Column(N_("panel.line.reason"), coded("ended_reason", wording.MARK_REASON), 20),
        Column(N_("panel.line.words"), plainly("words"), 40),
        Column(N_("panel.line.signer"), plainly("signer"), 24),
        Column(N_("panel.line.products"), _goods, 60),
    ),
    query=wanted,
    choices={"register": wording.MARK_REGISTER, "status": wording.MARK_STATUS, "expires": wording.MARK_EXPIRES},
    is_searched=True,
)
