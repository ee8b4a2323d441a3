"""Organisations (tổ chức, cơ sở): firms, who speaks for them, what they filed, and their company prefixes."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from admin import access, dossier_queues, dossiers
from admin.database import db, get_one_or_abort, locked, viewed, writing
from admin.faults import came_from
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import CompanyPrefix, DeclaredProduct, Dossier, Organisation, OrganisationContact, Staff
from db.models.organisation import CLAIMED, CONFIRMED
from db.models.product import WITHDRAWN
from domain.dossiers.answers import read
from domain.dossiers.declaration import COMPANY_PREFIX, Field
from domain.errors import BadDate, OfficeError
from domain.folding import clean
from domain.messages import N_
from domain.training import date_of
from usecases import organisations, product_register

CONTACTS = {"claimed": N_("panel.organisation.with_claims"), "confirmed": N_("panel.organisation.with_confirmed")}
MOST_DOSSIERS = 50
_PREFIX = Field("company_prefix", COMPANY_PREFIX)


class OrganisationsView(OfficeView):
    record = Organisation
    endpoint_name = "organisations"
    title = N_("panel.menu.organisations")
    intro = N_("panel.organisation.intro")
    empty = N_("panel.organisation.empty")
    room = "work"
    offered = frozenset({"index_view", "page", "decide", "add_prefix", "verify_prefix", "end_prefix"})
    columns = {
        "name": N_("panel.organisation.name"),
        "tax_code": N_("panel.organisation.tax_code"),
        "commune": N_("panel.organisation.commune"),
        "contacts": N_("panel.organisation.contacts"),
        "changed_at": N_("panel.organisation.changed"),
    }
    choices = {"speaker": CONTACTS}
    order = (Organisation.changed_at.desc(), Organisation.id.desc())
    name_of = "name"
    list_template = "panel/organisations.html"

    def narrow(self, name: str, value: str) -> ColumnElement[bool]:
        """By whether somebody says, or was confirmed, to speak for the firm."""
        return Organisation.id.in_(select(OrganisationContact.organisation_id).where(OrganisationContact.status == value))

    def render(self, template: str, **facts: Any) -> str:
        """The list knows how many contacts speak for each firm, and how many only say so."""
        if template == self.list_template:
            facts["speakers"] = _speakers(db.session, [row.id for row in facts["data"]])
        return super().render(template, tax_code=dossiers.tax_code, **facts)

    @expose("/<key>")
    def page(self, key: str) -> str:
        """A firm with everything that hangs on it."""
        firm = self.get_one_or_abort(key)
        viewed(self.table, firm.id)
        return self._page(firm)

    def _page(self, firm: Organisation, **facts: Any) -> str:
        its = select(Dossier).where(Dossier.organisation_id == firm.id, access.rows("dossiers")).order_by(Dossier.id.desc())
        filed = db.session.scalars(its.limit(MOST_DOSSIERS)).unique().all()
        page: str = self.render(
            "panel/organisation.html",
            firm=firm,
            links=_links(db.session, firm),
            lines=dossier_queues.lines(db.session, filed, now()),
            prefixes=db.session.scalars(
                select(CompanyPrefix).where(CompanyPrefix.organisation_id == firm.id).order_by(CompanyPrefix.id)
            ).all(),
            products=_count_products(db.session, firm),
            **({"faults": {}, "typed": {}} | facts),
        )
        return page

    @expose("/<key>/decide", methods=("POST",))
    def decide(self, key: str) -> ResponseReturnValue:
        """An officer says whether a contact speaks for the firm."""
        firm, answer = self.get_one_or_abort(key), request.form.get("answer")
        if answer not in {"yes", "no"}:
            abort(400)
        link = next((one for one in _links(db.session, firm) if str(one.id) == request.form.get("link")), None) or abort(404)
        with writing() as session:
            kept = locked(session, OrganisationContact, link.id)
            organisations.decide(session, kept, confirmed=answer == "yes", staff=_officer(session), now=now())
        flash(say(N_("panel.organisation.confirmed") if answer == "yes" else N_("panel.organisation.refused")), "done")
        return redirect(came_from(), 303)

    # company prefixes

    @expose("/<key>/prefixes", methods=("POST",))
    def add_prefix(self, key: str) -> ResponseReturnValue:
        """Write down a prefix that the firm may use; all faults at once, nothing typed is lost."""
        firm = self.get_one_or_abort(key)
        facts, faults = _read_prefix(firm)
        if faults:
            return self._page(firm, faults=faults, typed=request.form), 422
        with writing() as session:
            kept = locked(session, Organisation, firm.id)
            if facts["prefix"] not in _known(session, kept):
                session.add(CompanyPrefix(organisation_id=kept.id, wants_fee_reminders=False, since=now(), **facts))
        return _back(firm, N_("panel.prefix.added"))

    @expose("/<key>/prefixes/<number>/verify", methods=("POST",))
    def verify_prefix(self, key: str, number: str) -> ResponseReturnValue:
        """The officer saw the certificate."""
        return self._change(key, number, _verify, N_("panel.prefix.verified"))

    @expose("/<key>/prefixes/<number>/end", methods=("POST",))
    def end_prefix(self, key: str, number: str) -> ResponseReturnValue:
        """The firm may no longer use it."""
        return self._change(key, number, _end, N_("panel.prefix.ended"))

    def _change(self, key: str, number: str, deed: Callable[[CompanyPrefix, Staff], None], done: str) -> ResponseReturnValue:
        firm, prefix = self.get_one_or_abort(key), get_one_or_abort(db.session, CompanyPrefix, number)
        if prefix.organisation_id != firm.id:
            abort(404)
        with writing() as session:
            deed(locked(session, CompanyPrefix, prefix.id), _officer(session))
        return _back(firm, done)


def _verify(prefix: CompanyPrefix, officer: Staff) -> None:
    prefix.verified_by = officer.full_name or officer.email


def _end(prefix: CompanyPrefix, _: Staff) -> None:
    prefix.ended_at = prefix.ended_at or now()


def _read_prefix(firm: Organisation) -> tuple[dict[str, Any], dict[str, str]]:
    """The boxes for a new prefix, and what is wrong with which."""
    facts: dict[str, Any] = {"certificate_number": clean(request.form.get("certificate_number", ""))[:60]}
    faults: dict[str, str] = {}
    try:
        facts["prefix"] = read(_PREFIX, request.form.get("prefix", ""))
    except OfficeError as refusal:
        faults["prefix"] = say(refusal.key, **refusal.facts)
    for name in ("issued_on", "expires_on"):
        try:
            facts[name] = date_of(text) if (text := request.form.get(name, "").strip()) else None
        except BadDate as refusal:
            faults[name] = say(refusal.key, **refusal.facts)
    if facts.get("prefix") in _known(db.session, firm):
        faults["prefix"] = say(N_("panel.prefix.known"))
    return facts, faults


def _known(session: Session, firm: Organisation) -> set[str]:
    return set(session.scalars(select(CompanyPrefix.prefix).where(CompanyPrefix.organisation_id == firm.id)))


def _links(session: Session, firm: Organisation) -> list[OrganisationContact]:
    its = select(OrganisationContact).where(OrganisationContact.organisation_id == firm.id)
    return list(session.scalars(its.order_by(OrganisationContact.id)))


def _speakers(session: Session, firms: list[int]) -> dict[int, dict[str, int]]:
    """By firm: how many contacts are confirmed, how many only say so."""
    its = select(OrganisationContact.organisation_id, OrganisationContact.status, func.count())
    wanted = its.where(OrganisationContact.organisation_id.in_(firms), OrganisationContact.status.in_((CLAIMED, CONFIRMED)))
    found: dict[int, dict[str, int]] = {}
    for firm, status, number in session.execute(wanted.group_by(OrganisationContact.organisation_id, OrganisationContact.status)):
        found.setdefault(firm, {})[status] = number
    return found


def _count_products(session: Session, firm: Organisation) -> int:
    its = select(func.count()).where(
        DeclaredProduct.organisation_id == firm.id, DeclaredProduct.status != WITHDRAWN, product_register.visible()
    )
    return session.scalar(its) or 0


def _officer(session: Session) -> Staff:
    return session.get_one(Staff, current_user.id)


def _back(firm: Organisation, done: str) -> ResponseReturnValue:
    flash(say(done), "done")
    return redirect(url_for(".page", key=firm.id, _anchor="prefixes"), 303)
