import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.channels import TELEGRAM, WEB
from domain.errors import BrokenMarkup, ButtonTooLong, MessageTooLong
from domain.markup import read, split, to_plain, units, visible_length
from domain.outgoing import fit

words = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12)
texts = st.lists(words, min_size=1, max_size=60).map(" ".join)


@given(texts, st.integers(20, 60))
def test_every_part_fits_is_whole_and_no_word_is_lost(text: str, limit: int) -> None:
    marked = f"<b>{html.escape(text)}</b> và <i>{html.escape(text)}</i>"
    parts = split(marked, limit)
    assert all(visible_length(part) <= limit for part in parts)
    seen = "".join("".join(run.text for run in read(part)) for part in parts)
    assert seen.replace(" ", "") == f"{text}và{text}".replace(" ", "")


@given(texts)
def test_a_text_that_fits_is_left_alone(text: str) -> None:
    assert [to_plain(part) for part in split(html.escape(text), 4096)] == [text.strip()]


def test_emoji_count_twice_as_platforms_count_them() -> None:
    assert units("👤a") == 3


@pytest.mark.parametrize("broken", ["<b>chưa đóng", "<i><b>chéo</i></b>", "<script>x</script>", "</b>", "<img src=x>"])
def test_markup_that_a_platform_would_refuse_is_found_before_it_is_stored(broken: str) -> None:
    with pytest.raises(BrokenMarkup):
        fit("sendMessage", {"text": broken}, TELEGRAM)


def test_only_the_last_part_of_a_long_answer_carries_the_buttons() -> None:
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
    parts = fit("sendMessage", {"text": "câu trả lời. " * 800, "reply_markup": keyboard}, TELEGRAM)
    assert len(parts) > 1
    assert ["reply_markup" in part for part in parts] == [False] * (len(parts) - 1) + [True]
    assert len(fit("sendMessage", {"text": "câu trả lời. " * 800}, WEB)) == 1


def test_an_edit_cannot_be_split_so_it_is_refused() -> None:
    with pytest.raises(MessageTooLong):
        fit("editMessageText", {"text": "x" * 5000}, TELEGRAM)


def test_button_data_is_counted_in_bytes() -> None:
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "ặ" * 30}]]}
    with pytest.raises(ButtonTooLong):
        fit("sendMessage", {"text": "x", "reply_markup": keyboard}, TELEGRAM)


def test_an_empty_message_is_refused() -> None:
    with pytest.raises(MessageTooLong):
        fit("sendMessage", {"text": "  "}, TELEGRAM)
