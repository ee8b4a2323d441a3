"""A Bot API server of our own on loopback: takes every call, writes it down before it answers, and misbehaves when told to."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

TOKEN = "42:TEST-endurance-token-0123456789abcd"


@dataclass(frozen=True)
class Call:
    """One call that the server acted on. `message_id` is None where Telegram gives none back."""

    number: int
    at: float
    method: str
    chat_id: int | None
    payload: dict[str, Any]
    message_id: int | None

    @property
    def text(self) -> str:
        return str(self.payload.get("text", ""))


@dataclass(frozen=True)
class Misbehaviour:
    """What the server does with one call instead of serving it well: act or not, then this answer (None: say nothing and hang up)."""

    acts: bool
    status: int | None
    body: dict[str, Any] | str | None = None
    wait: float = 0.0


Mood = Callable[[str, dict[str, Any]], Misbehaviour | None]


class BotApi:
    """`calls` is everything that was really done, in order; the journal holds the same on the disk."""

    def __init__(self, journal: Path, latency: Callable[[], float] = lambda: 0.0, mood: Mood = lambda method, payload: None) -> None:
        self._journal, self._latency, self.mood = journal.open("a"), latency, mood
        self.calls: list[Call] = []
        self.misbehaved: dict[str, int] = defaultdict(int)
        self.attempts: list[tuple[float, str]] = []
        self.by_chat: dict[int, list[Call]] = defaultdict(list)
        self._arrivals: dict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._next_message = 1000
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def open(self) -> None:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        self._journal.close()

    async def wait_for_talk(self, chat_id: int, seconds: float) -> None:
        """Until something is said to a chat, or the time is over."""
        event = self._arrivals[chat_id]
        event.clear()
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        payload = await self._payload(request)
        self.attempts.append((time.monotonic(), method))
        if (ill := self.mood(method, payload)) is not None:
            return await self._misbehave(request, method, payload, ill)
        call = self._act(method, payload)
        if wait := self._latency():
            await asyncio.sleep(wait)
        return web.json_response({"ok": True, "result": self._result(call)})

    async def _payload(self, request: web.Request) -> dict[str, Any]:
        if request.content_type == "application/json":
            return dict(await request.json())
        return {name: _decoded(value) for name, value in (await request.post()).items()}

    async def _misbehave(self, request: web.Request, method: str, payload: dict[str, Any], ill: Misbehaviour) -> web.StreamResponse:
        self.misbehaved[f"{ill.status or 'nothing'}{' after acting' if ill.acts else ''}"] += 1
        if ill.acts:
            self._act(method, payload)
        if ill.wait:
            await asyncio.sleep(ill.wait)
        if ill.status is None:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        if isinstance(ill.body, dict):
            return web.json_response(ill.body, status=ill.status)
        return web.Response(text=ill.body or "<html>bad gateway</html>", status=ill.status, content_type="text/html")

    def _act(self, method: str, payload: dict[str, Any]) -> Call:
        message_id = None
        if method.startswith("send") and method != "sendChatAction":
            self._next_message += 1
            message_id = self._next_message
        chat_id = int(payload["chat_id"]) if "chat_id" in payload else None
        call = Call(len(self.calls), time.time(), method, chat_id, payload, message_id)
        self.calls.append(call)
        self._journal.write(json.dumps(call.__dict__, ensure_ascii=False) + "\n")
        self._journal.flush()
        if chat_id is not None:
            self.by_chat[chat_id].append(call)
            self._arrivals[chat_id].set()
        return call

    def _result(self, call: Call) -> Any:
        if call.message_id is None:
            return True
        chat = {"id": call.chat_id, "type": "private"}
        return {"message_id": call.message_id, "date": int(call.at), "chat": chat, "text": call.text}


def _decoded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
