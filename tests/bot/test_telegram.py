"""Telegram end to end, against a Bot API server that nobody here wrote: by long polling and by webhook, in process and as a process."""

import asyncio
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.app import build_app
from bot.counter import Counter
from db.engine import Database
from db.models import Attachment, Claim, Contact, Enquiry, InboundMessage, OutboundMessage, QuarantinedUpdate, Staff
from db.settings import Settings
from tests.bot.fake_bot_api import Call, FakeBotApi, fake_bot_api, serve
from tests.live import UNPUBLISHED
from tests.pictures import PDF, picture
from usecases import enquiries, uploads

ROOT = Path(__file__).parents[2]
SECRET = "bi-mat-cua-webhook"
PNG = picture()
KNOWN = "Đăng ký mã số mã vạch ở đâu?"
UNKNOWN = UNPUBLISHED
_numbers = itertools.count(1000)


@dataclass
class Emulator:
    """`lo-bot-api-emulator` as a process. It keeps at most 16 bots: after a dozen a fresh one is started."""

    process: subprocess.Popen[bytes] | None = None
    url: str = ""
    bots: int = 0

    def token(self) -> str:
        """A bot that nobody has used."""
        if self.process is None or self.bots >= 12:
            self.stop()
            self._start()
        self.bots += 1
        return f"{70000 + next(_numbers)}:{'T' * 30}"

    def _start(self) -> None:
        port = free_port()
        self.url, self.bots = f"http://127.0.0.1:{port}", 0
        program = Path(sys.executable).with_name("lo-bot-api-emulator")
        options = ["--port", str(port), "--enable-control", "--allow-insecure-loopback-webhooks"]
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with httpx.Client(transport=httpx.HTTPTransport(retries=12)) as client:
            assert client.post(f"{self.url}/bot1:x/getMe").status_code == 200

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    started = Emulator()
    yield started
    started.stop()


@dataclass
class House:
    """The counter at work, the citizens who write to it, and what was sent to them."""

    settings: Settings
    api: FakeBotApi
    emulator: Emulator
    database: Database
    client: httpx.AsyncClient
    url: str = ""
    counter: Counter | None = None
    updates: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def token(self) -> str:
        return self.settings.telegram_bot_token.get_secret_value()

    async def give(self, **update: Any) -> None:
        """Let the Bot API server have an update for the bot."""
        answer = await self.client.post(f"{self.emulator.url}/__fixture/updates", json={"token": self.token, "update": update})
        assert answer.status_code == 200, answer.text

    async def say(self, chat: int, text: str | None = None, **more: Any) -> None:
        await self.give(message=message(chat, text, **more))

    async def press(self, chat: int, caption: str) -> None:
        """Press a button of what this chat was sent, by the beginning of its caption."""
        call, data = next(
            (call, data)
            for call in reversed(self.api.sent)
            for shown, data in call.buttons.items()
            if call.chat == chat and caption in shown
        )
        await self.give(callback_query=pressed(chat, call, data))

    async def hook(self, body: Any, secret: str | None = SECRET) -> int:
        """Post to the webhook as Telegram does; the status."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = await self.client.post(f"{self.url}/telegram/webhook", content=content, headers=headers)
        return answer.status_code

    def heard(self, chat: int) -> list[str]:
        return self.api.texts(chat)

    async def until_heard(self, chat: int, words: str) -> Call:
        """Wait for a message with these words."""
        await until(lambda: any(words in text for text in self.heard(chat)), lambda: f"{words!r} in {self.heard(chat)}")
        return next(call for call in reversed(self.api.sent) if call.chat == chat and words in call.text)

    async def until_told(self, chat: int, number: int) -> None:
        await until(lambda: len(self.heard(chat)) >= number, lambda: f"{number} of {self.heard(chat)}")

    async def until_applied(self, number: int) -> None:
        await until(lambda: self.count(Claim) >= number, lambda: f"{self.count(Claim)} of {number}")

    async def until_all_sent(self) -> None:
        waiting = select(OutboundMessage.id).where(OutboundMessage.channel == "telegram", OutboundMessage.finished_at.is_(None))
        await until(lambda: not self.all(waiting), lambda: str(self.all(waiting)))

    def all(self, wanted: Any) -> list[Any]:
        with self.database.read() as session:
            return list(session.scalars(wanted).unique())

    def count(self, model: Any) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0

    def reply(self, enquiry: Enquiry, text: str, *files: enquiries.FileToSend) -> None:
        """An officer answers, in the panel's own process."""
        with self.database.write() as session:
            officer = session.scalar(select(Staff)) or Staff(
                email="lan@chuan.example", full_name="Nguyễn Thị Lan", fs_uniquifier="lan", created_at=enquiry.opened_at
            )
            session.add(officer)
            session.flush()
            own = session.get_one(Enquiry, enquiry.id)
            enquiries.reply(session, own, officer, text=text, files=files, now=enquiry.opened_at)


