"""The facts of each paper of quantity marks (nội dung giấy tờ): from the dossier, its line in the register, and the office's settings."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Dossier, DossierDemand, DossierEvent, MarkEntry, Organisation
from db.models.quantity_mark import ANNOUNCEMENT, IN_FORCE, REVOKED, SUSPENDED
from domain.dossiers.declaration import INSTRUMENTS, PACKAGES
from domain.dossiers.quantity_announcement import CONDITIONS
from domain.messages import N_
from domain.worktime import ZONE
from locales import day, moment, translate
from usecases import class_papers, dossier_notices, dossier_words, dossiers, office, time_limits
from usecases import paper_layouts as layouts
from usecases.mark_registers import rows_of
from usecases.paper_layouts import LANGUAGE
from usecases.paper_making import Facts


def of_dossier(
    session: Session, kind: str, dossier: Dossier, entry: MarkEntry | None, *, number: str = "", public_url: str, now: datetime
) -> Facts:
    """Everything that a paper of a dossier may say; what the kind does not name is left out by its layout."""
    facts = {
        **of_office(session, number, now),
        **_of_dossier(dossier),
        "verify_link": class_papers.verify_link(public_url, dossier.secret),
        **(_of_entry(session, entry, public_url=public_url) if entry is not None else {}),
        **(_OWN[kind](session, dossier) if kind in _OWN else {}),
    }
    if layouts.KINDS[kind].is_of_firm:
        return facts | by_firm(facts)
    return facts | (_as_entered(session, entry, number) if entry is not None and kind in _AS_ENTERED else {})


def of_office(session: Session, number: str, now: datetime) -> dict[str, Any]:
    """Head, date and signature of the office's own papers."""
    profile, on_papers = office.setting(session, "profile"), office.on_papers(session)
    reached_at = "; ".join(str(profile.get(name, "")) for name in ("address", "phone", "email") if profile.get(name))
    return {
        "authority": on_papers["authority"],
        "office": office.name(session, LANGUAGE),
        "office_contact": reached_at or office.name(session, LANGUAGE),
        "document_number": number,
        "place_and_date": _dated(on_papers["city"], now.astimezone(ZONE).date()),
        "signer_title": on_papers["signer_title"],
        "signer": on_papers["signer"],
        "made_at": moment(now, LANGUAGE),
    }


def by_firm(facts: Facts) -> dict[str, str]:
    """What the firm fills in by hand, and who signs for it."""
    return {
        "document_number": "",
        "place_and_date": translate(N_("outgoing.unfilled_date"), LANGUAGE),
        "signer_title": str(facts.get("position", "")).upper() or translate(N_("outgoing.representative"), LANGUAGE),
        "signer": str(facts.get("representative", "")),
    }


def _dated(city: str, on: date) -> str:
    dated = translate(N_("paper.dated"), LANGUAGE, day=f"{on.day:02d}", month=f"{on.month:02d}", year=on.year)
    return f"{city}, {dated}" if city else dated[0].upper() + dated[1:]


def _of_dossier(dossier: Dossier) -> dict[str, Any]:
    declared = dossiers.declared(dossier)
    said = {field.name: dossier_words.said(field, dossier.answers.get(field.name), LANGUAGE) for field in declared.fields}
    return said | {
        "firm": dossier.firm,
        "tax_code": dossier.tax_code,
        "place": said.get("production_place") or said.get("import_warehouse") or "",
        "reference": dossier.reference,
        "submitted_on": _day(dossier.submitted_at.astimezone(ZONE).date()),
        "procedure": translate(f"dossier.type.{dossier.kind}", LANGUAGE),
        "products": numbered(rows_of(dossier, PACKAGES)),
    }


