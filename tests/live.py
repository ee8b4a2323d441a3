"""A live counter for tests: the real application on uvicorn, in the loop of the tests, and a visitor without a browser."""

import asyncio
import contextlib
import itertools
import json
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import select
from websockets.asyncio.client import ClientConnection, connect

from bot.__main__ import server_options
from bot.app import build_app
from bot.counter import Counter
from db.models import OutboundMessage
from db.settings import Settings

SOON = 15
"""Seconds after which a test gives up waiting for what must come."""


class _Server(uvicorn.Server):
    """Leaves the signals to pytest, and says when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class Live:
    """`start` and `stop` any number of times, on the same port. `settings` may be changed between."""

    def __init__(self, settings: Settings, **changes: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = settings.model_copy(update={"public_url": self.url, **changes})
        self.counter: Counter
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> "Live":
        self.counter = Counter(self.settings)
        listening = socket.create_server(("127.0.0.1", self.port))
        server = _Server(uvicorn.Config(build_app(self.counter), lifespan="on", **server_options(self.settings)))
        self._server, self._serving = server, asyncio.create_task(server.serve([listening]))
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait([ready, self._serving], return_when=asyncio.FIRST_COMPLETED, timeout=SOON)
        assert ready.done(), "the counter did not start"
        return self

    async def stop(self) -> None:
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        serving, self._server, self._serving = self._serving, None, None
        await serving

    def visitor(self, **arguments: Any) -> "Visitor":
        return Visitor(self, **arguments)

    def owed(self, token: str | None, after: int) -> set[int]:
        """Numbers of the messages that the outbox holds, or held, for a visitor."""
        with self.counter.database.read() as session:
            rows = select(OutboundMessage.id).where(OutboundMessage.chat_id == self.counter.web.visitor(token), OutboundMessage.id > after)
            return set(session.scalars(rows.where(OutboundMessage.method.startswith("send"), OutboundMessage.kind != "ephemeral")))

    def http(self, **arguments: Any) -> httpx.AsyncClient:
        """A client without proxies and certificates, which take time to read and have no part on loopback."""
        return httpx.AsyncClient(base_url=self.url, trust_env=False, verify=False, **arguments)


@dataclass
class Visitor:
    """One page of the web chat as the server sees it: `await visitor.open()`, then say, press and wait for events."""

    live: Live
    token: str | None = None
    language: str = "vi"
    chosen: bool = False
    """Whether the page was switched to its language by hand."""
    events: list[dict[str, Any]] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    """Every frame but events: ack, refused, pong."""
    line: ClientConnection | None = None

    async def open(self, since: int = 0, *, origin: str | None = None) -> dict[str, Any]:
        """Connect, say hello; the welcome."""
        address = self.live.url.replace("http", "ws", 1) + "/chat/socket"
        self.line = await connect(address, origin=origin or self.live.url, proxy=None, max_size=None)
        await self.send(type="hello", token=self.token, since=since, language=self.language, chosen=self.chosen)
        welcome = await self._receive()
        assert welcome["type"] == "welcome", welcome
        self.token = welcome["token"]
        self.events += welcome["events"]
        return welcome

    async def close(self) -> None:
        if self.line is not None:
            await self.line.close()

    async def __aenter__(self) -> "Visitor":
        await self.open()
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self.close()

    async def send(self, **frame: Any) -> None:
        assert self.line is not None
        await self.line.send(json.dumps(frame))

    async def _receive(self) -> dict[str, Any]:
        assert self.line is not None
        async with asyncio.timeout(SOON):
            frame: dict[str, Any] = json.loads(await self.line.recv())
        return frame

    async def hear(self) -> None:
        """Take one frame."""
        frame = await self._receive()
        if frame["type"] == "events":
            self.events += frame["events"]
        else:
            self.frames.append(frame)

    async def until(self, found: Callable[[], Any]) -> Any:
        """Listen until something is there; it is returned."""
        while not (what := found()):
            await self.hear()
        return what

    async def message(self, text: str, *, own_id: str | None = None, files: list[Any] | None = None) -> str:
        """Send a message without waiting; its id."""
        own_id = own_id or str(uuid.uuid4())
        await self.send(type="message", id=own_id, text=text, files=files or [])
        return own_id

    async def say(self, text: str, *, own_id: str | None = None, files: list[Any] | None = None) -> dict[str, Any]:
        """Send a message and wait until it is acknowledged and answered; the last answer."""
        return await self._answer(await self.message(text, own_id=own_id, files=files))

    async def press(self, event: dict[str, Any], caption: str) -> dict[str, Any]:
        """Press the button that says so; the last answer."""
        button = next(button for row in event["buttons"] for button in row if caption in button["text"])
        own_id = str(uuid.uuid4())
        await self.send(type="press", id=own_id, message=event["message"], data=button["data"], caption=button["text"])
        return await self._answer(own_id)

    async def _answer(self, own_id: str) -> dict[str, Any]:
        before = max((event["message"] for event in self.heard()), default=0)
        await self.acknowledged(own_id)
        owed = self.live.owed(self.token, before)
        await self.until(lambda: owed <= {event["message"] for event in self.heard()})
        return self.heard()[-1]

    async def acknowledged(self, own_id: str) -> None:
        await self.until(lambda: {"type": "ack", "id": own_id} in self.frames)

    async def refusal(self, own_id: str) -> dict[str, Any]:
        """What the counter says against a message."""

        def found() -> dict[str, Any] | None:
            return next((frame for frame in self.frames if frame["type"] == "refused" and frame["id"] == own_id), None)

        answer: dict[str, Any] = await self.until(found)
        return answer

    async def caught_up(self) -> None:
        """Everything that was sent before this moment is here: a ping comes back behind it."""
        pongs = self.frames.count({"type": "pong"})
        await self.send(type="ping")
        await self.until(lambda: self.frames.count({"type": "pong"}) > pongs)

    def heard(self) -> list[dict[str, Any]]:
        """What the counter said."""
        return [event for event in self.events if event["kind"] == "message"]

    def mine(self) -> list[str]:
        return [event["text"] for event in self.events if event["kind"] == "mine"]


def text_of(event: dict[str, Any]) -> str:
    """The words of a message event."""
    return "".join(run["text"] for run in event["runs"])


ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For tests of what has nothing to do with the database."""

UNPUBLISHED = "Cỡ chữ trên nhãn tối thiểu bao nhiêu?"
"""The very question of a starter entry that is a draft."""
_numbers = itertools.count(1)


def unlike_any(what: str = "xyzzy") -> str:
    """A question whose answer is not published yet, new each time: it goes to an officer, whatever the ranking."""
    return f"{what}: {UNPUBLISHED} (lần {next(_numbers)})"
