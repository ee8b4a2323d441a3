"""The receiving half of the Telegram channel by itself: the offset, set-up, and the fetching of files."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.channels import telegram
from bot.channels.telegram import Telegram, Timeouts
from bot.inbound import Inbound
from bot.preparation import NetworkFault
from db.files import FileStore
from db.settings import Settings
from domain.errors import FileNotFetched
from tests.bot.fake_bot_api import TOKEN, FakeBotApi, fake_bot_api, gateway, refused


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with fake_bot_api() as served:
        yield served


@pytest.fixture
async def channel(api: FakeBotApi) -> AsyncIterator[Telegram]:
    settings = Settings(_env_file=None, telegram_bot_token=SecretStr(TOKEN), telegram_api_url=api.url, max_file_mb=1)
    opened = Telegram(settings, FileStore(settings.files_dir), Timeouts(poll=1))
    yield opened
    await opened.close()


class Slow:
    """Works on updates; holds those it is told to hold."""

    def __init__(self, *held: str) -> None:
        self.seen: list[str] = []
        self.held = {key: asyncio.Event() for key in held}

    async def __call__(self, inbound: Inbound) -> None:
        self.seen.append(inbound.external_id)
        if inbound.external_id in self.held:
            await self.held[inbound.external_id].wait()


def text(update_id: int) -> dict[str, object]:
    return {"update_id": update_id, "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "xin chào"}}


def offsets(api: FakeBotApi) -> list[int]:
    return [call.fields["offset"] for call in api.calls if call.method == "getUpdates"]


async def polled(channel: Telegram, work: Slow, is_done) -> None:
    task = asyncio.create_task(channel.poll(work))
    try:
        async with asyncio.timeout(30):
            while not is_done() and not task.done():
                await asyncio.sleep(0.02)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert is_done()


async def test_the_offset_passes_only_what_is_done_and_nothing_is_begun_twice(api: FakeBotApi, channel: Telegram) -> None:
    work = Slow("12")
    api.updates = [text(number) for number in (11, 12, 13, 14)]
    task = asyncio.create_task(channel.poll(work))
    async with asyncio.timeout(30):
        while offsets(api)[-1:] != [12]:
            await asyncio.sleep(0.02)
        api.updates.append(text(15))
        while "15" not in work.seen:
            await asyncio.sleep(0.02)
        assert [update["update_id"] for update in api.updates] == [12, 13, 14, 15]
        assert max(offsets(api)) == 12
        work.held["12"].set()
        while api.updates:
            await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert work.seen == ["11", "12", "13", "14", "15"]
    assert 16 in offsets(api)


async def test_ids_that_begin_lower_after_a_quiet_time_are_taken(api: FakeBotApi, channel: Telegram) -> None:
    work = Slow()
    api.updates = [text(90_000)]
    task = asyncio.create_task(channel.poll(work))
    async with asyncio.timeout(30):
        while offsets(api)[-1:] != [0] or len(offsets(api)) < 3:
            await asyncio.sleep(0.02)
        api.updates = [text(17)]
        while "17" not in work.seen or api.updates:
            await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert work.seen == ["90000", "17"]


async def test_a_poll_that_is_refused_or_cut_goes_on_later(api: FakeBotApi, channel: Telegram, monkeypatch: pytest.MonkeyPatch) -> None:
    work = Slow()
    answers = iter(
        [{"ok": False, "error_code": 429, "parameters": {"retry_after": 0.01}}, NetworkFault(), {"ok": True, "result": [text(1)]}]
    )

    async def call(method: str, payload: dict[str, object]) -> dict[str, object]:
        answer = next(answers, {"ok": True, "result": []})
        await asyncio.sleep(0.01)
        if isinstance(answer, NetworkFault):
            raise answer from ConnectionError()
        return answer

    monkeypatch.setattr(channel, "_call", call)
    await polled(channel, work, lambda: work.seen)
    assert work.seen == ["1"]


async def test_setting_up_is_tried_until_the_webhook_is_accepted(api: FakeBotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram.random, "uniform", lambda _low, _high: 0.01)
    api.fail(gateway(502), refused(429, "Too Many Requests", retry_after=1), refused(400, "Bad Request: bad webhook"))
    url, secret = "https://chuan.example/telegram/webhook", SecretStr("s3cret")
    settings = Settings(
        _env_file=None,
        telegram_bot_token=SecretStr(TOKEN),
        telegram_api_url=api.url,
        telegram_webhook_url=url,
        telegram_webhook_secret=secret,
    )
    channel = Telegram(settings, FileStore(settings.files_dir))
    await channel.set_up()
    await channel.close()
    calls = [call for call in api.calls if call.method == "setWebhook"]
    assert [call.status for call in calls] == [502, 429, 400, 200]
    assert (calls[-1].fields["url"], calls[-1].fields["secret_token"]) == (url, "s3cret")
    assert set(calls[-1].fields["allowed_updates"]) == {"message", "edited_message", "callback_query", "my_chat_member"}


async def test_a_file_is_fetched_to_one_byte_more_than_is_taken(api: FakeBotApi, channel: Telegram) -> None:
    api.files = {"small": b"x" * 10, "huge": b"x" * 3_000_000}
    assert await channel.fetch("small") == b"x" * 10
    assert len(await channel.fetch("huge")) == 1024 * 1024 + 1


@pytest.mark.parametrize("response", [refused(400, "Bad Request: file is too big"), refused(404, "Not Found")])
async def test_a_file_that_is_refused_is_not_asked_for_again(api: FakeBotApi, channel: Telegram, response: object) -> None:
    api.fail(response)
    with pytest.raises(FileNotFetched):
        await channel.fetch("gone")


async def test_a_file_that_is_not_where_telegram_said_is_not_asked_for_again(channel: Telegram) -> None:
    with pytest.raises(FileNotFetched):
        await channel.fetch("not-there")


@pytest.mark.parametrize("response", [refused(500, "Internal"), refused(429, "Too Many", retry_after=1), gateway(502)])
async def test_a_file_that_cannot_be_had_just_now_may_be_asked_for_again(api: FakeBotApi, channel: Telegram, response: object) -> None:
    api.fail(response)
    with pytest.raises(NetworkFault):
        await channel.fetch("later")


async def test_a_body_with_half_a_character_has_a_digest(channel: Telegram) -> None:
    inbound = channel.receive({"update_id": 1, "message": {"text": "\ud83d"}})
    assert len(inbound.digest) == 64
