"""Citizens on Telegram, and Telegram's side of the webhook: one update of a chat at a time, sent again until 2xx, chats side by side."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.endure.bot_api import BotApi, Call
from tests.endure.house import SECRET, House
from tests.live import UNPUBLISHED

HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}


@dataclass
class Offered:
    """An update that the server has begun to deliver. `text` is unique; `kind` is question, start or press."""

    update_id: int
    chat_id: int
    kind: str
    text: str
    body: dict[str, Any]
    tries: int = 0
    acknowledged: bool = False


@dataclass
class Telegram:
    """The outside: updates with rising ids, delivered to whichever process is up."""

    house: House
    api: BotApi
    rng: random.Random
    offered: list[Offered] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    repeats: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    _next: int = 700_000_000

    def offer(self, chat_id: int, kind: str, text: str, event: dict[str, Any]) -> Offered:
        self._next += 1
        offered = Offered(self._next, chat_id, kind, text, {"update_id": self._next, **event})
        self.offered.append(offered)
        return offered

    async def deliver(self, client: aiohttp.ClientSession, offered: Offered) -> None:
        """Until 2xx. Some are sent to two processes at once, some answers are lost on the way, some come again after their 200."""
        body = json.dumps(offered.body).encode()
        if self.rng.random() < 0.03:
            self.repeats += 1
            await asyncio.gather(self._post(client, offered, body), self._post(client, offered, body))
        if self.rng.random() < 0.03:
            self.repeats += 1
            await self._post(client, offered, body, patience=self.rng.uniform(0.001, 0.03))
        while not await self._post(client, offered, body):
            nobody = not self.house.ready()
            await asyncio.sleep(self.rng.uniform(0.3, 1.0) if nobody else self.rng.uniform(0.05, 0.3))  # Telegram: at once, 2, 4, 8 … s
        offered.acknowledged = True
        if self.rng.random() < 0.05:
            self.repeats += 1
            await self._post(client, offered, body)

    async def _post(self, client: aiohttp.ClientSession, offered: Offered, body: bytes, patience: float = 60) -> bool:
        offered.tries += 1
        slot = self.rng.choice(self.house.ready() or self.house.slots)
        began = time.monotonic()
        try:
            async with client.post(slot.webhook, data=body, headers=HEADERS, timeout=aiohttp.ClientTimeout(patience)) as answer:
                await answer.read()
                status = str(answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            status = type(fault).__name__
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status == "200":
            self.latencies.append(time.monotonic() - began)
        return status == "200"


@dataclass
class Citizen:
    """Asks, adds, starts again, closes; waits for an answer like a person, only faster."""

    telegram: Telegram
    chat_id: int
    questions: list[str]
    rng: random.Random
    stop: asyncio.Event
    _said: int = 0
    _pressed: set[str] = field(default_factory=set)

    async def live(self, client: aiohttp.ClientSession) -> None:
        while not self.stop.is_set():
            await self.telegram.deliver(client, self._next())
            await self.telegram.api.wait_for_talk(self.chat_id, self.rng.uniform(0.05, 0.6))

    def _next(self) -> Offered:
        self._said += 1
        button = self._close_button()
        if button is not None and self.rng.random() < 0.8:
            return self._press(*button)
        mark = f"{self.chat_id}x{self._said}"
        if self._said > 1 and self.rng.random() < 0.15:
            return self._message("start", f"/start {mark}")
        if self.rng.random() < 0.3:
            return self._message("question", f"{self.rng.choice(self.questions)} [{mark}]")
        return self._message("question", f"{UNPUBLISHED} [{mark}]")

    def _person(self) -> dict[str, Any]:
        return {"id": self.chat_id, "is_bot": False, "first_name": f"Dân {self.chat_id}", "language_code": "vi"}

    def _chat(self) -> dict[str, Any]:
        return {"id": self.chat_id, "type": "private", "first_name": f"Dân {self.chat_id}"}

    def _message(self, kind: str, text: str) -> Offered:
        message = {"message_id": self._said, "date": int(time.time()), "chat": self._chat(), "from": self._person(), "text": text}
        return self.telegram.offer(self.chat_id, kind, text, {"message": message})

    def _close_button(self) -> tuple[Call, dict[str, str]] | None:
        for call in reversed(self.telegram.api.by_chat[self.chat_id]):
            keyboard = call.payload.get("reply_markup") or {}
            for row in keyboard.get("inline_keyboard", []):
                for button in row:
                    if button.get("callback_data", "").startswith("close:") and button["callback_data"] not in self._pressed:
                        return call, button
        return None

    def _press(self, call: Call, button: dict[str, str]) -> Offered:
        self._pressed.add(button["callback_data"])
        message = {"message_id": call.message_id, "date": int(call.at), "chat": self._chat(), "text": call.text}
        query = {
            "id": f"{self.chat_id}{self._said:06d}",
            "from": self._person(),
            "chat_instance": "1",
            "data": button["callback_data"],
            "message": message | {"reply_markup": call.payload["reply_markup"]},
        }
        return self.telegram.offer(self.chat_id, "press", button["text"], {"callback_query": query})
