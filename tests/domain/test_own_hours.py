"""When people say that messages may come, or may not: what is refused is never what is kept."""

from datetime import time

import pytest

from domain.errors import BreakInHours, NoHours
from domain.folding import fold
from domain.own_hours import hours_of, is_said, names_hours

USUAL = time(7, 30), time(20)
SAID = """
đừng nhắn cho tôi từ 21h đến 6h | 06:00 21:00
không gửi tin cho em từ 9 giờ tối đến 6 giờ sáng | 06:00 21:00
tôi không muốn nhận tin từ 22h tới 6h30 | 06:30 22:00
từ 21h đến 6h đừng nhắn tin cho tôi nữa | 06:00 21:00
giờ yên tĩnh từ 21h đến 6h | 06:00 21:00
tắt thông báo 22h-7h | 07:00 22:00
im lặng từ 10h đêm đến 5h sáng | 05:00 22:00
không làm phiền từ 21h đến nửa đêm | 07:30 21:00
đừng nhắn tin từ 0h đến 9h | 09:00 20:00
đừng nhắn tôi từ 6h sáng đến 9h tối | 21:00 06:00
không nhắn tin cho tôi sau 9h tối | 07:30 21:00
sau 8h tối đừng nhắn tin cho em nhé | 07:30 20:00
không nhắn trước 8h, sau 19h | 08:00 19:00
đừng nhắn sau 19h và trước 8h | 08:00 19:00
đừng nhắn ngoài khung 8h đến 18h | 08:00 18:00
chỉ nhắn tin cho tôi từ 8h đến 6h chiều thôi | 08:00 18:00
chỉ nhận tin sau 9h | 09:00 20:00
giờ nhận tin từ 8h tới 17h30 | 08:00 17:30
tôi muốn nhận tin từ 8 giờ đến 20 giờ | 08:00 20:00
đừng nhắn cho tôi vào buổi tối từ 9h đến 6h sáng | 06:00 21:00
tôi không muốn bị làm phiền sau 9h | 07:30 21:00
don't message me between 9pm and 6am | 06:00 21:00
no messages after 8:30 pm please | 07:30 20:30
quiet hours from 10pm to 7am | 07:00 22:00
"""
OTHER_TALK = """
không nhận được tin nhắn từ hôm qua
không nhắn tin cho tôi sau ngày 20/12
tôi không nhận tin từ chi cục
đừng nhắn cho tôi nữa
chỉ nhận hồ sơ từ 8h đến 11h phải không ạ
lớp học từ 8h đến 11h
"""


@pytest.mark.parametrize("line", SAID.strip().splitlines())
def test_hours_are_kept_as_they_were_meant(line: str) -> None:
    text, hours = (part.strip() for part in line.split("|"))
    for said in (text, fold(text)):
        assert is_said(said), said
        assert " ".join(f"{one:%H:%M}" for one in hours_of(said, USUAL)) == hours, said


@pytest.mark.parametrize(
    "text", ["tôi không muốn nhận tin ban đêm", "dừng nhận tin lúc tối", "ban đêm tôi không muốn nhận tin", "no messages at night"]
)
def test_a_part_of_the_day_without_hours_is_a_wish_to_be_asked_about(text: str) -> None:
    assert [(is_said(said), names_hours(said)) for said in (text, fold(text))] == [(True, False)] * 2


@pytest.mark.parametrize("text", OTHER_TALK.strip().splitlines())
def test_other_talk_sets_no_hours(text: str) -> None:
    assert (is_said(text), is_said(fold(text))) == (False, False)


@pytest.mark.parametrize("text", ["", "8h", "8h-8h", "25h đến 30h", "8 đến 9 đến 10", "buổi sáng"])
def test_hours_that_are_not_two_are_asked_for_again(text: str) -> None:
    with pytest.raises(NoHours):
        hours_of(text, USUAL)


def test_a_break_at_noon_is_said_to_be_impossible_rather_than_kept_as_a_night() -> None:
    with pytest.raises(BreakInHours):
        hours_of("đừng nhắn từ 12h đến 1h30 trưa", USUAL)
