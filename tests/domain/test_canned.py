import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canned import PLACES, fill, places

FACTS = {
    "citizen": "Trần Thị Cúc",
    "reference": "HD-2026-000001-7",
    "officer": "Nguyễn Thị Lan",
    "office": "Chi cục",
    "due": "09:00, 25/11/2026",
}


def test_every_place_that_is_offered_is_filled() -> None:
    text = " · ".join(f"{{{name}}}" for name in PLACES)
    assert fill(text, FACTS) == " · ".join(FACTS[name] for name in PLACES)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Chào {citizen}, gọi {phone} hoặc {số nhà}.", ["phone", "số nhà"]),
        ("{ officer } và {Officer}", ["Officer"]),
        ("{phone} {phone}", ["phone"]),
    ],
)
def test_a_place_that_nobody_knows_stays_to_be_seen(text: str, left: list[str]) -> None:
    filled = fill(text, FACTS)
    assert places(filled) == left
    assert all(f"{{{name}}}" in filled for name in left)


@pytest.mark.parametrize("text", ["{", "}", "{}", "{{}}", "{1}", "{0:>8}", "a{b", "{" + "x" * 60 + "}", "{a\nb}", '{"a": 1}'])
def test_braces_that_are_no_place_are_left_alone_and_may_be_sent(text: str) -> None:
    assert fill(text, FACTS) == text
    assert places(text) == []


def test_a_name_that_looks_like_a_place_is_not_filled_again() -> None:
    assert fill("Chào {citizen}", FACTS | {"citizen": "{officer}"}) == "Chào {officer}"


@given(st.text())
def test_any_text_is_taken_and_none_of_it_is_lost_where_nothing_is_known(text: str) -> None:
    assert fill(text, {}) == text
    places(text)


@given(
    st.lists(st.one_of(st.text().map(lambda text: text.replace("{", "").replace("}", "")), st.sampled_from(PLACES).map("{{{}}}".format)))
)
def test_only_the_places_change(parts: list[str]) -> None:
    expected = "".join(FACTS[part[1:-1]] if part.startswith("{") else part for part in parts)
    assert fill("".join(parts), FACTS) == expected