async def until(is_so: Callable[[], Any], otherwise: Callable[[], str]) -> None:
    try:
        async with asyncio.timeout(45):
            while not is_so():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(otherwise()) from None


def message(chat: int, text: str | None = None, **more: Any) -> dict[str, Any]:
    person = {"id": abs(chat), "is_bot": False, "first_name": "Nguyễn Văn", "last_name": "An", "language_code": "vi"}
    place = {"id": chat, "type": "private", "first_name": "Nguyễn Văn"} if chat > 0 else {"id": chat, "type": "group", "title": "Nhóm"}
    body = {"message_id": next(_numbers), "date": 1795399200, "chat": place, "from": person, **more}
    if text is not None:
        body["text"] = text
        if text.startswith("/"):
            body["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return body


def pressed(chat: int, call: Call, data: str) -> dict[str, Any]:
    shown = {**message(chat, call.text), "message_id": call.result["message_id"], "reply_markup": call.fields["reply_markup"]}
    person = {"id": chat, "is_bot": False, "first_name": "Nguyễn Văn An", "language_code": "vi"}
    return {"id": str(next(_numbers)), "from": person, "chat_instance": "1", "data": data, "message": shown}


def in_house(settings: Settings, token: str, api: FakeBotApi) -> Settings:
    fast = {"telegram_bot_token": SecretStr(token), "telegram_api_url": api.url, "telegram_rate": 1000.0, "chat_rate": 1000.0}
    return settings.model_copy(update=fast)


@asynccontextmanager
async def house(settings: Settings, emulator: Emulator, database: Database, *, webhook: bool) -> AsyncIterator[House]:
    token = emulator.token()
    async with fake_bot_api(emulator.url) as api, httpx.AsyncClient(timeout=60) as client:
        own = House(in_house(settings, token, api), api, emulator, database, client)

        def make_app(url: str) -> Any:
            if webhook:
                hook = {"telegram_webhook_url": f"{url}/telegram/webhook", "telegram_webhook_secret": SecretStr(SECRET)}
                own.settings = own.settings.model_copy(update=hook)
            own.counter = Counter(own.settings)
            return build_app(own.counter)

        async with serve(make_app) as own.url:
            await until(lambda: sum(call.method == "setMyCommands" for call in api.calls) == 2, lambda: str(api.calls))
            yield own


@pytest.fixture
async def polling(settings: Settings, emulator: Emulator, database: Database) -> AsyncIterator[House]:
    async with house(settings, emulator, database, webhook=False) as opened:
        yield opened


@pytest.fixture
async def hooked(settings: Settings, emulator: Emulator, database: Database) -> AsyncIterator[House]:
    async with house(settings, emulator, database, webhook=True) as opened:
        yield opened


@pytest.fixture(params=["polling", "webhook"])
async def either(request: pytest.FixtureRequest, settings: Settings, emulator: Emulator, database: Database) -> AsyncIterator[House]:
    """The counter by long polling and by webhook."""
    async with house(settings, emulator, database, webhook=request.param == "webhook") as opened:
        yield opened


# a visit


async def test_a_visit_from_the_first_greeting_to_a_sourced_answer_that_helped(either: House) -> None:
    await either.say(11, "/start")
    greeting = await either.until_heard(11, "Chi cục")
    assert greeting.fields["parse_mode"] == "HTML"
    await either.until_told(11, 2)
    await either.press(11, "Đồng ý")
    await either.until_told(11, 3)
    await either.say(11, KNOWN)
    answer = await either.until_heard(11, "Nguồn:")
    assert any("Đúng ý" in caption for caption in answer.buttons)
    await either.press(11, "Đúng ý")
    await either.until_applied(4)
    await either.until_all_sent()
    assert "Cảm ơn" in either.heard(11)[-1]
    presses = [call for call in either.api.calls if call.method == "answerCallbackQuery"]
    assert [call.status for call in presses] == [200, 200]
    assert {call.status for call in either.api.sent} == {200}
    assert either.count(QuarantinedUpdate) == 0


async def test_what_the_office_does_not_know_goes_to_an_officer_and_the_reply_comes_back(either: House) -> None:
    await either.say(12, UNKNOWN)
    await either.until_heard(12, "HD-")
    enquiry = either.all(select(Enquiry))[0]
    assert any(enquiry.reference in text for text in either.heard(12))
    either.reply(enquiry, "Chị hỏi ga Huế <nhé> & chúc vui")
    told = await either.until_heard(12, "ga Huế")
    assert "Nguyễn Thị Lan" in told.text
    assert "&lt;nhé&gt; &amp; chúc vui" in told.text
    await either.say(12, "Cảm ơn chị")
    await either.until_applied(2)
    await either.until_all_sent()
    assert either.heard(12)[-1] == told.text


async def test_the_command_menu_is_published_in_both_languages(polling: House) -> None:
    menus = [call.fields for call in polling.api.calls if call.method == "setMyCommands"]
    assert [menu.get("language_code") for menu in menus] == [None, "en"]
    assert [command["command"] for command in menus[0]["commands"]] == [
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
    ]
    assert not any(command["description"].startswith("command.") for menu in menus for command in menu["commands"])


# files


async def uploaded(opened: House, method: str, name: str, content: bytes) -> Any:
    """Bytes that a citizen gave to Telegram: what the server calls them."""
    field_name = method.removeprefix("send").lower()
    url = f"{opened.emulator.url}/bot{opened.token}/{method}"
    answer = await opened.client.post(url, data={"chat_id": "1"}, files={field_name: (name, content)})
    return answer.json()["result"][field_name]


async def test_a_photo_and_a_document_of_a_citizen_are_fetched_and_kept(either: House) -> None:
    photo = await uploaded(either, "sendPhoto", "anh.png", PNG)
    document = await uploaded(either, "sendDocument", "Đơn đề nghị.pdf", PDF)
    await either.say(13, photo=photo, caption="Nhãn này ghi vậy đúng chưa?")
    await either.until_heard(13, "HD-")
    await either.say(13, document={**document, "file_name": "Đơn đề nghị.pdf"})
    await either.until_heard(13, "Đã nhận 1 tệp: Đơn đề nghị.pdf")
    kept = either.all(select(Attachment).order_by(Attachment.id))
    assert [(one.media_type, one.size) for one in kept] == [("image/png", len(PNG)), ("application/pdf", len(PDF))]
    assert kept[1].name == "Đơn đề nghị.pdf"
    assert either.counter is not None
    assert [either.counter.files.read(one.sha256) for one in kept] == [PNG, PDF]
    enquiry_ids = {one.enquiry_id for one in either.all(select(InboundMessage)) if one.attachments}
    assert enquiry_ids == {either.all(select(Enquiry))[0].id}


async def test_a_file_that_telegram_no_longer_has_is_asked_for_again_by_its_name(hooked: House) -> None:
    document = {"file_id": "gone", "file_unique_id": "g", "file_name": "Giấy phép.pdf", "file_size": 10}
    await hooked.say(14, document=document)
    await hooked.until_heard(14, "“Giấy phép.pdf”")


async def test_an_album_gets_one_reply_that_lists_what_was_taken_and_what_was_not(hooked: House) -> None:
    photo = await uploaded(hooked, "sendPhoto", "anh.png", PNG)
    torn = await uploaded(hooked, "sendDocument", "tờ khai.pdf", PDF[:60])
    await hooked.say(15, "/start")
    await hooked.until_told(15, 2)
    for file in ({"photo": photo}, {"document": torn | {"file_name": "tờ khai.pdf"}}, {"photo": photo}):
        await hooked.say(15, media_group_id="777", **file)
    await hooked.until_applied(4)
    await hooked.until_all_sent()
    replies = [call for call in hooked.api.sent if call.chat == 15][2:]
    assert [call.method for call in replies if call.method.startswith("send")] == ["sendMessage"]
    assert "Đã nhận 2 tệp" in replies[-1].text
    assert "“tờ khai.pdf”" in replies[-1].text
    assert hooked.count(Attachment) == 2


async def test_an_officers_file_is_uploaded_once_and_then_sent_by_name(hooked: House) -> None:
    for chat in (16, 17):
        await hooked.say(chat, UNKNOWN)
        await hooked.until_heard(chat, "HD-")
    assert hooked.counter is not None
    with hooked.database.write() as session:
        taken = uploads.take_in(PDF, "Thông báo.pdf", 10**6)
        stored = uploads.store(session, hooked.counter.files, taken, hooked.counter.now())
        file = enquiries.FileToSend(stored.sha256, "Thông báo.pdf", stored.media_type)
    sent = []
    for enquiry in hooked.all(select(Enquiry).order_by(Enquiry.id)):
        hooked.reply(enquiry, "", file)
        await hooked.until_heard(enquiry.contact.chat_id, "Thông báo.pdf")
        await hooked.until_all_sent()
        sent.append(next(call for call in hooked.api.sent if call.method == "sendDocument" and call.chat == enquiry.contact.chat_id))
    assert sent[0].files == {"document": ("Thông báo.pdf", PDF)}
    assert (sent[1].files, sent[1].fields["document"]) == ({}, sent[0].result["document"]["file_id"])


# what else people send


async def test_voice_and_stickers_get_a_sensible_answer(hooked: House) -> None:
    await hooked.say(18, "/start")
    await hooked.until_told(18, 2)
    await hooked.say(18, voice={"file_id": "v", "file_unique_id": "v", "duration": 3})
    await hooked.until_heard(18, "tin thoại")
    sticker = {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False}
    await hooked.say(18, sticker=sticker)
    await hooked.until_heard(18, "Nhãn dán")


async def test_a_group_is_pointed_to_the_private_chat_and_otherwise_left_alone(hooked: House) -> None:
    await hooked.say(-19, "chuyện riêng của nhóm")
    await hooked.say(-19, "/start")
    await hooked.until_heard(-19, "nhắn riêng")
    assert len(hooked.heard(-19)) == 1


async def test_an_edited_question_is_answered(hooked: House) -> None:
    await hooked.say(20, "/start")
    await hooked.until_told(20, 2)
    edited = {"edited_message": {**message(20, KNOWN), "edit_date": 1795399300}, "update_id": 500}
    assert await hooked.hook(edited) == 200
    await hooked.until_heard(20, "Nguồn:")


async def test_a_citizen_who_blocks_the_bot_is_not_written_to_until_they_come_back(hooked: House) -> None:
    await hooked.say(21, "/start")
    await hooked.until_told(21, 2)
    await hooked.until_all_sent()
    assert await hooked.hook(membership(21, "member", "kicked", 600)) == 200
    assert hooked.all(select(Contact))[0].suppressed_at is not None
    assert await hooked.hook(membership(21, "kicked", "member", 601)) == 200
    assert hooked.all(select(Contact))[0].suppressed_at is None


def membership(chat: int, old: str, new: str, update_id: int) -> dict[str, Any]:
    bot, body = {"id": 7, "is_bot": True, "first_name": "Chuẩn"}, message(chat)
    states = {
        "old_chat_member": {"status": old, "user": bot, "until_date": 0},
        "new_chat_member": {"status": new, "user": bot, "until_date": 0},
    }
    return {"update_id": update_id, "my_chat_member": {"chat": body["chat"], "from": body["from"], "date": body["date"], **states}}


# the webhook's door


async def test_only_who_knows_the_secret_is_let_in(hooked: House) -> None:
    body = {"update_id": 1, "message": message(22, "/start")}
    assert [await hooked.hook(body, secret) for secret in (None, "", "sai", SECRET + "x", SECRET.upper())] == [401] * 5
    assert hooked.count(Claim) == 0


MALFORMED = [
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"[]",
    b"null",
    b'"update"',
    b"{}",
    b'{"update_id": "7"}',
    b'{"update_id": true}',
    b"[" * 200_000,
]


async def test_what_is_no_update_is_refused(hooked: House) -> None:
    assert [await hooked.hook(body) for body in MALFORMED] == [400] * len(MALFORMED)
    assert await hooked.hook(b'{"update_id": 7, "x": "' + b"x" * 1_100_000 + b'"}') == 413
    assert hooked.count(Claim) == 0


async def test_an_update_that_cannot_be_read_is_set_aside_and_acknowledged(hooked: House) -> None:
    assert await hooked.hook({"update_id": 7, "message": {"text": "nửa \ud83d chữ"}}) == 200
    assert hooked.count(QuarantinedUpdate) == 1


STRANGE = [
    "nửa \ud83d chữ",
    "không \x00 chữ",
    "ẩn \u202e\u200b ký tự",
    "🇻🇳" * 1000,
    "\u0301" * 4000,
    "<b>&amp;<script> có dấu",
]


async def test_strange_characters_are_answered(hooked: House) -> None:
    for chat, text in enumerate(STRANGE, 100):
        assert await hooked.hook({"update_id": chat, "message": message(chat, text)}) == 200
        await hooked.until_told(chat, 2)
    assert hooked.count(QuarantinedUpdate) == 0


async def test_updates_of_kinds_that_do_not_concern_us_are_acknowledged(hooked: House) -> None:
    assert await hooked.hook({"update_id": 9, "poll_answer": {"poll_id": "1", "option_ids": [], "option_persistent_ids": []}}) == 200
    assert await hooked.hook({"update_id": 10, "a_kind_of_next_year": {"x": 1}}) == 200
    assert hooked.count(QuarantinedUpdate) == 0


async def test_a_replay_has_no_second_effect_and_the_same_id_with_another_body_is_a_new_event(hooked: House) -> None:
    first = {"update_id": 7, "message": message(24, UNKNOWN)}
    assert [await hooked.hook(first) for _ in range(3)] == [200] * 3
    assert (hooked.count(InboundMessage), hooked.count(Enquiry)) == (1, 1)
    assert await hooked.hook({"update_id": 7, "message": message(24, "sau một tuần yên lặng")}) == 200
    assert (hooked.count(InboundMessage), hooked.count(Claim)) == (2, 2)
    await hooked.until_all_sent()
    assert len(hooked.heard(24)) == len(set(hooked.heard(24)))


async def test_the_same_update_many_times_at_once_has_one_effect(hooked: House) -> None:
    body = {"update_id": 7, "message": message(25, UNKNOWN)}
    assert await asyncio.gather(*(hooked.hook(body) for _ in range(10))) == [200] * 10
    assert (hooked.count(InboundMessage), hooked.count(Enquiry), hooked.count(Claim)) == (1, 1, 1)


async def test_ids_may_come_in_any_order(hooked: House) -> None:
    bodies = [{"update_id": number, "message": message(26, f"Chuyện số {number} của tôi là thế này")} for number in (9, 3, 2**40, 1)]
    assert [await hooked.hook(body) for body in bodies] == [200] * 4
    assert hooked.count(InboundMessage) == 4


async def test_a_stopping_counter_lets_telegram_keep_the_update(hooked: House) -> None:
    assert hooked.counter is not None
    hooked.counter.stopping = True
    assert await hooked.hook({"update_id": 7, "message": message(27, "/start")}) == 503
    hooked.counter.stopping = False
    assert hooked.count(Claim) == 0


# the real process


@pytest.mark.parametrize(("database_url", "webhook"), [("sqlite", False), ("postgresql", True)], indirect=["database_url"])
async def test_the_process_answers_is_stopped_and_goes_on_where_it_was(
    settings: Settings, emulator: Emulator, database: Database, tmp_path: Path, webhook: bool
) -> None:
    token = emulator.token()
    async with fake_bot_api(emulator.url) as api, httpx.AsyncClient(timeout=60) as client:
        own = House(in_house(settings, token, api), api, emulator, database, client)
        port = free_port()
        environment = environment_of(own.settings, port, webhook)
        log = tmp_path / "bot.log"
        async with process(environment, log, api, 2):
            await own.say(31, "/start")
            await own.until_heard(31, "Chi cục")
            await own.say(31, KNOWN)
            await own.until_heard(31, "Nguồn:")
            await own.until_all_sent()
        if not webhook:  # the emulator itself tries a webhook once, then waits for the next update
            await own.say(31, UNKNOWN)
        async with process(environment, log, api, 4):
            if webhook:
                await own.say(31, UNKNOWN)
            await own.until_heard(31, "HD-")
            own.reply(own.all(select(Enquiry))[0], "Mời anh gọi ga Huế")
            await own.until_heard(31, "gọi ga Huế")
            await own.until_all_sent()
    assert own.count(QuarantinedUpdate) == 0
    assert len(own.heard(31)) == len(set(own.heard(31)))
    said = log.read_text()
    assert own.token not in said
    assert "Nguyễn Văn" not in said
    assert '"level": "error"' not in said, said


def environment_of(settings: Settings, port: int, webhook: bool) -> dict[str, str]:
    wanted = {
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "BOT_PORT": str(port),
        "TELEGRAM_BOT_TOKEN": settings.telegram_bot_token.get_secret_value(),
        "TELEGRAM_API_URL": settings.telegram_api_url,
    }
    if webhook:
        wanted |= {"TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram/webhook", "TELEGRAM_WEBHOOK_SECRET": SECRET}
    return {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "error::ResourceWarning", **wanted}


@asynccontextmanager
async def process(environment: dict[str, str], log: Path, api: FakeBotApi, menus: int) -> AsyncIterator[None]:
    """`python -m bot`, set up with Telegram, until it is told to stop."""
    with log.open("ab") as out:
        bot = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        await until(
            lambda: bot.returncode is not None or sum(call.method == "setMyCommands" for call in api.calls) == menus,
            lambda: log.read_text()[-3000:],
        )
        assert bot.returncode is None, log.read_text()[-3000:]
        yield
        bot.send_signal(signal.SIGTERM)
        await asyncio.wait_for(bot.wait(), 20)
    finally:
        if bot.returncode is None:
            bot.kill()
            await bot.wait()
