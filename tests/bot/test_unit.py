"""One update, one transaction: what is applied once, what is rolled back, what is set aside."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram.methods import SendMessage
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot import granting, handing_over
from bot.conversations import CONVERSATIONS, answers, commands
from bot.counter import Counter
from db.models import Claim, Enquiry, FailedUpdate, InboundMessage, OutboundMessage, QuarantinedUpdate, Staff
from db.settings import Settings
from domain.errors import EnquiryClosed
from tests.conftest import NOW
from tests.live import UNPUBLISHED
from tests.talk import Citizen, FixedClock, open_counter
from usecases import enquiries

UNCOVERED = UNPUBLISHED


@pytest.fixture
async def counter(settings: Settings) -> AsyncIterator[Counter]:
    token = type(settings.secret_key)("42:TEST-token-of-the-tests-only")
    async with open_counter(settings.model_copy(update={"telegram_bot_token": token}), FixedClock(NOW)) as opened:
        with opened.database.write() as session:
            session.add(Staff(email="hoa@chuan.example", full_name="Lê Thị Hoa", fs_uniquifier="hoa", created_at=NOW))
        yield opened


def _count(counter: Counter, model: type[Any]) -> int:
    with counter.database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


async def test_a_replay_has_no_effect(counter: Counter) -> None:
    citizen = Citizen(counter)
    event = citizen.write(UNCOVERED)
    await counter.process(event)
    said = len(citizen.hear())
    await counter.process(event)
    assert citizen.hear() == []
    assert said == 2
    assert (_count(counter, Enquiry), _count(counter, InboundMessage), _count(counter, Claim)) == (1, 1, 1)


async def test_the_same_id_with_another_body_is_a_new_event(counter: Counter) -> None:
    citizen = Citizen(counter, "telegram")
    body = citizen._telegram_message(1)
    await counter.process(citizen.telegram({"message": body | {"text": "TBT là gì"}}, 77))
    await counter.process(citizen.telegram({"message": body | {"text": UNCOVERED}}, 77))
    assert _count(counter, InboundMessage) == 2


async def test_the_same_event_from_many_sides_at_once_is_applied_once(counter: Counter) -> None:
    citizen = Citizen(counter)
    event = citizen.write(UNCOVERED)
    await asyncio.gather(*(counter._unit.process(event, counter.web) for _ in range(8)))
    assert (_count(counter, Enquiry), _count(counter, InboundMessage)) == (1, 1)


async def test_one_contacts_messages_keep_their_order_and_contacts_run_side_by_side(counter: Counter) -> None:
    citizens = [Citizen(counter) for _ in range(5)]
    events = [citizen.write(f"tin thứ {number} của tôi gửi lên") for number in range(6) for citizen in citizens]
    await asyncio.gather(*(counter.process(event) for event in events))
    for citizen in citizens:
        with counter.database.read() as session:
            texts = session.scalars(
                select(InboundMessage.text).where(InboundMessage.contact_id == citizen.contact().id).order_by(InboundMessage.id)
            ).all()
        assert texts == [f"tin thứ {number} của tôi gửi lên" for number in range(6)]
    with counter.database.read() as session:
        references = session.scalars(select(Enquiry.reference)).all()
    assert len(set(references)) == len(citizens)


async def test_a_fault_of_ours_leaves_no_trace_and_at_the_third_time_the_update_is_set_aside(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError("số điện thoại 0905123456")

    citizen, other = Citizen(counter), Citizen(counter)
    with monkeypatch.context() as patch:
        patch.setattr(enquiries, "hand_over", explode)
        said = await citizen.say(UNCOVERED)
    with counter.database.read() as session:
        set_aside = session.scalars(select(QuarantinedUpdate)).one()
        mails = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "mail")).all()
    assert [set_aside.incident in one.text for one in said] == [True]
    assert set_aside.fault.startswith("ZeroDivisionError in explode")
    assert UNCOVERED in set_aside.body
    assert "0905123456" not in set_aside.fault
    assert [set_aside.incident in mail.payload["subject"] for mail in mails] == [True]
    assert (_count(counter, Enquiry), _count(counter, InboundMessage), _count(counter, FailedUpdate)) == (0, 0, 0)
    assert "HD-2026-" in (await other.say(UNCOVERED))[-1].text
    assert "HD-2026-" in (await citizen.say(UNCOVERED))[-1].text, "who met a fault is served again"


async def test_a_fault_that_passes_before_the_third_time_costs_nothing(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []
    original = enquiries.hand_over

    def stumble(*args: Any, **kwargs: Any) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise KeyError("x")
        return original(*args, **kwargs)

    monkeypatch.setattr(enquiries, "hand_over", stumble)
    said = await Citizen(counter).say(UNCOVERED)
    assert "HD-2026-" in said[-1].text
    assert _count(counter, QuarantinedUpdate) == 0


async def test_database_faults_are_retried_and_count_nothing(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []
    original = enquiries.hand_over

    def locked(*args: Any, **kwargs: Any) -> Any:
        tries.append(1)
        if len(tries) < 6:
            raise OperationalError("x", {}, Exception("database is locked"))
        return original(*args, **kwargs)

    monkeypatch.setattr(enquiries, "hand_over", locked)
    said = await Citizen(counter).say(UNCOVERED)
    assert len(tries) == 6
    assert "HD-2026-" in said[-1].text
    assert (_count(counter, QuarantinedUpdate), _count(counter, FailedUpdate), _count(counter, Enquiry)) == (0, 0, 1)


async def test_an_expected_error_becomes_a_helpful_reply_and_undoes_the_handlers_own_work(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = handing_over.enquiries.hand_over

    def refuse(*args: Any, **kwargs: Any) -> None:
        original(*args, **kwargs)
        raise EnquiryClosed(reference="HD-2026-000001-7")

    monkeypatch.setattr(enquiries, "hand_over", refuse)
    said = await Citizen(counter).say(UNCOVERED)
    assert "đã đóng" in said[-1].text
    assert (_count(counter, Enquiry), _count(counter, InboundMessage), _count(counter, Claim)) == (0, 1, 1)


async def test_a_handler_that_returns_a_method_is_a_defect_and_not_a_silence(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    async def returns(message: Any, work: Any) -> Any:
        return SendMessage(chat_id=1, text="không bao giờ được gửi")

    monkeypatch.setitem(granting.GRANTS, commands.Wish.HELP, returns)
    handler = next(h for h in commands.router.message.handlers if h.callback.__name__ == "command")

    async def command(message: Any, work: Any, command: Any) -> Any:
        return await returns(message, work)

    monkeypatch.setattr(handler, "callback", command)
    said = await Citizen(counter).say("/help")
    assert "Số sự cố" in said[-1].text


async def test_what_is_no_update_is_set_aside_at_once(counter: Counter) -> None:
    assert counter.telegram is not None
    await counter.process(counter.telegram.receive({"update_id": 5, "message": {"nonsense": True}}))
    with counter.database.read() as session:
        assert session.scalars(select(QuarantinedUpdate.fault)).all() == ["NotAnUpdate in _once, line " + _line_of_fault(session)]


def _line_of_fault(session: Any) -> str:
    return str(session.scalars(select(QuarantinedUpdate.fault)).one()).rsplit(" ", 1)[-1]


async def test_updates_that_nobody_sent_are_claimed_and_let_go(counter: Counter) -> None:
    assert counter.telegram is not None
    poll = {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": True, "is_anonymous": True, "type": "regular",
            "allows_multiple_answers": False, "allows_revoting": False, "members_only": False}  # fmt: skip
    await counter.process(counter.telegram.receive({"update_id": 5, "poll": poll}))
    assert (_count(counter, Claim), _count(counter, QuarantinedUpdate)) == (1, 0)


async def test_every_handler_awaits_what_it_sends() -> None:
    """A guard: no handler of ours is declared to return anything."""
    for conversation in CONVERSATIONS:
        for observer in conversation.router.observers.values():
            for handler in observer.handlers:
                assert handler.callback.__annotations__.get("return") in {None, "None"}, handler.callback


async def test_a_long_answer_is_not_offered_again_after_it_was_withdrawn(counter: Counter) -> None:
    citizen = Citizen(counter)
    await citizen.say("TBT là gì?")
    said = await citizen.press_data(answers.buttons.Ask(entry=999_999).pack())
    assert "rút về" in said[-1].text


@pytest.mark.parametrize("data", ["", "ask:x", "rate:1:9", "close:999999", "go:nowhere", "agree:", "cũ rồi", "fb:1:maybe"])
async def test_a_button_from_long_ago_leads_somewhere_and_never_to_a_fault(counter: Counter, data: str) -> None:
    citizen = Citizen(counter, "telegram")
    await citizen.say("/start")
    await citizen.press_data(data)
    assert _count(counter, QuarantinedUpdate) == 0
