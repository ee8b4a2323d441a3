"""Pace: how fast one chat may be spoken to, after a short burst. The rate of a whole account is its library's limiter's business."""

import time
from collections.abc import Callable

from bot.channel import Rates


class Pace:
    """Kept by the one deliverer of an account; monotonic seconds."""

    def __init__(self, rates: Rates, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates, self._clock = rates, clock
        self._chats: dict[int, float] = {}

    def busy_chats(self) -> list[int]:
        """The chats that have had their share for now."""
        now = self._clock()
        self._chats = {chat: free for chat, free in self._chats.items() if free > now}
        return [chat for chat, free in self._chats.items() if free - now > self._allowance(chat)]

    def unrested_chats(self) -> list[int]:
        """The chats that were spoken to so lately that nothing may come which nobody waits for: there, a burst is no manners."""
        now = self._clock()
        return [chat for chat, free in self._chats.items() if free > now]

    def spoke(self, chat_id: int) -> None:
        """Count a message to a chat."""
        step = self._step(chat_id)
        if step:
            self._chats[chat_id] = max(self._chats.get(chat_id, 0.0), self._clock()) + step

    def has_spoken(self, chat_id: int) -> None:
        """Count a message's end as well: it may have waited for its turn since it was taken."""
        step = self._step(chat_id)
        if step:
            self._chats[chat_id] = max(self._chats.get(chat_id, 0.0), self._clock() + step)

    def _step(self, chat_id: int) -> float:
        if self._rates.chat is None:
            return 0.0
        return 60 / self._rates.group_per_minute if chat_id < 0 else 1 / self._rates.chat

    def _allowance(self, chat_id: int) -> float:
        """A private chat may be ahead by a burst; a group may not."""
        return 0.0 if chat_id < 0 else (self._rates.burst - 1) * self._step(chat_id)