def numbered(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Rows of a table, with their numbers."""
    return [{name: str(value) for name, value in row.items()} | {"number": str(at)} for at, row in enumerate(rows, 1)]


def _of_entry(session: Session, entry: MarkEntry, *, public_url: str) -> dict[str, Any]:
    """A line of the register, as it stands now. What the dossier said since is not the register's."""
    chain = earlier(session, entry)
    said = {
        "verify_link": entry_link(public_url, entry.secret),
        "register_name": translate(f"outgoing.register.{entry.register}", LANGUAGE),
        "register_number": entry.number,
        "times": str(entry.times),
        "received_on": _day(entry.received_on),
        "expires_on": _day(entry.expires_on),
        "status": status(entry),
        "status_since": _day(entry.status_since) if entry.status != IN_FORCE else "",
        "words": entry.words,
        "previous_number": chain[0].number if chain else "",
        "is_announcement": "x" if entry.register == ANNOUNCEMENT else "",
        "firm": entry.firm,
        "commune": entry.commune,
        "firm_kind": translate(f"outgoing.firm_kind.{entry.firm_kind}", LANGUAGE) if entry.firm_kind else "",
        "products": numbered(products(entry)),
    }
    rows = [
        {"times": one.times, "register_number": one.number, "received_on": _day(one.received_on), "status": status(one)} for one in chain
    ]
    return said | {"earlier": numbered(rows)}


def products(entry: MarkEntry) -> list[dict[str, str]]:
    """What a line is about, a row for each nominal quantity."""
    names = ("name", "brand", "packaging", "quantity")
    return [{name: getattr(one, name) for name in names} | {"label": str(one.facts.get("label", ""))} for one in entry.products]


def earlier(session: Session, entry: MarkEntry) -> list[MarkEntry]:
    """What a line took the place of, the last first."""
    found: list[MarkEntry] = []
    while entry.previous_id is not None and len(found) < entry.times:
        entry = session.get_one(MarkEntry, entry.previous_id)
        found.append(entry)
    return found


def status(entry: MarkEntry) -> str:
    """How a line stands, in words: a received announcement is a receipt, no permit."""
    own = f".{entry.register}" if entry.status in {IN_FORCE, REVOKED} else ""
    return translate(f"outgoing.status.{entry.status}{own}", LANGUAGE)


def entry_link(public_url: str, secret: str) -> str:
    """Address of the page that verifies a line of a register."""
    return f"{public_url}/registers/entry/{secret}"


_AS_ENTERED = {layouts.RECEIPT_SHEET, layouts.CERTIFICATE}
"""Papers that are the line itself: dated, numbered and signed as it was entered."""


def _as_entered(session: Session, entry: MarkEntry, number: str) -> dict[str, str]:
    on_papers = office.on_papers(session)
    return {
        "document_number": number or entry.number,
        "place_and_date": _dated(on_papers["city"], entry.received_on),
        "signer_title": entry.signer_title or on_papers["signer_title"],
        "signer": entry.signer or on_papers["signer"],
    }


def _day(value: date | None) -> str:
    return day(value, LANGUAGE) if value is not None else ""


# what one kind alone says


def last_demand(session: Session, dossier: Dossier) -> DossierDemand | None:
    """The last request for completion."""
    its = select(DossierDemand).where(DossierDemand.dossier_id == dossier.id)
    return session.scalars(its.order_by(DossierDemand.number.desc()).limit(1)).one_or_none()


def _of_demand(session: Session, dossier: Dossier) -> dict[str, Any]:
    demand = last_demand(session, dossier)
    if demand is None:
        return {}
    asked_on = demand.asked_at.astimezone(ZONE).date()
    items = [{"part": dossier_notices.part_name(one.kind, one.name, LANGUAGE), "words": one.words} for one in demand.items]
    return {
        "demand_number": str(demand.number),
        "asked_on": _day(asked_on),
        "due_on": _day(demand.due_on),
        "due_source": _source(session, dossier, asked_on) if demand.due_on is not None else "",
        "items": numbered(items),
    }


def _source(session: Session, dossier: Dossier, on: date) -> str:
    """Where the firm's time limit comes from, marked while nobody confirmed it."""
    name = next((move.firm_limit for move in dossiers.declared(dossier).moves if move.firm_limit), "")
    limit = time_limits.in_force(session, name, on)
    if limit is None:
        return ""
    return limit.source if limit.verified_by else f"{limit.source} – {translate(N_('dossier.unverified'), LANGUAGE)}"


def _of_announcement(session: Session, dossier: Dossier) -> dict[str, Any]:
    answered = [(field, dossier.answers.get(field.name)) for field in CONDITIONS]
    conditions = [
        {"name": dossier_words.name(field, LANGUAGE), "answer": dossier_words.said(field, value, LANGUAGE)}
        for field, value in answered
        if value
    ]
    instruments = [
        {"name": row["name"], "serial": row["number"], "valid_until": _day(date.fromisoformat(row["valid_until"]))}
        for row in rows_of(dossier, INSTRUMENTS)
    ]
    return {"conditions": numbered(conditions), "instruments": numbered(instruments), "products": numbered(rows_of(dossier, PACKAGES))}


def _of_refusal(session: Session, dossier: Dossier) -> dict[str, Any]:
    moved = select(DossierEvent.words).where(DossierEvent.dossier_id == dossier.id, DossierEvent.kind == "moved")
    reason = session.scalar(moved.where(DossierEvent.status == dossier.status).order_by(DossierEvent.id.desc()).limit(1))
    return {
        "outcome": translate(f"outgoing.refusal.outcome.{dossier.status}", LANGUAGE),
        "reason": reason or "",
        "next_step": translate(f"outgoing.refusal.next.{dossier.status}", LANGUAGE),
    }


_OWN: dict[str, Callable[[Session, Dossier], dict[str, Any]]] = {
    layouts.COMPLETION_REQUEST: _of_demand,
    layouts.ANNOUNCEMENT: _of_announcement,
    layouts.REFUSAL: _of_refusal,
}


# the firm's yearly report


def of_firm_report(session: Session, organisation: Organisation, year: int, *, public_url: str, now: datetime) -> Facts:
    """The form of the yearly report, with every product of the firm that was in force in that year."""
    entries = entries_of_year(session, organisation.id, year)
    rows = [row | {"register_number": entry.number, "made": "", "note": ""} for entry in entries for row in products(entry)]
    dossier = next((found for one in reversed(entries) if one.dossier_id and (found := session.get(Dossier, one.dossier_id))), None)
    answers = dossier.answers if dossier is not None else {}
    facts = {
        **of_office(session, "", now),
        "firm": organisation.name,
        "tax_code": organisation.tax_code,
        "address": organisation.address,
        "phone": organisation.phone,
        "email": organisation.email,
        "representative": str(answers.get("representative") or ""),
        "position": str(answers.get("position") or ""),
        "year": str(year),
        "report_before": _day(date(year + 1, 1, 31)),
        "products": numbered(rows),
        "verify_link": entry_link(public_url, entries[-1].secret) if entries else "",
    }
    return facts | by_firm(facts)


def entries_of_year(session: Session, organisation_id: int, year: int) -> list[MarkEntry]:
    """Lines of a firm that a report on a year is about: entered by its end, and in force then or suspended."""
    its = select(MarkEntry).where(MarkEntry.organisation_id == organisation_id, MarkEntry.received_on <= date(year, 12, 31))
    return [one for one in session.scalars(its.order_by(MarkEntry.id)) if held_at_end(one.status, one.status_since, year)]


def held_at_end(status: str, since: date, year: int) -> bool:
    """Whether a line still held at the end of a year."""
    return status in {IN_FORCE, SUSPENDED} or since.year > year
