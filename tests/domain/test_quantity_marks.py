import json
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain import quantities
from domain.errors import (
    AmbiguousQuantity,
    AmbiguousWeights,
    BadQuantity,
    MixedUnits,
    NegativeQuantity,
    NotAWeight,
    OfficeError,
    TooManyWeights,
    UnknownUnit,
)
from domain.quantities import Quantity, read, said
from domain.quantity_marks import cases, labels, limits, lots, tables, weighing
from domain.quantity_marks.lots import Sample
from domain.quantity_marks.tables import AS_COMPUTED, POLICIES, R87_UP
from usecases import measurement_tables

VECTORS = json.loads((Path(__file__).parents[1] / "material/quantity_mark_vectors.json").read_text("utf-8"))
RULES = measurement_tables.starter()
grams = st.decimals("0.1", "50000", places=2)


def t(value: str | Decimal, symbol: str = "g", policy: str = AS_COMPUTED) -> Decimal:
    limit = limits.deficiency(Quantity(Decimal(value), symbol), RULES, policy)
    assert limit is not None
    return limit.tolerable


def lot(counts: dict[str, int], qn: str = "500", size: int = 300, policy: str = AS_COMPUTED, symbol: str = "g") -> lots.Outcome:
    nominal = Quantity(Decimal(qn), symbol)
    given_counts = [(Quantity(Decimal(value), symbol).base, number) for value, number in counts.items()]
    return lots.assess(nominal, size, given_counts, RULES, policy)


def test_every_shared_case_comes_out_as_its_source_says() -> None:
    found = cases.run(VECTORS, RULES)
    checked = 0
    for name in cases.ANSWERS:
        for wanted, ours in zip(VECTORS[name], found[name], strict=True):
            if name == "label_text":
                wanted["expect"]["problems"].sort()
            assert ours == wanted, (name, wanted["id"])
            checked += 1
    assert checked == 143
    blank = {name: [{k: v for k, v in one.items() if k != "expect"} for one in VECTORS[name]] for name in cases.ANSWERS}
    assert {name: found[name] for name in blank} == cases.run(blank, RULES)


@pytest.mark.parametrize(
    ("name", "case", "error"),
    [
        ("tolerable_deficiency", {"kind": "mass", "Qn": "50001", "unit": "g"}, "out_of_table"),
        ("tolerable_deficiency", {"kind": "mass", "Qn": "0", "unit": "g"}, "number_invalid"),
        ("tolerable_deficiency", {"kind": "mass", "Qn": "5", "unit": "gr"}, "unknown_unit"),
        ("sampling_plan", {"lot_size": "nhiều"}, "number_invalid"),
        ("lot_assessment", {"Qn": "5", "unit": "g", "lot_size": 100, "sample_counts": [["-5", 50]]}, "number_invalid"),
        ("lot_assessment", {"Qn": "5", "unit": "g", "lot_size": 100, "sample_counts": []}, "number_invalid"),
        ("lot_summary", {"Qn": "5", "unit": "g", "lot_size": 100}, "case_invalid"),
    ],
)
def test_a_case_that_cannot_be_computed_says_why_and_the_others_go_on(name: str, case: dict[str, object], error: str) -> None:
    good = VECTORS[name][0]
    first, second = cases.run({name: [case, good]}, RULES)[name]
    assert first["expect"] == {"error": error}
    assert second == good


def test_lots_that_no_rule_decides_get_no_verdict() -> None:
    assert lot({"51": 50}, qn="51", size=100_001, symbol="kg").verdict == "lot_too_large"
    assert lot({"51": 50}, qn="51", size=100, symbol="kg").verdict == "out_of_table"
    assert lot({"500": 1}, size=0).verdict == "lot_size_invalid"
    assert lot({"500": 41}, size=40).verdict == "sample_exceeds_lot"
    short = Sample(50, Fraction("499.9"), None, 0, 0)
    assert lots.assess_summary(Quantity(Decimal(500), "g"), 300, short, RULES).verdict == "deviation_needed"
    one = lot({"500": 1}, size=1)
    assert (one.verdict, one.deviation, one.average_limit) == ("pass", None, Decimal(500))


