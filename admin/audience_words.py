"""An audience in words: every filter of it as a sentence, so that whoever lets a broadcast go reads who will get it."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import wording
from admin.language import say
from db.models import RecipientList, TrainingClass
from domain.audiences import Audience
from domain.messages import N_
from domain.topics import TOPICS
from locales.languages import LANGUAGES

_SENTENCES = {
    "topics": N_("panel.sending.who.topics"),
    "sectors": N_("panel.sending.who.sectors"),
    "hs_codes": N_("panel.sending.who.hs_codes"),
    "communes": N_("panel.sending.who.communes"),
    "classes": N_("panel.sending.who.classes"),
    "dossier_kinds": N_("panel.sending.who.dossier_kinds"),
    "dossier_states": N_("panel.sending.who.dossier_states"),
    "languages": N_("panel.sending.who.languages"),
    "channels": N_("panel.sending.who.channels"),
    "lists": N_("panel.sending.who.lists"),
    "without_lists": N_("panel.sending.who.without_lists"),
    "without_classes": N_("panel.sending.who.without_classes"),
    "without_communes": N_("panel.sending.who.without_communes"),
    "without_dossier_kinds": N_("panel.sending.who.without_dossier_kinds"),
}
SEEN = N_("panel.sending.who.seen_within_days")
EVERYBODY = N_("panel.sending.who.everybody")


def sentences(session: Session, audience: Audience) -> list[str]:
    """A sentence for each filter; one that says so where there is none."""
    found = []
    for name, values in audience.to_json().items():
        if name == "seen_within_days":
            found.append(say(SEEN, days=values))
        else:
            found.append(say(_SENTENCES[name], values=", ".join(_shown(session, name.removeprefix("without_"), values))))
    return found or [say(EVERYBODY)]


def _shown(session: Session, name: str, values: Iterable[str | int]) -> list[str]:
    """The values of a filter as people call them; what is no longer there shows its number."""
    if name == "classes":
        return _titles(session, TrainingClass.id, TrainingClass.title, values)
    if name == "lists":
        return _titles(session, RecipientList.id, RecipientList.name, values)
    words: dict[str, Callable[[str], str]] = {
        "topics": lambda code: say(TOPICS[code]) if code in TOPICS else code,
        "dossier_kinds": lambda code: say(f"dossier.type.{code}"),
        "dossier_states": lambda code: say(f"dossier.state.{code}"),
        "languages": lambda code: LANGUAGES.get(code, code),
        "channels": lambda code: say(wording.CHANNEL[code]) if code in wording.CHANNEL else code,
    }
    return [words[name](str(value)) if name in words else str(value) for value in values]


def _titles(session: Session, key: Any, title: Any, values: Iterable[str | int]) -> list[str]:
    numbers = list(values)
    known = {number: name for number, name in session.execute(select(key, title).where(key.in_(numbers)))}
    return [f"“{known[number]}”" if number in known else f"#{number}" for number in numbers]
