"""What people write to be told of a topic, or no longer, with and without diacritics; and what only looks like it."""

import pytest

from domain.folding import fold
from domain.topics import ALL, UNKNOWN, asks_for_own, is_stop, is_stop_of_all, refusal_of, wanted_in

REFUSED = """
dừng nhận tin về mã vạch | barcodes
tắt thông báo mã vạch | barcodes
huỷ đăng ký nhận tin lớp học | classes
bỏ nhận tin năng suất chất lượng | productivity
stop messages about barcodes | barcodes
unsubscribe from trade warnings | trade
thôi không nhận tin về lớp tập huấn, đo lường và chất lượng sản phẩm hàng hóa nữa | measurement quality classes
ngừng nhận tin năng suất và chất lượng | productivity
dừng nhận tin của chi cục tiêu chuẩn đo lường chất lượng |
ngừng nhận tin về bóng đá | ?
hủy hết tin |
đừng gửi tin cho tôi nữa |
thôi đừng nhắn nữa |
tôi không muốn nhận tin quảng cáo nữa |
không gửi thông báo nữa nhé |
no more messages please |
"""
NOT_REFUSED = """
không nhận được tin nhắn
em không nhận được thông báo kết quả
không nhận tin sau 20h
đừng nhắn trước 8h
hủy đăng ký lớp
từ chối nhận hồ sơ
ngừng bán hàng thì sao
không nhận thông báo kết quả thì làm sao
"""


@pytest.mark.parametrize("line", REFUSED.strip().splitlines())
def test_a_refusal_is_heard(line: str) -> None:
    text, topic = (part.strip() for part in line.split("|"))
    assert refusal_of(text) == refusal_of(fold(text)) == (tuple(topic.split()) or (ALL,))
    assert topic in {ALL, UNKNOWN} or wanted_in(text) == ()


@pytest.mark.parametrize("text", NOT_REFUSED.strip().splitlines())
def test_a_complaint_a_question_and_ones_own_hours_are_no_refusal(text: str) -> None:
    assert (refusal_of(text), refusal_of(fold(text))) == ((), ())


def test_a_wish_names_its_topic_and_talk_of_messages_is_none() -> None:
    assert [wanted_in(text) for text in ("đăng ký nhận tin TBT", "toi muon nhan tin", "subscribe to barcodes, trade and classes")] == [
        ("trade",),
        (ALL,),
        ("barcodes", "trade", "classes"),
    ]
    assert wanted_in("cho toi nhan tin ve do luong va chat luong san pham") == ("measurement", "quality")
    unknown = ("nhận tin về gạch ốp lát", "dang ky nhan tin gach op lat", "nhận tin về mã vạch và bóng đá")
    assert [wanted_in(text) for text in unknown] == [(UNKNOWN,)] * 3
    assert [wanted_in(text) for text in ("nhận thông báo nộp phí rồi", "em nhắn tin không được", "nhận thông báo ở đâu")] == [()] * 3
    assert [is_stop(text) for text in ("Stop!", "thôi ạ", "dung lai", "dừng xe ở đâu")] == [True, True, True, False]
    assert [is_stop_of_all(text) for text in ("huy het", "ngừng tất cả", "hủy hết hồ sơ")] == [True, True, False]


def test_a_look_at_what_one_has_chosen_is_told_from_a_question() -> None:
    for text in ("tôi đang nhận những tin gì", "tôi đang theo dõi những gì?", "Em đã đăng ký chủ đề nào rồi ạ", "what am I subscribed to?"):
        assert asks_for_own(text), text
        assert asks_for_own(fold(text)), text
    assert not any(
        asks_for_own(text) for text in ("đăng ký mã vạch cần gì", "tôi đang nhận hồ sơ gì", "đang theo dõi nhiệt độ kho thế nào")
    )
