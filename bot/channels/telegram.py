"""Telegram: receives by our own long polling or by webhook, sends through python-telegram-bot's `ExtBot` with its limiter.

An update is let go only when it is committed or quarantined: the offset moves, and the webhook answers 200, no earlier.
"""

import asyncio
import json
import random
import ssl
import time
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import structlog
from telegram import InputFile
from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.channel import Blocked, Outcome, Permanent, Rates, SendingChannel, Sent, Silenced, Temporary, ToSend, Unsure
from bot.inbound import Inbound, IncomingFile, parse_update
from bot.preparation import NetworkFault
from db.files import FileStore
from db.settings import Settings
from domain.errors import FileNotFetched
from locales import translate
from locales.languages import DEFAULT, LANGUAGES

log = structlog.get_logger()

COMMANDS = (
    "start",
    "help",
    "nguoi_that",
    "trang_thai",
    "lop",
    "lop_cua_toi",
    "ma_vach",
    "tra_ma",
    "dau_dinh_luong",
    "kiem_tra_nhan",
    "kiem_tra_lo",
    "ke_hoach_can",
    "phuong_tien_do",
    "nhac_toi",
    "nhac_hen",
    "chu_de",
    "ngon_ngu",
    "huy",
    "dong_y",
)
"""The command menu; its texts are `command.<name>`."""

_KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
"""Faults after which the request surely never left."""
_GONE = ("chat not found", "user not found", "user is deactivated", "bot was kicked", "bot was blocked", "have no rights to send")
_UNKNOWN_FILE = ("wrong file identifier", "wrong remote file", "invalid file_id", "file reference")
_SILENCE_SECONDS, _REFUSED_TOKEN_SECONDS = 5, 60
_LONGEST_WAIT = 60
_CATCH_UP = 1.5
"""Messages that the limiter may let through at once: a busy machine wakes it late, and what it slept over by it could never make good."""
_LOOK_SECONDS = 0.2
"""How long new updates may wait for one that is slow, before they are asked for all the same."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds: how long a poll may stay open, and how long a call waits for the connection, the answer and an upload."""

    poll: int = 25
    connect: float = 5.0
    read: float = 10.0
    upload: float = 60.0


@dataclass(frozen=True)
class _Answer:
    """What the server said last in this task: no status where nothing came, no body where it is not the Bot API's own JSON."""

    status: int = 0
    body: dict[str, Any] | None = None

    @classmethod
    def read(cls, status: int, content: bytes) -> "_Answer":
        try:
            decoded = json.loads(content)
        except ValueError:
            decoded = None
        return cls(status, decoded if isinstance(decoded, dict) and "ok" in decoded else None)

    @property
    def code(self) -> int:
        given = (self.body or {}).get("error_code")
        return given if isinstance(given, int) else self.status

    @property
    def description(self) -> str:
        return str((self.body or {}).get("description", ""))

    @property
    def retry_after(self) -> float:
        given = ((self.body or {}).get("parameters") or {}).get("retry_after")
        return float(given) if isinstance(given, int | float) else _SILENCE_SECONDS


_answered: ContextVar[_Answer] = ContextVar("answered")


class _ToldToBeSilent(TelegramError):
    """429. Our own, because the library's `RetryAfter` warns of its future and its limiter would let others through."""

    def __init__(self, seconds: float) -> None:
        super().__init__("told to be silent")
        self.seconds = seconds


class _WatchedRequest(HTTPXRequest):
    """python-telegram-bot's request, remembering what the server really said: a gateway's 502 is not the Bot API's refusal.

    After a 429 nothing leaves, not even what the limiter had let through or was holding back.
    """

    _silent_until = 0.0

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        left = self._silent_until - time.monotonic()
        if left > 0:
            raise _ToldToBeSilent(left)
        status, content = await super().do_request(*args, **kwargs)
        answer = _Answer.read(status, content)
        _answered.set(answer)
        if answer.code == 429 and answer.body is not None:
            self._silent_until = max(self._silent_until, time.monotonic() + answer.retry_after)
            raise _ToldToBeSilent(answer.retry_after)
        if answer.body is None:
            raise TelegramError("no answer of the Bot API")  # before the library tries to read a gateway's page and logs it whole
        return status, content


