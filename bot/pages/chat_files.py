"""The web chat's files: a visitor uploads one before the message that it belongs to, and fetches what was sent by a signed link."""

import asyncio
from typing import Any
from urllib.parse import quote

import structlog
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.web import Upload
from bot.counter import Counter
from bot.limits import Limit
from bot.visitors import address_of, language_of
from db.engine import is_passing_fault
from domain.errors import FileEmpty, FileTooLarge, FileWithThreat, OfficeError, TooManyFiles
from locales import translate
from usecases import scanning, uploads

log = structlog.get_logger()

_UPLOADS_PER_MINUTE = 20
_ENVELOPE_BYTES = 64 * 1024
"""What a form may add to its file."""


class ChatFiles:
    """The routes, over one counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._by_visitor = Limit(_UPLOADS_PER_MINUTE)
        self._by_address = Limit(counter.settings.address_messages_per_minute)

    def routes(self) -> list[BaseRoute]:
        return [Route("/chat/files", self.upload, methods=["POST"]), Route("/chat/files/{link}", self.download)]

    async def upload(self, request: Request) -> Response:
        """Take one file; the reference that comes back goes into the message. Every refusal is JSON with a sentence to show."""
        language = language_of(request.query_params.get("lang"))
        chat_id = self._counter.web.visitor(request.headers.get("authorization", "").removeprefix("Bearer ").strip())
        if chat_id is None:
            return _refusal("chat.server.no_token", language, 401)
        if wait := self._by_visitor.wait(str(chat_id)) or self._by_address.wait(address_of(request)):
            return _refusal("chat.server.slow_down", language, 429, retry_after=int(wait) + 1)
        try:
            content, name = await self._read(request)
            await asyncio.to_thread(self._check_room, chat_id)
            return await self._store(chat_id, content, name)
        except FileWithThreat as threat:
            await self._tell_staff(threat)
            return _refusal(threat.key, language, 422, **threat.facts)
        except OfficeError as refusal:
            status = 413 if isinstance(refusal, FileTooLarge) else 422
            return _refusal(refusal.key, language, status, **refusal.facts)
        except HTTPException:  # a form that breaks its own rules
            return _refusal("chat.server.malformed", language, 400)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as fault:
            if not isinstance(fault, OSError) and not is_passing_fault(fault):
                raise
            log.warning("upload.not_stored", fault=type(fault).__name__)
            return _refusal("chat.server.not_stored", language, 503, retry_after=5)

    async def _read(self, request: Request) -> tuple[bytes, str]:
        """The file of the form and its name. Its size is known before a byte is read: a browser always announces it."""
        settings = self._counter.settings
        announced = request.headers.get("content-length", "")
        if not announced.isdigit() or int(announced) > settings.max_file_bytes + _ENVELOPE_BYTES:
            raise FileTooLarge(name="…", limit=settings.max_file_mb)
        async with request.form(max_files=1, max_fields=4) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise FileEmpty(name="…")
            return await file.read(), file.filename or ""

    def _check_room(self, chat_id: int) -> None:
        """Raise `TooManyFiles` where this visitor's day is full; the message itself is checked again."""
        limit = self._counter.settings.max_files_per_day
        with self._counter.database.read() as session:
            contact_id = self._counter.web.contact_id(session, chat_id)
            if contact_id is not None and uploads.sent_today(session, contact_id, self._counter.now()) >= limit:
                raise TooManyFiles(limit=limit)

    async def _store(self, chat_id: int, content: bytes, name: str) -> Response:
        kept = await self._counter.taking.take(content, name)
        reference = self._counter.web.upload_reference(chat_id, Upload(kept.sha256, kept.name, kept.media_type, kept.size))
        return JSONResponse({"ref": reference, "name": kept.name, "size": kept.size, "media_type": kept.media_type})

    async def _tell_staff(self, threat: FileWithThreat) -> None:
        now = self._counter.now()
        await self._counter.writer.write(lambda session: scanning.tell_staff(session, threat.facts["threat"], now))

    async def download(self, request: Request) -> Response:
        """A file by its link, to save; only previews of our own making are shown."""
        linked = self._counter.web.linked_file(request.path_params["link"])
        path = self._counter.files.path(linked.sha256) if linked else None
        if linked is None or path is None or not path.exists():
            return Response(status_code=404)
        name, media_type = linked.name, linked.media_type
        kind = "inline" if linked.is_preview else "attachment"
        headers = {
            "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, max-age=86400",
        }
        return FileResponse(path, media_type=media_type, headers=headers)


def routes(counter: Counter) -> list[BaseRoute]:
    """The web chat's files."""
    return ChatFiles(counter).routes()


def _refusal(key: str, language: str, status: int, retry_after: int | None = None, **facts: Any) -> Response:
    body: dict[str, Any] = {"error": translate(key, language, **facts)}
    return JSONResponse(body | ({"retry_after": retry_after} if retry_after else {}), status_code=status)
