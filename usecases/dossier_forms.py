"""A dossier as a form (biểu mẫu hồ sơ): what was typed into the boxes of a page, read by the declaration; what a box and a page show.

Web form and panel share it: same checks, same sentences as in the chat.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.dossiers.answers import read
from domain.dossiers.declaration import CHOICE, DATE, INSTRUMENTS, LISTS, YES_NO, DossierType, Field, Part
from domain.dossiers.rows import expired
from domain.errors import InstrumentExpired, OfficeError
from domain.folding import clean
from domain.messages import N_
from domain.training import date_of
from locales import translate
from usecases import dossier_words

Posted = Mapping[str, str | list[str]]


def read_form(
    declared: DossierType, posted: Posted, language: str, *, before: Mapping[str, Any] | None = None, today: date | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Answers, and by field the sentence that says what is wrong with it; a box may be a text or several.

    A box that was not sent is left out; one that was emptied is an empty answer. What does not apply after the other answers is not read.
    `before` are the answers so far: conditions on boxes that were not sent look there, and what stands as it was stays as it was
    (a box holds an address in one line, its parts are kept). Whether something is missing, `missing` says.
    """
    kept = dict(before or {})
    answers: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field in declared.fields:
        if field.name not in posted or field not in declared.asked({**kept, **answers}):
            continue
        text = _text(posted[field.name])
        kept_answer = kept.pop(field.name, None)
        if not text or (kept_answer and text == box(field, kept_answer, language)):
            answers[field.name] = kept_answer if text else ""
            continue
        try:
            answers[field.name] = read_box(field, text, language, today)
        except OfficeError as refusal:
            faults[field.name] = translate(refusal.key, language, **refusal.facts)
    return answers, faults


def _text(sent: str | list[str]) -> str:
    return clean(sent if isinstance(sent, str) else "\n".join(sent))


def read_box(field: Field, text: str, language: str, today: date | None = None) -> Any:
    """One answer; raises the `OfficeError` that says what is wrong, and where `today` is told, what is over."""
    if text in field.choices:
        return text
    value = read(field, text, dossier_words.captions(field, language))
    if today is not None:
        must_hold(field, value, today)
    return value


def must_hold(field: Field, value: Any, today: date) -> None:
    """Raises `InstrumentExpired` for an instrument whose verification is over."""
    over = expired(value, today) if field.kind == INSTRUMENTS and value else None
    if over is not None:
        raise InstrumentExpired(name=over["name"], until=f"{date.fromisoformat(over['valid_until']):%d/%m/%Y}")


def missing(declared: DossierType, answers: Mapping[str, Any], papers: Mapping[str, Any], language: str) -> dict[str, str]:
    """By the name of each required part that is not there, the sentence that asks for it; of an answer that ends the way, why."""
    return {part.name: _wanted(part, language) for part in declared.missing(answers, papers)} | {
        field.name: stop(field, answers[field.name], language) for field in declared.stopped(answers)
    }


def stop(field: Field, value: Any, language: str) -> str:
    """Why the way ends with an answer, and what to do; empty where it does not."""
    return translate(f"dossier.stop.{field.name}.{value}", language) if value in field.stops else ""


def _wanted(part: Part, language: str) -> str:
    key = N_("error.answer_needed") if isinstance(part, Field) else N_("error.paper_needed")
    return translate(key, language, name=dossier_words.name(part, language))


def box(field: Field, value: Any, language: str) -> str:
    """An answer as it stands in a box for typing, and can be read again; a choice by its name."""
    if value in (None, "", [], {}):
        return ""
    if field.kind in {CHOICE, YES_NO}:
        return str(value)
    if field.kind in LISTS:
        return dossier_words.row_lines(field.kind, value, language)
    if field.kind == DATE:
        return f"{date_of(str(value)):%d/%m/%Y}"
    return dossier_words.said(field, value, language)
