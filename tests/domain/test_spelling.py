"""Diacritics come back and slips are mended by the office's own words; what is written rightly stays."""

from hypothesis import given
from hypothesis import strategies as st

from domain.folding import words
from domain.spelling import Speller, spell_out

SPELLER = Speller.of(
    [
        "Công bố sử dụng dấu định lượng mất bao lâu?",
        "Phí công bố dấu định lượng là bao nhiêu?",
        "Đăng ký mã số mã vạch ở đâu?",
        "Cân đồng hồ lò xo phải kiểm định mỗi năm một lần.",
        "Nước mắm xuất khẩu sang Nhật cần ghi nhãn thế nào?",
    ]
)


def test_a_text_without_diacritics_gets_them_back() -> None:
    assert SPELLER.mend("cong bo dau dinh luong mat bao lau") == "công bố dấu định lượng mất bao lâu"


def test_a_text_with_diacritics_is_left_as_it_is_but_for_slips() -> None:
    assert SPELLER.mend("Cân đồng hồ phải kiêm định") == "cân đồng hồ phải kiểm định"
    assert SPELLER.mend("Đăng ký mã vạch") == "đăng ký mã vạch"


def test_a_mistyped_word_is_mended_by_the_words_around_it() -> None:
    assert SPELLER.mend("dang ky ma vachh") == "đăng ký mã vạch"


def test_numbers_and_foreign_words_survive() -> None:
    assert "21/2014" in SPELLER.mend("thong tu 21/2014 ve dau dinh luong")
    assert SPELLER.mend("dang ky barcode") == "đăng ký barcode"


def test_abbreviations_are_written_out_as_whole_words_only() -> None:
    assert spell_out("Dn em đk mv, sp mới", {"dn": "doanh nghiệp", "đk": "đăng ký", "mv": "mã vạch", "sp": "sản phẩm"}) == (
        "doanh nghiệp em đăng ký mã vạch, sản phẩm mới"
    )
    assert spell_out("dnx", {"dn": "doanh nghiệp"}) == "dnx"


TYPED = "cong bo dau dinh luong ma vach dang ky o phi bao nhieu xyz 12 ?"


@given(st.lists(st.sampled_from(TYPED.split()), max_size=25))
def test_no_word_is_lost_or_added(typed: list[str]) -> None:
    assert words(SPELLER.mend(" ".join(typed))) == words(" ".join(typed))
