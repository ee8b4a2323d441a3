"""Who wants to begin a service now is told apart from who asks about it."""

import pytest

from domain.judgement import Decision
from domain.services import service_of


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Cho mình ghi danh lớp tập huấn LPG với", Decision.START_TRAINING),
        ("please sign us up for the course", Decision.START_TRAINING),
        ("Giúp tôi làm mã vạch cho chai dầu tràm", Decision.START_BARCODE),
        ("toi muon dang ky ma vach", Decision.START_BARCODE),
        ("Tôi muốn công bố dấu định lượng cho bao gạo 5 kg", Decision.START_QUANTITY_MARK),
        ("I want to submit the quantity mark declaration", Decision.START_QUANTITY_MARK),
    ],
)
def test_a_wish_to_begin(text: str, service: Decision) -> None:
    assert service_of(text) is service


@pytest.mark.parametrize(
    "text",
    [
        "Đăng ký mã vạch ở đâu?",
        "Tôi muốn đăng ký mã vạch thì cần giấy tờ gì?",
        "Hộ kinh doanh có làm mã vạch được không",
        "Lớp tập huấn có mất phí không",
        "how do I register a barcode",
        "Mã vạch của tôi bị in mờ",
        "Cho tôi hỏi dấu định lượng là gì",
        "",
    ],
)
def test_a_question_is_no_wish(text: str) -> None:
    assert service_of(text) is None
