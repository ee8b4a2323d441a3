"""A Bot API that answers at once, in a process of its own: `python -m benchmarks.bot_api`."""

import itertools
import os

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

_numbers = itertools.count(1)


async def answer(request: Request) -> Response:
    if not request.path_params["method"].startswith("send"):
        return JSONResponse({"ok": True, "result": True})
    message = {"message_id": next(_numbers), "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}
    return JSONResponse({"ok": True, "result": message})


async def healthz(request: Request) -> Response:
    return PlainTextResponse("ok")


if __name__ == "__main__":
    app = Starlette(routes=[Route("/healthz", healthz), Route("/{bot}/{method}", answer, methods=["POST"])])
    uvicorn.run(app, port=int(os.environ["BENCH_PORT"]), log_config=None, access_log=False)
