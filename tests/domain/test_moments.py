"""Moments in a citizen's words: what is understood, what is asked, and that what is shown back reads to the same moment."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.folding import fold
from domain.moments import LUNAR, NO_SUCH_DAY, PAST, WEEKDAY, WHICH, Unclear, Understood, read, wish_of
from domain.worktime import ZONE
from locales import weekday_moment

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=ZONE)
"""A Thursday."""

READ = """
nộp phí ngày 15/6 | 2027-06-15 08:00 | nộp phí
15-6-2027 nộp phí | 2027-06-15 08:00 | nộp phí
gia hạn 15 tháng 6 | 2027-06-15 08:00 | gia hạn
mai nộp hồ sơ | 2026-11-27 08:00 | nộp hồ sơ
ngày mốt | 2026-11-28 08:00 |
thứ hai tuần sau đi học | 2026-11-30 08:00 | đi học
2 tuần nữa gọi lại | 2026-12-10 08:00 | gọi lại
cuối tháng nộp báo cáo | 2026-11-30 08:00 | nộp báo cáo
đầu tháng sau | 2026-12-01 08:00 |
nộp phí trước 31/1 | 2027-01-30 08:00 | nộp phí
8h sáng mai | 2026-11-27 08:00 |
chiều thứ 6 gửi mẫu | 2026-11-27 14:00 | gửi mẫu
lúc 14h30 ngày 3/12 | 2026-12-03 14:30 |
hôm nay 17h | 2026-11-26 17:00 |
ngày 15 tháng sáu họp | 2027-06-15 08:00 | họp
ngày 15 tháng sau họp | 2026-12-15 08:00 | họp
ba tháng sau kiểm định lại | 2027-02-26 08:00 | kiểm định lại
nộp hồ sơ trước 17h ngày 30/11 | 2026-11-30 16:00 | nộp hồ sơ
30 phút nữa gọi chị Mai | 2026-11-26 09:30 | gọi chị Mai
nhận 1-2 người ngày 5/12 | 2026-12-05 08:00 | nhận 1-2 người
nộp 1.500.000 đồng ngày 2/12 | 2026-12-02 08:00 | nộp 1.500.000 đồng
9 giờ rưỡi sáng mai nộp mẫu ở quầy | 2026-11-27 09:30 | nộp mẫu ở quầy
thứ sáu này lúc 9h | 2026-11-27 09:00 |
pay the fee on June 15 | 2027-06-15 08:00 | pay the fee
call Lan the day after tomorrow at 3pm | 2026-11-28 15:00 | call Lan
nộp hồ sơ trước hạn 15/6 ba ngày | 2027-06-12 08:00 | nộp hồ sơ
họp 15/12 năm sau | 2027-12-15 08:00 | họp
7 giờ kém 15 sáng mai đi | 2026-11-27 06:45 | đi
họp từ 8h đến 10h ngày mai | 2026-11-27 08:00 | họp
hết giờ làm việc hôm nay khóa kho | 2026-11-26 16:30 | khóa kho
hai tiếng rưỡi nữa gọi lại | 2026-11-26 11:30 | gọi lại
3 hôm nữa nộp | 2026-11-29 08:00 | nộp
nửa tháng nữa kiểm tra | 2026-12-11 08:00 | kiểm tra
tuần tới | 2026-11-30 08:00 |
giao hàng ngày 15/12 | 2026-12-15 08:00 | giao hàng
t6 gửi mẫu | 2026-11-27 08:00 | gửi mẫu
pay 2 days before 15 June | 2027-06-13 08:00 | pay
tomorrow at 9 to call Lan | 2026-11-27 09:00 | call Lan
"""

WISHES = """
mai 8h nhac e goi a Tuan | 2026-11-27 08:00 | goi a Tuan
thu 2 tuan sau nhac hop | 2026-11-30 08:00 | hop
30 phut nua nhac toi tat lo | 2026-11-26 09:30 | tat lo
sang mai 8h goi a Tuan nho nhac em nhe | 2026-11-27 08:00 | goi a Tuan
chieu t6 nhac e goi c Lan | 2026-11-27 14:00 | goi c Lan
15/12 nhắc tôi đóng phí duy trì mã vạch | 2026-12-15 08:00 | đóng phí duy trì mã vạch
nhac e luc 12h trua mai an com | 2026-11-27 12:00 | an com
alo nhac toi mai di hop nha | 2026-11-27 08:00 | di hop
hẹn nhắc 10h sáng thứ 7 họp | 2026-11-28 10:00 | họp
đặt lời nhắc ngày 20/12 nộp hồ sơ | 2026-12-20 08:00 | nộp hồ sơ
nhac lich hop thu 5 | 2026-12-03 08:00 | hop
1 tieng nua nhac em | 2026-11-26 10:00 |
mai anh nhắc em nhé | 2026-11-27 08:00 |
tomorrow 9am remind me to call Lan | 2026-11-27 09:00 | call Lan
set a reminder for Friday 3pm: submit dossier | 2026-11-27 15:00 | submit dossier
ngay mung 5 tet nhac toi khai truong | lunar |
"""


@pytest.mark.parametrize("row", [line for line in READ.strip().splitlines()], ids=str)
def test_a_day_and_an_hour_are_read_and_the_rest_is_what_is_to_be_done(row: str) -> None:
    text, at, left = (part.strip() for part in row.split("|"))
    found = read(text, NOW)
    assert isinstance(found, Understood)
    assert (f"{found.at:%Y-%m-%d %H:%M}", found.words) == (at, left)


@pytest.mark.parametrize("row", [line for line in READ.strip().splitlines() if "tháng sáu" not in line], ids=str)
def test_the_same_is_read_without_diacritics(row: str) -> None:
    text, at, _ = (part.strip() for part in row.split("|"))
    found = read(fold(text).replace("mot", "kia"), NOW)
    assert isinstance(found, Understood)
    assert f"{found.at:%Y-%m-%d %H:%M}" == at


@pytest.mark.parametrize(
    ("text", "language", "why", "options"),
    [
        ("rằm tháng 7", "vi", LUNAR, []),
        ("nộp trước Tết", "vi", LUNAR, []),
        ("15/6 âm lịch", "vi", LUNAR, []),
        ("7h mai", "vi", WHICH, ["27/11 07:00", "27/11 19:00"]),
        ("pay on 3/4", "en", WHICH, ["04/03 08:00", "03/04 08:00"]),
        ("next Friday", "en", WHICH, ["27/11 08:00", "04/12 08:00"]),
        ("ngày 15/6/2020", "vi", PAST, ["15/06 08:00"]),
        ("hôm nay 8h", "vi", PAST, ["26/11 08:00"]),
        ("hom qua 9h goi chi Lan", "vi", PAST, ["25/11 08:00"]),
        ("gọi chị Lan hôm qua", "vi", PAST, ["25/11 08:00"]),
        ("ngày 31/2", "vi", NO_SUCH_DAY, []),
        ("thứ hai 15/6", "vi", WEEKDAY, ["15/06 08:00"]),
    ],
)
def test_what_may_be_meant_otherwise_is_a_question(text: str, language: str, why: str, options: list[str]) -> None:
    found = read(text, NOW, language)
    assert isinstance(found, Unclear)
    assert (found.why, [f"{one:%d/%m %H:%M}" for one in found.options]) == (why, options)


@pytest.mark.parametrize("text", ["tôi nộp phí", "việc này", "lần thứ 2", "gia hạn giấy chứng nhận", "thu phí 2 triệu", "tám chuyện"])
def test_words_of_time_that_are_other_words_are_no_moment(text: str) -> None:
    assert read(text, NOW) is None


def test_a_day_that_is_over_means_next_year_and_that_is_said() -> None:
    assert [read(text, NOW).is_next_year for text in ("15/6", "15/12", "15/6/2027")] == [True, False, False]


@given(minutes=st.integers(1, 2 * 365 * 24 * 60), language=st.sampled_from(["vi", "en"]), since=st.integers(0, 3000))
def test_what_is_shown_back_reads_to_the_same_moment(minutes: int, language: str, since: int) -> None:
    now = NOW + timedelta(hours=since)
    at = now + timedelta(minutes=minutes)
    shown = weekday_moment(at, language)
    assert read(shown, now, language) == Understood(at, "")


@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            [
                "ngày",
                "15",
                "/",
                "6",
                "thứ",
                "hai",
                "sau",
                "tháng",
                "tuần",
                "7h",
                "sáng",
                "mai",
                "nữa",
                "trước",
                "cuối",
                "2027",
                "-",
                ":",
                "thu",
            ]
        )
    ).map(" ".join)
)
def test_whatever_is_typed_is_read_asked_about_or_left_alone(text: str) -> None:
    found = read(text, NOW)
    assert found is None or isinstance(found, Unclear) or found.at > NOW


@pytest.mark.parametrize("row", WISHES.strip().splitlines(), ids=str)
def test_a_wish_is_heard_wherever_in_the_sentence_it_stands(row: str) -> None:
    text, at, left = (part.strip() for part in row.split("|"))
    wanted = wish_of(text)
    assert wanted is not None
    found = read(wanted, NOW)
    if isinstance(found, Understood):
        assert (f"{found.at:%Y-%m-%d %H:%M}", found.words) == (at, left)
    else:
        assert found is not None
        assert found.why == at


def test_every_week_is_read_as_its_first_day_and_that_it_comes_once_can_be_said() -> None:
    found = [
        read(text, NOW)
        for text in ("mỗi thứ hai họp", "every monday at 8am", "nộp phí hàng năm trước 30/6", "khách hàng năm 2027 ngày 1/12")
    ]
    assert [one.is_again for one in found if isinstance(one, Understood)] == [True, True, True, False]
    assert [f"{one.at:%d/%m} {one.words}".strip() for one in found if isinstance(one, Understood)] == [
        "30/11 họp",
        "30/11",
        "29/06 nộp phí hàng năm",
        "01/12 khách hàng năm 2027",
    ]


def test_a_wish_to_be_reminded_is_told_from_talk_about_reminders() -> None:
    assert wish_of("Bạn ơi nhắc giúp em mai nộp phí nhé") == "mai nộp phí nhé"
    assert wish_of("remind me to pay on June 15") == "to pay on June 15"
    assert [wish_of(text) for text in ("Phí nhắc lại", "có nhắc tôi khi hết hạn không?", "Nhạc tôi nghe", "nhắc nhở là gì")] == [None] * 4
    others = (
        "sổ sách ngày 20/10 đã bị nhắc nhở",
        "so sach ngay 20/10 da bi nhac nho",
        "hôm nay chị đã nhắc em rồi",
        "Hôm qua anh nhắc em nộp bổ sung",
        "nhạc nước ngày mai mua bản quyền",
        "hôm nay có nhắc tôi không",
        "ngày 15/6 tôi bị nhắc nộp phí là đúng không",
        "Em xin nhắc lại câu hỏi hôm qua",
    )
    assert [text for text in others if wish_of(text) is not None] == []
