"""Every way through "do I need a new GTIN?" ends in an answer, within three questions, and says what the standard says."""

import pytest

from domain import new_gtin
from domain.new_gtin import EVERY_LEVEL, NONE, OUTER_LEVELS, THIS_LEVEL, Question, Result
from locales import translate
from locales.languages import LANGUAGES


def ends(path: str = "") -> dict[str, Result]:
    found = new_gtin.step(path)
    if isinstance(found, Result):
        return {path: found}
    return {end: result for answer in found.answers for end, result in ends(new_gtin.after(path, answer)).items()}


def test_every_way_ends_and_every_question_answer_and_result_has_words() -> None:
    found = ends()
    assert set(found) == set(new_gtin._RESULTS)
    assert max(path.count(".") for path in found) <= 2
    keys = {f"new_gtin.result.{one.name}" for one in found.values()} | {f"new_gtin.rule.{one.rule}" for one in found.values()}
    for asked in new_gtin._QUESTIONS.values():
        keys |= {f"new_gtin.ask.{asked.name}", *(f"new_gtin.answer.{asked.name}.{answer}" for answer in asked.answers)}
    for language in LANGUAGES:
        assert [key for key in keys if translate(key, language) == key] == []
    assert isinstance(new_gtin.step(new_gtin.before("change.size")), Question)


@pytest.mark.parametrize(
    ("path", "result"),
    [
        ("new", EVERY_LEVEL),
        ("change.net", EVERY_LEVEL),
        ("change.brand", EVERY_LEVEL),
        ("change.size.over", EVERY_LEVEL),
        ("change.size.under", NONE),
        ("change.mark.matters", EVERY_LEVEL),
        ("change.promotion.handling", OUTER_LEVELS),
        ("change.promotion.sticker", NONE),
        ("change.design", NONE),
        ("pack.count", THIS_LEVEL),
        ("set.parts", THIS_LEVEL),
    ],
)
def test_the_standards_rules(path: str, result: str) -> None:
    assert new_gtin.step(path).name == result
