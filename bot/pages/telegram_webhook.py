"""Telegram's webhook: the secret is checked, and 200 is answered only when the update is committed or quarantined."""

import asyncio
import hmac
import json

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.body import BodyTooLarge, read_body
from bot.channels.telegram import Telegram
from bot.counter import Counter

_LARGEST_BODY = 1024 * 1024
_PATIENCE_SECONDS = 50
"""Telegram waits 60 s, then sends again: better to tell it to, and go on working."""


def routes(counter: Counter) -> list[Route]:
    """None unless Telegram is on and uses the webhook."""
    telegram = counter.telegram
    if telegram is None or not telegram.uses_webhook:
        return []
    secret = counter.settings.telegram_webhook_secret.get_secret_value().encode()

    async def webhook(request: Request) -> Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode()
        if not hmac.compare_digest(given, secret):
            return PlainTextResponse("wrong secret", 401)
        try:
            body = json.loads(await read_body(request, _LARGEST_BODY))
        except BodyTooLarge:
            return PlainTextResponse("too large", 413)
        except (ValueError, RecursionError):
            return PlainTextResponse("no JSON", 400)
        if not isinstance(body, dict) or type(body.get("update_id")) is not int:
            return PlainTextResponse("no update", 400)
        return await _apply(counter, telegram, body)

    return [Route("/telegram/webhook", webhook, methods=["POST"])]


async def _apply(counter: Counter, telegram: Telegram, body: dict[str, object]) -> Response:
    if counter.stopping:
        return PlainTextResponse("stopping", 503, {"Retry-After": "5"})
    try:
        await asyncio.wait_for(counter.process(telegram.receive(body)), _PATIENCE_SECONDS)
    except (TimeoutError, asyncio.CancelledError):
        return PlainTextResponse("not yet", 503, {"Retry-After": "10"})
    return PlainTextResponse("ok")