class _Bot(ExtBot[int]):
    """The library's bot with a door for methods that are Bot API JSON already: `do_api_request` is meant for unknown ones only."""

    async def call(self, method: str, payload: dict[str, Any]) -> Any:
        return await self._post(method, payload)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted: read once a process, which takes longer than all else here."""
    return httpx.create_ssl_context()


class Telegram(SendingChannel):
    """One bot token. Its chat ids are the inner language's own."""

    name, account = "telegram", "main"

    def __init__(self, settings: Settings, files: FileStore, timeouts: Timeouts | None = None) -> None:
        self._settings, self._files, self._timeouts = settings, files, timeouts or Timeouts()
        token = settings.telegram_bot_token.get_secret_value()
        self._api = f"{settings.telegram_api_url}/bot{token}"
        self._file_api = f"{settings.telegram_api_url}/file/bot{token}"
        self.rates = Rates(chat=settings.chat_rate)
        connect, read = self._timeouts.connect, self._timeouts.read
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(self._timeouts.poll + read, connect=connect), verify=_trusted())
        waits: dict[str, Any] = {"read_timeout": read, "write_timeout": read, "connect_timeout": connect, "pool_timeout": connect}
        waits["httpx_kwargs"] = {"verify": _trusted()}
        self._requests = (
            _WatchedRequest(connection_pool_size=8, media_write_timeout=self._timeouts.upload, **waits),
            _WatchedRequest(connection_pool_size=1, **waits),
        )
        self._bot = _Bot(
            token,
            base_url=f"{settings.telegram_api_url}/bot",
            base_file_url=f"{settings.telegram_api_url}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
            rate_limiter=AIORateLimiter(overall_max_rate=_CATCH_UP, overall_time_period=_CATCH_UP / settings.telegram_rate, max_retries=0),
        )

    @property
    def uses_webhook(self) -> bool:
        return bool(self._settings.telegram_webhook_url)

    async def close(self) -> None:
        """Close the connections. The bot itself was never initialised, which would call `getMe`, so it would not close them."""
        for request in self._requests:
            await request.shutdown()
        await self._client.aclose()

    async def set_up(self) -> None:
        """Register or remove the webhook, however long that takes, and publish the command menu."""
        wait = 1.0
        while True:
            try:
                if await self._set_webhook():
                    await self._publish_commands()
                    return
            except NetworkFault as fault:
                log.warning("telegram.not_reached", fault=type(fault.__cause__).__name__)
            await asyncio.sleep(wait * random.uniform(0.7, 1.3))
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _set_webhook(self) -> bool:
        if self.uses_webhook:
            wanted = {
                "url": self._settings.telegram_webhook_url,
                "secret_token": self._settings.telegram_webhook_secret.get_secret_value(),
                "allowed_updates": _KINDS,
            }
            answer = await self._call("setWebhook", wanted)
        else:
            answer = await self._call("deleteWebhook", {"drop_pending_updates": False})
        done = bool(answer.get("ok"))
        (log.info if done else log.error)("telegram.set_up", webhook=self.uses_webhook, ok=done, reason=answer.get("description"))
        return done

    async def _publish_commands(self) -> None:
        """The menu of commands, in every language; the bot works without it."""
        for language in LANGUAGES:
            commands = [{"command": name, "description": translate(f"command.{name}", language)} for name in COMMANDS]
            wanted = {"commands": commands, "scope": {"type": "all_private_chats"}}
            answer = await self._call("setMyCommands", wanted if language == DEFAULT else wanted | {"language_code": language})
            if not answer.get("ok"):
                log.warning("telegram.no_command_menu", language=language, reason=answer.get("description"))

    async def _call(self, method: str, payload: dict[str, Any]) -> dict[str, Any]:
        """A set-up call or a poll; `NetworkFault` when it did not get through, else the decoded answer."""
        try:
            response = await self._client.post(f"{self._api}/{method}", json=payload)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as fault:
            raise NetworkFault from fault
        if not isinstance(answer, dict):
            raise NetworkFault from ValueError("answer is no object")
        return answer

    # receive

    def receive(self, body: dict[str, Any]) -> Inbound:
        """Translate a decoded update; its id is Telegram's."""
        update = parse_update(body)
        message = (update.message or update.edited_message) if update else None
        files: list[IncomingFile] = []
        if message is not None and message.photo:
            largest = max(message.photo, key=lambda size: size.width * size.height)
            files.append(IncomingFile(largest.file_id, f"anh-{message.message_id}.jpg", largest.file_size))
        if message is not None and message.document:
            files.append(IncomingFile(message.document.file_id, message.document.file_name or "tep", message.document.file_size))
        text = json.dumps(body, ensure_ascii=False, sort_keys=True).encode(errors="replace").decode()  # no half characters
        return Inbound(self.name, self.account, str(body.get("update_id", "")), text, update, tuple(files))

    async def poll(self, process: Callable[[Inbound], Coroutine[Any, Any, None]]) -> None:
        """Long polling until cancelled. The offset passes only updates that `process` is done with; the same one is not begun twice."""
        working: dict[int, asyncio.Task[None]] = {}
        done: set[int] = set()  # behind one that is still worked on
        following, wait = 0, 1.0
        while True:
            answer = await self._poll_once(min(working, default=following), 1 if working else self._timeouts.poll)
            if not answer.get("ok"):
                retry_after = (answer.get("parameters") or {}).get("retry_after")
                await asyncio.sleep(retry_after or wait * random.uniform(0.7, 1.3))
                wait = min(wait * 2, _LONGEST_WAIT)
                continue
            wait = 1.0
            for body in answer["result"]:
                update_id = body["update_id"]
                if update_id not in working and update_id not in done:
                    working[update_id] = asyncio.create_task(process(self.receive(body)))
                    following = update_id + 1
            if working:
                await asyncio.wait(working.values(), return_when=asyncio.FIRST_COMPLETED, timeout=_LOOK_SECONDS)
            elif not answer["result"]:
                following = 0  # all is acknowledged; after a quiet week the ids may begin lower
            for update_id in [key for key, task in working.items() if task.done()]:
                working.pop(update_id).result()
                done.add(update_id)
            done = {update_id for update_id in done if update_id > min(working, default=following)}

    async def _poll_once(self, offset: int, timeout: int) -> dict[str, Any]:
        """The answer to one getUpdates; empty where the network failed."""
        try:
            answer = await self._call("getUpdates", {"offset": offset, "timeout": timeout, "allowed_updates": _KINDS})
        except NetworkFault as fault:
            log.warning("telegram.not_reached", fault=type(fault.__cause__).__name__)
            return {}
        if not answer.get("ok"):
            log.warning("telegram.poll_refused", code=answer.get("error_code"), reason=answer.get("description"))
        return answer

    async def fetch(self, reference: str) -> bytes:
        """A file's bytes, up to one more than is taken: that it is too large is then seen as everywhere."""
        answer = await self._call("getFile", {"file_id": reference})
        if not answer.get("ok"):
            _give_up_or_try_again(answer.get("error_code"))
        content = bytearray()
        try:
            async with self._client.stream("GET", f"{self._file_api}/{answer['result']['file_path']}", timeout=60) as response:
                if response.status_code != 200:
                    _give_up_or_try_again(response.status_code)
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > self._settings.max_file_bytes:
                        return bytes(content[: self._settings.max_file_bytes + 1])
        except httpx.HTTPError as fault:
            raise NetworkFault from fault
        return bytes(content)

    # send

    async def send(self, message: ToSend) -> Outcome:
        outcome = await self._try(message, by_name=True)
        if isinstance(outcome, Permanent) and any(sign in outcome.reason.lower() for sign in _UNKNOWN_FILE):
            return await self._try(message, by_name=False)  # the name of the upload is no longer known: surely not sent, so upload again
        return outcome

    async def _try(self, message: ToSend, *, by_name: bool) -> Outcome:
        try:
            payload = await asyncio.to_thread(self._payload, message, by_name)
        except FileNotFoundError:
            return Permanent("the file is no longer on the disk")
        except OSError as fault:
            return Temporary(f"{type(fault).__name__}: the file cannot be read")
        _answered.set(_Answer())
        try:
            result = await self._bot.call(message.method, payload)
        except TelegramError as fault:
            return _outcome(fault, _answered.get(), message)
        return _sent(message, result)

    def _payload(self, message: ToSend, by_name: bool) -> dict[str, Any]:
        payload = dict(message.payload)
        if message.method != "answerCallbackQuery":
            payload["chat_id"] = message.chat_id
        if message.message_id is not None:
            payload["message_id"] = int(message.message_id)
        for field, value in payload.items():
            if isinstance(value, dict) and "$file" in value:
                known = value.get("file_id") if by_name else None
                payload[field] = known or InputFile(self._files.read(value["$file"]), filename=value["name"])
        return payload


