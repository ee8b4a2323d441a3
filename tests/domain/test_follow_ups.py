"""A short question that leans on the one before it takes its subject along; one that stands by itself does not."""

import pytest

from domain.follow_ups import is_follow_up, with_context

BEFORE = "Công bố sử dụng dấu định lượng nộp ở đâu?"


@pytest.mark.parametrize("text", ["còn phí thì sao?", "the con thoi han", "mất bao lâu", "rứa nộp ở mô", "what about the fee?", "how long"])
def test_it_takes_the_subject_along(text: str) -> None:
    assert with_context(text, BEFORE).startswith("Công bố sử dụng dấu định lượng nộp ")


@pytest.mark.parametrize("text", ["Cân ở chợ bao lâu phải kiểm định một lần?", "TBT là gì?", "Đăng ký mã số mã vạch cho nước mắm ở đâu?"])
def test_a_question_of_its_own_stays_as_it_is(text: str) -> None:
    assert not is_follow_up(text)
    assert with_context(text, BEFORE) == text


def test_nothing_before_it_nothing_added() -> None:
    assert with_context("còn phí thì sao?", None) == "còn phí thì sao?"
