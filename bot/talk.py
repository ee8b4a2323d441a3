"""A talk: one open page of the web chat and its socket. The frames are described in `chat.js`.

A message is acknowledged when it is committed; until then the page sends it again under the same id.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy.orm import Session
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.channels.web import Upload
from bot.counter import Counter
from bot.hub import web_page
from bot.inbound import Inbound
from bot.visitors import Patience, address_of, language_of
from db.engine import is_passing_fault
from locales import translate
from locales.languages import DEFAULT
from usecases import contacts

log = structlog.get_logger()

LONGEST_TEXT = 20_000
FILES_A_MESSAGE = 10
_LARGEST_NUMBER = 2**53
"""What JavaScript counts exactly and every database keeps."""
_HELLO_SECONDS = 20
_AGAIN_SECONDS = 1.0
_OWN_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
MALFORMED, BUSY, AWAY = 4400, 4429, 1013


class Malformed(Exception):
    """A frame that no page of ours sends."""


class Talk:
    """One open page."""

    def __init__(self, counter: Counter, socket: WebSocket, patience: Patience) -> None:
        self._counter, self._web, self._socket, self._patience = counter, counter.web, socket, patience
        self._address = address_of(socket)
        self._language = DEFAULT
        self._chat_id = 0
        self._contact_id: int | None = None
        self._since = 0
        self._working: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until the page goes away, or says what no page of ours says."""
        try:
            if await self._welcome():
                await self._converse()
        except (Malformed, TimeoutError):
            await self._close(MALFORMED)
        except WebSocketDisconnect:
            pass
        except Exception as fault:
            if not is_passing_fault(fault):
                raise
            log.warning("talk.database_away", fault=type(fault).__name__)
            await self._close(AWAY)

    async def _converse(self) -> None:
        """Read and feed side by side; the end of one is the end of both."""
        sides = [asyncio.create_task(self._read()), asyncio.create_task(self._feed())]
        try:
            done, _ = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for side in sides:
                side.cancel()
            await asyncio.gather(*sides, return_exceptions=True)
        for side in done:
            side.result()

    # frames

    async def _receive(self) -> dict[str, Any]:
        """The next frame; raises `Malformed` for one that is no JSON object."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        try:
            frame = json.loads(message.get("text") or "")
        except (ValueError, RecursionError):
            raise Malformed from None
        if not isinstance(frame, dict):
            raise Malformed
        return {name: _sound(value) for name, value in frame.items()}

    async def _send(self, frame: dict[str, Any]) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # the page went away; it asks again when it is back
            await self._socket.send_json(frame)

    async def _close(self, code: int) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.close(code)

    # who it is, and what is new for them

    async def _welcome(self) -> bool:
        async with asyncio.timeout(_HELLO_SECONDS):
            hello = await self._receive()
        if hello.get("type") != "hello":
            raise Malformed
        self._language = language_of(hello.get("language"))
        token = hello.get("token")
        chat_id = self._web.visitor(token if isinstance(token, str) else None)
        if chat_id is None:
            if not self._patience.may_be_new(self._address):
                await self._close(BUSY)
                return False
            chat_id, token = self._web.new_visitor()
        self._chat_id = chat_id
        since = hello.get("since")
        self._since = since if isinstance(since, int) and 0 < since < _LARGEST_NUMBER else 0
        if hello.get("chosen") is True:
            await self._counter.writer.write(self._speak)
        events, earlier = await asyncio.to_thread(self._news)
        await self._send({"type": "welcome", "token": token, "events": events, "earlier": earlier})
        return True

    def _speak(self, session: Session) -> None:
        """Who switches the page to a language is answered in it."""
        known = contacts.find(session, self._web.name, self._web.account, self._chat_id)
        if known is not None and known[0].language != self._language:
            contacts.choose_language(known[0], self._language)

    def _news(self) -> tuple[list[dict[str, Any]], bool]:
        with self._counter.database.read() as session:
            self._contact_id = self._contact_id or self._web.contact_id(session, self._chat_id)
            if self._contact_id is None:
                return [], False
            events, earlier = self._web.events(session, self._contact_id, self._since)
        if events:
            self._since = events[-1]["event"]
        return events, earlier

    async def _feed(self) -> None:
        """Send what is new whenever something was committed for this visitor, on this page or another."""
        name = web_page(self._chat_id)
        woken = self._counter.hub.join(name)
        try:
            while True:
                woken.clear()
                patience = None if await self._send_news() else _AGAIN_SECONDS
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), patience)
        finally:
            self._counter.hub.leave(name, woken)

    async def _send_news(self) -> bool:
        """False while the database is away."""
        try:
            while (events := (await asyncio.to_thread(self._news))[0]) != []:
                await self._send({"type": "events", "events": events})
        except Exception as fault:
            if not is_passing_fault(fault):
                raise
            log.warning("talk.database_away", fault=type(fault).__name__)
            return False
        return True

    # what they say

    async def _read(self) -> None:
        while True:
            frame = await self._receive()
            kind = frame.get("type")
            if kind == "ping":
                await self._send({"type": "pong"})
            elif kind in {"message", "press"}:
                await self._take(frame, is_press=kind == "press")

    async def _take(self, frame: dict[str, Any], *, is_press: bool) -> None:
        own_id = frame.get("id")
        if not isinstance(own_id, str) or not _OWN_ID.fullmatch(own_id):
            raise Malformed
        if wait := self._patience.wait(self._chat_id, self._address):
            await self._refuse(own_id, "chat.server.slow_down", retry_after=int(wait) + 1)
        elif self._counter.stopping:
            await self._refuse(own_id, "chat.server.stopping", retry_after=5)
        elif (inbound := await (self._press(frame, own_id) if is_press else self._message(frame, own_id))) is not None:
            task = asyncio.create_task(self._apply(inbound, own_id))
            self._working.add(task)
            task.add_done_callback(self._worked)

    async def _message(self, frame: dict[str, Any], own_id: str) -> Inbound | None:
        """What a message frame says; None where it was refused."""
        text, files = frame.get("text"), frame.get("files") or []
        if not isinstance(text, str) or not isinstance(files, list) or len(files) > FILES_A_MESSAGE:
            await self._refuse(own_id, "chat.server.malformed")
        elif len(text) > LONGEST_TEXT:
            await self._refuse(own_id, "error.message_too_long", limit=LONGEST_TEXT, length=len(text))
        elif (uploads := self._uploads(files)) is None:
            await self._refuse(own_id, "chat.server.file_unknown")
        else:
            return self._web.receive_message(self._chat_id, own_id, text, uploads, self._language)
        return None

    def _uploads(self, references: Sequence[Any]) -> list[Upload] | None:
        """The uploads behind a message's references, or None where one is not this visitor's: nothing is left out silently."""
        found = [self._web.upload(self._chat_id, reference) for reference in references if isinstance(reference, str)]
        uploads = [upload for upload in found if upload is not None]
        return uploads if len(uploads) == len(references) else None

    async def _press(self, frame: dict[str, Any], own_id: str) -> Inbound | None:
        number, data, caption = frame.get("message"), frame.get("data"), frame.get("caption")
        if isinstance(number, int) and 0 <= number < _LARGEST_NUMBER and isinstance(data, str) and 0 < len(data.encode()) <= 64:
            shown = caption[:200] if isinstance(caption, str) else ""
            return self._web.receive_press(self._chat_id, own_id, number, data, shown, self._language)
        await self._refuse(own_id, "chat.server.malformed")
        return None

    async def _apply(self, inbound: Inbound, own_id: str) -> None:
        await self._counter.process(inbound)
        await self._send({"type": "ack", "id": own_id})

    def _worked(self, task: asyncio.Task[None]) -> None:
        """What was not committed is not acknowledged: the page sends it again."""
        self._working.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.warning("talk.not_applied", fault=type(fault).__name__)

    async def _refuse(self, own_id: str, key: str, retry_after: int | None = None, **facts: Any) -> None:
        reason = translate(key, self._language, **facts)
        await self._send({"type": "refused", "id": own_id, "reason": reason, "retry_after": retry_after})


def _sound(value: Any) -> Any:
    """A value without half characters (lone surrogates, which no database keeps) in its texts."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return [_sound(item) for item in value] if isinstance(value, list) else value