def _give_up_or_try_again(code: Any) -> None:
    """A file that Telegram refuses will not be had later either; one that it cannot give just now may be."""
    if code == 429 or not isinstance(code, int) or code >= 500:
        raise NetworkFault from ConnectionError(str(code))
    raise FileNotFetched(name="")


def _sent(message: ToSend, result: Any) -> Sent:
    if not isinstance(result, dict):
        return Sent()
    uploads = []
    for field in ("photo", "document"):
        reference = message.payload.get(field)
        if isinstance(reference, dict) and (held := result.get(field)):
            name = (held[-1] if isinstance(held, list) else held)["file_id"]
            uploads.append((reference["$file"], name))
    return Sent(str(result.get("message_id")), tuple(uploads))


def _outcome(fault: TelegramError, answer: _Answer, message: ToSend) -> Outcome:
    """Was it sent? Surely not when no connection came about or the server refused it; when nobody answered for it, nobody knows."""
    if isinstance(fault, _ToldToBeSilent):
        return Silenced(fault.seconds, "429: told to be silent")
    if not answer.status:
        cause = type(fault.__cause__ or fault).__name__
        return (Temporary if isinstance(fault.__cause__, _NOT_SENT) else Unsure)(f"{cause}: no answer")
    if answer.body is not None and answer.code >= 400:
        return _refusal(answer.code, f"{answer.code}: {answer.description}", message)
    if 400 <= answer.status < 500 and answer.status != 408:
        return Temporary(f"{answer.status} from something before Telegram")
    return Unsure(f"{answer.status} from something before Telegram")


def _refusal(code: int, reason: str, message: ToSend) -> Outcome:
    """What the Bot API's own refusals mean, by their code and, for 400, by their words."""
    said = reason.lower()
    if code >= 500 or code == 409:
        return Temporary(reason)
    if code in {401, 404}:
        return Silenced(_REFUSED_TOKEN_SECONDS, f"{code}: the token is refused")
    if code == 403 or any(sign in said for sign in _GONE):
        return Blocked(reason)
    if "message is not modified" in said:
        return Sent(message.message_id)
    return Permanent(reason)
