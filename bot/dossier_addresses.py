"""An address of a dossier: its commune of today is looked up; where several may be meant the firm chooses; nothing is changed silently."""

from typing import Any

from aiogram.types import InlineKeyboardButton

from bot import buttons
from bot.class_buttons import act
from bot.dossier_buttons import DossierStep
from bot.work import Work
from db.models import DossierDraft
from domain.dossiers.declaration import Field
from domain.messages import N_
from domain.places import Place
from usecases import dossier_drafts, places
from usecases.places import Finding, Outcome

_CHOICES = 6
CHOSEN, AS_TYPED = "p", "typed"
"""Acts: the candidate of this number; the address as it was typed."""


def settle(work: Work, draft: DossierDraft, field: Field) -> tuple[str, list[list[InlineKeyboardButton]]]:
    """Look up what was typed. One commune is taken; otherwise the words and buttons to ask with."""
    finding = places.find(work.session, draft.answers[field.name]["line"])
    if finding.outcome is Outcome.ONE:
        dossier_drafts.answer(draft, field, kept(finding.candidates[0].place), work.now)
        return "", []
    if finding.outcome is Outcome.NOTHING:
        return work.say("dossier.address_unknown"), []
    rows = [
        [buttons.button(_caption(finding, number), DossierStep(key=draft.id, part=field.name, act=f"{CHOSEN}{number}"))]
        for number in range(min(_CHOICES, len(finding.candidates)))
    ]
    as_typed = act(work, N_("button.as_typed"), DossierStep(key=draft.id, part=field.name, act=AS_TYPED))
    return _question(work, finding), [*rows, [as_typed]]


def choose(work: Work, draft: DossierDraft, field: Field, number: int) -> None:
    """Take a candidate of what was typed."""
    finding = places.find(work.session, draft.answers[field.name]["line"])
    if number < len(finding.candidates):
        dossier_drafts.answer(draft, field, kept(finding.candidates[number].place), work.now)


def kept(place: Place) -> dict[str, Any]:
    """A place as an answer keeps it."""
    return {"line": place.in_one_line(), "street": place.street, "commune": place.commune, "province": place.province}


def _caption(finding: Finding, number: int) -> str:
    place = finding.candidates[number].place
    return ", ".join(part for part in (place.commune, place.province) if part)


def _question(work: Work, finding: Finding) -> str:
    if finding.outcome is Outcome.FORMER:
        return work.say("dossier.address_former", former=finding.candidates[0].former)
    return work.say("dossier.address_which")
