"""Advice on an answer (tư vấn theo câu trả lời): what the office's own rows say to it at once, each figure with its source."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from domain.dossiers.declaration import PREFIX_SIZE, Field
from domain.fees import first_year, suggest
from domain.messages import N_
from locales import amount, translate
from usecases import fees


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


ADVICE: dict[str, Callable[[Session, Any, str, date], str]] = {PREFIX_SIZE: _prefix_size}