@given(grams, grams)
def test_a_larger_package_never_has_the_smaller_limits(one: Decimal, other: Decimal) -> None:
    small, large = sorted((one, other))
    for policy in POLICIES:
        assert t(small, policy=policy) <= t(large, policy=policy)
    assert limits.numeral_height(Quantity(small, "g"), RULES) <= limits.numeral_height(Quantity(large, "g"), RULES)


@given(st.integers(1, 10**7), st.sampled_from(POLICIES))
def test_the_unit_changes_nothing(milligrams: int, policy: str) -> None:
    assume(milligrams <= 50_000_000)
    seen = {
        (limits.deficiency(Quantity(Decimal(milligrams) / size, symbol), RULES, policy))
        for symbol, size in (("mg", 1), ("g", 1000), ("kg", 1_000_000))
    }
    assert len(seen) == 1


@given(grams)
def test_rounding_up_favours_the_firm_by_less_than_a_step(value: Decimal) -> None:
    exact, up = t(value), t(value, policy=R87_UP)
    assert exact <= up < exact + (Decimal("0.1") if value <= 1000 else 1)


@pytest.mark.parametrize("edge", ["50", "100", "200", "300", "500", "1000", "10000", "15000", "50000"])
def test_no_size_falls_between_two_bands(edge: str) -> None:
    step = Decimal("0.0001")
    below, at = t(Decimal(edge) - step), t(edge)
    assert 0 <= at - below <= step
    if edge != "50000":
        assert 0 <= t(Decimal(edge) + step) - at <= step


@given(
    st.lists(st.tuples(st.decimals("460", "520", places=1), st.integers(1, 5)), min_size=1, max_size=30),
    st.integers(50, 3200),
    st.randoms(),
)
def test_the_order_of_the_sample_and_how_it_is_written_down_change_nothing(counts, size, shuffled) -> None:
    nominal = Quantity(Decimal(500), "g")
    single = [(value, 1) for value, number in counts for _ in range(number)]
    mixed = list(single)
    shuffled.shuffle(mixed)
    assert (
        lots.assess(nominal, size, counts, RULES, R87_UP)
        == lots.assess(nominal, size, single, RULES, R87_UP)
        == lots.assess(nominal, size, mixed, RULES, R87_UP)
    )
    thousandth = [(value / 1000, number) for value, number in counts]
    kilos = lots.assess(
        Quantity(Decimal("0.5"), "kg"), size, [(Quantity(value, "kg").base, number) for value, number in thousandth], RULES, R87_UP
    )
    assert kilos == lots.assess(nominal, size, counts, RULES, R87_UP)


@given(st.lists(st.decimals("480", "520", places=2), min_size=50, max_size=60), st.decimals("0.01", "5", places=2))
def test_a_lot_that_passes_still_passes_when_every_package_holds_more(values, more) -> None:
    before = lots.assess(Quantity(Decimal(500), "g"), 300, [(value, 1) for value in values], RULES, AS_COMPUTED)
    after = lots.assess(Quantity(Decimal(500), "g"), 300, [(value + more, 1) for value in values], RULES, AS_COMPUTED)
    assert after.verdict == "pass" or before.verdict != "pass"


def test_exactness_where_binary_fractions_fail() -> None:
    assert lot({"8.2": 3, "10.4": 47}, qn="10", size=150).verdict == "pass"
    assert lot({"8.1999999999": 1, "10.4": 49}, qn="10", size=150).beyond_ok is False
    assert Quantity(Decimal("1.001"), "kg").base == 1001
    assert t("10001", policy=R87_UP) == 150


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("tolerable_deficiency", lambda c: c["mass_volume"].reverse()),
        ("tolerable_deficiency", lambda c: c["mass_volume"][3].update(amount="1")),
        ("tolerable_deficiency", lambda c: c["mass_volume"][0].update(percent="chín")),
        ("tolerable_deficiency", lambda c: c.pop("count")),
        ("deficiency_rounding", lambda c: c.update(policy="đẹp")),
        ("deficiency_rounding", lambda c: c["steps"][0].update(step="0")),
        ("sampling_plan", lambda c: c["plans"][0].update(c=50)),
        ("sampling_plan", lambda c: c.update(largest_lot=200_000)),
        ("numeral_height", lambda c: c["mass_volume"][0].update(mm="5")),
        ("unit_choice", lambda c: c["mass"][0].update(units=["gr"])),
        ("unit_choice", lambda c: c["area"].clear()),
    ],
)
def test_a_table_that_is_not_sound_is_refused(name: str, spoil) -> None:
    content = next(row["content"] for row in measurement_tables.starter_rows() if row["name"] == name)
    tables.must_be_sound(name, content)
    spoil(content)
    with pytest.raises(tables.BadTable):
        tables.must_be_sound(name, content)


