"""Registrations of training classes (đăng ký lớp) as a spreadsheet, one row a person; its first columns can be imported again."""

from typing import Any

from sqlalchemy import Select, select

from admin import registrations, wording
from admin.exporting import Column, Export, holding, plainly
from admin.imports.registrations import LABELS
from admin.keys import Keys
from admin.work import Asked
from db.models import Participant, Registration
from db.models.registration import LIVE
from domain.messages import N_


def wanted(who: Asked) -> Select[Any]:
    """The people of one class, or of all."""
    found = select(Participant).join(Registration, Registration.id == Participant.registration_id)
    found = found.where(*holding(Participant, who.filters.get("search", "")))
    key = who.filters.get("class")
    return found.where(Participant.class_id == int(key)) if key else found


def _of(name: str) -> Any:
    return lambda row, _who: getattr(row.registration, name)


def _state(row: Participant, who: Asked) -> str:
    """Of the registration; somebody who was replaced or taken out of a live one no longer comes."""
    if row.removed_at is not None and row.registration.status in LIVE:
        return who.say(N_("panel.registration.left"))
    return who.say(wording.REGISTRATION[row.registration.status])


def _answers(row: Participant, _who: Asked) -> str:
    """Each with its question, one a line."""
    return "\n".join(f"{answer.question} {answer.text}" for answer in registrations.answers(row.registration))


EXPORT = Export(
    name="registrations",
    title=N_("panel.menu.registrations"),
    record=Participant,
    columns=(
        Column(LABELS["full_name"], plainly("full_name"), 28, field="participants.full_name"),
        Column(LABELS["position"], plainly("position"), 20),
        Column(LABELS["phone"], lambda row, _who: row.phone or row.registration.phone, 16, field="registrations.phone"),
        Column(LABELS["firm"], _of("firm"), 32),
        Column(LABELS["tax_code"], _of("tax_code"), 18),
        Column(N_("panel.registration.reference"), _of("reference"), 20),
        Column(N_("panel.filter.state"), _state, 18),
        Column(N_("panel.class.reference"), lambda row, _who: row.registration.training_class.reference, 20),
        Column(N_("panel.class.title"), lambda row, _who: row.registration.training_class.title, 40),
        Column(N_("panel.registration.created"), _of("created_at"), 18),
        Column(N_("panel.registration.source"), lambda row, who: who.say(wording.SOURCE[row.registration.source]), 16),
        Column(N_("panel.registration.receipt"), _of("receipt_number"), 18),
        Column(N_("panel.result.score"), plainly("score"), 10),
        Column(N_("panel.registration.answers"), _answers, 40, field="registrations.answers"),
        Column(N_("panel.registration.note"), _of("note"), 32, field="registrations.note"),
    ),
    query=wanted,
    choices={"class": Keys()},
    is_searched=True,
)
