"""The registers of quantity marks in the chat, as people type: what is found, what it means, and what it means that nothing is."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from bot.counter import Counter
from db.models.quantity_mark import CERTIFICATE, SUPERSEDED
from db.settings import Settings
from tests.conftest import NOW
from tests.quantity_marks import an_entry, goods
from tests.talk import Citizen, FixedClock, open_counter


@pytest.fixture
async def counter(settings: Settings) -> AsyncIterator[Counter]:
    async with open_counter(settings, FixedClock(NOW)) as opened:
        with opened.database.write() as session:
            old = an_entry(session, number="01/2025/TB", status=SUPERSEDED, status_since=date(2026, 3, 2))
            many = [goods(f"{size} ml") for size in (100, 200, 300, 400)]
            an_entry(session, *many, number="02/2026/TB", previous_id=old.id, times=2)
            gas = goods("12 kg", name="Khí dầu mỏ hóa lỏng")
            an_entry(session, gas, register=CERTIFICATE, number="01/GCN", firm="Công ty <Gas> Huế", expires_on=date(2026, 11, 22))
        yield opened


async def test_a_line_is_found_without_diacritics_and_shown_with_what_it_means(counter: Counter):
    citizen = Citizen(counter)
    await citizen.say("xin chao")
    (asked,) = await citizen.say("/tra_so")
    assert "tên cơ sở" in asked.text
    (found,) = await citizen.say("nuoc mam phu thuan")
    assert "có 2 dòng" in found.text
    assert "Đã tiếp nhận công bố ngày 02/03/2026" in found.text
    assert "và 1 sản phẩm khác" in found.text
    assert "không phải giấy phép" in found.text
    assert {"Xem số 02/2026/TB", "Xem số 01/2025/TB", "Tìm tiếp"} <= set(found.buttons)
    (old,) = await citizen.press("Xem số 01/2025")
    assert "Đã thay thế" in old.text
    assert "số 02/2026/TB" in old.text
    (new,) = await citizen.press("Xem số 02/2026")
    assert "Công bố lần 2" in new.text
    assert "400 ml" in new.text

    (gas,) = await citizen.say("tra sổ dấu định lượng gas huế")
    assert "Công ty <Gas> Huế" in gas.text
    assert "Hết hạn sau ngày 22/11/2026" in gas.text


async def test_nothing_found_is_no_accusation_and_a_question_stays_a_question(counter: Counter):
    citizen = Citizen(counter)
    await citizen.say("xin chao")
    (none,) = await citizen.say("/tra_so <b>co so khong co that</b>")
    assert "Không thấy “<b>co so khong co that</b>”" in none.text
    assert "không có nghĩa là cơ sở vi phạm" in none.text
    assert "tỉnh, thành phố khác" in none.text
    await citizen.press("Tìm tiếp")
    (answered,) = await citizen.say("dấu định lượng là gì?")
    assert "Không thấy" not in answered.text
    (gone,) = await citizen.press_data("regline:999999")
    assert "không còn trong sổ" in gone.text
