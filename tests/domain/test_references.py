import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import MalformedReference
from domain.references import find_reference, format_reference, parse_reference

years, numbers = st.integers(2020, 2099), st.integers(1, 999_999)


@given(years, numbers)
def test_a_reference_reads_back_as_it_was_written(year: int, number: int) -> None:
    written = format_reference("HD", year, number)
    assert str(parse_reference(written)) == written
    assert str(find_reference(f"phiếu {written.lower().replace('-', ' ')} đâu rồi ạ")) == written


@given(years, numbers, st.integers(0, 9), st.integers(1, 9))
def test_a_single_wrong_digit_is_found(year: int, number: int, place: int, change: int) -> None:
    written = format_reference("HD", year, number)
    digits = [at for at, char in enumerate(written) if char.isdigit()]
    at = digits[place]
    wrong = written[:at] + str((int(written[at]) + change) % 10) + written[at + 1 :]
    with pytest.raises(MalformedReference):
        parse_reference(wrong)
    assert find_reference(wrong) is None


@pytest.mark.parametrize("text", ["", "HD", "HD-2026-123-7", "2026-000123-7", "HD-2026-000123", "HD-²026-000123-7", "x" * 500])
def test_what_is_no_reference_is_refused_with_its_own_words(text: str) -> None:
    with pytest.raises(MalformedReference) as refusal:
        parse_reference(text)
    assert len(refusal.value.facts["reference"]) <= 40
