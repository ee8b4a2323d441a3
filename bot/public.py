"""Public pages without script (trang công khai): tickets, verification. Small, readable on an old phone, opened by a secret address."""

import asyncio
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.limits import Limit
from bot.visitors import address_of, language_of
from db.settings import Settings
from domain import qr
from domain.messages import N_
from domain.worktime import ZONE
from locales import day, moment, translate
from locales.languages import DEFAULT, LANGUAGES
from usecases import class_notices

_HERE = Path(__file__).parent / "pages"
_LOOKS_A_MINUTE = 120
"""Per address: whoever tries out secrets gets nowhere, a class at the door behind one router does."""
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@cache
def asset(name: str) -> str:
    """Address of a static file, which changes with its content."""
    content = (_HERE / "static" / name).read_bytes()
    return f"/chat/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _drawn(text: str) -> Markup:
    return Markup(qr.svg(text))  # noqa: S704 - drawn by our library, the text is in its squares alone


class PublicPages:
    """Shows public pages; one for a kind of page, as each counts its own visitors."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._looks = Limit(_LOOKS_A_MINUTE)
        self._pages = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._pages.globals.update(qr=_drawn, day=day, moment=moment, when=class_notices.when, local=lambda at: at.astimezone(ZONE))

    async def answer(self, request: Request, make: Callable[[Request], Response]) -> Response:
        """What `make` says, in a thread as it reads and draws; a refusal to an address that looks too often."""
        if seconds := self._looks.wait(address_of(request)):
            headers = {"Retry-After": str(int(seconds) + 1)}
            return self.show(request, "nothing.html", 429, headers, said=N_("public.slow_down"))
        return await asyncio.to_thread(make, request)

    def nothing(self, request: Request, said: str) -> Response:
        """There is nothing behind this address."""
        return self.show(request, "nothing.html", 404, said=said)

    def show(
        self,
        request: Request,
        template: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        usual: str = DEFAULT,
        **facts: Any,
    ) -> Response:
        """A page in the language that is asked for, else in the usual one; kept by nobody on the way."""
        language = self.language(request, usual)
        text = self._pages.get_template(template).render(
            language=language,
            other="en" if language == "vi" else "vi",
            _=lambda key, **named: translate(key, language, **named),
            languages=LANGUAGES,
            chat=f"/chat?lang={language}",
            style=asset("public.css"),
            trial=self._settings.trial_mode,
            **facts,
        )
        safe = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
        return HTMLResponse(text, status, headers=safe | (headers or {}))

    def language(self, request: Request, usual: str = DEFAULT) -> str:
        """The one that the address says, else the usual one."""
        return language_of(request.query_params.get("lang") or usual)
