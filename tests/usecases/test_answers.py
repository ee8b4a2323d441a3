"""How well the simple search answers; a later issue makes it excellent, and until then it may not get worse."""

import json
from pathlib import Path

from db.engine import Database
from db.models import KnowledgeEntry
from usecases.answers import KnowledgeIndex, build_index, servable
from usecases.knowledge import set_status

QUESTIONS = [json.loads(line) for line in (Path(__file__).parents[1] / "material" / "enquiries.jsonl").read_text("utf-8").splitlines()]


def _index(database: Database) -> tuple[KnowledgeIndex, dict[int, str]]:
    with database.read() as session:
        return build_index(session), {entry.id: entry.slug for entry in session.query(KnowledgeEntry)}


def test_labelled_questions_are_answered_rightly_and_foreign_ones_handed_over(database: Database) -> None:
    index, slugs = _index(database)
    published = set(slugs[key] for key in index._slugs)
    right = outright = wrong = asked = foreign = foreign_answered = 0
    for row in QUESTIONS:
        found = index.find(row["q"], "en" if row["style"] == "english" else "vi")
        best = slugs[found.ids[0]] if found.ids else None
        if row["intent"] == "answer" and published & set(row["expect"]):
            asked += 1
            right += best in row["expect"]
            outright += found.verdict == "sure" and best in row["expect"]
            wrong += found.verdict == "sure" and best not in row["expect"]
        elif row["intent"] == "handover" and not row["expect"]:
            foreign += 1
            foreign_answered += found.verdict == "sure"
    assert right / asked >= 0.75
    assert wrong / (outright + wrong) <= 0.10
    assert foreign_answered / foreign <= 0.05


def test_missing_diacritics_and_d_are_forgiven(database: Database) -> None:
    index, slugs = _index(database)
    with_marks = index.find("Công bố dấu định lượng mất bao lâu?", "vi")
    without = index.find("cong bo dau dinh luong mat bao lau", "vi")
    assert with_marks.verdict == without.verdict == "sure"
    assert slugs[with_marks.ids[0]] == slugs[without.ids[0]]


def test_an_english_question_gets_the_english_entry(database: Database) -> None:
    index, _ = _index(database)
    with database.read() as session:
        entry = session.get_one(KnowledgeEntry, index.find("What is TBT?", "en").ids[0])
    assert entry.language == "en"


def test_a_withdrawn_entry_is_not_served_even_if_it_was_found_a_moment_before(database: Database, now) -> None:
    index, _ = _index(database)
    key = index.find("TBT là gì?", "vi").ids[0]
    with database.write() as session:
        set_status(session, session.get_one(KnowledgeEntry, key), "withdrawn", None, now)
        assert servable(session, key) is None
    assert key not in _index(database)[0].find("TBT là gì?", "vi").ids


def test_entries_of_low_certainty_are_drafts_until_an_officer_publishes_them(database: Database) -> None:
    with database.read() as session:
        drafts = session.query(KnowledgeEntry).filter_by(status="draft").all()
        served = session.query(KnowledgeEntry).filter_by(status="published").all()
    assert {entry.certainty for entry in drafts} == {"low"}
    assert "low" not in {entry.certainty for entry in served}
    assert all(entry.source for entry in served)
