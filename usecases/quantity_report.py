"""The office's yearly report on the quantity mark (báo cáo năm của Chi cục, khoản 5 Điều 28 Thông tư 21/2014/TT-BKHCN), before 31 March.

A dossier counts as late where the office had to say why it was late, or its time limit is over while the clock runs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Dossier, MarkedProduct, MarkEntry
from db.models.quantity_mark import ANNOUNCEMENT, CERTIFICATE, EXPIRED, REVOKED, SUSPENDED
from domain.dossiers.common import WITHDRAWN
from domain.dossiers.declaration import OFF
from domain.messages import N_
from domain.worktime import ZONE
from locales import amount, translate
from usecases import dossiers, paper_facts
from usecases.paper_facts import held_at_end, numbered
from usecases.paper_layouts import LANGUAGE
from usecases.paper_making import Facts

FILED_KINDS = ("quantity_announcement", "quantity_certificate")
REPORT = "quantity_report"
"""Kind of dossier in which a firm reports."""

LABELS = {
    "first": N_("outgoing.report.first"),
    "again": N_("outgoing.report.again"),
    "revoked": N_("outgoing.report.revoked"),
    "certified": N_("outgoing.report.certified"),
    "suspended": N_("outgoing.report.suspended"),
    "withdrawn": N_("outgoing.report.withdrawn"),
    "expired": N_("outgoing.report.expired"),
    "firms": N_("outgoing.report.firms"),
    "products": N_("outgoing.report.products"),
    "reported": N_("outgoing.report.reported"),
    "unreported": N_("outgoing.report.unreported"),
    "filed": N_("outgoing.report.filed"),
    "on_time": N_("outgoing.report.on_time"),
    "late": N_("outgoing.report.late"),
    "running": N_("outgoing.report.running"),
}
"""The figures, in their order."""


@dataclass
class OfCommune:
    """What holds in one commune at the end of the year."""

    firms: set[Any] = field(default_factory=set)
    announcements: int = 0
    certificates: int = 0
    products: int = 0


@dataclass(frozen=True)
class Report:
    """The figures of a year by the names of `LABELS`, and by commune (an empty name: not recorded)."""

    year: int
    figures: Mapping[str, int]
    communes: Sequence[tuple[str, OfCommune]]


_Entry = Any
"""Columns of an entry: id, register, times, received_on, status, status_since, organisation_id, firm, commune."""


def of_year(session: Session, year: int, now: datetime) -> Report:
    """The report as the registers and the dossiers stand now."""
    entries = _entries(session, year)
    held = [one for one in entries if held_at_end(one.status, one.status_since, year)]
    goods = _goods(session, {one.id for one in held})
    firms = {_firm(one) for one in held}
    owing = {one.organisation_id for one in held if one.organisation_id is not None}
    reported = reported_firms(session, year)
    figures = {
        **_register(entries, year),
        "firms": len(firms),
        "products": sum(goods.values()),
        "reported": len(reported),
        "unreported": len(owing - reported),
        **_clock(session, year, now),
    }
    return Report(year, figures, _by_commune(held, goods))


def _entries(session: Session, year: int) -> Sequence[_Entry]:
    columns = (MarkEntry.id, MarkEntry.register, MarkEntry.times, MarkEntry.received_on, MarkEntry.status, MarkEntry.status_since)
    whose = (MarkEntry.organisation_id, MarkEntry.firm, MarkEntry.commune)
    return session.execute(select(*columns, *whose).where(MarkEntry.received_on <= date(year, 12, 31)).order_by(MarkEntry.id)).all()


def _firm(entry: _Entry) -> Any:
    return entry.organisation_id if entry.organisation_id is not None else entry.firm


def _goods(session: Session, keys: set[int]) -> dict[int, int]:
    counted = select(MarkedProduct.entry_id, func.count()).group_by(MarkedProduct.entry_id)
    return {key: count for key, count in session.execute(counted) if key in keys}


def _register(entries: Iterable[_Entry], year: int) -> dict[str, int]:
    found = dict.fromkeys(("first", "again", "revoked", "certified", "suspended", "withdrawn", "expired"), 0)
    for one in entries:
        is_announced, ended = one.register == ANNOUNCEMENT, one.status_since.year == year
        if one.received_on.year == year:
            found[("first" if one.times == 1 else "again") if is_announced else "certified"] += 1
        found["revoked"] += is_announced and one.status == REVOKED and ended
        if one.register == CERTIFICATE:
            found["suspended"] += one.status == SUSPENDED
            found["withdrawn"] += one.status == REVOKED and ended
            found["expired"] += one.status == EXPIRED and ended
    return found


def _clock(session: Session, year: int, now: datetime) -> dict[str, int]:
    start, end = (datetime.combine(date(one, 1, 1), time(), ZONE) for one in (year, year + 1))
    its = select(Dossier).where(Dossier.kind.in_(FILED_KINDS), Dossier.submitted_at >= start, Dossier.submitted_at < end)
    found = dict.fromkeys(("filed", "on_time", "late", "running"), 0)
    for dossier in session.scalars(its.where(Dossier.status != WITHDRAWN)).unique():
        found["filed"] += 1
        found[_timely(session, dossier, now)] += 1
    return found


def _timely(session: Session, dossier: Dossier, now: datetime) -> str:
    if dossier.late_reason or dossiers.is_late(session, dossier, now):
        return "late"
    return "on_time" if dossiers.declared(dossier).state(dossier.status).clock == OFF else "running"


def reported_firms(session: Session, year: int) -> set[int]:
    """The firms that handed in their report on a year."""
    its = select(Dossier.organisation_id, Dossier.answers).where(
        Dossier.kind == REPORT, Dossier.status != WITHDRAWN, Dossier.organisation_id.is_not(None)
    )
    begun = datetime.combine(date(year, 1, 1), time(), ZONE)
    rows = session.execute(its.where(Dossier.submitted_at >= begun))
    return {firm for firm, answers in rows if firm is not None and str(answers.get("report_year", "")) == str(year)}


def _by_commune(held: Iterable[_Entry], goods: Mapping[int, int]) -> list[tuple[str, OfCommune]]:
    found: dict[str, OfCommune] = defaultdict(OfCommune)
    for one in held:
        its = found[one.commune]
        its.firms.add(_firm(one))
        its.announcements += one.register == ANNOUNCEMENT
        its.certificates += one.register == CERTIFICATE
        its.products += goods.get(one.id, 0)
    return sorted(found.items(), key=lambda item: (not item[0], item[0]))


def facts(session: Session, report: Report, *, number: str, now: datetime) -> Facts:
    """What the paper says."""
    figures = [{"name": translate(label, LANGUAGE), "count": amount(report.figures[name], LANGUAGE)} for name, label in LABELS.items()]
    communes = [
        {
            "commune": name or translate(N_("outgoing.report.commune_unknown"), LANGUAGE),
            "firms": amount(len(its.firms), LANGUAGE),
            "announcements": amount(its.announcements, LANGUAGE),
            "certificates": amount(its.certificates, LANGUAGE),
            "products": amount(its.products, LANGUAGE),
        }
        for name, its in report.communes
    ]
    own = {"year": str(report.year), "figures": numbered(figures), "communes": numbered(communes)}
    return {**paper_facts.of_office(session, number, now), **own}