# what people type


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0,5kg", "0,5 kg"),
        ("500 ML", "500 mL"),
        ("1,5 l", "1,5 L"),
        ("24 cái", "24 cái"),
        ("1 000 g", "1000 g"),
        ("12.345,5 g", "12345,5 g"),
        ("0.250 kg.", "0,25 kg"),
        ("2 m²", "2 m²"),
    ],
)
def test_a_quantity_is_shown_back_as_it_was_meant(text: str, shown: str) -> None:
    assert said(read(text)) == shown


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("1.000 g", AmbiguousQuantity),
        ("1,500 kg", AmbiguousQuantity),
        ("1.000gr", AmbiguousQuantity),
        ("500gr", UnknownUnit),
        ("5 xyz", UnknownUnit),
        ("-5 g", NegativeQuantity),
        ("0 g", BadQuantity),
        ("500", BadQuantity),
        ("nửa ký", BadQuantity),
        ("1.2.3 g", BadQuantity),
        ("0,5kg 498g", BadQuantity),
        ("9" * 30 + " g", BadQuantity),
    ],
)
def test_what_is_not_plainly_a_quantity_is_a_question(text: str, refusal: type[OfficeError]) -> None:
    with pytest.raises(refusal):
        read(text)


@given(st.decimals("0.001", "99999", places=3), st.sampled_from(sorted(quantities.UNITS)))
def test_what_is_said_reads_back_the_same_or_asks(value: Decimal, symbol: str) -> None:
    quantity = Quantity(value, symbol)
    if len(quantities.readings_of(quantities.number_said(value))) == 1:
        assert read(said(quantity)).base == quantity.base
        return
    with pytest.raises(AmbiguousQuantity) as caught:
        read(said(quantity))
    assert said(quantity) in {caught.value.facts["small"], caught.value.facts["large"]}


@given(st.text(max_size=60))
@example("V")
@example("1 x 1 x 1 g")
def test_no_text_breaks_the_readers(text: str) -> None:
    labels.check(text, RULES)
    with suppress(OfficeError):
        read(text)
    with suppress(OfficeError):
        assert all(value >= 0 for value in weighing.values_of(text, "g"))


# labels


@pytest.mark.parametrize(
    ("line", "problems", "right"),
    [
        ("V 0,33 L", {"unit_for_size"}, "V 330 mL"),
        ("v800gr", {"mark_case", "mark_space", "unit_space", "unknown_unit"}, "V 800 g"),
        ("V 500 G", {"unknown_unit"}, "V 500 g"),
        ("Ⓥ 500 g", {"mark_form"}, "V 500 g"),
        ("V  500 g", {"mark_space"}, "V 500 g"),
        ("500 g", set(), "500 g"),
        ("nhỏ nhất 500g", {"approximate_word", "unit_space"}, "500 g"),
        ("v500ml", {"mark_case", "mark_space", "unit_space"}, "V 500 ml"),
        ("Khối lượng tịnh: V 1 kg (10 gói x 100g)", {"unit_space"}, "V 1 kg (10 gói x 100 g)"),
        ("V 80 g (2 gói x 20 g + 4 gói x 10 g)", set(), "V 80 g (2 gói x 20 g + 4 gói x 10 g)"),
        ("V 12 chai x 500 ml", {"multipack_total"}, "V 6 L (12 chai x 500 mL)"),
        ("V 200 g (10 gói x 25 g)", {"multipack_total"}, ""),
        ("V 1.000 g", {"ambiguous_number"}, ""),
        ("Nước mắm Cô Ba", {"no_quantity"}, ""),
        ("Hạn dùng 12 tháng, V 500 ml", set(), "V 500 ml"),
    ],
)
def test_a_label_gets_its_findings_and_the_right_form(line: str, problems: set[str], right: str) -> None:
    label = labels.check(line, RULES)
    assert label.problems == problems
    assert label.right == right
    assert all(finding.clause for finding in label.findings)
    if right and problems:
        assert labels.check(right, RULES).problems == set()


