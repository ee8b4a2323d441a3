"""The counter as one ASGI application."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.counter import Counter
from bot.pages import chat, chat_files, form, health, registers, telegram_webhook, tickets, verify

PAGES = (chat, chat_files, form, health, registers, telegram_webhook, tickets, verify)

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"permissions-policy", b"geolocation=(), microphone=(), payment=()"),
]


class SafeHeaders:
    """Headers that every answer carries."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def build_app(counter: Counter) -> Starlette:
    """The application; the counter starts and stops with it."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await counter.start()
        gc.collect()
        gc.freeze()  # aiogram's object graph is big: full collections over it cost a quarter of a second
        yield
        await counter.stop()

    routes = [route for page in PAGES for route in page.routes(counter)]
    return Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(SafeHeaders)])
