"""What the label check says to announced goods (góp ý cách ghi nhãn): advice, never a reason to refuse; each finding with its clause."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from domain.messages import N_
from domain.quantity_marks.labels import Finding, check
from locales import translate
from usecases import measurement_tables


def on(session: Session, rows: Sequence[Mapping[str, Any]], language: str, today: date) -> list[str]:
    """A sentence for each finding, and that the tables are not verified where that is so. Nothing while there are no tables."""
    if not rows or not measurement_tables.rows_in_force(session, today):
        return []
    rules = measurement_tables.in_force(session, today)
    lines = []
    for row in rows:
        numerals, mark = (Decimal(row[part]) if row.get(part) else None for part in ("numeral_mm", "mark_mm"))
        label = check(row.get("label") or f"V {row['quantity']}", rules, state=row.get("state", ""), numeral_mm=numerals, mark_mm=mark)
        name = f"{row['name']} {row['quantity']}"
        lines += [_said(name, finding, language) for finding in label.findings]
    if lines and rules.unverified:
        lines.append(translate(N_("dossier.advice.tables_unverified"), language))
    return lines


def _said(name: str, finding: Finding, language: str) -> str:
    key = N_("dossier.advice.label_right") if finding.right and finding.is_fault else N_("dossier.advice.label")
    said = translate(f"label.finding.{finding.code}", language, **finding.facts)
    return translate(key, language, name=name, said=said, right=finding.right, clause=finding.clause)
