"""What happens to an update when the database is locked, cut off or missing, the disk is full, or the update itself is bad.

Through the real application and its webhook. Nothing is acknowledged before it is kept, and nothing of this counts as a failure of ours.
"""

import asyncio
import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from db.engine import Database
from db.models import Contact, FailedUpdate, InboundMessage, OutboundMessage, QuarantinedUpdate
from db.settings import Settings
from tests.endure.bot_api import TOKEN, BotApi
from tests.endure.house import SECRET
from tests.endure.test_kills import hire
from tests.live import Live
from usecases import turns

_ids = iter(range(500_000, 900_000))


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[BotApi]:
    server = BotApi(tmp_path / "sends.jsonl")
    await server.open()
    yield server
    await server.close()


@pytest.fixture
def open_live(settings: Settings, api: BotApi) -> Callable[..., Any]:
    @contextlib.asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[Live]:
        telegram = {
            "telegram_bot_token": SecretStr(TOKEN),
            "telegram_api_url": api.url,
            "telegram_webhook_url": "http://127.0.0.1/telegram/webhook",
            "telegram_webhook_secret": SecretStr(SECRET),
            "telegram_rate": 500.0,
            "chat_rate": 100.0,
        }
        live = Live(settings, **telegram | changes)
        await live.start()
        try:
            yield live
        finally:
            await live.stop()

    return opened


def question(chat_id: int, said: str) -> dict[str, Any]:
    person = {"id": chat_id, "is_bot": False, "first_name": "Dân", "language_code": "vi"}
    chat = {"id": chat_id, "type": "private", "first_name": "Dân"}
    return {"update_id": next(_ids), "message": {"message_id": 1, "date": 1_790_000_000, "chat": chat, "from": person, "text": said}}


async def post(live: Live, body: Any, *, secret: str = SECRET, seconds: float = 60) -> int:
    """The status of the answer to an update."""
    async with httpx.AsyncClient(timeout=seconds, trust_env=False, verify=False) as client:
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        return (await client.post(f"{live.url}/telegram/webhook", headers=headers, **content)).status_code


async def ready(live: Live) -> int:
    async with httpx.AsyncClient(timeout=20, trust_env=False, verify=False) as client:
        return (await client.get(f"{live.url}/readyz")).status_code


def effects(database: Database) -> Counter[str]:
    """How often each text was taken in; failures that were counted are in it as `failures`."""
    with database.read() as session:
        found = Counter(session.scalars(select(InboundMessage.text)))
        found["failures"] = session.scalar(select(func.count()).select_from(FailedUpdate)) or 0
    return found


@contextlib.contextmanager
def locked(database: Database, database_url: str, chat_id: int) -> Iterator[None]:
    """SQLite: another process holds the write lock for five seconds. PostgreSQL: another connection holds the contact's row."""
    if database.is_sqlite:
        path = make_url(database_url).database
        code = (
            f"import sqlite3, time; c = sqlite3.connect({path!r}, isolation_level=None); c.execute('BEGIN IMMEDIATE'); "
            "print(1, flush=True); time.sleep(5); c.execute('COMMIT')"
        )
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            yield
        return
    with database.session() as session, session.begin():
        session.scalars(select(Contact).where(Contact.chat_id == chat_id).with_for_update()).one()
        yield


