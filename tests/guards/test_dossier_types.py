"""Every dossier type goes whole through everything that is made from its declaration. A new one is tested by being declared."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from bot import dossier_form
from db.engine import Database
from domain import dossiers
from domain.dossiers.answers import read
from domain.dossiers.declaration import CHOICE, PRODUCTS, YES_NO, DossierType, Field, Paper, faults
from domain.papers.receipt import receipt
from domain.references import format_reference
from locales import translate
from locales.languages import LANGUAGES
from tests.examples import a_dossier, a_draft, example
from tests.training import a_contact
from usecases import dossier_forms, dossier_notices, dossier_papers, dossier_words
from usecases.dossier_advice import ADVICE
from usecases.uploads import ACCEPTED

EVERY = pytest.mark.parametrize("declared", dossiers.DECLARED, ids=lambda one: f"{one.kind}-{one.version}")
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LONGEST_NAME = 24
"""Letters of a field's name: buttons of the chat carry it in 64 bytes."""


def keys(declared: DossierType) -> Iterator[str]:
    """Every sentence that is said about a type."""
    yield from (f"dossier.{room}.{declared.kind}" for room in ("type", "purpose"))
    for field in declared.fields:
        yield from (f"dossier.field.{field.name}.{what}" for what in ("name", "ask", "why", "example", "mistake"))
        yield from (f"dossier.choice.{field.name}.{choice}" for choice in field.choices)
    for paper in declared.papers:
        yield from (f"dossier.paper.{paper.name}.{what}" for what in ("name", "ask", "why", "mistake"))
    for state in declared.states:
        yield from (f"dossier.state.{state.name}", f"dossier.next.{state.name}", f"dossier.unit.{state.unit}")


@EVERY
def test_a_declaration_is_sound(declared: DossierType) -> None:
    assert list(faults(declared)) == []
    assert [part.name for part in declared.parts if len(part.name) > LONGEST_NAME] == []
    assert [paper.name for paper in declared.papers if not paper.types or not paper.types <= ACCEPTED] == []
    assert max(len(state.name) for state in declared.states) <= LONGEST_NAME
    assert dossiers.declared(declared.kind, declared.version) is declared
    assert format_reference(declared.prefix, 2026, 1).startswith(declared.prefix)
    assert declared.basis
    assert [field.name for field in declared.fields if field.advice and field.advice not in ADVICE] == []


def test_types_are_told_apart() -> None:
    assert len({(one.kind, one.version) for one in dossiers.DECLARED}) == len(dossiers.DECLARED)
    fields: dict[str, Field] = {}
    for declared in dossiers.current_types():
        for field in declared.fields:
            shared = fields.setdefault(field.name, field)
            assert (shared.kind, shared.choices) == (field.kind, field.choices), f"{field.name} means two things in the same words"


@EVERY
@EVERY_LANGUAGE
def test_everything_is_said_in_every_language(declared: DossierType, language: str) -> None:
    assert [key for key in keys(declared) if translate(key, language) == key] == []
    for field in declared.fields:
        captions = list(dossier_words.captions(field, language).values())
        assert len(set(captions)) == len(captions)


@EVERY
@EVERY_LANGUAGE
def test_every_example_is_an_answer(declared: DossierType, language: str) -> None:
    for field in declared.fields:
        if field.kind == PRODUCTS:  # a sheet, or one product after the other: never one text
            continue
        text = translate(f"dossier.field.{field.name}.example", language)
        value = read(field, text, dossier_words.captions(field, language))
        assert dossier_words.said(field, value, language)
        if field.kind in {CHOICE, YES_NO}:  # what a button or a radio says is read as what it means
            for choice, caption in dossier_words.captions(field, language).items():
                assert read(field, caption, dossier_words.captions(field, language)) == choice
        box = dossier_forms.box(field, value, language)
        assert dossier_forms.read_form(declared, {field.name: box}, language, before=_applying(declared, field))[0][field.name] == value


def _applying(declared: DossierType, part: Field | Paper) -> dict[str, object]:
    """The answers with which a part is asked for."""
    answers: dict[str, object] = {}
    while part.only_if is not None:
        answers[part.only_if.field] = part.only_if.values[0]
        found = declared.field(part.only_if.field)
        assert found is not None
        part = found
    return answers


@EVERY
@EVERY_LANGUAGE
@ONE_ENGINE
def test_the_form_shows_every_part_once(database: Database, now: datetime, declared: DossierType, language: str) -> None:
    with database.write() as session:
        draft = a_draft(session, now, declared.kind, contact=a_contact(session, now), language=language)
        draft.version = declared.version
        boxes = [box for one in dossier_form.sections(draft, language, {}, {}) for box in one.boxes]
        summary = dossier_form.summary(draft, language)
    assert [box.part for box in boxes] == list(declared.parts)
    assert len({box.id for box in boxes}) == len(boxes)
    for box in boxes:
        assert all((box.label, box.ask, box.why, box.mistake))
        assert bool(box.accept and box.kinds) == isinstance(box.part, Paper)
    assert all(line.said and not line.said.startswith("dossier.") for line in summary)
    assert dossier_form.progress(draft).done == dossier_form.progress(draft).total


@EVERY
@EVERY_LANGUAGE
@ONE_ENGINE
def test_the_receipt_holds_every_answer(database: Database, now: datetime, declared: DossierType, language: str) -> None:
    with database.write() as session:
        filed = a_dossier(session, now, declared.kind, contact=a_contact(session, now), language=language)
        paper = dossier_papers.receipt_of(session, filed, public_url="https://quay.example")
        for state in declared.states:
            filed.status = state.name
            assert not any(str(fact).startswith("dossier.") for fact in dossier_notices.facts(session, filed, language).values())
    given = {name for name, value in filed.answers.items() if value}
    assert len(paper.answers) == len(given)
    assert len(paper.papers) == len(filed.papers)
    for field in declared.fields:
        if field.name in given:
            assert dossier_words.said(field, example(field, language), language) in [fact.text for fact in paper.answers]
    assert receipt(paper, now).startswith(b"%PDF")
