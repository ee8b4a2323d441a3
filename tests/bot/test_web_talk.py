"""The web chat's socket on the live counter: what is said arrives once, in order, on every page of the visitor, and on nobody else's."""

import asyncio
import json
import logging
import sys
import textwrap
import time
import uuid

import psycopg
import pytest
from sqlalchemy import func, select
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from db.engine import Database
from db.models import Enquiry, InboundMessage, OutboundMessage
from db.models.enquiry import HUMAN
from tests.live import Live, Visitor, text_of, unlike_any
from tests.officers import answer_enquiry


def count(database: Database, model: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


async def hand_over(visitor: Visitor, database: Database) -> str:
    """Ask what nobody knows; the reference of the enquiry."""
    said = text_of(await visitor.say(unlike_any()))
    with database.read() as session:
        reference = session.scalars(select(Enquiry.reference).order_by(Enquiry.id.desc())).first()
    assert reference is not None
    assert reference in said
    return reference


async def test_a_question_is_acknowledged_and_answered_with_its_source(live: Live):
    async with live.visitor() as visitor:
        answer = await visitor.say("dang ky ma vach o dau?")
        assert "Nguồn:" in text_of(answer)
        assert visitor.mine() == ["dang ky ma vach o dau?"]
        assert [event["event"] for event in visitor.events] == sorted({event["event"] for event in visitor.events})


async def test_a_stranger_gets_a_token_and_keeps_it(live: Live):
    visitor = live.visitor()
    welcome = await visitor.open()
    assert welcome["token"]
    assert (welcome["events"], welcome["earlier"]) == ([], False)
    await visitor.close()
    again = await visitor.open()
    assert again["token"] == welcome["token"]
    await visitor.close()


async def test_a_forged_token_makes_a_new_visitor_who_sees_nothing(live: Live):
    async with live.visitor() as visitor:
        await visitor.say("menu")
    signed_for_something_else = live.counter.web.file_link("0" * 64, "a", "b").rpartition("/")[2]
    for forged in ("MTIz.abc", "", "x" * 5000, "\ud800", {"a": 1}, 7, f"{visitor.token}x", signed_for_something_else):
        forger = live.visitor(token=forged)
        welcome = await forger.open()
        assert welcome["token"] not in (forged, visitor.token)
        assert welcome["events"] == []
        await forger.close()


async def test_who_switches_the_page_to_english_is_answered_in_english(live: Live):
    async with live.visitor() as visitor:
        await visitor.say("menu")
    async with live.visitor(token=visitor.token, language="en") as merely_english:
        assert "Nguồn:" in text_of(await merely_english.say("TBT là gì?"))
    async with live.visitor(token=visitor.token, language="en", chosen=True) as switched:
        assert "Source:" in text_of(await switched.say("What can the Hue TBT office do for a business?"))


async def test_the_same_id_is_applied_once_on_any_connection_and_at_once(live: Live, database: Database):
    async with live.visitor() as first, live.visitor(token=first.token) as second:
        own_id = str(uuid.uuid4())
        await asyncio.gather(*(visitor.message("menu", own_id=own_id) for visitor in (first, second) for _ in range(4)))
        for visitor in (first, second):
            await visitor.until(lambda visitor=visitor: visitor.frames.count({"type": "ack", "id": own_id}) == 4)
        third = live.visitor(token=first.token)
        await third.open()
        await third.message("menu", own_id=own_id)
        await third.acknowledged(own_id)
        await third.close()
        assert third.mine() == ["menu"]
        assert count(database, InboundMessage) == 1


async def test_a_message_sent_again_from_the_page_in_another_language_is_the_same(live: Live, database: Database):
    async with live.visitor() as visitor:
        own_id = await visitor.message("menu")
        await visitor.acknowledged(own_id)
    async with live.visitor(token=visitor.token, language="en") as again:
        await again.message("menu", own_id=own_id)
        await again.acknowledged(own_id)
        assert count(database, InboundMessage) == 1


async def test_one_visitors_id_says_nothing_about_anothers(live: Live, database: Database):
    own_id = str(uuid.uuid4())
    async with live.visitor() as one, live.visitor() as other:
        for visitor in (one, other):
            await visitor.say("menu", own_id=own_id)
        assert count(database, InboundMessage) == 2


async def test_messages_sent_in_one_breath_keep_their_order(live: Live):
    async with live.visitor() as visitor:
        texts = [f"menu {number}" for number in range(12)]
        for text in texts:
            await visitor.message(text)
        await visitor.until(lambda: len(visitor.mine()) == len(texts))
        assert visitor.mine() == texts


async def test_a_page_that_comes_back_reads_on_from_where_it_was(live: Live):
    async with live.visitor() as visitor:
        await visitor.say("menu")
        known = visitor.events[-1]["event"]
        async with live.visitor(token=visitor.token) as other:
            await other.say("trợ giúp")
        back = live.visitor(token=visitor.token)
        welcome = await back.open(since=known)
        assert [event["event"] for event in welcome["events"]] == [e["event"] for e in other.events if e["event"] > known]
        await back.close()
        reloaded = live.visitor(token=visitor.token)
        assert (await reloaded.open())["events"] == other.events
        await reloaded.close()


async def test_a_long_history_is_cut_at_a_hundred_and_says_so(live: Live, database: Database):
    async with live.visitor() as visitor:
        await visitor.say("menu")
        with database.write() as session:
            contact_id = live.counter.web.contact_id(session, live.counter.web.visitor(visitor.token) or 0)
            assert contact_id is not None
            for number in range(620):
                live.counter.web._append(
                    session, contact_id, 0, {"kind": "mine", "id": str(number), "text": str(number)}, live.counter.now()
                )
    reloaded = live.visitor(token=visitor.token)
    welcome = await reloaded.open()
    assert (len(welcome["events"]), welcome["earlier"]) == (100, True)
    assert reloaded.mine()[-1] == "619"
    await reloaded.close()
    back = live.visitor(token=visitor.token)
    await back.open(since=1)
    await back.until(lambda: back.mine()[-1] == "619")
    assert back.mine() == [str(number) for number in range(620)]
    await back.close()


async def test_two_pages_of_one_visitor_see_everything_from_the_first_word_on(live: Live):
    async with live.visitor() as one, live.visitor(token=one.token) as other, live.visitor() as stranger:
        await one.say("menu")
        await other.until(lambda: len(other.events) >= len(one.events))
        await other.say("trợ giúp")
        await one.until(lambda: len(one.events) >= len(other.events))
        assert one.events == other.events
        await stranger.caught_up()
        assert stranger.events == []


async def test_buttons_lead_on_and_old_ones_to_a_fresh_menu(live: Live):
    async with live.visitor() as visitor:
        menu = await visitor.say("menu")
        assert "/nguoi_that" in text_of(await visitor.press(menu, "Cách dùng"))
        assert visitor.mine()[-1] in str(menu["buttons"])
        stale = {"message": menu["message"], "buttons": [[{"text": "Nút xưa", "data": "gone:1"}]]}
        fresh = await visitor.press(stale, "Nút xưa")
        assert fresh["buttons"] == menu["buttons"]
        nowhere = {"message": 999_999, "buttons": [[{"text": "Nút lạ", "data": "ask:999999"}]]}
        assert (await visitor.press(nowhere, "Nút lạ"))["buttons"]


async def test_an_officers_answer_arrives_within_a_second(live: Live, database: Database):
    async with live.visitor() as visitor, live.visitor() as stranger:
        reference = await hand_over(visitor, database)
        waits = []
        for number in range(3):
            answer_enquiry(database, reference, f"Trả lời số {number}.")
            began = time.monotonic()
            await visitor.until(lambda number=number: f"Trả lời số {number}." in text_of(visitor.heard()[-1]))
            waits.append(time.monotonic() - began)
        assert min(waits) < 1, waits
        said = visitor.heard()[-1]
        assert (said["from"], said["name"]) == ("officer", "Nguyễn Thị Hường")
        await stranger.caught_up()
        assert stranger.events == []


async def test_what_another_process_writes_arrives_within_a_second(live: Live, database: Database, database_url: str):
    script = """
        import sys, time
        from db.engine import Database
        from tests.officers import answer_enquiry
        database = Database(sys.argv[1])
        answer_enquiry(database, sys.argv[2], "Từ một tiến trình khác.")
        print(time.time())
    """
    async with live.visitor() as visitor:
        reference = await hand_over(visitor, database)
        arguments = [sys.executable, "-c", textwrap.dedent(script), database_url, reference]
        process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
        await visitor.until(lambda: "Từ một tiến trình khác." in text_of(visitor.heard()[-1]))
        arrived = time.time()
        printed, _ = await process.communicate()
        assert process.returncode == 0
        assert arrived - float(printed) < 1


async def test_while_an_officer_has_the_enquiry_the_bot_is_silent(live: Live, database: Database):
    async with live.visitor() as visitor:
        reference = await hand_over(visitor, database)
        answer_enquiry(database, reference, "Chào bạn.")
        await visitor.until(lambda: "Chào bạn." in text_of(visitor.heard()[-1]))
        heard = len(visitor.heard())
        own_id = await visitor.message("đăng ký mã vạch ở đâu?")
        await visitor.acknowledged(own_id)
        await visitor.until(lambda: visitor.mine()[-1] == "đăng ký mã vạch ở đâu?")
        await visitor.caught_up()
        assert len(visitor.heard()) == heard
    with database.read() as session:
        assert session.scalars(select(Enquiry.status)).one() == HUMAN
        assert len(session.scalars(select(InboundMessage).where(InboundMessage.enquiry_id.is_not(None))).all()) == 2


async def test_a_foreign_page_or_none_at_all_may_not_open_the_socket(live: Live):
    address = live.url.replace("http", "ws", 1) + "/chat/socket"
    for origin in ("https://evil.example", "null", None, live.url + ".evil.example", f"http://localhost:{live.port + 1}"):
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, origin=origin, proxy=None)
        assert refused.value.response.status_code == 403


