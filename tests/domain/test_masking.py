import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import mask


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("046099001234", "‹số giấy tờ …234›"),
        ("046 099 001 234", "‹số giấy tờ …234›"),
        ("191234567", "‹số giấy tờ …567›"),
        ("191 234 567", "‹số giấy tờ …567›"),
        ("4111111111111111", "‹số thẻ …111›"),
        ("4111 1111 1111 1111", "‹số thẻ …111›"),
        ("5500-0055-5555-5559", "‹số thẻ …559›"),
        ("378282246310005", "‹số thẻ …005›"),
        ("9704000000000000016", "‹số thẻ …016›"),
        ("0905123456", "‹số điện thoại …456›"),
        ("0905.123.456", "‹số điện thoại …456›"),
        ("0905-123-456", "‹số điện thoại …456›"),
        ("090 512 3456", "‹số điện thoại …456›"),
        ("+84905123456", "‹số điện thoại …456›"),
        ("+84 905 123 456", "‹số điện thoại …456›"),
        ("(+84) 905 123 456", "‹số điện thoại …456›"),
        ("0084905123456", "‹số điện thoại …456›"),
        ("0234 3822 123", "‹số điện thoại …123›"),
        ("(0234) 3822123", "‹số điện thoại …123›"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "số của em là {} nhé", "CCCD:{}, cảm ơn", "({})", "{}.", "{} 25 kg", "a,{} x"])
def test_numbers_that_belong_to_a_person_are_not_shown(written: str, shown: str, around: str) -> None:
    assert mask(around.format(written)) == around.format(shown)


@pytest.mark.parametrize(
    "text",
    [
        "phiếu HD-2026-000123-7 gửi 14:05, 22/11/2026",
        "phí 1.000.000 đồng, phạt 100.000.000 đồng, vốn 1.000.000.000 đồng",
        "Nghị định 43/2017/NĐ-CP, Thông tư 18/2022/TT-BKHCN, TCVN 6748:2000",
        "dung sai 4,5 g cho gói 150 g",
        "2026-11-23T02:00:00.000000Z",
        "gọi 113 hoặc 1900 1234",
        "",
    ],
)
def test_what_an_office_writes_all_day_stays(text: str) -> None:
    assert mask(text) == text


def test_a_card_with_its_date_and_code_is_masked_too() -> None:
    assert mask("4111 1111 1111 1111 12/27 123") == "‹số thẻ …111› 12/27 123"
    assert "1111 1111" not in mask("4111 1111 1111 1111 123")


@given(st.text(alphabet="0123456789 .-+()84xđ", max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask(mask(text)) == mask(text)
