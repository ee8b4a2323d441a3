"""A dossier in words (hồ sơ bằng lời): answers, papers and choices as people read them, from the declaration."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from db.models import TimeLimit
from domain.dossiers import rows
from domain.dossiers.declaration import EXCEL, LISTS, PDF, PICTURES, WORD, YES_NO, Field, Paper, Part
from domain.messages import N_
from locales import amount, day, translate

_LISTED = 5
"""Codes or files that are named; of more it is said how many."""


def name(part: Part, language: str) -> str:
    """What a field or paper is called."""
    return _say(part, "name", language)


def ask(part: Part, language: str) -> str:
    """The question."""
    return _say(part, "ask", language)


def why(part: Part, language: str) -> str:
    """Why it is asked."""
    return _say(part, "why", language)


def mistake(part: Part, language: str) -> str:
    """What often goes wrong."""
    return _say(part, "mistake", language)


def example(field: Field, language: str) -> str:
    return _say(field, "example", language)


def _say(part: Part, what: str, language: str) -> str:
    room = "paper" if isinstance(part, Paper) else "field"
    return translate(f"dossier.{room}.{part.name}.{what}", language)


def captions(field: Field, language: str) -> dict[str, str]:
    """The choices of a field, or yes and no, as they are shown."""
    if field.kind == YES_NO:
        return {"yes": translate(N_("dossier.yes"), language), "no": translate(N_("dossier.no"), language)}
    return {choice: translate(f"dossier.choice.{field.name}.{choice}", language) for choice in field.choices}


def said(field: Field, value: Any, language: str) -> str:
    """An answer as people read it: a choice by its caption, a date by day, month, year, an address in one line, one code a line.

    Empty where there is none.
    """
    if value in (None, "", [], {}):
        return ""
    match field.kind:
        case "choice" | "yes_no":
            return captions(field, language).get(str(value), str(value))
        case "date":
            return day(date.fromisoformat(str(value)), language)
        case "number":
            return amount(value, language)
        case "address":
            return str(value["line"])
        case "gtins":
            return "\n".join(value)
        case kind if kind in LISTS:
            return "\n".join(row_said(kind, row, language) for row in value)
        case "products" if isinstance(value, dict):
            return translate(N_("dossier.products_said"), language, count=amount(len(value.get("rows") or ()) or value["count"], language))
        case _:
            return str(value)


def briefly(field: Field, value: Any, language: str) -> str:
    """An answer in a line of a summary: of many codes the first; where there is none, that there is none."""
    if value in (None, "", [], {}):
        return translate(N_("dossier.nothing"), language)
    if field.kind in LISTS:
        return _listed([_row_name(row) for row in value])
    return _listed(value) if isinstance(value, list) else said(field, value, language)


def row_said(kind: str, row: Mapping[str, Any], language: str) -> str:
    """A row of a list as people read it: what is not there is left out, heights and dates say what they are."""
    parts = [(part, row_part(part, row, language)) for part in rows.PARTS[kind]]
    named = {"numeral_mm", "mark_mm", "valid_until"}
    return " · ".join(translate(f"dossier.row.{part}", language, said=text) if part in named else text for part, text in parts if text)


def row_part(part: str, row: Mapping[str, Any], language: str) -> str:
    """A part of a row as it is shown, and can be read again."""
    text = str(row.get(part, ""))
    if part == "state" and text:
        return translate(f"dossier.row.state.{text}", language)
    if part == "valid_until" and text:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    return text.replace(".", ",") if part in {"numeral_mm", "mark_mm"} and language == "vi" else text


def row_lines(kind: str, value: Sequence[Mapping[str, Any]], language: str) -> str:
    """Rows as they are typed, one a line."""
    return "\n".join("; ".join(row_part(part, row, language) for part in rows.PARTS[kind]) for row in value)


def _row_name(row: Mapping[str, Any]) -> str:
    """What a row is known by: its name, with the quantity or number."""
    return " ".join(part for part in (str(row.get("name", "")), str(row.get("quantity") or row.get("number") or "")) if part)


def counted(limit: TimeLimit, language: str) -> str:
    """How long a time limit is: 5 working days."""
    return translate(f"limit.count.{limit.unit}", language, count=limit.days)


def said_files(files: Sequence[Mapping[str, Any]], language: str) -> str:
    """The files of a paper."""
    if not files:
        return translate(N_("dossier.nothing"), language)
    return translate(N_("dossier.files_said"), language, count=len(files), names=_listed([file["name"] for file in files]))


def _listed(items: Sequence[str]) -> str:
    more = f" … ({len(items)})" if len(items) > _LISTED else ""
    return ", ".join(items[:_LISTED]) + more


def kinds(paper: Paper, language: str) -> str:
    """What kinds of file a paper takes."""
    groups = (
        (PICTURES, N_("dossier.kind.picture")),
        (PDF, N_("dossier.kind.pdf")),
        (WORD, N_("dossier.kind.word")),
        (EXCEL, N_("dossier.kind.excel")),
    )
    return ", ".join(translate(key, language) for types, key in groups if types & paper.types)
