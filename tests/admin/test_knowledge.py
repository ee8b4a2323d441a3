from datetime import date

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import KnowledgeEntry, KnowledgeVersion
from tests.admin.conftest import Browser

NEW = {
    "question": "Cân treo có phải kiểm định không?",
    "answer": "Có.",
    "source": "Thông tư 23/2013/TT-BKHCN",
    "topic": "phuong-tien-do",
    "language": "vi",
    "certainty": "medium",
    "as_of": "2026-11-01",
    "review_by": "2027-11-01",
}


def entry(database: Database, **where: object) -> KnowledgeEntry:
    with database.read() as session:
        return session.scalars(select(KnowledgeEntry).filter_by(**where)).one()


def test_a_new_entry_is_a_draft_until_it_is_published(lan: Browser, database: Database) -> None:
    assert lan.post("/knowledge/new/", **NEW).status_code == 303
    made = entry(database, question=NEW["question"])
    assert (made.status, made.slug, made.version, made.as_of) == ("draft", "can-treo-co-phai-kiem-dinh-khong", 1, date(2026, 11, 1))
    lan.post("/knowledge/status/", id=made.id, version=1, status="published")
    assert entry(database, id=made.id).status == "published"


def test_two_entries_with_one_question_have_names_of_their_own(lan: Browser, database: Database) -> None:
    for _ in range(2):
        lan.post("/knowledge/new/", **NEW)
    with database.read() as session:
        slugs = set(session.scalars(select(KnowledgeEntry.slug).where(KnowledgeEntry.question == NEW["question"])))
    assert slugs == {"can-treo-co-phai-kiem-dinh-khong", "can-treo-co-phai-kiem-dinh-khong-2"}


@pytest.mark.parametrize("missing", ["question", "answer", "source", "as_of", "topic"])
def test_an_entry_without_its_parts_is_not_saved_and_the_page_says_which(lan: Browser, missing: str) -> None:
    answer = lan.post("/knowledge/new/", **NEW | {missing: ""})
    assert answer.status_code == 422
    assert f'id="{missing}-bad"' in answer.text
    assert NEW["answer" if missing != "answer" else "source"] in answer.text


def test_an_edit_keeps_how_it_read_before(lan: Browser, database: Database) -> None:
    before = entry(database, id=1)
    lan.post("/knowledge/edit/", id=1, version=before.version, **NEW)
    after = entry(database, id=1)
    assert (after.answer, after.version, after.slug) == ("Có.", before.version + 1, before.slug)
    with database.read() as session:
        (kept,) = session.scalars(select(KnowledgeVersion).where(KnowledgeVersion.entry_id == 1))
    assert kept.content["answer"] == before.answer
    assert kept.staff_id is not None


def test_saving_without_a_change_makes_no_version(lan: Browser, database: Database) -> None:
    lan.post("/knowledge/edit/", id=1, version=1, **NEW)
    lan.post("/knowledge/edit/", id=1, version=2, **NEW)
    assert entry(database, id=1).version == 2


def test_a_conflict_shows_both_texts_and_loses_neither(lan: Browser, admin: Browser, database: Database) -> None:
    admin.post("/knowledge/edit/", id=1, version=1, **NEW | {"answer": "Bản của quản trị."})
    clash = lan.post("/knowledge/edit/", id=1, version=1, **NEW | {"answer": "Bản của Lan."})
    assert clash.status_code == 409
    assert "Bản của Lan.</textarea>" in clash.text
    assert "Bản của quản trị." in clash.text
    assert entry(database, id=1).answer == "Bản của quản trị."
    assert 'name="version" type="hidden" value="2"' in clash.text
    assert lan.post("/knowledge/edit/", id=1, version=2, **NEW | {"answer": "Bản gộp."}).status_code == 303


def test_a_status_is_not_changed_behind_an_editors_back(lan: Browser, database: Database) -> None:
    lan.post("/knowledge/edit/", id=1, version=1, **NEW)
    lan.post("/knowledge/status/", id=1, version=1, status="withdrawn")
    assert entry(database, id=1).status == "published"
    assert "vừa được người khác sửa" in lan.get("/knowledge/").text
    lan.post("/knowledge/status/", id=1, version=2, status="withdrawn")
    assert entry(database, id=1).status == "withdrawn"


def test_search_forgives_missing_marks(lan: Browser) -> None:
    with_marks, without = lan.get("/knowledge/?search=định lượng").text, lan.get("/knowledge/?search=dinh luong").text
    assert with_marks.count('scope="row"') == without.count('scope="row"') > 3


def test_filters_narrow_the_list_and_bad_ones_are_refused(lan: Browser) -> None:
    drafts = lan.get("/knowledge/?status=draft&language=vi").text
    assert "Đang dùng</span>" not in drafts
    assert lan.get("/knowledge/?status=nope").status_code == 400
    assert lan.get("/knowledge/?page=9999999999999999999999").status_code == 200
    assert lan.get("/knowledge/edit/?id=99999999999999999999").status_code == 404
    assert lan.get("/knowledge/edit/?id=x").status_code == 404
