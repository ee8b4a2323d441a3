"""Advice on an answer (tư vấn theo câu trả lời): what the office's own rows say to it at once, each figure with its source."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from domain.dossiers.declaration import HEAD_OFFICE, INSTRUMENTS_VALID, PACKAGE_LABELS, PREFIX_SIZE, Field
from domain.fees import first_year, suggest
from domain.folding import fold
from domain.messages import N_
from locales import amount, day, translate
from usecases import fees, label_advice, mark_registers, office


def on(session: Session, field: Field, value: Any, language: str, today: date) -> str:
    """What is to be said to an answer; empty where nothing is. Registering is taken to be today."""
    return ADVICE[field.advice](session, value, language, today) if field.advice and value else ""


def _prefix_size(session: Session, products: int, language: str, today: date) -> str:
    """The smallest company prefix with room for growth, and what it costs in its first year."""
    rows = {row.kind: row for row in fees.in_force(session, today) if row.holds}
    kind = suggest(products, [(row.kind, row.holds or 0) for row in rows.values()])
    if kind is None:
        return translate(N_("dossier.advice.no_prefix"), language)
    row = rows[kind]
    sums = first_year(row.issue, row.yearly, today)
    figures = {"issue": sums.issue, "yearly": sums.yearly, "total": sums.total, "count": products}
    said = {name: amount(figure, language) for name, figure in figures.items()}
    kind_said = translate(f"fee.kind.{kind}", language)
    advised = translate(N_("dossier.advice.prefix"), language, kind=kind_said, source=row.source, **said)
    return advised if row.verified_by else f"{advised} {translate(N_('fee.unverified'), language)}"


def _head_office(session: Session, address: Mapping[str, Any], language: str, today: date) -> str:
    """Whether the head office is in this office's own province; of an address whose province nobody knows, nothing."""
    province = str(address.get("province", ""))
    bare = _OF_RANK.sub("", fold(province))
    if not bare or f" {bare} " in f" {fold(office.name(session, 'vi'))} ":
        return ""
    return translate(N_("dossier.advice.other_province"), language, province=province)


def _package_labels(session: Session, rows: Sequence[Mapping[str, Any]], language: str, today: date) -> str:
    """Which goods need a certificate by the office's list, and what the labels lack."""
    lines = []
    for name, good in mark_registers.needs_certificate(session, rows, today):
        key = N_("dossier.advice.needs_certificate")
        lines.append(translate(key, language, name=name, good=good.name, source=good.source))
    return "\n".join([*lines, *label_advice.on(session, rows, language, today)])


def _instruments_valid(session: Session, rows: Sequence[Mapping[str, Any]], language: str, today: date) -> str:
    """Instruments whose verification is over, or soon will be."""
    lines = []
    for row in rows:
        until = date.fromisoformat(row["valid_until"])
        if until < today + SOON:
            key = N_("dossier.advice.instrument_over") if until < today else N_("dossier.advice.instrument_soon")
            lines.append(translate(key, language, name=row["name"], until=day(until, language)))
    return "\n".join(lines)


SOON = timedelta(days=30)
"""Before the end of a verification that it is spoken of. Our own rule."""
_OF_RANK = re.compile(r"^(thanh pho|tinh|tp\.?)\s+")

ADVICE: dict[str, Callable[[Session, Any, str, date], str]] = {
    PREFIX_SIZE: _prefix_size,
    HEAD_OFFICE: _head_office,
    PACKAGE_LABELS: _package_labels,
    INSTRUMENTS_VALID: _instruments_valid,
}
