"""The web chat: always on. Visitors are contacts by a signed token; what is said to them is a row that their open page is sent.

Its messages are rows of our own (`WebEvent`), so that sending is part of the transaction and happens exactly once.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channel import PostingChannel
from bot.hub import web_page
from bot.inbound import Inbound, IncomingFile, parse_update
from bot.work import Work
from db.engine import signal
from db.files import FileStore
from db.models import Contact, OutboundMessage, Staff, StoredFile, WebEvent
from domain import markup
from domain.folding import clean
from domain.outgoing import EPHEMERAL
from locales import translate_html
from locales.languages import LANGUAGES
from usecases import outbox

_PREVIEW = "preview"
HISTORY, AT_ONCE = 100, 500
"""Events that a page is sent after a reload; and at most in one frame when it comes back."""


@dataclass(frozen=True)
class Upload:
    """A file that a visitor has uploaded and may put into a message."""

    sha256: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class LinkedFile:
    """A file, or a picture of it that we made, behind a link of ours."""

    sha256: str
    name: str
    media_type: str
    is_preview: bool


class Web(PostingChannel):
    """Tokens, translation both ways, and the visitor's list of events."""

    name, account = "web", "main"

    def __init__(self, signing_key: str, files: FileStore) -> None:
        self._files = files
        self._tokens = URLSafeSerializer(signing_key, salt="web-visitor")
        self._uploads = URLSafeSerializer(signing_key, salt="web-upload")
        self._links = URLSafeSerializer(signing_key, salt="web-file")

    # who it is

    def new_visitor(self) -> tuple[int, str]:
        """A chat id that nobody has (52 bits by chance) and its token."""
        chat_id = secrets.randbits(52) + 1
        return chat_id, str(self._tokens.dumps(chat_id))

    def visitor(self, token: str | None) -> int | None:
        """The chat id of a token of ours, or None."""
        try:
            return int(self._tokens.loads(token)) if token else None
        except BadSignature:
            return None

    # files

    def upload_reference(self, chat_id: int, upload: Upload) -> str:
        """What the visitor's page puts into its message; only this visitor may use it."""
        return str(self._uploads.dumps([chat_id, upload.sha256, upload.name, upload.media_type, upload.size]))

    def upload(self, chat_id: int, reference: str) -> Upload | None:
        """The upload behind a reference, or None where it is not this visitor's."""
        try:
            owner, *facts = self._uploads.loads(reference)
        except BadSignature:
            return None
        return Upload(*facts) if owner == chat_id else None

    def file_link(self, sha256: str, name: str, media_type: str) -> str:
        """An address of a file that only who was sent it knows."""
        return "/chat/files/" + str(self._links.dumps([sha256, name, media_type]))

    def preview_link(self, sha256: str, name: str) -> str:
        """An address of a file's preview, likewise."""
        return "/chat/files/" + str(self._links.dumps([sha256, name, "image/jpeg", _PREVIEW]))

    def linked_file(self, link: str) -> LinkedFile | None:
        """What is behind a link, or None."""
        try:
            sha256, name, media_type, *kind = self._links.loads(link)
        except BadSignature:
            return None
        return LinkedFile(sha256, name, media_type, is_preview=kind == [_PREVIEW])

    async def fetch(self, reference: str) -> bytes:
        return self._files.read(reference)

    # receive

    def receive_message(self, chat_id: int, message_id: str, text: str, uploads: Sequence[Upload], language: str) -> Inbound:
        """What a visitor wrote, with the files uploaded for it."""
        event = self._envelope(chat_id)
        if uploads:
            first = uploads[0]
            document = {"file_id": first.sha256, "file_unique_id": first.sha256, "file_name": first.name}
            event |= {"caption": clean(text), "document": document}
        else:
            event["text"] = clean(text)
        files = tuple(IncomingFile(upload.sha256, upload.name, upload.size) for upload in uploads)
        return self._inbound(chat_id, message_id, "message", event, language, clean(text), files)

    def receive_press(self, chat_id: int, press_id: str, message_id: int, data: str, caption: str, language: str) -> Inbound:
        """A pressed button. The caption is the visitor's word for it and only shown back to them and the officer."""
        envelope = self._envelope(chat_id)
        shown = clean(caption) or clean(data)
        keyboard = {"inline_keyboard": [[{"text": shown, "callback_data": data}]]}
        pressed = envelope | {"message_id": -message_id, "text": " ", "reply_markup": keyboard}
        query = {"id": press_id, "from": envelope["from"], "chat_instance": "web", "data": data, "message": pressed}
        return self._inbound(chat_id, press_id, "callback_query", query, language, shown)

    def _envelope(self, chat_id: int) -> dict[str, Any]:
        person = {"id": chat_id, "is_bot": False, "first_name": "web"}
        return {"message_id": 0, "date": 0, "chat": {"id": chat_id, "type": "private"}, "from": person}

    def _inbound(
        self, chat_id: int, own_id: str, kind: str, event: dict[str, Any], language: str, shown: str, files: tuple[IncomingFile, ...] = ()
    ) -> Inbound:
        """The page's language is no part of the body: what is sent again after a change of language is still a replay."""
        body = {"update_id": 0, kind: event}
        text = json.dumps(body, ensure_ascii=False, sort_keys=True)
        event["from"]["language_code"] = language
        return Inbound(self.name, self.account, f"{chat_id}/{own_id}", text, parse_update(body), files, {"id": own_id, "text": shown})

    def mirror(self, work: Work) -> None:
        """The visitor's own message in their list of events, in the transaction that applies it."""
        extra = work.inbound.extra
        work.contact.display_name = None
        files = [self._file(file.sha256, file.name, file.media_type, file.size, file.findings.preview_sha256) for file in work.files]
        body = {"kind": "mine", "id": extra["id"], "text": extra["text"], "files": files}
        self._append(work.session, work.contact.id, work.contact.chat_id, body, work.now)

    # send

    def post(self, session: Session, row: OutboundMessage, predecessor: OutboundMessage | None) -> None:
        """Write an outbox row into the visitor's list of events."""
        if row.contact_id is not None and row.method not in EPHEMERAL:  # a page needs no answer to a press
            self._append(session, row.contact_id, row.chat_id, self._body(session, row, predecessor), row.created_at)

    def _body(self, session: Session, row: OutboundMessage, predecessor: OutboundMessage | None) -> dict[str, Any]:
        payload = row.payload
        officer = session.get(Staff, row.staff_id) if row.kind == "officer" and row.staff_id else None
        number = predecessor.id if predecessor else payload.get("message_id", row.id)
        if row.method == "deleteMessage":
            return {"kind": "deleted", "message": number}
        content = {
            "runs": _runs(_unsigned(payload, officer), payload.get("parse_mode")),
            "buttons": _buttons(payload.get("reply_markup")),
        }
        if row.method.startswith("edit"):
            return {"kind": "edit", "message": number, **content}
        uploads = [payload[field] for field in ("photo", "document") if isinstance(payload.get(field), dict)]
        files = [self._stored(session.get(StoredFile, item["$file"]), item) for item in uploads]
        return {"kind": "message", "message": row.id, **_author(row, officer), **content, "files": files}

    def _stored(self, stored: StoredFile | None, item: dict[str, Any]) -> dict[str, Any]:
        size, preview = (stored.size, stored.preview_sha256) if stored else (0, None)
        return self._file(item["$file"], item["name"], item["media_type"], size, preview)

    def _file(self, sha256: str, name: str, media_type: str, size: int, preview: str | None) -> dict[str, Any]:
        url = self.file_link(sha256, name, media_type)
        shown = self.preview_link(preview, name) if preview else None
        return {"name": name, "url": url, "media_type": media_type, "size": size, "preview": shown}

    def _append(self, session: Session, contact_id: int, chat_id: int, body: dict[str, Any], at: datetime) -> None:
        session.add(WebEvent(contact_id=contact_id, body=body, at=at))
        signal(session, web_page(chat_id))

    # the visitor's list of events

    def contact_id(self, session: Session, chat_id: int) -> int | None:
        """The contact of a visitor, once they have said something."""
        return session.scalar(
            select(Contact.id).where(Contact.channel == self.name, Contact.account == self.account, Contact.chat_id == chat_id)
        )

    def events(self, session: Session, contact_id: int, since: int) -> tuple[list[dict[str, Any]], bool]:
        """The events after `since`, oldest first, the first so many; from 0 the newest hundred. And whether earlier ones were left out."""
        wanted = select(WebEvent).where(WebEvent.contact_id == contact_id, WebEvent.id > since)
        if since:
            rows = list(session.scalars(wanted.order_by(WebEvent.id).limit(AT_ONCE)))
            return [_event(row) for row in rows], False
        newest = session.scalars(wanted.order_by(WebEvent.id.desc()).limit(HISTORY + 1)).all()
        return [_event(row) for row in reversed(newest[:HISTORY])], len(newest) > HISTORY


