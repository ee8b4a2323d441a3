"""Notices (thông báo): one message to a contact in their language, with buttons, or a file, through the outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.models import Contact
from locales import translate, translate_html
from usecases import outbox
from usecases.enquiries import FileToSend

Button = tuple[str, str]
"""Message key of its caption (or what needs no translation, as 5★), and its data or, where that begins with https or http, its link."""


def say(session: Session, contact: Contact, key: str, now: datetime, buttons: Sequence[Sequence[Button]] = (), **said: Any) -> None:
    """One notice to a contact."""
    _send(session, contact, key, now, buttons, "notice", said)


def remind(session: Session, contact: Contact, key: str, now: datetime, buttons: Sequence[Sequence[Button]] = (), **said: Any) -> None:
    """The same for what nobody waits for: it keeps the contact's quiet hours."""
    _send(session, contact, key, now, buttons, "reminder", said)


def _send(
    session: Session, contact: Contact, key: str, now: datetime, buttons: Sequence[Sequence[Button]], kind: str, said: dict[str, Any]
) -> None:
    payload: dict[str, Any] = {"text": translate_html(key, contact.language, **said), "parse_mode": "HTML"}
    if buttons:
        payload["reply_markup"] = {"inline_keyboard": [[_button(one, contact.language) for one in row] for row in buttons]}
    outbox.send(session, contact, "sendMessage", payload, kind=kind, now=now)


def send_document(session: Session, contact: Contact, file: FileToSend, caption: str, now: datetime) -> None:
    """A stored file to a contact; `caption` is plain text, or empty."""
    reference = {"$file": file.sha256, "name": file.name, "media_type": file.media_type}
    outbox.send(
        session, contact, "sendDocument", {"document": reference} | ({"caption": caption} if caption else {}), kind="notice", now=now
    )


def _button(button: Button, language: str) -> dict[str, str]:
    caption, data = button
    is_link = data.startswith(("https://", "http://"))
    return {"text": translate(caption, language), "url" if is_link else "callback_data": data}
