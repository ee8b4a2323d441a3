"""The deliverer against a platform that refuses, fails, is slow or does not answer."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import deliverer
from bot.channel import Outcome, Permanent, SendingChannel, Sent, ToSend
from bot.channels.web import Web
from db.engine import Database
from db.models import Lease, OutboundMessage, Pause, UploadedFile
from db.models.outbound_message import FAILED, SENDING, SENT, SUPPRESSED, UNKNOWN, WAITING
from db.settings import Settings
from tests.bot.fake_bot_api import FakeBotApi, fake_bot_api, gateway, refused
from tests.bot.sending import HASTY, Office
from tests.bot.sending import office as open_office
from tests.talk import FixedClock

MARK = "(Gửi lại"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with fake_bot_api() as served:
        yield served


@pytest.fixture
def office(database: Database, settings: Settings, api: FakeBotApi, now: datetime) -> Office:
    return open_office(database, settings, api, now)


# order


async def test_a_chat_is_told_in_order_and_a_blocked_head_holds_back_only_its_own_chat(office: Office, api: FakeBotApi) -> None:
    first, second = office.send(1, "một"), office.send(1, "hai")
    api.rule = lambda call: refused(500, "Internal Server Error") if call.text == "một" else None
    other = office.send(2, "người khác")
    async with office.delivering():
        await office.done(other)
        await office.rest()
        assert api.texts() == ["người khác"]
        assert (office.state(first), office.state(second)) == (WAITING, WAITING)
        api.rule = None
        office.clock.move(seconds=10)
        await office.done(first, second)
    assert api.texts(1) == ["một", "hai"]


async def test_priority_counts_between_chats_and_never_inside_one(office: Office, api: FakeBotApi) -> None:
    office.send(1, "cán bộ", kind="officer")
    office.send(1, "trả lời sau", kind="reply")
    for chat in range(2, 8):
        office.send(chat, "cán bộ", kind="officer")
    last = office.send(9, "trả lời ngay", kind="reply")
    async with office.delivering(telegram_rate=50):
        await office.until(lambda: len(api.texts()) == 9)
    assert office.state(last) == SENT
    assert api.texts()[0] == "trả lời ngay"
    assert api.texts(1) == ["cán bộ", "trả lời sau"]


async def test_what_waits_for_the_morning_holds_no_reply_back(office: Office, api: FakeBotApi) -> None:
    office.clock.at = office.clock.at.replace(hour=22)
    reminder, second = office.send(1, "nhắc", kind="reminder"), office.send(1, "nhắc nữa", kind="reminder")
    reply = office.send(1, "trả lời")
    async with office.delivering():
        await office.done(reply)
        assert (api.texts(1), office.state(reminder)) == (["trả lời"], WAITING)
        office.clock.move(hours=40)  # the 24th of November is a holiday
        await office.done(reminder, second)
    assert api.texts(1) == ["trả lời", "nhắc", "nhắc nữa"]


# told to be silent


async def test_a_429_silences_the_whole_token_and_a_restart_keeps_the_silence(office: Office, api: FakeBotApi) -> None:
    api.rule = lambda _call: refused(429, "Too Many Requests: retry after 30", retry_after=30)
    numbers = [office.send(chat) for chat in range(1, 17)]
    async with office.delivering():
        await office.until(lambda: office.row(numbers[0]).reason)
    api.rule = None
    calls = len(api.calls)
    assert calls <= 8  # what was in flight
    with office.database.read() as session:
        assert session.get_one(Pause, "telegram:main").until == office.clock() + timedelta(seconds=30)
    office.clock.move(seconds=29)
    async with office.delivering(holder="after the restart"):
        await office.rest()
        assert len(api.calls) == calls
        office.clock.move(seconds=2)
        await office.done(*numbers)
    assert [office.row(number).attempts for number in numbers] == [1] * 16
    assert sorted(call.chat for call in api.sent if call.status == 200) == list(range(1, 17))


async def test_nothing_leaves_inside_retry_after_not_even_what_the_limiter_held_back(office: Office, api: FakeBotApi) -> None:
    numbers = [office.send(chat) for chat in range(1, 13)]
    api.fail(refused(429, "Too Many Requests: retry after 1", retry_after=1))
    started = datetime.now(office.clock().tzinfo)
    async with office.delivering(clock=lambda: office.clock() + (datetime.now(office.clock().tzinfo) - started), telegram_rate=40):
        await office.done(*numbers)
    refusal = next(call for call in api.calls if call.status == 429)
    later = sorted(call.at - refusal.at for call in api.calls if call is not refusal)
    under_way = 0.15  # what had left before the refusal was read; at 40 a second all twelve take twice as long
    assert [gap for gap in later if under_way < gap < 1] == []
    assert len(later) == 12


async def test_a_refused_token_makes_the_account_wait_and_loses_nothing(office: Office, api: FakeBotApi) -> None:
    number = office.send(1)
    api.fail(refused(401, "Unauthorized"))
    async with office.delivering():
        await office.until(lambda: office.row(number).reason)
        assert office.state(number) == WAITING
        office.clock.move(seconds=61)
        await office.done(number)
    assert office.state(number) == SENT


# refused by the contact


@pytest.mark.parametrize("refusal", [(403, "Forbidden: bot was blocked by the user"), (400, "Bad Request: chat not found")])
async def test_a_contact_that_refuses_us_is_suppressed_with_all_that_waits_until_it_writes_again(
    office: Office, api: FakeBotApi, refusal: tuple[int, str]
) -> None:
    numbers = [office.send(1, text) for text in ("một", "hai", "ba")]
    other = office.send(2)
    api.rule = lambda call: refused(*refusal) if call.chat == 1 else None
    async with office.delivering():
        await office.done(*numbers, other)
        assert [office.state(number) for number in [*numbers, other]] == [SUPPRESSED, SUPPRESSED, SUPPRESSED, SENT]
        assert [call.text for call in api.sent if call.chat == 1] == ["một"]
        assert office.contact(1).suppressed_at == office.clock()
        assert office.state(office.send(1, "vô ích")) == SUPPRESSED
        api.rule = None
        office.writes(1)
        assert office.contact(1).suppressed_at is None
        await office.done(office.send(1, "mừng bạn trở lại"))
    assert api.texts(1) == ["mừng bạn trở lại"]


async def test_a_refusal_that_comes_after_the_contact_wrote_again_takes_nothing_else_away(office: Office, api: FakeBotApi) -> None:
    old = office.send(1, "cũ")
    api.fail(refused(403, "Forbidden: bot was blocked by the user"))
    held = api.hold()
    async with office.delivering():
        await office.until(lambda: api.calls)
        office.clock.move(seconds=1)
        office.writes(1)
        new = office.send(1, "mới")
        held.set()
        await office.done(old, new)
    assert (office.state(old), office.state(new)) == (SUPPRESSED, SENT)
    assert office.contact(1).suppressed_at is None


async def test_a_gateway_that_says_403_is_not_the_contact_that_says_it(office: Office, api: FakeBotApi) -> None:
    number = office.send(1)
    api.fail(gateway(403))
    async with office.delivering():
        await office.until(lambda: office.row(number).reason)
        assert (office.state(number), office.contact(1).suppressed_at) == (WAITING, None)
        office.clock.move(seconds=10)
        await office.done(number)
    assert (office.state(number), office.row(number).resent) == (SENT, False)


async def test_a_message_that_cannot_be_sent_has_failed_with_its_reason_and_the_next_one_goes(office: Office, api: FakeBotApi) -> None:
    broken, next_one = office.send(1, "hỏng"), office.send(1, "lành")
    api.fail(refused(400, "Bad Request: can't parse entities: " + "x" * 500))
    async with office.delivering():
        await office.done(broken, next_one)
    assert office.state(broken) == FAILED
    assert (office.row(broken).reason or "").startswith("400: Bad Request: can't parse entities")
    assert api.texts() == ["lành"]


# unknown outcomes


async def test_a_reply_without_an_answer_is_sent_once_more_and_marked_then_listed(office: Office, api: FakeBotApi) -> None:
    number, behind = office.send(1, "Trả lời"), office.send(1, "Sau đó")
    held = api.hold()
    async with office.delivering(timeouts=HASTY):
        await office.until(lambda: office.state(number) == UNKNOWN)
        held.set()
        await office.done(behind)
    assert [call.text for call in api.sent] == ["Trả lời", api.sent[1].text, "Sau đó"]
    assert api.sent[1].text.startswith(MARK)
    assert api.sent[1].text.endswith("Trả lời")
    assert "no answer" in (office.row(number).reason or "")


async def test_what_must_not_come_twice_is_listed_as_unknown_and_never_sent_again(office: Office, api: FakeBotApi) -> None:
    number = office.send(1, on_unknown="list")
    held = api.hold()
    async with office.delivering(timeouts=HASTY):
        await office.done(number)
        held.set()
        await office.rest()
        office.clock.move(hours=1)
        await office.rest()
    assert (office.state(number), len(api.sent)) == (UNKNOWN, 1)


async def test_a_gateways_502_is_an_unknown_outcome(office: Office, api: FakeBotApi) -> None:
    reply, listed = office.send(1, "Trả lời"), office.send(2, on_unknown="list")
    api.rule = lambda call: gateway(502) if not call.text.startswith(MARK) else None
    async with office.delivering():
        await office.done(reply, listed)
    assert (office.state(reply), office.state(listed)) == (SENT, UNKNOWN)
    assert [text[: len(MARK)] for text in api.texts(1)] == [MARK]


async def test_a_page_in_place_of_the_answer_is_an_unknown_outcome(office: Office, api: FakeBotApi) -> None:
    number = office.send(1, on_unknown="list")
    api.fail(gateway(200))
    async with office.delivering():
        await office.done(number)
    assert office.state(number) == UNKNOWN


async def test_the_bot_apis_own_500_is_tried_again_unmarked_after_growing_waits(office: Office, api: FakeBotApi) -> None:
    number = office.send(1, "Trả lời", on_unknown="list")
    api.rule = lambda _call: refused(500, "Internal Server Error")
    waits = []
    async with office.delivering():
        for attempt in range(1, 5):
            await office.until(lambda attempt=attempt: office.row(number).attempts == attempt and office.state(number) == WAITING)
            waits.append((office.row(number).not_before - office.clock()).total_seconds())
            await office.rest(0.05)
            assert len(api.sent) == attempt
            office.clock.move(seconds=waits[-1])
        api.rule = None
        office.clock.move(seconds=60)
        await office.done(number)
    assert (office.state(number), api.texts()) == (SENT, ["Trả lời"])
    assert [2 * 2**n * 0.7 <= wait <= 2 * 2**n * 1.3 for n, wait in enumerate(waits)] == [True] * 4


async def test_what_never_left_because_nobody_listens_waits_unmarked_for_better_times(office: Office, api: FakeBotApi) -> None:
    number = office.send(1, "Trả lời", on_unknown="list")
    async with office.delivering(telegram_api_url="http://127.0.0.1:9"):
        await office.until(lambda: office.row(number).reason)
        assert office.state(number) == WAITING
    office.clock.move(minutes=10)
    async with office.delivering():
        await office.done(number)
    assert api.texts() == ["Trả lời"]


# edits


async def test_an_edit_waits_for_its_message_and_names_it_as_the_platform_does(office: Office, api: FakeBotApi) -> None:
    held = api.hold()
    message = office.send(1, "Đang tìm…")
    edit = office.send(1, "Tìm thấy", method="editMessageText", edits_id=message)
    async with office.delivering():
        await office.until(lambda: api.calls)
        await office.rest(0.1)
        assert [call.method for call in api.sent] == ["sendMessage"]
        held.set()
        await office.done(edit)
    assert [call.method for call in api.sent] == ["sendMessage", "editMessageText"]
    assert api.sent[1].fields["message_id"] == api.sent[0].result["message_id"]


async def test_an_edit_of_a_message_that_failed_is_sent_anew_and_later_edits_follow_it(office: Office, api: FakeBotApi) -> None:
    api.fail(refused(400, "Bad Request: message is too long"))
    message = office.send(1, "hỏng")
    edit = office.send(1, "lành", method="editMessageText", edits_id=message)
    async with office.delivering():
        await office.done(edit)
        later = office.send(1, "lành hơn", method="editMessageText", edits_id=message)
        await office.done(later)
    assert [(call.method, call.text) for call in api.sent[1:]] == [("sendMessage", "lành"), ("editMessageText", "lành hơn")]
    assert api.sent[2].fields["message_id"] == api.sent[1].result["message_id"]


async def test_buttons_of_a_message_that_failed_are_not_sent_alone(office: Office, api: FakeBotApi) -> None:
    api.fail(refused(400, "Bad Request: message is too long"))
    message = office.send(1, "hỏng")
    edit = office.send(1, method="editMessageReplyMarkup", edits_id=message, payload={"reply_markup": {"inline_keyboard": []}})
    async with office.delivering():
        await office.done(message, edit)
    assert (office.state(edit), len(api.calls)) == (SUPPRESSED, 1)


async def test_of_several_waiting_edits_only_the_last_is_sent(office: Office, api: FakeBotApi) -> None:
    message = office.send(1, "0 %")
    edits = [office.send(1, text, method="editMessageText", edits_id=message) for text in ("30 %", "60 %", "100 %")]
    async with office.delivering():
        await office.done(*edits)
    assert [call.text for call in api.sent] == ["0 %", "100 %"]
    assert [office.state(edit) for edit in edits] == [SUPPRESSED, SUPPRESSED, SENT]


# answers to presses


def press(office: Office, chat: int = 1) -> int:
    return office.send(chat, method="answerCallbackQuery", payload={"callback_query_id": "77"})


async def test_the_answer_to_a_press_passes_a_blocked_chat(office: Office, api: FakeBotApi) -> None:
    held = api.hold()
    office.send(1)
    answer = press(office)
    async with office.delivering():
        await office.done(answer)
        held.set()
    assert (office.state(answer), api.calls[-1].fields) == (SENT, {"callback_query_id": 77})


async def test_the_answer_to_a_press_expires_after_ten_seconds(office: Office, api: FakeBotApi) -> None:
    answer = press(office)
    office.clock.move(seconds=11)
    async with office.delivering():
        await office.done(answer)
    assert (office.state(answer), office.row(answer).reason, api.calls) == (FAILED, "expired", [])


@pytest.mark.parametrize("response", [refused(500, "Internal"), refused(429, "Too Many", retry_after=1), gateway(502)])
async def test_the_answer_to_a_press_is_never_tried_again(office: Office, api: FakeBotApi, response: object) -> None:
    answer = press(office)
    api.fail(response)
    async with office.delivering():
        await office.done(answer)
        office.clock.move(seconds=5)
        await office.rest(0.2)
    assert (office.state(answer) in {FAILED, UNKNOWN}, len(api.calls)) == (True, 1)


# one at a time


async def test_what_a_killed_process_was_sending_is_taken_over_as_unknown_when_its_lease_lapses(office: Office, api: FakeBotApi) -> None:
    reply, behind, listed = office.send(1, "Trả lời"), office.send(1, "Sau đó"), office.send(2, on_unknown="list")
    held = api.hold()
    async with office.delivering("killed") as killed:
        await office.until(lambda: len(api.calls) == 2)
        await killed.die()
    held.set()
    assert [office.state(number) for number in (reply, behind, listed)] == [SENDING, WAITING, SENDING]
    async with office.delivering("heir"):
        await office.rest()
        assert len(api.calls) == 2
        office.clock.move(seconds=16)
        await office.done(reply, behind, listed)
    assert [office.state(number) for number in (reply, behind, listed)] == [SENT, SENT, UNKNOWN]
    assert [call.text[: len(MARK)] for call in api.sent[2:]] == [MARK, "Sau đó"[: len(MARK)]]


async def test_of_two_deliverers_one_sends_and_nothing_is_sent_twice(office: Office, api: FakeBotApi) -> None:
    numbers = [office.send(chat) for chat in range(1, 31)]
    async with office.delivering("one"), office.delivering("two"):
        await office.done(*numbers[:5])
        numbers += [office.send(chat) for chat in range(1, 31)]
        await office.done(*numbers)
    assert len(api.sent) == 60
    assert {office.row(number).attempts for number in numbers} == {1}


async def test_a_deliverer_that_was_taken_over_sends_nothing_though_it_does_not_know_yet(office: Office, api: FakeBotApi) -> None:
    async with office.delivering("first"):
        await office.done(office.send(1, "một"))
        with office.database.write() as session:
            session.get_one(Lease, "deliver:telegram:main").holder = "second"
        number = office.send(1, "hai")
        await office.rest(0.5)
        assert (office.state(number), api.texts()) == (WAITING, ["một"])


async def test_a_lease_that_is_given_back_is_taken_at_once(office: Office, api: FakeBotApi) -> None:
    async with office.delivering("one"):
        await office.done(office.send(1))
    async with office.delivering("two"):
        await office.done(office.send(1))
    assert len(api.texts()) == 2


async def test_the_late_success_of_a_process_that_hung_is_believed_but_sends_nothing_again(office: Office, api: FakeBotApi) -> None:
    listed = office.send(1, on_unknown="list")
    held, hung, heir = asyncio.Event(), FixedClock(office.clock()), FixedClock(office.clock() + timedelta(seconds=20))
    channel = SlowChannel(held)
    async with office.delivering("hung", clock=hung, channel=channel):
        await office.until(lambda: channel.tried)
        async with office.delivering("heir", clock=heir):
            await office.until(lambda: office.state(listed) == UNKNOWN)
            held.set()
            await office.until(lambda: office.state(listed) == SENT)
    assert (office.row(listed).platform_message_id, api.calls) == ("1", [])


async def test_a_failure_that_comes_late_does_not_touch_the_repetition_of_another(office: Office, api: FakeBotApi) -> None:
    reply = office.send(1, "Trả lời")
    held, hung, heir = asyncio.Event(), FixedClock(office.clock()), FixedClock(office.clock() + timedelta(seconds=20))
    channel = SlowChannel(held, fails=True)
    async with office.delivering("hung", clock=hung, channel=channel):
        await office.until(lambda: channel.tried)
        async with office.delivering("heir", clock=heir):
            await office.done(reply)
            held.set()
            await office.rest(0.1)
    assert (office.state(reply), len(api.texts())) == (SENT, 1)


async def test_a_process_whose_lease_lapsed_and_came_back_recovers_what_another_left(office: Office, api: FakeBotApi) -> None:
    async with office.delivering("first"):
        await office.done(office.send(1))
        with office.database.write() as session:
            session.get_one(Lease, "deliver:telegram:main").holder = "second"
        left = office.send(2, "bỏ dở", state=SENDING, attempts=1)
        office.clock.move(seconds=16)
        await office.done(left)
    assert [text[: len(MARK)] for text in api.texts(2)] == [MARK]


async def test_slow_sendings_do_not_cost_the_lease(office: Office, api: FakeBotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliverer, "_RENEW_SECONDS", 0.1)
    numbers = [office.send(chat) for chat in range(1, 5)]
    held = asyncio.Event()
    channel = SlowChannel(held)
    async with office.delivering("slow", channel=channel):
        await office.until(lambda: channel.tried == 4)
        async with office.delivering("other"):
            for _ in range(4):
                office.clock.move(seconds=10)
                await office.until(lambda: office.lease_ends() > office.clock() + timedelta(seconds=10))
            held.set()
            await office.done(*numbers)
    assert (channel.tried, api.calls) == (4, [])
    assert [office.state(number) for number in numbers] == [SENT] * 4


async def test_a_stop_waits_for_what_is_being_sent(office: Office, api: FakeBotApi) -> None:
    number, untouched = office.send(1, "một"), office.send(1, "hai")
    held = asyncio.Event()
    channel = SlowChannel(held)
    async with office.delivering(channel=channel):
        await office.until(lambda: channel.tried)
        asyncio.get_running_loop().call_later(0.2, held.set)
    assert (office.state(number), office.state(untouched)) == (SENT, WAITING)


async def test_what_a_stop_cannot_wait_for_is_left_as_unknown_to_the_next_process(office: Office, api: FakeBotApi) -> None:
    number = office.send(1, "một")
    channel = SlowChannel(asyncio.Event())
    async with office.delivering(channel=channel, stop_seconds=0.1):
        await office.until(lambda: channel.tried)
    assert (office.state(number), office.row(number).resent) == (WAITING, True)
    async with office.delivering("next"):
        await office.done(number)
    assert api.texts()[0].startswith(MARK)


class SlowChannel(SendingChannel):
    """Answers when it is let; a Telegram that hangs longer than any timeout of ours."""

    name, account = "telegram", "main"

    def __init__(self, held: asyncio.Event, fails: bool = False) -> None:
        self.held, self.fails, self.tried = held, fails, 0

    async def fetch(self, reference: str) -> bytes:
        raise NotImplementedError

    async def send(self, message: ToSend) -> Outcome:
        self.tried += 1
        await self.held.wait()
        return Permanent("too late") if self.fails else Sent("1")


# defects of ours


class BrokenChannel(SlowChannel):
    async def send(self, message: ToSend) -> Outcome:
        self.tried += 1
        raise KeyError("a defect")


async def test_a_defect_of_the_channel_ends_in_the_list_and_holds_nobody_up(office: Office, api: FakeBotApi) -> None:
    numbers = [office.send(1, "một"), office.send(1, "hai")]
    async with office.delivering(channel=BrokenChannel(asyncio.Event())):
        await office.done(*numbers)
    assert [office.state(number) for number in numbers] == [UNKNOWN, UNKNOWN]


async def test_a_defect_while_noting_an_outcome_leaves_no_row_in_sending(
    office: Office, api: FakeBotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, behind = office.send(1, on_unknown="list"), office.send(1, "Sau đó")
    monkeypatch.setattr(deliverer.Deliverer, "_finish", fails_once(deliverer.Deliverer._finish))
    async with office.delivering():
        await office.done(number, behind)
    assert (office.state(number), office.state(behind)) == (UNKNOWN, SENT)


def fails_once(function):
    failed = []

    def failing(*args):
        if not failed:
            failed.append(True)
            raise KeyError("a defect")
        return function(*args)

    return failing


class BrokenWeb(Web):
    def post(self, session: Session, row: OutboundMessage, predecessor: OutboundMessage | None) -> None:
        if row.payload["text"] == "hai":
            raise KeyError("a defect")
        super().post(session, row, predecessor)


async def test_a_web_message_that_cannot_be_posted_holds_nobody_up(office: Office) -> None:
    web = BrokenWeb("k" * 32, office.files)
    numbers = [office.send(1, text, channel="web", account=web.account) for text in ("một", "hai", "ba")]
    async with office.delivering(channel=web):
        await office.done(*numbers)
    assert [office.state(number) for number in numbers] == [SENT, FAILED, SENT]


# files


async def test_a_file_is_uploaded_once_and_then_sent_by_its_name_there(office: Office, api: FakeBotApi) -> None:
    document = office.store(PDF, "Thông báo số 5.pdf")
    for chat in (1, 2):
        await deliver_document(office, chat, document)
    assert api.sent[0].files == {"document": ("Thông báo số 5.pdf", PDF)}
    assert (api.sent[1].files, api.sent[1].fields["document"]) == ({}, "document-1")


async def test_a_name_that_the_platform_forgot_is_replaced_by_a_new_upload(office: Office, api: FakeBotApi) -> None:
    document = office.store(PDF, "thong-bao.pdf")
    with office.database.write() as session:
        session.add(UploadedFile(source="telegram:main", sha256=document["$file"], method="sendDocument", file_id="of-another-bot"))
    api.fail(refused(400, "Bad Request: wrong file identifier/HTTP URL specified"))
    await deliver_document(office, 1, document)
    assert [bool(call.files) for call in api.sent] == [False, True]
    with office.database.read() as session:
        assert session.scalar(select(UploadedFile.file_id)) == "document-1"


async def test_a_file_that_is_gone_from_the_disk_is_said_to_be(office: Office, api: FakeBotApi) -> None:
    document = office.store(PDF, "mat.pdf")
    office.files.path(document["$file"]).unlink()
    number = await deliver_document(office, 1, document)
    assert (office.state(number), office.row(number).reason) == (FAILED, "the file is no longer on the disk")


async def test_the_caption_of_a_file_that_is_sent_again_is_marked(office: Office, api: FakeBotApi) -> None:
    api.fail(gateway(504))
    await deliver_document(office, 1, office.store(PDF, "thong-bao.pdf"))
    assert api.sent[1].text.startswith(MARK)


async def deliver_document(office: Office, chat: int, document: dict[str, str]) -> int:
    payload = {"document": document, "caption": "Gửi bạn"}
    number = office.send(chat, method="sendDocument", payload=payload, kind="officer")
    async with office.delivering():
        await office.done(number)
    return number


# pace


def busiest(times: list[float], window: float) -> int:
    return max(sum(1 for other in times if start <= other < start + window) for start in times)


async def test_no_second_has_more_messages_than_the_token_may_send(office: Office, api: FakeBotApi) -> None:
    numbers = [office.send(chat) for chat in range(1, 41)]
    async with office.delivering(telegram_rate=28):
        await office.done(*numbers)
    times = [call.at for call in api.sent]
    assert (len(times), busiest(times, 1) <= 30) == (40, True)


async def test_the_messages_of_all_chats_leave_evenly(office: Office, api: FakeBotApi) -> None:
    numbers = [office.send(chat) for chat in range(1, 61)]
    async with office.delivering(telegram_rate=100):
        await office.done(*numbers)
    times = [call.at for call in api.sent]
    assert (len(times), busiest(times, 0.2) <= 24) == (60, True)


async def test_a_private_chat_gets_three_at_once_and_others_need_not_wait_for_it(office: Office, api: FakeBotApi) -> None:
    numbers = [office.send(1, str(number)) for number in range(4)]
    other = office.send(2)
    async with office.delivering(chat_rate=0.02):
        await office.done(*numbers[:3], other)
        await office.rest()
    assert (office.state(numbers[3]), api.texts(1)) == (WAITING, ["0", "1", "2"])


async def test_answers_to_presses_do_not_use_up_a_chats_pace(office: Office, api: FakeBotApi) -> None:
    presses = [press(office) for _ in range(6)]
    async with office.delivering(chat_rate=0.02):
        await office.done(*presses)
        await office.done(*[office.send(1) for _ in range(3)])


async def test_a_group_gets_one_message_in_three_seconds(office: Office, api: FakeBotApi) -> None:
    first, second = office.send(-5, "một"), office.send(-5, "hai")
    async with office.delivering():
        await office.done(first)
        await office.rest(0.6)
    assert (office.state(second), len(api.sent)) == (WAITING, 1)


async def test_nothing_is_left_open(office: Office, api: FakeBotApi) -> None:
    numbers = [office.send(chat) for chat in range(1, 6)]
    async with office.delivering():
        await office.done(*numbers)
    with office.database.read() as session:
        assert session.scalars(select(OutboundMessage.state).distinct()).all() == [SENT]
        assert session.scalars(select(Lease)).all() == []
