from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.spreadsheets import CELL_LENGTH, Cell, cell, cut, neutral, plain, sound

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹣", "\t", "\r", "\n")


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", " ", "   ", "\u00a0", "\u3000", "\u200b", "\ufeff", "'", "''"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(sign: str, before: str) -> None:
    dangerous = f"{before}{sign}HYPERLINK(1)"
    assert neutral(dangerous) == "'" + dangerous


@pytest.mark.parametrize("text", ["", "Cân 5 kg", "a=b", "5-10", "ông A' =", "'trích dẫn'", "#N/A", "  chữ", "1+1"])
def test_an_ordinary_text_is_left_alone(text: str) -> None:
    assert neutral(text) == plain(text) == text


@given(st.text(st.characters(), max_size=30) | st.builds("".join, st.lists(st.sampled_from(["'", " ", "x", "1", *SIGNS]), max_size=6)))
def test_no_text_is_run_and_every_text_comes_back(text: str) -> None:
    shown = cell(text)
    assert isinstance(shown, str)
    first = shown.strip()[:1]
    assert first not in {"=", "+", "-", "@"}
    assert shown[:1] not in {"\t", "\r", "\n"}
    assert plain(shown) == sound(text)


@given(st.text(st.characters(), max_size=100))
def test_a_workbook_can_hold_every_text(text: str) -> None:
    kept = sound(text)
    assert len(kept) == len(text)
    kept.encode()
    assert all(char >= " " or char in "\t\n\r" for char in kept)
    assert sound(kept) == kept


@given(st.sampled_from(["a", "😀", "a😀", "ữ😀ừ"]), st.integers(0, 4), st.integers(0, 9))
def test_a_text_that_is_too_long_is_cut_where_it_shows(pattern: str, more: int, after: int) -> None:
    text = pattern * (CELL_LENGTH // len(pattern) // 2 + more) + "x" * after
    text += text[: max(0, after - 5) * 4000]
    kept = cut(text)
    assert len(kept.encode("utf-16-le")) // 2 <= CELL_LENGTH
    assert kept == text or (kept.endswith("…") and text.startswith(kept[:-1]))


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (-5, -5),
        (-1.5, -1.5),
        (True, True),
        (None, None),
        (999_999_999_999_999, 999_999_999_999_999),
        (9_704_000_000_000_000, "9704000000000000"),
        (-9_704_000_000_000_000, "-9704000000000000"),
        (float("inf"), "inf"),
        (date(2026, 11, 23), date(2026, 11, 23)),
        (date(1886, 1, 2), "1886-01-02"),
        (datetime(2026, 11, 23, 2, 0, 0, 5, tzinfo=UTC), datetime(2026, 11, 23, 9, 0)),
        (["=1"], "['=1']"),
    ],
)
def test_numbers_and_days_stay_what_they_are(value: object, held: Cell) -> None:
    assert cell(value) == held
    assert type(cell(value)) is type(held)


def test_a_character_that_is_dropped_uncovers_no_formula() -> None:
    assert neutral(sound("\x00=1+1")) == "\ufffd=1+1"


def test_ten_thousand_characters_fit_a_cell() -> None:
    assert cell("ữ" * 10_000) == "ữ" * 10_000
