"""The bare route: Starlette on uvicorn, the hand-written SQL in a thread, 200 after the commit. `python -m benchmarks.bare`."""

import asyncio
import os
import queue
from concurrent.futures import ThreadPoolExecutor

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from benchmarks.by_hand import Apply, open_by_hand


def build(url: str) -> Starlette:
    threads = 1 if url.startswith("sqlite") else 8
    pool = ThreadPoolExecutor(threads)
    connections: queue.SimpleQueue[Apply] = queue.SimpleQueue()
    for _ in range(threads):
        connections.put(open_by_hand(url)[0])

    def apply(body: bytes) -> None:
        connection = connections.get()
        try:
            connection(body)
        finally:
            connections.put(connection)

    async def webhook(request: Request) -> Response:
        await asyncio.get_running_loop().run_in_executor(pool, apply, await request.body())
        return PlainTextResponse("ok")

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(routes=[Route("/healthz", healthz), Route("/telegram/webhook", webhook, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(build(os.environ["DATABASE_URL"]), port=int(os.environ["BENCH_PORT"]), log_config=None, access_log=False)