HELLO = json.dumps({"type": "hello", "token": None, "since": 0})
MESSAGE = {"type": "message", "id": "12345678", "text": "menu", "files": []}


MALFORMED = [
    ["no json"], [b"\x00\xff"], ["[1,2]"], ["[" * 100_000], ["null"], [json.dumps(MESSAGE)], ["{}"], ["9" * 5000],
    [HELLO, "no json"], [HELLO, b"\x00"], [HELLO, json.dumps(MESSAGE | {"id": "short"})],
    [HELLO, json.dumps(MESSAGE | {"id": "12345678\u0000"})], [HELLO, json.dumps(MESSAGE | {"id": 12345678})],
    [HELLO, json.dumps(MESSAGE | {"id": "\ud800" * 9})], [HELLO, json.dumps(MESSAGE | {"id": "9" * 65})],
    [HELLO, json.dumps(MESSAGE | {"text": "x" * 300_000})],
]  # fmt: skip


async def test_a_malformed_frame_ends_its_own_line_only(live: Live, caplog: pytest.LogCaptureFixture):
    async with live.visitor() as bystander:
        for frames in MALFORMED:
            line = await connect(live.url.replace("http", "ws", 1) + "/chat/socket", origin=live.url, proxy=None)
            with pytest.raises(ConnectionClosed) as closed:  # noqa: PT012
                for frame in frames:
                    await line.send(frame)
                async with asyncio.timeout(15):
                    while True:
                        await line.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code in {4400, 1009}, frames
        assert "Nguồn:" in text_of(await bystander.say("đăng ký mã vạch ở đâu?"))
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


