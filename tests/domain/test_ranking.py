"""An index that uses again what another one read judges as one that is built anew, whatever was edited between."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from domain import ranking
from domain.material import EntryText, Material, Subject
from domain.meaning import Vector
from domain.ranking import LEXICAL, SIGNALS, Index, Weights, no_vectors, texts_of

WEIGHTS = Weights(dict.fromkeys(SIGNALS, 1.0), dict.fromkeys(LEXICAL, 1.0))
QUESTIONS = ("phi dk ma vach bao nhieu", "kiem dinh can o dau", "TBT là gì", "xin giấy phép bán rượu", "what is tbt", "qzxv")


def entry(key: int, slug: str, question: str, answer: str, *phrasings: str, language: str = "vi") -> EntryText:
    return EntryText(key, slug, language, "khác", question, answer, phrasings)


MATERIAL = Material(
    entries=(
        entry(1, "ma-vach-phi", "Phí đăng ký mã vạch là bao nhiêu?", "Phí cấp mã là 1.000.000 đồng.", "Làm mã vạch tốn bao nhiêu tiền?"),
        entry(2, "kiem-dinh", "Kiểm định cân ở đâu?", "Tại trung tâm kỹ thuật tiêu chuẩn đo lường.", "Đem cân đi kiểm định chỗ nào?", "?"),
        entry(3, "tbt-la-gi", "TBT là gì?", "Hàng rào kỹ thuật trong thương mại."),
        entry(4, "tbt-la-gi", "What is TBT?", "Technical barriers to trade.", "Explain TBT", language="en"),
    ),
    subjects=(Subject("ruou", "Giấy phép bán rượu", ("Xin giấy phép bán rượu ở đâu?",)),),
    abbreviations={"dk": "đăng ký"},
)


class Vectors:
    """Vectors of texts, made up; remembers what it was asked for."""

    def __init__(self, *but: str) -> None:
        self.but, self.asked = set(but), list[str]()

    def __call__(self, texts: list[str]) -> Mapping[str, Vector]:
        self.asked += texts
        return {text: self.of(text) for text in texts if text not in self.but}

    @staticmethod
    def of(text: str) -> Vector:
        vector = np.random.default_rng(list(text.encode())).normal(size=16).astype(np.float32)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def ranked(index: Index, question: str) -> list[tuple[str, float]]:
    spelt = index.spell(question)
    return [(one.unit.slug, round(one.score, 4)) for one in index.rank(spelt, Vectors.of(spelt))]


def changed(key: int, **parts: object) -> Material:
    return replace(MATERIAL, entries=tuple(replace(one, **parts) if one.key == key else one for one in MATERIAL.entries))


EDITS = {
    "nothing": MATERIAL,
    "a phrasing": changed(2, phrasings=("Cân chợ đem kiểm định chỗ mô?",)),
    "an answer": changed(3, answer="Các biện pháp kỹ thuật đối với hàng hóa, như giấy phép."),
    "not served any more": changed(1, is_served=False),
    "one less": replace(MATERIAL, entries=MATERIAL.entries[1:]),
    "an abbreviation": replace(MATERIAL, abbreviations={"tbt": "hàng rào thương mại"}),
    "a subject": replace(MATERIAL, subjects=()),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_ranks_as_if_all_had_been_read_anew(edit: str) -> None:
    before = Index(MATERIAL, WEIGHTS, Vectors(), None)
    after, fresh = Index(EDITS[edit], WEIGHTS, Vectors(), before), Index(EDITS[edit], WEIGHTS, Vectors(), None)
    for question in QUESTIONS:
        assert after.spell(question) == fresh.spell(question)
        assert ranked(after, question) == ranked(fresh, question)
        assert after.knows(question) == fresh.knows(question)


def test_an_index_is_not_disturbed_by_one_that_is_built_on_it() -> None:
    before = Index(MATERIAL, WEIGHTS, Vectors(), None)
    was = [ranked(before, question) for question in QUESTIONS]
    Index(changed(1, phrasings=("Hoàn toàn khác lạ xyzzy",)), WEIGHTS, Vectors(), before)
    assert [ranked(before, question) for question in QUESTIONS] == was
    assert not before.knows("xyzzy")


def test_only_what_is_new_or_lacks_its_vector_is_looked_up() -> None:
    late = texts_of(MATERIAL)[0]
    vectors = Vectors(late)
    before = Index(MATERIAL, WEIGHTS, vectors, None)
    assert before.lacking == [late]
    vectors.asked.clear()
    vectors.but.clear()
    after = Index(changed(3, phrasings=("Thế nào là TBT?",)), WEIGHTS, vectors, before)
    assert after.lacking == []
    assert {"query: Phí đăng ký mã vạch là bao nhiêu?", "query: Thế nào là TBT?"} <= set(vectors.asked)
    assert not any("Kiểm định" in text for text in vectors.asked)


def test_words_alone_find_it_too() -> None:
    index = Index(MATERIAL, WEIGHTS, no_vectors, None)
    assert index.rank(index.spell("dk ma vach ton bao nhieu tien"), None)[0].unit.slug == "ma-vach-phi"


def test_among_many_entries_the_best_is_still_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only some units have their phrasings compared one by one: those that fit best as a whole."""
    monkeypatch.setattr(ranking, "LOOKED_AT", 2)
    index = Index(MATERIAL, WEIGHTS, Vectors(), None)
    assert ranked(index, "đem cân đi kiểm định chỗ nào")[0][0] == "kiem-dinh"
    assert len(ranked(index, "đem cân đi kiểm định chỗ nào")) == 2
