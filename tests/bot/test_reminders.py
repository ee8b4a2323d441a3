"""Reminders in the chat: in a citizen's words, shown back, moved, called off; the list of all kinds; one's own hours."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.counter import Counter
from db.models import Contact, PersonalReminder, Reminder
from db.settings import Settings
from domain.worktime import ZONE
from tests.conftest import NOW
from tests.talk import Citizen, FixedClock, Judge, open_counter
from tests.training import a_class, a_wish
from usecases import personal_reminders, reminders, sign_up


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def counter(settings: Settings, clock: FixedClock) -> AsyncIterator[Counter]:
    token = type(settings.secret_key)("42:TEST-token-of-the-tests-only")
    async with open_counter(settings.model_copy(update={"telegram_bot_token": token}), clock) as opened:
        yield opened


def planned(counter: Counter) -> list[tuple[str, str]]:
    with counter.database.read() as session:
        rows = session.scalars(select(PersonalReminder).where(PersonalReminder.ended_at.is_(None)).order_by(PersonalReminder.at))
        return [(row.words, f"{row.at.astimezone(ZONE):%Y-%m-%d %H:%M}") for row in rows]


def tick(counter: Counter, at: datetime, *, trial: bool = False) -> None:
    with counter.database.write() as session:
        (reminders.tell_staff_of_due if trial else reminders.send_due)(session, at)


@pytest.mark.parametrize("channel", ["web", "telegram"])
async def test_a_wish_in_words_is_shown_back_moved_and_comes_at_its_hour_also_in_trial(
    counter: Counter, channel: str, clock: FixedClock
) -> None:
    citizen = Citizen(counter, channel)
    said = (await citizen.say("Nhắc tôi nộp phí ngày 15/6 nhé"))[-1]
    assert "Sẽ nhắc anh/chị: nộp phí – thứ Ba, 15/06/2027, 08:00" in said.text
    assert "năm 2027" in said.text
    assert isinstance(counter.knowledge, Judge)
    assert counter.knowledge.asked == [], "a wish is no question"
    assert "thứ Ba, 15/06/2027, 08:00" in (await citizen.press("✔"))[-1].text
    await citizen.press("🕗 Đổi giờ")
    assert "Chưa đọc được" in (await citizen.say("hôm rảnh"))[-1].text
    assert "thứ Hai, 30/11/2026, 22:00" in (await citizen.say("10h tối thứ hai tuần sau"))[-1].text
    assert planned(counter) == [("nộp phí", "2026-11-30 22:00")]
    due = datetime(2026, 11, 30, 22, 0, tzinfo=ZONE)
    tick(counter, due - timedelta(minutes=1), trial=True)
    assert citizen.hear() == []
    for _ in range(2):
        tick(counter, due, trial=True)
    (told,) = citizen.hear()
    assert (told.text, told.row.not_before) == ("🔔 Anh/chị nhờ nhắc: nộp phí", due), "named by its owner: it comes also at night"
    assert planned(counter) == []


async def test_what_is_not_said_is_asked_and_a_button_pressed_twice_is_one_reminder(counter: Counter) -> None:
    citizen = Citizen(counter)
    assert "việc gì" in (await citizen.say("/nhac_toi"))[-1].text
    asked = (await citizen.say("gia hạn chứng nhận"))[-1]
    assert "Nhắc “gia hạn chứng nhận” vào lúc nào" in asked.text
    assert "âm lịch" in (await citizen.say("rằm tháng giêng"))[-1].text
    assert "đã qua" in (await citizen.say("ngày 3/2/2026"))[-1].text
    which = (await citizen.say("7h mai"))[-1]
    morning, evening = [data for caption, data in which.buttons.items() if caption.startswith("thứ")]
    assert "07:00" in (await citizen.press_data(morning))[-1].text
    assert "07:00" in (await citizen.press_data(evening))[-1].text, "it was chosen already"
    assert planned(counter) == [("gia hạn chứng nhận", "2026-11-24 07:00")]
    assert "Nhắc việc gì vào thứ Tư, 25/11/2026, 15:00" in (await citizen.say("nhắc em 3h chiều thứ 4"))[-1].text
    await citizen.say("gửi mẫu")
    assert "trong vòng 2 năm" in (await citizen.say("/nhac_toi họp ngày 1/1/2030"))[-1].text
    assert planned(counter)[1:] == [("gửi mẫu", "2026-11-25 15:00")]
    english = Citizen(counter, language="en")
    said = (await english.say("Remind me to pay the yearly fee on 3/4"))[-1]
    assert [caption for caption in said.buttons if "2027" in caption] == ["Thursday, 4 Mar 2027, 08:00", "Saturday, 3 Apr 2027, 08:00"]
    assert "We will remind you: pay the yearly fee – Saturday" in (await english.press("Saturday"))[-1].text


async def test_the_fifty_first_is_refused(counter: Counter) -> None:
    citizen = Citizen(counter)
    await citizen.say("nhắc tôi nộp phí ngày 15/6")
    with counter.database.write() as session:
        contact = session.get_one(Contact, citizen.contact().id)
        for number in range(49):
            personal_reminders.ask(session, contact, f"t{number}", "việc", NOW + timedelta(days=1), NOW)
    assert "50 lời nhắc" in (await citizen.say("nhắc tôi thêm một việc ngày 15/6"))[-1].text
    assert len(planned(counter)) == 50


async def test_the_list_shows_every_kind_and_calls_each_off_but_only_for_its_owner(counter: Counter, clock: FixedClock) -> None:
    citizen, stranger = Citizen(counter), Citizen(counter)
    assert "không có lời nhắc nào" in (await citizen.say("/nhac_hen"))[-1].text
    await citizen.say("nhắc tôi nộp phí trước 31/1")
    with counter.database.write() as session:
        training_class = a_class(session, NOW, days=14)
        contact = session.get_one(Contact, citizen.contact().id)
        sign_up.sign_up(
            session, training_class.id, a_wish("Nguyễn Văn An", token="t1"), contact=contact, source="chat", waits=False, now=NOW
        )
    shown = (await citizen.say("lời nhắc của tôi"))[-1]
    assert "Các lời nhắc sắp tới (4)" in shown.text
    assert "Đo lường đối với phương tiện đo nhóm 2 (Lớp tập huấn)" in shown.text
    assert "4. thứ Bảy, 30/01/2027, 08:00 – nộp phí (Lời nhắc riêng)" in shown.text
    data = shown.buttons["✖ Hủy 4: nộp phí"]
    await stranger.say("xin chào")
    assert "đã gửi hoặc đã hủy" in (await stranger.press_data(data))[-1].text
    assert "Đã hủy lời nhắc: nộp phí" in (await citizen.press_data(data))[-1].text
    assert "đã gửi hoặc đã hủy" in (await citizen.press_data(data))[-1].text
    await citizen.press_data(shown.buttons[next(caption for caption in shown.buttons if caption.startswith("✖ Hủy 1"))])
    assert "Các lời nhắc sắp tới (2)" in (await citizen.say("/nhac_hen"))[-1].text
    with counter.database.read() as session:
        assert sorted(session.scalars(select(Reminder.reason).where(Reminder.state == "dropped"))) == ["called off", "called off"]


async def test_ones_own_hours_are_read_from_words(counter: Counter) -> None:
    citizen = Citizen(counter)
    assert "từ 07:30 đến 20:00 (giờ chung" in (await citizen.say("/nhac_hen"))[-1].text
    await citizen.press("🕗 Giờ nhận tin")
    assert "Chưa đọc được hai mốc giờ" in (await citizen.say("buổi sáng"))[-1].text
    assert "từ 09:00 đến 18:30 (giờ riêng" in (await citizen.say("9h đến 18h30"))[-1].text
    assert "từ 08:00 đến 20:00" in (await citizen.say("Không nhắn trước 8h, sau 20h"))[-1].text
    contact = citizen.contact()
    assert (contact.hours_from, contact.hours_until) == ("08:00", "20:00")
    for said in ("dung nhan cho toi tu 21h den 6h", "gio yen tinh tu 21h den 6h"):
        kept = (await citizen.say(said))[-1].text
        assert "chỉ gửi từ 06:00 đến 21:00" in kept
        assert "Không gửi tin nhắc và tin theo chủ đề từ 21:00 đến 06:00" in kept
    assert "từ mấy giờ đến mấy giờ" in (await citizen.say("toi khong muon nhan tin ban dem"))[-1].text
    assert "nghỉ giữa ngày từ 12:00 đến 13:30" in (await citizen.say("đừng nhắn từ 12h đến 13h30"))[-1].text
    await citizen.say("toi co nhung loi nhac nao")
    await citizen.press("🕗")
    assert "giờ chung" in (await citizen.press("Theo giờ"))[-1].text
