import pytest

from domain.wishes import Wish, wish_of


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Bắt đầu", Wish.START),
        ("MENU", Wish.START),
        ("huỷ", Wish.CANCEL),
        ("Cho tôi gặp cán bộ", Wish.PERSON),
        ("gap can bo", Wish.PERSON),
        ("I would like to speak to a human officer", Wish.PERSON),
        ("cam on nhe", Wish.THANKS),
        ("ok ad tks", Wish.THANKS),
        ("Chào em", Wish.HELLO),
        ("tra cứu phiếu của tôi", Wish.STATUS),
        ("English", Wish.LANGUAGE),
        ("lop tap huan", Wish.CLASSES),
        ("Lớp của tôi", Wish.MY_CLASSES),
        ("huy dang ky lop", Wish.MY_CLASSES),
        ("cho xem vé của tôi", Wish.MY_CLASSES),
        ("tiếp tục", Wish.CONTINUE),
        ("toi co nhung loi nhac nao", Wish.REMINDERS),
        ("Cho tôi xem các lời nhắc đã đặt", Wish.REMINDERS),
        ("what reminders do I have?", Wish.REMINDERS),
    ],
)
def test_plain_words_work_like_commands(text: str, wish: Wish) -> None:
    assert wish_of(text) is wish


@pytest.mark.parametrize(
    "text",
    [
        "Hủy mã số mã vạch không dùng nữa thì làm sao?",
        "Cán bộ kiểm tra cân ở chợ là ai?",
        "Gặp cán bộ nào để hỏi về nhãn phụ hàng nhập khẩu từ Lào?",
        "Tiếng Anh trên nhãn hàng hóa xuất khẩu có bắt buộc không",
        "TBT là gì",
        "Lời nhắc nộp phí của tôi gửi sai ngày",
        "Lớp tập huấn xăng dầu học mấy buổi",
        "",
    ],
)
def test_a_question_is_not_mistaken_for_a_wish(text: str) -> None:
    assert wish_of(text) is None