NONSENSE = [
    {"type": "message", "text": None}, {"type": "message", "text": 7}, {"type": "message", "text": "menu", "files": {"a": 1}},
    {"type": "message", "text": "menu", "files": ["x"] * 11}, {"type": "message", "text": "x" * 20_001},
    {"type": "message", "text": "menu", "files": [7]}, {"type": "message", "text": "menu", "files": ["\ud800"]},
    {"type": "press", "message": "1", "data": "go:help"}, {"type": "press", "message": 1, "data": "x" * 65},
    {"type": "press", "message": 10**30, "data": "go:help"}, {"type": "press", "message": 1, "data": ""},
]  # fmt: skip


async def test_a_frame_that_says_nonsense_is_refused_for_good_with_a_sentence(live: Live):
    async with live.visitor() as visitor:
        for frame in NONSENSE:
            own_id = str(uuid.uuid4())
            await visitor.send(id=own_id, **frame)
            refusal = await visitor.refusal(own_id)
            assert refusal["retry_after"] is None, frame
            assert " " in refusal["reason"]
        await visitor.caught_up()
        assert visitor.events == []


async def test_nonsense_in_a_hello_is_read_as_nothing(live: Live):
    for since in (-1, 10**30, "1", None, 1.5, [1]):
        visitor = live.visitor(language="xx")
        await visitor.open(since=since)
        assert text_of(await visitor.say("menu"))
        await visitor.close()


async def test_any_text_at_all_gets_an_answer_and_is_shown_as_it_was_cleaned(live: Live):
    texts = ["", "   ", "\u200b", "\x00\x01", "\ud83d", "🐟", "a\x00b\ud800c", "<b>&amp;</script>", "x" * 20_000, "/khong_co"]
    shown = []
    for text in texts:
        async with live.visitor() as visitor:
            assert text_of(await visitor.say(text))
            shown += visitor.mine()
    assert shown == ["", "", "", "", "?", "🐟", "ab?c", "<b>&amp;</script>", "x" * 20_000, "/khong_co"]


async def test_a_restart_of_the_counter_loses_nothing(live: Live, database: Database):
    visitor = live.visitor()
    await visitor.open()
    reference = await hand_over(visitor, database)
    known = visitor.events[-1]["event"]
    await live.stop()
    with pytest.raises(ConnectionClosed):
        await visitor.caught_up()
    answer_enquiry(database, reference, "Viết khi máy chủ đang tắt.")
    await live.start()
    await visitor.open(since=known)
    await visitor.until(lambda: "Viết khi máy chủ đang tắt." in text_of(visitor.heard()[-1]))
    assert len({event["event"] for event in visitor.events}) == len(visitor.events)
    await visitor.close()


async def test_lost_database_connections_are_made_again_behind_an_open_page(live: Live, database: Database, database_url: str):
    if database.is_sqlite:
        live.counter.database.engine.dispose()
    async with live.visitor() as visitor:
        reference = await hand_over(visitor, database)
        if not database.is_sqlite:
            with psycopg.connect(database_url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        own_id = await visitor.message("Tôi bổ sung: cân 30 kg.")
        await visitor.acknowledged(own_id)
        answer_enquiry(Database(database_url) if database.is_sqlite else database, reference, "Đã nhận bổ sung.")
        await visitor.until(lambda: "Đã nhận bổ sung." in text_of(visitor.heard()[-1]))
        assert visitor.mine()[-1] == "Tôi bổ sung: cân 30 kg."
    with database.read() as session:
        assert session.scalar(select(func.count()).where(OutboundMessage.state != "sent", OutboundMessage.channel == "web")) == 0
