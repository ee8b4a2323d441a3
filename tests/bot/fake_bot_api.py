"""A Bot API server on loopback with a memory: keeps every call with its time and text, and fails as it is told to.

With an `upstream` it is a recording proxy before another Bot API server.
"""

import asyncio
import itertools
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

TOKEN = "42:TEST-token-of-the-fake-bot-api"
SENDING = {"sendMessage", "sendPhoto", "sendDocument", "editMessageText"}


@dataclass
class Call:
    """One call of the bot: when it came (monotonic seconds), what it said and what it was answered."""

    at: float
    method: str
    fields: dict[str, Any]
    files: dict[str, tuple[str, bytes]]
    status: int = 0
    result: Any = None

    @property
    def chat(self) -> int:
        return int(self.fields.get("chat_id", 0))

    @property
    def text(self) -> str:
        return str(self.fields.get("text") or self.fields.get("caption") or "")

    @property
    def buttons(self) -> dict[str, str]:
        """Data by caption."""
        rows = (self.fields.get("reply_markup") or {}).get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row}


Fault = Callable[[Call], Response | None]
"""What to answer instead; None: answer as always."""


def refused(code: int, description: str = "", **parameters: Any) -> Response:
    """A refusal of the Bot API itself."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return JSONResponse(body | ({"parameters": parameters} if parameters else {}), code)


def gateway(code: int) -> Response:
    """What stands before the Bot API answers in its place."""
    return HTMLResponse(f"<html><body><h1>{code}</h1>nginx</body></html>", code)


@dataclass
class FakeBotApi:
    """`calls` is the log; `plan` holds faults that are used up first in, first out, `rule` one that is asked every time after."""

    upstream: str | None = None
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    plan: list[Fault] = field(default_factory=list)
    rule: Fault | None = None
    updates: list[dict[str, Any]] = field(default_factory=list)
    """What getUpdates gives; an offset forgets what is below it, as Telegram does."""
    files: dict[str, bytes] = field(default_factory=dict)
    """What citizens uploaded, by name."""
    held: asyncio.Event | None = None
    """While set to an unset event, sendings are taken in but not answered."""
    _ids: Any = field(default_factory=lambda: itertools.count(500))
    _client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=60))

    @property
    def sent(self) -> list[Call]:
        """Sendings and edits, whatever they were answered."""
        return [call for call in self.calls if call.method in SENDING]

    def texts(self, chat: int | None = None) -> list[str]:
        return [call.text for call in self.sent if chat in {None, call.chat} and call.status == 200]

    def fail(self, *responses: Response) -> None:
        """Answer the next sendings so."""
        self.plan += [lambda _call, response=response: response for response in responses]

    def hold(self) -> asyncio.Event:
        self.held = asyncio.Event()
        return self.held

    async def handle(self, request: Request) -> Response:
        body = await request.body()
        call = Call(time.monotonic(), request.path_params["method"], *await _read(request))
        self.calls.append(call)
        response = self._fault(call) if call.method not in {"getUpdates", "deleteWebhook", "setMyCommands"} else None
        if self.held is not None and call.method in SENDING:
            await self.held.wait()
        if response is None:
            response = await self._forward(request, body) if self.upstream else await self._answer(call)
        call.status = response.status_code
        try:
            call.result = json.loads(bytes(response.body)).get("result")
        except ValueError:
            call.result = None
        return response

    async def download(self, request: Request) -> Response:
        if self.upstream:
            return await self._forward(request, b"")
        content = self.files.get(request.path_params["path"])
        return Response(content) if content is not None else refused(404, "Not Found")

    def _fault(self, call: Call) -> Response | None:
        if self.plan:
            return self.plan.pop(0)(call)
        return self.rule(call) if self.rule else None

    async def _forward(self, request: Request, body: bytes) -> Response:
        assert self.upstream
        headers = {"content-type": request.headers.get("content-type", "")} if body else {}
        asked = asyncio.create_task(self._client.request(request.method, self.upstream + request.url.path, content=body, headers=headers))
        while not (await asyncio.wait([asked], timeout=0.2))[0]:
            if await request.is_disconnected():  # a poll must not go on for a bot that is gone
                asked.cancel()
                return gateway(499)
        try:
            answer = asked.result()
        except httpx.HTTPError:
            return gateway(502)
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))

    async def _answer(self, call: Call) -> Response:
        if call.method == "getUpdates":
            offset = call.fields["offset"]
            self.updates = [update for update in self.updates if update["update_id"] >= offset or not offset]
            if not self.updates:
                await asyncio.sleep(0.05)
        return JSONResponse({"ok": True, "result": self._result(call)})

    def _result(self, call: Call) -> Any:
        if call.method == "getUpdates":
            return self.updates[:100]
        if call.method == "getFile":
            return {"file_id": call.fields["file_id"], "file_path": call.fields["file_id"]}
        if call.method not in SENDING:
            return True
        message = {"message_id": call.fields.get("message_id") or next(self._ids), "date": 1, "chat": {"id": call.chat, "type": "private"}}
        if call.method == "sendPhoto":
            message["photo"] = [{"file_id": f"photo-{size}", "width": size, "height": size} for size in (90, 800)]
        if call.method == "sendDocument":
            message["document"] = {"file_id": "document-1"}
        return message


async def _read(request: Request) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    if request.headers.get("content-type", "").startswith("application/json"):
        return await request.json(), {}
    fields, files = {}, {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = (value.filename or "", await value.read())
            else:
                is_text = name in {"text", "caption"} or not re.match(r"[\[{]|-?\d+$|true$|false$", value)
                fields[name] = value if is_text else json.loads(value)
    return fields, files


@asynccontextmanager
async def serve(make_app: Callable[[str], Any]) -> AsyncIterator[str]:
    """The ASGI application made for an address, on a free port of loopback, in this loop; the address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(make_app(url), log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([listening]))
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.01)
        try:
            yield url
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def fake_bot_api(upstream: str | None = None) -> AsyncIterator[FakeBotApi]:
    api = FakeBotApi(upstream)
    routes = [
        Route("/bot{token}/{method}", api.handle, methods=["POST"]),
        Route("/file/bot{token}/{path:path}", api.download, methods=["GET"]),
    ]
    async with serve(lambda _url: Starlette(routes=routes)) as url:
        api.url = url
        yield api
        if api.held is not None:
            api.held.set()
    await api._client.aclose()