async def test_a_lock_of_five_seconds_delays_and_counts_as_no_failure(
    open_live: Callable[..., Any], database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.engine.BUSY_SECONDS", 1)  # shorter than the lock: SQLite's own waiting does not hide it
    async with open_live() as live:
        assert await post(live, question(1, "Zqwx vjkq một")) == 200
        began = time.monotonic()
        with locked(database, database_url, 1):
            waiting = asyncio.create_task(post(live, question(1, "Zqwx vjkq hai")))
            if not database.is_sqlite:
                assert await post(live, question(2, "Zqwx vjkq ba"), seconds=3) == 200  # another contact is not held up
                await asyncio.sleep(5)
            assert not waiting.done()
        assert await waiting == 200
        assert 4 < time.monotonic() - began < 15
    found = effects(database)
    assert found["Zqwx vjkq hai"] == 1
    assert found["failures"] == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has no connections that others could cut
async def test_connections_cut_again_and_again_lose_and_double_nothing(
    open_live: Callable[..., Any], database: Database, database_url: str
) -> None:
    name = make_url(database_url).database
    texts = [f"Zqwx{n} vjkq{n}" for n in range(40)]
    async with open_live() as live:
        posting = asyncio.gather(*(post(live, question(100 + n % 7, said)) for n, said in enumerate(texts)))
        with psycopg.connect(database_url, autocommit=True) as knife:
            query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            until, cut = time.monotonic() + 3, 0
            while time.monotonic() < until:
                row = await asyncio.to_thread(lambda: knife.execute(query, (name,)).fetchone())
                cut += row[0] if row else 0
                await asyncio.sleep(0.15)
        assert await posting == [200] * len(texts)
        assert cut > 10
    found = effects(database)
    assert [found[said] for said in texts] == [1] * len(texts)
    assert found["failures"] == 0


class Wire:
    """A TCP wire to PostgreSQL's socket that can be torn out: connections break, new ones are refused."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._socket = f"{parsed.query['host']}/.s.PGSQL.{parsed.port or 5432}"
        self._open: set[asyncio.StreamWriter] = set()
        self._parsed = parsed
        self._port = 0

    @property
    def url(self) -> str:
        return self._parsed.set(host="127.0.0.1", port=self._port, query={"sslmode": "disable"}).render_as_string(hide_password=False)

    async def plug_in(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def tear_out(self) -> None:
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await self._server.wait_closed()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_unix_connection(self._socket)
        self._open |= {writer, inner_writer}

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            sink.close()

        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))
        self._open -= {writer, inner_writer}


async def test_a_database_that_is_away_means_503_until_it_is_back(
    open_live: Callable[..., Any], database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.pages.telegram_webhook._PATIENCE_SECONDS", 1.5)
    wire: Wire | None = None
    if database.is_sqlite:
        (tmp_path / "home").mkdir()
        shutil.copy(str(make_url(database_url).database), tmp_path / "home" / "chuan.db")
        url = f"sqlite:///{tmp_path}/home/chuan.db"
    else:
        wire = Wire(database_url)
        await wire.plug_in()
        url = wire.url
    body = question(5, "Zqwx vjkq khi mất dữ liệu")
    async with open_live(database_url=url) as live:
        assert await post(live, question(5, "Zqwx vjkq trước")) == 200
        if wire is None:
            (tmp_path / "home").rename(tmp_path / "away")
        else:
            await wire.tear_out()
        away = [await post(live, body) for _ in range(2)]
        if wire is None:
            assert set(away) <= {200, 503}  # a moved file that is open is still the file: what is acknowledged is in it
        else:
            assert away == [503, 503]
            assert await ready(live) == 503
        if wire is None:
            (tmp_path / "away").rename(tmp_path / "home")
        else:
            await wire.plug_in()
        status = 503
        for _ in range(10):
            if (status := await post(live, body)) == 200:
                break
        assert status == 200
        assert await ready(live) == 200
    kept = Database(url if wire is None else database_url)
    found = effects(kept)
    kept.close()
    if wire is not None:
        await wire.tear_out()
    assert found["Zqwx vjkq khi mất dữ liệu"] == 1
    assert found["failures"] == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of sixteen megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = (
        os.geteuid() == 0
        and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True).returncode == 0
    )
    if not made:
        pytest.skip("NOT RUN: a full disk needs root and the right to mount a tmpfs")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_disk_refuses_uploads_in_words_and_keeps_updates_waiting(
    open_live: Callable[..., Any], database_url: str, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.pages.telegram_webhook._PATIENCE_SECONDS", 1.5)
    shutil.copy(str(make_url(database_url).database), small_disk / "chuan.db")
    url = f"sqlite:///{small_disk}/chuan.db"
    body = question(6, "Zqwx vjkq đĩa đầy")
    async with open_live(database_url=url, data_dir=small_disk / "var") as live:
        assert await post(live, question(6, "Zqwx vjkq trước")) == 200
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        token = live.counter.web.new_visitor()[1]
        full = await _upload(live, token)
        assert full.status_code in {503, 507}
        assert full.json()["error"]
        assert await post(live, body) == 503
        filler.unlink()
        status = 503
        for _ in range(10):
            if (status := await post(live, body)) == 200:
                break
        assert status == 200
        assert (await _upload(live, token)).status_code == 200
    kept = Database(url)
    found = effects(kept)
    kept.close()
    assert found["Zqwx vjkq đĩa đầy"] == 1
    assert found["failures"] == 0
    with contextlib.closing(sqlite3.connect(small_disk / "chuan.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def _upload(live: Live, token: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=20, trust_env=False, verify=False) as client:
        files = {"file": ("anh.png", PNG, "image/png")}
        return await client.post(f"{live.url}/chat/files", headers={"Authorization": f"Bearer {token}"}, files=files)


async def test_a_poison_update_is_set_aside_and_holds_nobody_up(
    open_live: Callable[..., Any], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = turns.record
    raised = []

    def planted(session: Any, contact: Any, message: Any, **facts: Any) -> Any:
        if message is not None and message.text.startswith("Độc"):
            raised.append(message.text)
            raise RuntimeError("planted")
        return record(session, contact, message, **facts)

    monkeypatch.setattr(turns, "record", planted)
    hire(database)
    poison = question(7, "Độc zqwx vjkq")
    async with open_live() as live:
        others = [question(20 + n, f"Zqwx lành {n}") for n in range(8)]
        statuses = await asyncio.gather(post(live, poison), *(post(live, other) for other in others))
        assert statuses == [200] * 9
        assert await post(live, question(7, "Zqwx sau đó")) == 200  # the same contact goes on
        assert await post(live, poison) == 200
    assert len(raised) == 3
    found = effects(database)
    assert (found["Độc zqwx vjkq"], found["Zqwx sau đó"], found["failures"]) == (0, 1, 0)
    assert all(found[f"Zqwx lành {n}"] == 1 for n in range(8))
    with database.read() as session:
        set_aside = session.scalars(select(QuarantinedUpdate)).all()
        said = [row.payload for row in session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))]
    assert len(set_aside) == 1
    assert sum(set_aside[0].incident in str(payload) for payload in said if "to" not in payload) == 1
    assert sum(set_aside[0].incident in str(payload) for payload in said if "to" in payload) == 1


async def test_what_is_no_update_is_refused_or_set_aside(open_live: Callable[..., Any], database: Database) -> None:
    async with open_live() as live:
        assert await post(live, question(8, "Zqwx"), secret="a guess") == 401
        for nonsense in (b"{", b"", b"[]", b'"x"', b"null", b'{"message": {}}', b'{"update_id": "7"}', b"\xff\xfe"):
            assert await post(live, nonsense) == 400, nonsense
        assert await post(live, b"[" * 20_000) == 400
        assert await post(live, b"x" * 2_000_000) == 413
        broken = {"update_id": next(_ids), "message": "not an object"}
        assert [await post(live, broken) for _ in range(2)] == [200, 200]
        assert await post(live, {"update_id": next(_ids), "a_kind_of_tomorrow": {"x": 1}}) == 200
    with database.read() as session:
        assert session.scalar(select(func.count(QuarantinedUpdate.id))) == 1
    assert effects(database) == Counter({"failures": 0})


async def test_updates_out_of_order_and_twice_have_one_effect_each(open_live: Callable[..., Any], database: Database) -> None:
    updates = [question(30 + n % 3, f"Zqwx lượt {n}") for n in range(30)]
    twice = updates * 2
    random.Random(7).shuffle(twice)
    async with open_live() as live:
        assert await asyncio.gather(*(post(live, update) for update in twice)) == [200] * 60
        assert await asyncio.gather(*(post(live, update) for update in updates)) == [200] * 30
    found = effects(database)
    assert [found[f"Zqwx lượt {n}"] for n in range(30)] == [1] * 30
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM claims")) == 30
