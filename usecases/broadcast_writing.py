"""Writing of broadcasts (soạn tin cho từng người): the one message that a recipient gets, in their language, with its buttons."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Broadcast, BroadcastRecipient, Contact, Organisation, OrganisationContact
from db.models.organisation import CONFIRMED
from domain.broadcasts import CLASS, LINK, Content, render
from domain.messages import N_
from domain.topics import TOPICS
from locales import translate, translate_html

SHOW_TOPICS = "topics"
"""Data of the button that shows the topics to choose from."""


@dataclass(frozen=True)
class Written:
    """A Bot API method and its payload."""

    method: str
    payload: dict[str, Any]


def unsubscribe(topic: str, broadcast_id: int) -> str:
    """Data of the button that ends a topic."""
    return f"topic:{topic}:0:{broadcast_id}"


def read(recipient: BroadcastRecipient) -> str:
    """Data of the button that shows a message of a digest in full."""
    return f"news:{recipient.id}"


def facts_of(session: Session, contacts: Collection[Contact]) -> dict[int, dict[str, str]]:
    """What placeholders stand for, by contact. Of firms only those that the contact is confirmed to speak for."""
    firms: dict[int, Organisation] = {}
    confirmed = select(OrganisationContact).where(OrganisationContact.contact_id.in_([one.id for one in contacts]))
    for speaking in session.scalars(confirmed.where(OrganisationContact.status == CONFIRMED).order_by(OrganisationContact.id)):
        firms.setdefault(speaking.contact_id, speaking.organisation)
    return {one.id: _facts(one, firms.get(one.id)) for one in contacts}


def _facts(contact: Contact, firm: Organisation | None) -> dict[str, str]:
    said = {"firm": firm.name, "tax_code": firm.tax_code, "commune": firm.commune} if firm else {"firm": "", "tax_code": "", "commune": ""}
    return {"name": contact.display_name or "", **said}


def write(broadcast: Broadcast, content: Content, contact: Contact, facts: Mapping[str, str], *, trial: bool) -> Written:
    """The message for one contact. Content that was checked always gives one that its channel takes."""
    language = contact.language if contact.language in content.texts else next(iter(content.texts))
    return compose(content, language, facts, topic=broadcast.topic, broadcast_id=broadcast.id, trial=trial)


def compose(content: Content, language: str, facts: Mapping[str, str], *, topic: str, broadcast_id: int, trial: bool) -> Written:
    """The message in a language; `broadcast_id` is what its buttons name, 0 for none."""
    polite = {"name": translate("broadcast.polite.name", language), "firm": translate("broadcast.polite.firm", language)}
    mark = translate_html("broadcast.trial_mark", language) + " " if trial else ""
    text = mark + render(content.texts[language], facts, polite)
    keyboard = {"reply_markup": {"inline_keyboard": rows}} if (rows := _buttons(content, language, topic, broadcast_id)) else {}
    if content.file is None:
        return Written("sendMessage", {"text": text, "parse_mode": "HTML"} | keyboard)
    reference = {"$file": content.file.sha256, "name": content.file.name, "media_type": content.file.media_type}
    method, field = ("sendPhoto", "photo") if content.file.is_picture else ("sendDocument", "document")
    return Written(method, {field: reference, "caption": text, "parse_mode": "HTML"} | keyboard)


def _buttons(content: Content, language: str, topic: str, broadcast_id: int) -> list[list[dict[str, str]]]:
    rows = []
    for button in content.buttons:
        data = f"join:{button.target}" if button.kind == CLASS else f"go:{button.target}"
        rows.append(
            [{"text": button.captions[language], "url": button.target} if button.kind == LINK else _press(button.captions[language], data)]
        )
    if topic in TOPICS:
        caption = translate("button.unsubscribe", language, topic=translate(TOPICS[topic], language))
        rows.append([_press(caption, unsubscribe(topic, broadcast_id))])
    return rows


def _press(caption: str, data: str) -> dict[str, str]:
    return {"text": caption, "callback_data": data}


def write_digest(told: Sequence[tuple[BroadcastRecipient, Broadcast]], language: str, *, trial: bool) -> Written:
    """One message for several: their titles, each with a button that shows it in full."""
    mark = translate_html("broadcast.trial_mark", language) + " " if trial else ""
    lines = "\n".join("• " + translate_html("broadcast.digest_line", language, title=broadcast.title) for _, broadcast in told)
    rows = [[_press(_short(broadcast.title), read(recipient))] for recipient, broadcast in told]
    rows.append([_press(translate(N_("button.topics"), language), SHOW_TOPICS)])
    text = mark + translate_html("broadcast.digest", language, number=len(told)) + "\n\n" + lines
    return Written("sendMessage", {"text": text, "parse_mode": "HTML", "reply_markup": {"inline_keyboard": rows}})


def _short(title: str) -> str:
    return title if len(title) <= 48 else title[:48].rsplit(" ", 1)[0] + "…"
