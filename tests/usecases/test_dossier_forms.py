"""What is typed into the boxes of a dossier's form is read as in the chat, and shown again as it was meant."""

from typing import Any

import pytest

from domain import dossiers
from domain.dossiers.declaration import ADDRESS, CHOICE, DATE, NUMBER, YES_NO, Condition, DossierType, Field, Paper
from usecases.dossier_forms import box, missing, read_form
from usecases.dossier_words import said

REGISTRATION = dossiers.current("barcode_registration")
CHANGE = dossiers.current("barcode_change")


def test_every_box_is_read_and_every_fault_is_named_at_once() -> None:
    posted: dict[str, str | list[str]] = {"tax_code": "0100000000", "product_count": "vài", "code_kind": "gln", "firm": " Mắm Ba Làng "}
    answers, faults = read_form(REGISTRATION, posted, "vi")
    assert answers == {"code_kind": "gln", "firm": "Mắm Ba Làng"}
    assert set(faults) == {"tax_code", "product_count"}
    assert set(missing(REGISTRATION, answers, {}, "vi")) >= {"tax_code", "address", "business_registration"}


def test_a_box_that_does_not_apply_is_not_read_and_one_that_was_emptied_is_empty() -> None:
    posted: dict[str, str | list[str]] = {"exports": "no", "markets": "Lào", "note": ""}
    assert read_form(REGISTRATION, posted, "vi") == ({"exports": "no", "note": ""}, {})
    assert read_form(REGISTRATION, {"markets": "Lào"}, "vi", before={"exports": "yes"}) == ({"markets": "Lào"}, {})
    assert read_form(REGISTRATION, {"exports": "no", "markets": "Lào"}, "vi", before={"exports": "yes"})[0] == {"exports": "no"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_a_box_shows_is_read_back_as_the_same_answer(language: str) -> None:
    fields = (
        Field("n", NUMBER, at_most=100_000),
        Field("d", DATE),
        Field("y", YES_NO),
        Field("change_kind", CHOICE, choices=("name", "lost")),
    )
    kept: dict[str, Any] = {"n": 12_000, "d": "2027-03-05", "y": "yes", "change_kind": "lost"}
    declared = DossierType("t", 1, "MV", "barcodes", fields, (), CHANGE.states, CHANGE.moves, "", ())
    shown: dict[str, str | list[str]] = {field.name: box(field, kept[field.name], language) for field in fields}
    assert read_form(declared, shown, language) == (kept, {})
    assert read_form(declared, {**shown, "d": "5/3/2027", "n": "12.000"}, language) == (kept, {})


def test_an_address_that_stays_keeps_its_parts() -> None:
    kept = {"address": {"line": "12 Lê Lợi, Phường Hạc Thành", "street": "12 Lê Lợi", "commune": "Hạc Thành", "province": "Thanh Hóa"}}
    assert read_form(REGISTRATION, {"address": kept["address"]["line"]}, "vi", before=kept)[0] == kept
    assert read_form(REGISTRATION, {"address": "5 Trần Phú, Sầm Sơn"}, "vi", before=kept)[0]["address"]["commune"] == ""
    assert said(Field("address", ADDRESS), kept["address"], "vi") == "12 Lê Lợi, Phường Hạc Thành"


def test_papers_that_a_condition_asks_for_are_missed_too() -> None:
    paper = Paper("authorisation", frozenset(), only_if=Condition("exports", ("yes",)))
    declared = DossierType("t", 1, "MV", "barcodes", (Field("exports", YES_NO),), (paper,), CHANGE.states, CHANGE.moves, "", ())
    assert set(missing(declared, {"exports": "yes"}, {}, "vi")) == {"authorisation"}
    assert missing(declared, {"exports": "no"}, {}, "vi") == {}