def _event(row: WebEvent) -> dict[str, Any]:
    return {"event": row.id, "at": row.at.astimezone(UTC).isoformat(), **row.body}


def _author(row: OutboundMessage, officer: Staff | None) -> dict[str, Any]:
    """Who speaks: an officer by name, the office to many, or the machine."""
    if officer is not None:
        return {"from": "officer", "name": officer.full_name}
    is_to_many = row.kind in outbox.TO_MANY or row.broadcast_id is not None  # also one that a digest named, shown whole
    return {"from": "office" if is_to_many else "bot", "name": None}


def _unsigned(payload: dict[str, Any], officer: Staff | None) -> str:
    """The words of a message without the line that says which officer wrote: the page shows the name itself."""
    text: str = payload.get("text") or payload.get("caption") or ""
    if officer is None:
        return text
    if "text" not in payload:  # a file's caption says only that, and its name
        return ""
    signatures = (translate_html("enquiry.officer_says", language, officer=officer.full_name, text="") for language in LANGUAGES)
    return next((text.removeprefix(signature) for signature in signatures if text.startswith(signature)), text)


def _runs(text: str, parse_mode: str | None) -> list[dict[str, Any]]:
    if not parse_mode:
        return [{"text": text}]
    names = {"strong": "b", "em": "i", "pre": "code"}
    runs = []
    for run in markup.read(text):
        tags = {names.get(tag, tag): True for tag in run.tags if names.get(tag, tag) in {"b", "i", "u", "s", "code"}}
        runs.append({"text": run.text, **tags, **({"href": run.href} if run.href else {})})
    return runs


def _buttons(keyboard: dict[str, Any] | None) -> list[list[dict[str, str]]]:
    rows = (keyboard or {}).get("inline_keyboard", [])
    shown = []
    for row in rows:
        shown.append([{"text": b["text"], **({"url": b["url"]} if "url" in b else {"data": b["callback_data"]})} for b in row])
    return shown
