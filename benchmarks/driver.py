"""The driver: keep-alive connections to a webhook, as fast as they are answered, or at a steady rate."""

import asyncio
import time
from collections.abc import Sequence

from benchmarks.stage import SECRET, endless


class Connection:
    """One HTTP/1.1 connection, spoken by hand: the driver should cost next to nothing."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> "Connection":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def post(self, body: bytes) -> None:
        head = (
            f"POST /telegram/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await self._reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer.decode())

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


async def flat_out(port: int, first: int, seconds: float, connections: int) -> tuple[float, int]:
    """Updates a second when each connection sends the next as soon as the last is acknowledged; and how many there were."""
    opened = [await Connection(port).open() for _ in range(connections)]
    updates = endless(first)
    began, done = time.perf_counter(), 0

    async def work(connection: Connection) -> None:
        nonlocal done
        while time.perf_counter() - began < seconds:
            await connection.post(next(updates))
            done += 1

    await asyncio.gather(*(work(connection) for connection in opened))
    rate = done / (time.perf_counter() - began)
    for connection in opened:
        await connection.close()
    return rate, done


async def steadily(port: int, bodies: Sequence[bytes], rate: float, connections: int = 40) -> list[float]:
    """Milliseconds from the moment an update was due to its acknowledgement, at a steady rate."""
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(connections):
        idle.put_nowait(await Connection(port).open())
    taken: list[float] = []

    async def one(body: bytes, due: float) -> None:
        connection = await idle.get()
        await connection.post(body)
        taken.append(1000 * (time.perf_counter() - due))
        idle.put_nowait(connection)

    began, tasks = time.perf_counter(), []
    for number, body in enumerate(bodies):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(body, due)))
    await asyncio.gather(*tasks)
    while not idle.empty():
        await idle.get_nowait().close()
    return taken
