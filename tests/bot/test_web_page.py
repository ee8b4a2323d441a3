"""The web chat's page and its parts as they go over the wire: headers, sizes, languages, the widget."""

import gzip
import json
import re

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bot.app import build_app
from bot.counter import Counter
from bot.limits import Limit
from db.settings import Settings
from tests.live import ONE_ENGINE, Live

BUDGET = 40_000
"""Bytes, compressed, for the page with its script and style: seconds on a weak mobile network."""


@ONE_ENGINE
async def test_the_page_fits_its_budget_and_is_sent_compressed(live: Live):
    async with live.http() as client:
        page = await client.get("/chat")
        parts = [
            page.text,
            *[(await client.get(address)).text for address in re.findall(r'(?:src|href)="(/chat/static/[^"]+)"', page.text)],
        ]
        widget = await client.get("/widget.js")
    assert len(parts) == 3
    total = sum(len(gzip.compress(part.encode())) for part in parts)
    assert total <= BUDGET, total
    assert len(gzip.compress(widget.text.encode())) < 5_000
    assert {answer.headers["content-encoding"] for answer in (page, widget)} == {"gzip"}


@ONE_ENGINE
async def test_nothing_is_loaded_from_elsewhere_and_the_policy_says_so(live: Live):
    async with live.http() as client:
        page = await client.get("/chat")
    policy = dict(rule.strip().split(" ", 1) for rule in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["connect-src"] == f"'self' ws://127.0.0.1:{live.port}"
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    assert " style=" not in page.text
    assert " onclick=" not in page.text
    assert page.headers["cache-control"] == "no-cache"


@ONE_ENGINE
async def test_every_answer_carries_the_safe_headers(live: Live):
    async with live.http() as client:
        for path in ("/chat", "/widget.js", "/chat/static/chat.js", "/nowhere", "/healthz", "/favicon.ico", "/chat/files/x"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
            assert "server" not in headers


@ONE_ENGINE
async def test_statics_are_kept_for_ever_under_their_version_only(live: Live):
    async with live.http() as client:
        page = await client.get("/chat")
        versioned = re.findall(r'"(/chat/static/[^"]+)"', page.text)
        for address in versioned:
            assert "immutable" in (await client.get(address)).headers["cache-control"]
            assert (await client.get(address.split("?")[0] + "?v=old")).headers["cache-control"] == "no-cache"
        for other in ("widget.js", "../chat.py", "..%2fchat.py", ""):
            assert (await client.get(f"/chat/static/{other}")).status_code == 404


@ONE_ENGINE
async def test_the_page_speaks_both_languages_and_lacks_no_sentence(live: Live):
    async with live.http() as client:
        script = (await client.get("/chat/static/chat.js")).text
        for language in ("vi", "en", "xx"):
            page = (await client.get(f"/chat?lang={language}")).text
            assert f'<html lang="{"en" if language == "en" else "vi"}"' in page
            match = re.search(r'<script id="chat-config" type="application/json">(.*?)</script>', page)
            assert match is not None
            texts = json.loads(match[1])["texts"]
            assert set(re.findall(r'say\("(\w+)"', script)) <= set(texts)


@ONE_ENGINE
async def test_the_front_leads_to_the_chat_and_there_is_no_favicon(live: Live):
    async with live.http() as client:
        assert (await client.get("/")).headers["location"] == "/chat"
        assert (await client.get("/favicon.ico")).status_code == 204


@ONE_ENGINE
async def test_the_widget_may_be_embedded_where_the_settings_say(settings: Settings):
    live = await Live(settings, embed_origins="https://sokhcn.hue.gov.vn https://tbt.example").start()
    async with live.http() as client:
        widget = await client.get("/widget.js")
        page = await client.get("/chat?embed=1")
    await live.stop()
    assert widget.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "Mở trò chuyện" in widget.text
    assert page.headers["content-security-policy"].endswith("frame-ancestors 'self' https://sokhcn.hue.gov.vn https://tbt.example")


@ONE_ENGINE
async def test_the_page_opens_also_while_the_database_is_away(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    counter = Counter(settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(build_app(counter)), base_url="http://localhost") as client:
        with monkeypatch.context() as patched:
            patched.setattr(counter.database, "read", _away)
            assert "<h1>Chi cục Tiêu chuẩn Đo lường Chất lượng<" in (await client.get("/chat")).text
        assert "thành phố Huế" in (await client.get("/chat")).text
        with monkeypatch.context() as patched:
            patched.setattr(counter.database, "read", _away)
            assert "thành phố Huế" in (await client.get("/chat")).text
    counter.writer.close()
    counter.database.close()


def _away() -> None:
    raise OperationalError("SELECT 1", {}, Exception("the database is away"))


def test_a_limit_fills_again_over_a_minute():
    now = [100.0]
    limit = Limit(6, clock=lambda: now[0])
    assert [limit.wait("a") for _ in range(6)] == [0] * 6
    assert limit.wait("a") == pytest.approx(10)
    assert limit.wait("b") == 0
    now[0] += 9.9
    assert limit.wait("a") == pytest.approx(0.1)
    now[0] += 0.2
    assert limit.wait("a") == 0
    assert limit.wait("a") > 9
    now[0] += 3600
    assert [limit.wait("a") for _ in range(7)][-2:] == [0, pytest.approx(10)]


@ONE_ENGINE
async def test_one_visitor_and_one_address_may_say_so_much(settings: Settings):
    live = await Live(settings, messages_per_minute=3, address_messages_per_minute=5).start()
    async with live.visitor() as one, live.visitor() as other:
        for number in range(3):
            await one.say(f"menu {number}")
        refusal = await one.refusal(await one.message("menu 4"))
        assert 1 <= refusal["retry_after"] <= 21
        assert "giữ" in refusal["reason"]
        for number in range(2):
            await other.say(f"menu {number}")
        assert 1 <= (await other.refusal(await other.message("menu 3")))["retry_after"] <= 13
        assert len(one.mine()) == 3
    await live.stop()


@ONE_ENGINE
async def test_one_address_may_bring_so_many_new_visitors_and_connections(live: Live):
    async with live.visitor() as known:
        await known.say("menu")
        with pytest.raises(ConnectionClosed) as closed:  # noqa: PT012
            for _ in range(60):
                async with live.visitor():
                    pass
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4429
        again = live.visitor(token=known.token)
        await again.open()
        await again.close()
        with pytest.raises(InvalidStatus, match="403"):  # noqa: PT012
            for _ in range(90):
                async with live.visitor(token=known.token):
                    pass
        assert await known.say("trợ giúp")
