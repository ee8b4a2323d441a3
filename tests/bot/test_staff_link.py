"""Staff link their own chat with a code of the panel; whoever guesses is told no politely, and then has to wait."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.counter import Counter
from db.models import Contact, HistoryEvent, OutboundMessage, Staff, StaffContact
from db.queries.audience import is_of_staff
from db.settings import Settings
from tests import broadcasts as made
from tests.conftest import NOW
from tests.talk import Citizen, FixedClock, open_counter
from usecases import staff_contacts


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def counter(settings: Settings, clock: FixedClock) -> AsyncIterator[Counter]:
    token = SecretStr("42:TEST-token-of-the-tests-only")
    async with open_counter(settings.model_copy(update={"telegram_bot_token": token}), clock) as opened:
        yield opened


def code_for(counter: Counter, name: str = "Nguyễn Thị Lan") -> str:
    """What the panel would show this officer."""
    with counter.database.write() as session:
        person = session.scalars(select(Staff).where(Staff.full_name == name)).one_or_none() or made.officer(session, NOW, name)
        return staff_contacts.new_code(session, person.id, counter.settings.signing_key().encode(), counter.now())


def of_staff(counter: Counter) -> list[str]:
    """Channels of the chats that trial mode reaches."""
    with counter.database.read() as session:
        reached = session.scalars(select(Contact).where(is_of_staff()).order_by(Contact.id)).all()
        assert staff_contacts.among(session, list(session.scalars(select(Contact.id)))) == {one.id for one in reached}
        return [one.channel for one in reached]


async def test_an_officers_code_links_a_chat_once_by_mail_and_history_until_it_is_unlinked_or_the_account_closed(counter: Counter) -> None:
    phone, web = Citizen(counter, channel="telegram"), Citizen(counter)
    code = code_for(counter)
    assert "tài khoản cán bộ của Nguyễn Thị Lan" in (await phone.say(f"/lien_ket {code.lower().replace('-', ' ')}"))[-1].text
    assert "không đúng, đã dùng" in (await web.say(f"/lien_ket {code}"))[-1].text
    assert "Đã liên kết" in (await web.say(f"lien ket {code_for(counter)}"))[-1].text
    assert of_staff(counter) == ["telegram", "web"]
    with counter.database.read() as session:
        mails = session.scalars(select(OutboundMessage.payload).where(OutboundMessage.channel == "mail")).all()
        assert ["chat trên Telegram" in mails[0]["text"], "chat trên Chat web" in mails[1]["text"]] == [True, True]
        written = session.execute(select(HistoryEvent.act, HistoryEvent.who).where(HistoryEvent.noun == "staff_contacts")).all()
        assert [tuple(one) for one in written] == [("created", "Nguyễn Thị Lan")] * 2
    assert "cán bộ khác" in (await phone.say(f"/lien_ket {code_for(counter, 'Trần Minh')}"))[-1].text
    assert "của Nguyễn Thị Lan từ" in (await phone.say("/lien_ket"))[-1].text
    assert "Đã gỡ liên kết" in (await phone.press("Gỡ liên kết"))[-1].text
    assert of_staff(counter) == ["web"]
    with counter.database.write() as session:
        session.scalars(select(Staff).where(Staff.full_name == "Nguyễn Thị Lan")).one().active = False
    assert of_staff(counter) == [], "who left is reached no more"
    assert "Đã liên kết" in (await web.say(f"/start lk-{code_for(counter, 'Trần Minh')}"))[-1].text
    assert "Đã gỡ liên kết" in (await web.say("Hủy liên kết"))[-1].text
    with counter.database.read() as session:
        assert session.scalars(select(StaffContact)).all() == []


async def test_who_guesses_codes_is_refused_politely_then_waits_and_talk_about_linking_is_a_question(
    counter: Counter, clock: FixedClock
) -> None:
    citizen = Citizen(counter)
    code = code_for(counter)
    await citizen.say("xin chào")
    for _ in range(5):
        said = (await citizen.say("/lien_ket AAAA-BBB2"))[-1]
        assert "chỉ dành cho cán bộ" in said.text
        assert said.buttons, "never a dead end"
    assert "đợi 15 phút" in (await citizen.say(f"liên kết {code}"))[-1].text
    assert of_staff(counter) == []
    clock.move(minutes=14)
    other = Citizen(counter)
    await other.say("liên kết tài khoản")
    await other.say("hủy liên kết")
    assert not {"small_talk", "command"} & set(other.outcomes())
    assert "Chat này chưa liên kết" in (await other.say("/lien_ket"))[-1].text
    clock.move(minutes=2)
    assert "quá 15 phút" in (await other.say(f"/lien_ket {code}"))[-1].text
    assert "Đã liên kết" in (await citizen.say(f"liên kết mã {code_for(counter)}"))[-1].text
