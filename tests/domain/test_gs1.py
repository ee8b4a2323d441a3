import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import gs1, gtin

LETTERS = "ABCXYZabcxyz0189!\"%&'()*+,-./_:;<=>?"


def test_an_element_string_is_read_as_scanners_and_people_write_it() -> None:
    scanned, written = "]d2010893600372177710L26\x1d17271130", "(01)08936003721777(10)L26(17)271130"
    for text in (scanned, written, scanned[3:]):
        assert gs1.is_element_string(text)
        said = gs1.elements_of(text)
        assert said is not None
        assert (said.gtin14, said.value("10"), said.value("17"), said.faults) == ("08936003721777", "L26", "271130", ())


@pytest.mark.parametrize(
    ("address", "faults"),
    [
        ("https://id.example.vn/01/08936003721777", ()),
        ("https://id.example.vn/shop/01/8936003721777/22/A/10/L1/21/S1?17=271130&15=270200", ()),
        ("https://id.example.vn/01/08936003721770", ("check",)),
        ("https://id.example.vn/01/08936003721777/21/S1/10/L1", ("order",)),
        ("https://id.example.vn/01/08936003721777/10/L%C3%B4%201", ("letters",)),
        ("https://id.example.vn/01/08936003721777/10/" + "L" * 21, ("letters",)),
        ("https://id.example.vn/01/08936003721777?17=270230", ("date",)),
    ],
)
def test_what_is_wrong_with_a_digital_link_is_named(address: str, faults: tuple[str, ...]) -> None:
    link = gs1.link_of(address)
    assert link is not None
    assert link.faults == faults


@given(
    st.text("0123456789", min_size=12, max_size=12), st.text(LETTERS, min_size=1, max_size=20), st.text(LETTERS, min_size=1, max_size=20)
)
def test_a_digital_link_says_what_it_was_built_of(body: str, lot: str, serial: str) -> None:
    number = body + gtin.check_digit(body)
    link = gs1.link_of(gs1.build_link("https://id.example.vn/", number, lot=lot, serial=serial, more={"17": "271100"}))
    assert link is not None
    assert (link.gtin14, link.value("10"), link.value("21"), link.value("17"), link.faults) == ("0" + number, lot, serial, "271100", ())


def test_a_digital_link_with_letters_that_gs1_has_not_is_not_built() -> None:
    with pytest.raises(ValueError):
        gs1.build_link("https://id.example.vn", "8936003721777", lot="lô 1")


@given(st.text(max_size=60))
def test_no_text_makes_it_stumble(text: str) -> None:
    for opened in (text, "https://x.vn/01/08936003721777/" + text, "(01)" + text, "]d2" + text):
        gs1.link_of(opened)
        if gs1.is_element_string(opened):
            gs1.elements_of(opened)
