"""Visitors of the web chat: their page sends a message again, with the same id, until it is acknowledged, and resumes where it was."""

import asyncio
import json
import random
from dataclasses import dataclass, field
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.endure.house import House


@dataclass
class Visitor:
    """`sent` are texts by message id; `events` are the event numbers in the order in which the page was told them."""

    number: int
    house: House
    rng: random.Random
    stop: asyncio.Event
    token: str | None = None
    sent: dict[str, str] = field(default_factory=dict)
    unacknowledged: set[str] = field(default_factory=set)
    events: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0
    repeats: int = 0
    refused: int = 0

    async def live(self) -> None:
        """Until told to stop and everything is acknowledged."""
        while not (self.stop.is_set() and not self.unacknowledged):
            slots = self.house.ready()
            if not slots:
                await asyncio.sleep(0.1)
                continue
            port = self.rng.choice(slots).port
            try:
                async with connect(
                    f"ws://127.0.0.1:{port}/chat/socket", origin=f"http://127.0.0.1:{port}", open_timeout=5, close_timeout=1
                ) as socket:
                    await self._talk(socket)
            except (OSError, TimeoutError, websockets.WebSocketException):
                await asyncio.sleep(self.rng.uniform(0.1, 0.5))

    async def catch_up(self, port: int) -> None:
        """Come back once everything was delivered, and read on from where the page was."""
        async with connect(f"ws://127.0.0.1:{port}/chat/socket", origin=f"http://127.0.0.1:{port}") as socket:
            await self._hello(socket)

    async def _hello(self, socket: ClientConnection) -> None:
        self.connections += 1
        since = self.events[-1]["event"] if self.events else 0
        await socket.send(json.dumps({"type": "hello", "token": self.token, "since": since, "language": "vi"}))
        welcome = json.loads(await asyncio.wait_for(socket.recv(), 10))
        self.token = welcome["token"]
        self.events += welcome["events"]

    async def _talk(self, socket: ClientConnection) -> None:
        await self._hello(socket)
        listening = asyncio.create_task(self._listen(socket))
        try:
            for own_id in list(self.unacknowledged):
                await self._send(socket, own_id)
            for _ in range(self.rng.randint(3, 12)):
                if listening.done():
                    break
                await self._say_something(socket)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _say_something(self, socket: ClientConnection) -> None:
        if not self.stop.is_set() and len(self.unacknowledged) < 3:
            own_id = f"v{self.number:02d}-{len(self.sent):06d}"
            self.sent[own_id] = f"Kjwq{self.number} zzxv{len(self.sent)} qqfw"
            self.unacknowledged.add(own_id)
            await self._send(socket, own_id)
        await asyncio.sleep(self.rng.uniform(0.1, 0.6))
        if self.unacknowledged and self.rng.random() < 0.4:
            self.repeats += 1
            await self._send(socket, self.rng.choice(sorted(self.unacknowledged)))

    async def _send(self, socket: ClientConnection, own_id: str) -> None:
        await socket.send(json.dumps({"type": "message", "id": own_id, "text": self.sent[own_id]}))
        if self.rng.random() < 0.2:
            self.repeats += 1
            await socket.send(json.dumps({"type": "message", "id": own_id, "text": self.sent[own_id]}))

    async def _listen(self, socket: ClientConnection) -> None:
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "ack":
                self.unacknowledged.discard(frame["id"])
            elif frame["type"] == "events":
                self.events += frame["events"]
            elif frame["type"] == "refused":
                self.refused += 1
