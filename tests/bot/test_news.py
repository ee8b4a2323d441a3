"""News by topic in the chat: choosing topics, ending one by button or in words while its message waits, replies that follow a broadcast."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.counter import Counter
from db.models import BroadcastRecipient, Contact, InboundMessage, OutboundMessage
from db.models.broadcast import QUEUED, SKIPPED
from db.settings import Settings
from tests import broadcasts as made
from tests.conftest import NOW
from tests.talk import Citizen, FixedClock, open_counter
from usecases import broadcast_sending, topics


@pytest.fixture
async def counter(settings: Settings) -> AsyncIterator[Counter]:
    token = SecretStr("42:TEST-token-of-the-tests-only")
    async with open_counter(settings.model_copy(update={"telegram_bot_token": token}), FixedClock(NOW)) as opened:
        yield opened


def queue_one(counter: Counter) -> int:
    """A broadcast to everybody who wants barcodes, in the outbox; its key."""
    with counter.database.write() as session:
        lan = made.officer(session, NOW)
        key = made.let_go(session, NOW, lan, lan).id
        made.plan(session, key, NOW)
        made.feed(session, key, NOW)
    return key


def standing(counter: Counter) -> list[tuple[str, str]]:
    with counter.database.read() as session:
        return [(one.state, one.reason) for one in session.scalars(select(BroadcastRecipient))]


async def test_a_topic_is_chosen_told_of_answered_and_ended_by_its_button(counter: Counter) -> None:
    thu = Citizen(counter, channel="telegram")
    await thu.say("/chu_de")
    (confirmed,) = await thu.press("Mã số mã vạch")
    assert confirmed.text.startswith("Anh/chị sẽ nhận tin về Mã số mã vạch")
    key = queue_one(counter)
    (told,) = thu.hear()
    assert told.text == "Kính gửi Mệ Gái: mức phí mới"
    with counter.database.write() as session:
        made.deliver(session, NOW)
        broadcast_sending.settle(session, key, NOW)
    await thu.press("Ngừng nhận tin: Mã số")
    with counter.database.read() as session:
        assert session.scalars(select(InboundMessage.broadcast_id).order_by(InboundMessage.id.desc())).first() == key
        assert topics.of(session, session.get_one(Contact, thu.contact().id)) == {"barcodes": False}


async def test_a_refusal_in_words_takes_back_what_waits_in_the_outbox(counter: Counter) -> None:
    thu = Citizen(counter, channel="telegram")
    await thu.say("/chu_de")
    await thu.press("Mã số mã vạch")
    queue_one(counter)
    assert standing(counter) == [(QUEUED, "")]
    said = await thu.say("ngung nhan tin ma vach")
    assert any(one.text.startswith("Đã ngừng: anh/chị không nhận tin về Mã số mã vạch") for one in said)
    assert standing(counter) == [(SKIPPED, "refused")]
    with counter.database.read() as session:
        assert session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "broadcast")).all() == []