def test_heights_and_the_state_of_goods_are_looked_at() -> None:
    small = labels.check("V 500 ml", RULES, state=labels.LIQUID, numeral_mm=Decimal("3.9"), mark_mm=Decimal("2.9"))
    assert small.problems == {"numeral_height", "mark_height"}
    assert labels.check("V 50 g", RULES, numeral_mm=Decimal(2), mark_mm=Decimal(3)).problems == set()
    frozen = labels.check("V500 ml", RULES, state=labels.FROZEN)
    assert {finding.code: finding.right for finding in frozen.findings} == {"mark_space": "V 500 ml", "mass_needed": ""}
    soft = labels.check("V 500 g", RULES, state=labels.LIQUID)
    assert not soft.problems
    assert [finding.code for finding in soft.findings] == ["mass_of_liquid"]


# weights


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("501,2 498,7 500", "501.2 498.7 500"),
        ("501, 498, 500", "501 498 500"),
        ("501;498\n500 g\t499.5g", "501 498 500 499.5"),
        ("500 x 3, 499 g x 2", "500 500 500 499 499"),
        ("| 501 | 500 |", "501 500"),
    ],
)
def test_pasted_weights_are_read(text: str, values: str) -> None:
    assert weighing.values_of(text, "g") == [Decimal(value) for value in values.split()]


@pytest.mark.parametrize(
    ("text", "refusal", "facts"),
    [
        ("501 năm trăm 500", NotAWeight, {"place": 2, "text": "năm"}),
        ("501 -499", NegativeQuantity, {}),
        ("501 0,5kg", MixedUnits, {"place": 2, "unit": "g"}),
        ("1.005 998", AmbiguousWeights, {"small": "1,005", "large": "1005"}),
        ("501,498,500", NotAWeight, {"place": 1}),
        ("1 x 9999", TooManyWeights, {}),
    ],
)
def test_what_is_not_plainly_a_weight_is_named(text: str, refusal: type[OfficeError], facts: dict[str, object]) -> None:
    with pytest.raises(refusal) as caught:
        weighing.values_of(text, "g")
    assert facts.items() <= caught.value.facts.items()


def test_a_sheet_says_what_its_digits_say_and_a_question_is_answered_once_for_all() -> None:
    assert weighing.cells_of([501.2, 8.2, 500, None, "499,5", " 500 g "], "g") == [
        Decimal(value) for value in ("501.2", "8.2", "500", "499.5", "500")
    ]
    with pytest.raises(NotAWeight) as caught:
        weighing.cells_of([501.2, "hỏng"], "g")
    assert caught.value.facts == {"place": 2, "text": "hỏng"}
    assert weighing.values_of("1.005 998", "g", weighing.THOUSANDS) == [1005, 998]
    assert weighing.values_of("1.005 998", "g", weighing.DECIMALS) == [Decimal("1.005"), 998]
    assert weighing.implausible([Decimal(500), Decimal("0.5")], Quantity(Decimal(500), "g")) == Decimal("0.5")


@given(st.lists(st.decimals("0", "999", places=2), min_size=1, max_size=200))
def test_a_histogram_leaves_nothing_out(values: list[Decimal]) -> None:
    bars = weighing.histogram([(value, 1) for value in values])
    assert sum(bar.number for bar in bars) == len(values)
    assert (bars[0].low, bars[-1].high) == (min(values), pytest.approx(max(values)))


def test_packages_to_take_are_different_ones_of_the_lot() -> None:
    taken = weighing.positions(3201, 125, "LK-1")
    assert len(set(taken)) == 125
    assert min(taken) >= 1
    assert max(taken) <= 3201
    assert taken == weighing.positions(3201, 125, "LK-1") != weighing.positions(3201, 125, "LK-2")
    assert next(sorted(order) for order in permutations(weighing.positions(3, 5, ""))) == [1, 2, 3]
