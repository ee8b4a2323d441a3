"""Rules of training classes, whatever is thrown at them: pasted lists, groups that wait, dates that meet."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import ClassQuestion
from domain.errors import BadAnswer, BadDate, BadPhone, BadTaxCode, NoNames, OfficeError, TooManyNames, UnreadableName
from domain.training import (
    HOLD,
    SKIP,
    Person,
    answer_of,
    asked,
    date_of,
    overlapping,
    people_of,
    phone_of,
    reminder_moments,
    series,
    tax_code_of,
    turns,
)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STARTS = st.lists(st.integers(0, 40).map(lambda hours: NOW + timedelta(hours=6 * hours)), max_size=4)


@given(starts=STARTS, minutes=st.lists(st.integers(1, 20_000), max_size=5))
def test_nobody_is_reminded_twice_at_one_moment_nor_of_what_is_past(starts: list[datetime], minutes: list[int]) -> None:
    moments = reminder_moments(starts, minutes, NOW)
    assert len({due for due, _ in moments}) == len(moments)
    assert all(NOW < due < start and start in starts for due, start in moments)


def test_of_two_sessions_on_a_day_the_first_is_reminded_of() -> None:
    morning, afternoon = NOW + timedelta(days=3), NOW + timedelta(days=3, hours=5)
    assert [start for _, start in reminder_moments([afternoon, morning], [1440, 120], NOW)] == [morning, morning]


def test_of_two_sessions_at_one_moment_the_next_one_is_reminded_of() -> None:
    first, second = NOW + timedelta(days=3), NOW + timedelta(days=4)
    assert reminder_moments([second, first], [1440, 2880], NOW) == [
        (first - timedelta(days=2), first),
        (first - timedelta(days=1), first),
        (second - timedelta(days=1), second),
    ]


@given(sizes=st.lists(st.integers(1, 9), max_size=8), free=st.integers(-2, 20), rule=st.sampled_from([SKIP, HOLD]))
def test_no_seat_is_offered_twice_and_hold_passes_nobody_over(sizes: list[int], free: int, rule: str) -> None:
    given_to = turns(sizes, free=free, rule=rule)
    assert sum(sizes[place] for place in given_to) <= max(0, free)
    assert given_to == sorted(given_to)
    if rule == HOLD:
        assert given_to == list(range(len(given_to)))
    left = free - sum(sizes[place] for place in given_to)
    behind = [place for place in range(len(sizes)) if place not in given_to]
    if rule == SKIP:  # nobody waits who would fit
        assert all(sizes[place] > left for place in behind)


@given(text=st.text(max_size=300))
def test_any_paste_is_people_or_a_clear_refusal(text: str) -> None:
    try:
        people = people_of(text)
    except OfficeError:
        return
    assert people
    assert all(len(person.full_name.split()) >= 2 for person in people)


def test_lists_as_people_paste_them() -> None:
    pasted = "1) Nguyễn Văn An; 0905.111.222; Kế toán\n- Trần Thị Bé\tGiám đốc\n\nLê Thị Hoa"
    assert people_of(pasted) == [
        Person("Nguyễn Văn An", "Kế toán", "0905111222"),
        Person("Trần Thị Bé", "Giám đốc"),
        Person("Lê Thị Hoa"),
    ]
    with pytest.raises(TooManyNames) as many:
        people_of("\n".join(f"Nguyễn Văn {'A' * (n % 9 + 1)}" for n in range(300)))
    assert many.value.facts["count"] == 300
    for text, fault in ((" \n", NoNames), ("phí bao nhiêu?", UnreadableName), ("An", UnreadableName), ("Lê Hoa, 0905 111 22", BadPhone)):
        with pytest.raises(fault):
            people_of(text)


def test_numbers_are_checked_by_form_and_digit() -> None:
    assert tax_code_of("046 085 001234") == "046085001234"  # a person's, of which only the form can be checked
    for wrong in ("0100233489", "123", "abc"):
        with pytest.raises(BadTaxCode):
            tax_code_of(wrong)
    for wrong in ("205111222", "12345", "0905-abc-111"):
        with pytest.raises(BadPhone):
            phone_of(wrong)


def test_a_question_is_asked_only_where_its_condition_holds() -> None:
    questions = [
        ClassQuestion(name="khoi", kind="choice", choices=["Xăng dầu", "Gas"], is_required=True, only_if="", only_if_answer=""),
        ClassQuestion(name="giay", kind="file", choices=[], is_required=True, only_if="khoi", only_if_answer="Gas"),
        ClassQuestion(name="han", kind="date", choices=[], is_required=True, only_if="giay", only_if_answer="x"),
    ]
    assert asked(questions, {"khoi": "Xăng dầu", "giay": "x"}) == ["khoi"]  # an old answer to what is no longer asked counts for nothing
    assert asked(questions, {"khoi": "gas"}) == ["khoi", "giay"]
    assert answer_of(questions[0], "xang dau") == "Xăng dầu"
    assert answer_of(questions[2], "5/3/2027") == "2027-03-05"
    with pytest.raises(BadAnswer):
        answer_of(questions[0], "nước mắm")
    with pytest.raises(BadDate):
        date_of("31/2/2027")


def test_series_and_sessions() -> None:
    assert series(date(2026, 12, 7), every="week", interval=2, count=3) == [date(2026, 12, 7), date(2026, 12, 21), date(2027, 1, 4)]
    for nonsense in ({"every": "week", "interval": 0, "count": 2}, {"every": "year", "interval": 1, "count": 2}):
        with pytest.raises(ValueError):
            series(date(2026, 12, 7), **nonsense)
    hour = timedelta(hours=1)
    assert not overlapping([(NOW, NOW + hour), (NOW + hour, NOW + 2 * hour)])
    assert overlapping([(NOW + hour, NOW + 3 * hour), (NOW, NOW + 2 * hour)])
