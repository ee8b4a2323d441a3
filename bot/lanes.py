"""Lanes: the updates of one contact are worked on one after the other, in the order of arrival; contacts run side by side."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field


@dataclass
class _Lane:
    waiting: deque[Callable[[], Awaitable[None]]] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


class Lanes:
    """`await lanes.run(key, work)` returns when this piece of work is done; a failure of it is raised to its own caller only."""

    def __init__(self, side_by_side: int = 32) -> None:
        self._lanes: dict[Hashable, _Lane] = {}
        self._room = asyncio.Semaphore(side_by_side)

    async def run(self, key: Hashable, work: Callable[[], Awaitable[None]]) -> None:
        """Queue a piece of work behind what its lane has, and wait for it. A caller that gives up does not stop the work."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def run_and_tell() -> None:
            try:
                async with self._room:
                    await work()
            except BaseException as fault:
                if not done.done():
                    done.set_exception(fault)
                if isinstance(fault, asyncio.CancelledError):
                    raise
            else:
                if not done.done():
                    done.set_result(None)

        lane = self._lanes.setdefault(key, _Lane())
        lane.waiting.append(run_and_tell)
        if lane.task is None:
            lane.task = asyncio.create_task(self._drive(key, lane))
        await done

    async def _drive(self, key: Hashable, lane: _Lane) -> None:
        try:
            while lane.waiting:
                await lane.waiting.popleft()()
        finally:
            self._lanes.pop(key, None)

    @property
    def busy(self) -> int:
        """How many lanes have work."""
        return len(self._lanes)

    async def drain(self, seconds: float) -> None:
        """Let the work in hand finish, for at most this long, then cancel it; what is not committed comes again."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
