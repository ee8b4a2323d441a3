import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import gtin

SAMPLES = list(csv.DictReader((Path(__file__).parents[1] / "material/gtin_893_samples.csv").read_text("utf-8").splitlines()))
bodies = st.sampled_from([7, 11, 12, 13, 17]).flatmap(lambda count: st.text("0123456789", min_size=count, max_size=count))


def test_real_numbers_are_right_and_any_wrong_last_digit_is_named() -> None:
    assert len(SAMPLES) == 25
    for row in SAMPLES:
        assert gtin.is_whole(row["gtin13"])
        assert gtin.check_digit(row["gtin13"][:-1]) == row["gtin13"][-1]


@given(bodies, st.data())
def test_every_single_wrong_digit_is_found_and_padding_changes_nothing(body: str, data: st.DataObject) -> None:
    number = body + gtin.check_digit(body)
    assert gtin.is_whole(number)
    assert gtin.is_whole(gtin.padded(number))
    place, change = data.draw(st.integers(0, len(number) - 1)), data.draw(st.integers(1, 9))
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert not gtin.is_whole(wrong)


@given(st.text("0123456789", min_size=13, max_size=13).filter(lambda body: body[0] in "12345678"))
def test_the_item_in_a_case_has_a_number_of_its_own(body: str) -> None:
    inner = gtin.inner(body + gtin.check_digit(body))
    assert inner is not None
    assert gtin.is_whole(inner)
    assert inner[1:13] == body[1:]


@pytest.mark.parametrize(
    ("short", "full"), [("05096893", "050968000093"), ("04252614", "042100005264"), ("01234505", "012000003455"), ("01234512", None)]
)
def test_a_upc_e_is_written_out_and_its_check_digit_is_that_of_the_long_number(short: str, full: str | None) -> None:
    assert gtin.expand_upc_e(short) == full


@given(st.text(max_size=40))
def test_no_text_makes_it_stumble(text: str) -> None:
    gtin.may_be_code(text)
    number = gtin.typed(text)
    assert number is None or number.meant.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "8936003721777",
        "8 936003 721777",
        "893-6003-72177-7",
        "8936003721771",  # a wrong check digit is still a code
        "893600372I777",
        "96385074",
        "01234505",
        "050968000093",
        "18936003721774",
    ],
)
def test_a_message_that_is_a_code_is_taken_for_one(text: str) -> None:
    assert gtin.may_be_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "0905 111 222",
        "+84 905 111 222",
        "0084905111222",
        "02363822217",
        "0100109106",
        "0100109106-001",
        "0100109106001",
        "048201001234",  # số định danh cá nhân
        "26112026",
        "26/11/2026",
        "26-11-2026",
        "HD-2026-000123-7",
        "123",
        "1.000.000",
        "tám chín ba",
    ],
)
def test_phones_tax_codes_people_dates_and_references_are_no_codes(text: str) -> None:
    assert not gtin.may_be_code(text)
