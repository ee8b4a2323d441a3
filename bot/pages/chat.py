"""The web chat's page, the widget for other sites, and the door of the socket (what is said there: `bot.talk`)."""

import asyncio
import hashlib
import json
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from bot import metrics
from bot.counter import Counter
from bot.talk import FILES_A_MESSAGE, LONGEST_TEXT, Talk
from bot.visitors import Patience, address_of, language_of
from db.engine import is_passing_fault
from locales import catalogue, translate
from locales.languages import LANGUAGES
from usecases import office, uploads

log = structlog.get_logger()

_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_STRANGER = 4403


@cache
def _asset(name: str) -> tuple[bytes, str]:
    """A static file and the digest of its content."""
    content = (_STATIC / name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


def _texts(prefix: str, language: str) -> dict[str, str]:
    """All sentences of one place, without its prefix."""
    keys = [key for key in catalogue(language)._catalog if isinstance(key, str) and key.startswith(prefix)]  # type: ignore[attr-defined]
    return {key.removeprefix(prefix): translate(key, language) for key in keys}


class ChatPages:
    """The routes, over one counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._pages = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined)
        self._patience = Patience(counter.settings)
        self._names: dict[str, str] = {}

    def routes(self) -> list[BaseRoute]:
        small = [Middleware(GZipMiddleware, minimum_size=500)]
        return [
            Route("/", self.front),
            Route("/favicon.ico", self.favicon),
            Route("/chat", self.page, middleware=small),
            Route("/chat/static/{name}", self.static, middleware=small),
            Route("/widget.js", self.widget, middleware=small),
            WebSocketRoute("/chat/socket", self.socket),
        ]

    async def front(self, request: Request) -> Response:
        return RedirectResponse("/chat")

    async def favicon(self, request: Request) -> Response:
        return Response(status_code=204, headers={"Cache-Control": "public, max-age=86400"})

    async def page(self, request: Request) -> Response:
        language = language_of(request.query_params.get("lang"))
        settings = self._counter.settings
        name = await asyncio.to_thread(self._office_name, language)
        texts = _texts("chat.", language)
        config = {
            "socket": "/chat/socket",
            "upload": "/chat/files",
            "language": language,
            "chosen": "lang" in request.query_params,
            "maxFileMb": settings.max_file_mb,
            "maxFiles": FILES_A_MESSAGE,
            "maxText": LONGEST_TEXT,
            "accept": ",".join(sorted(uploads.ACCEPTED | {"image/*"})),
            "trial": settings.trial_mode,
            "office": name,
            "texts": texts,
        }
        text = self._pages.get_template("chat.html").render(
            config=config,
            t=texts,
            language=language,
            embed=request.query_params.get("embed") == "1",
            office=name,
            trial=settings.trial_mode,
            asset=lambda name: f"/chat/static/{name}?v={_asset(name)[1]}",
        )
        return HTMLResponse(text, headers={"Content-Security-Policy": self._policy(), "Cache-Control": "no-cache"})

    def _office_name(self, language: str) -> str:
        """The office's name; while the database is away the one last known, so that the page opens and can say that it waits."""
        try:
            with self._counter.database.read() as session:
                self._names[language] = office.name(session, language)
        except Exception as fault:
            if not is_passing_fault(fault):
                raise
            log.warning("chat.database_away", fault=type(fault).__name__)
        return self._names.get(language) or translate("chat.office", language)

    def _policy(self) -> str:
        socket = urlsplit(self._counter.settings.public_url)
        scheme = "wss" if socket.scheme == "https" else "ws"
        ancestors = " ".join(["'self'", self._counter.settings.embed_origins]).strip()
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
            f"connect-src 'self' {scheme}://{socket.netloc}; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
        )

    async def static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in {"chat.js", "chat.css", "form.js", "public.css"}:
            return Response(status_code=404)
        content, version = _asset(name)
        age = "public, max-age=31536000, immutable" if request.query_params.get("v") == version else "no-cache"
        return Response(content, headers={"Content-Type": _TYPES[Path(name).suffix], "Cache-Control": age})

    async def widget(self, request: Request) -> Response:
        """The script a site embeds: our file with its words put in."""
        texts = {language: _texts("widget.", language) for language in LANGUAGES}
        source = _asset("widget.js")[0].decode()
        body = f"(function (TEXTS) {{\n{source}\n}})({json.dumps(texts, ensure_ascii=False)});\n"
        headers = {"Content-Type": _TYPES[".js"], "Cache-Control": "public, max-age=600", "Cross-Origin-Resource-Policy": "cross-origin"}
        return Response(body, headers=headers)

    async def socket(self, socket: WebSocket) -> None:
        if not self._is_our_page(socket) or not self._patience.may_connect(address_of(socket)):
            await socket.close(_STRANGER)
            return
        await socket.accept()
        metrics.SOCKETS.inc()
        try:
            await Talk(self._counter, socket, self._patience).run()
        finally:
            metrics.SOCKETS.dec()

    def _is_our_page(self, socket: WebSocket) -> bool:
        """Whether a browser says that a page of our own opens the socket."""
        origin = urlsplit(socket.headers.get("origin", "")).netloc
        return bool(origin) and origin in {socket.headers.get("host", ""), urlsplit(self._counter.settings.public_url).netloc}


def routes(counter: Counter) -> list[BaseRoute]:
    """The web chat's routes."""
    return ChatPages(counter).routes()
