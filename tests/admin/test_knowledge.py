from datetime import date

import pytest
import time_machine
from sqlalchemy import select

from db.engine import Database
from db.models import KnowledgeEntry, KnowledgeVersion, Phrasing, Staff
from db.settings import Settings
from tests.admin.conftest import ADMIN, LAN, MINH, Browser

NEW = {
    "question": "Cân treo có phải kiểm định không?",
    "answer": "Có.",
    "source": "Thông tư 23/2013/TT-BKHCN",
    "topic": "phuong-tien-do",
    "language": "vi",
    "certainty": "medium",
    "as_of": "2026-11-01",
    "review_by": "2027-11-01",
    "act": "send",
}


@pytest.fixture
def minh(signed_in) -> Browser:
    browser: Browser = signed_in(MINH)
    return browser


def entry(database: Database, **where: object) -> KnowledgeEntry:
    with database.read() as session:
        return session.scalars(select(KnowledgeEntry).filter_by(**where)).one()


def approve(browser: Browser, row: KnowledgeEntry, act: str = "approve", **fields: object):
    return browser.post("/approvals/approve", id=row.id, version=row.version, act=act, **fields)


def test_a_new_entry_is_a_draft_until_somebody_else_approves_it(lan: Browser, minh: Browser, database: Database) -> None:
    assert lan.post("/knowledge/new/", **NEW).status_code == 303
    made = entry(database, question=NEW["question"])
    assert (made.status, made.slug, made.as_of) == ("draft", "can-treo-co-phai-kiem-dinh-khong", date(2026, 11, 1))
    assert "một cán bộ khác phải duyệt" in lan.get(f"/approvals/entry?id={made.id}").text
    approve(lan, made)
    assert "không tự duyệt" in lan.get("/").text
    assert entry(database, id=made.id).status == "draft"
    assert NEW["question"] in minh.get("/approvals/").text
    approve(minh, made)
    assert entry(database, id=made.id).status == "published"


def test_a_published_entry_stays_as_it_is_until_its_edit_is_approved_side_by_side(lan: Browser, minh: Browser, database: Database) -> None:
    before = entry(database, id=1)
    lan.post("/knowledge/edit/", id=1, version=before.version, **NEW)
    waiting = entry(database, id=1)
    assert (waiting.answer, waiting.status) == (before.answer, "published")
    page = minh.get("/approvals/entry?id=1").text
    assert before.answer.split("\n")[0][:40] in page
    assert NEW["source"] in page
    approve(minh, waiting)
    after = entry(database, id=1)
    assert (after.answer, after.slug, after.language) == ("Có.", before.slug, before.language)
    with database.read() as session:
        (kept,) = session.scalars(select(KnowledgeVersion).where(KnowledgeVersion.entry_id == 1))
        author = session.get_one(Staff, kept.staff_id)
    assert (kept.content["answer"], author.email) == (before.answer, LAN)


def test_a_returned_edit_keeps_its_text_and_shows_its_author_the_note(lan: Browser, minh: Browser, database: Database) -> None:
    lan.post("/knowledge/edit/", id=1, version=1, **NEW)
    approve(minh, entry(database, id=1), act="return", note="Thiếu điều khoản & ngày.")
    page = lan.get("/knowledge/edit/?id=1").text
    assert "Thiếu điều khoản &amp; ngày." in page
    assert "Có.</textarea>" in page
    assert "Chưa có" not in lan.get("/knowledge/?approval=mine").text
    assert lan.get("/knowledge/?approval=mine").text.count('scope="row"') == 1
    assert minh.get("/approvals/entry?id=1").status_code == 302


def test_the_only_officer_of_a_trial_may_approve_their_own_and_the_page_says_so(admin: Browser, database: Database) -> None:
    with database.write() as session:
        for person in session.scalars(select(Staff).where(Staff.email != ADMIN)):
            person.active = False
    admin.post("/knowledge/edit/", id=1, version=1, **NEW)
    assert "bạn được tự duyệt" in admin.get("/approvals/entry?id=1").text
    approve(admin, entry(database, id=1))
    assert entry(database, id=1).answer == "Có."


def test_outside_a_trial_even_the_only_officer_needs_a_second(panel, admin: Browser, settings: Settings, database: Database) -> None:
    with database.write() as session:
        for person in session.scalars(select(Staff)):
            person.active = person.email == ADMIN
            person.tf_primary_method, person.tf_totp_secret = "authenticator", "x"  # outside a trial nobody comes in without one
    panel.extensions["settings"] = settings.model_copy(update={"trial_mode": False})
    admin.post("/knowledge/edit/", id=1, version=1, **NEW)
    approve(admin, entry(database, id=1))
    assert entry(database, id=1).answer != "Có."


def test_two_entries_with_one_question_have_names_of_their_own(lan: Browser, database: Database) -> None:
    for _ in range(2):
        lan.post("/knowledge/new/", **NEW)
    with database.read() as session:
        slugs = set(session.scalars(select(KnowledgeEntry.slug).where(KnowledgeEntry.question == NEW["question"])))
    assert slugs == {"can-treo-co-phai-kiem-dinh-khong", "can-treo-co-phai-kiem-dinh-khong-2"}


@pytest.mark.parametrize("missing", ["question", "answer", "source", "as_of", "topic"])
def test_an_entry_without_its_parts_is_not_sent_and_the_page_says_which(lan: Browser, missing: str) -> None:
    answer = lan.post("/knowledge/new/", **NEW | {missing: ""})
    assert answer.status_code == 422
    assert f'id="{missing}-bad"' in answer.text
    assert NEW["answer" if missing != "answer" else "source"] in answer.text


def test_a_draft_may_lack_its_answer(lan: Browser, database: Database) -> None:
    lan.post("/knowledge/new/", **NEW | {"answer": "", "source": "", "act": "draft"})
    made = entry(database, question=NEW["question"])
    assert (made.status, made.proposed_at, made.answer) == ("draft", None, "")


def test_sending_what_is_in_use_already_leaves_nothing_to_approve(lan: Browser, database: Database) -> None:
    row = entry(database, id=1)
    same = {name: getattr(row, name) for name in ("question", "answer", "source", "topic", "certainty", "as_of", "review_by")}
    lan.post("/knowledge/edit/", id=1, version=1, act="send", **same)
    after = entry(database, id=1)
    assert (after.version, after.proposal) == (1, None)


def test_a_conflict_shows_both_texts_and_loses_neither(lan: Browser, admin: Browser, database: Database) -> None:
    admin.post("/knowledge/edit/", id=1, version=1, **NEW | {"answer": "Bản của quản trị."})
    clash = lan.post("/knowledge/edit/", id=1, version=1, **NEW | {"answer": "Bản của Lan."})
    assert clash.status_code == 409
    assert "Bản của Lan.</textarea>" in clash.text
    assert "Bản của quản trị." in clash.text
    assert (entry(database, id=1).proposal or {})["answer"] == "Bản của quản trị."
    version = entry(database, id=1).version
    assert f'name="version" type="hidden" value="{version}"' in clash.text
    assert lan.post("/knowledge/edit/", id=1, version=version, **NEW | {"answer": "Bản gộp."}).status_code == 303


def test_what_was_edited_while_the_approver_read_is_not_approved_unseen(lan: Browser, minh: Browser, database: Database) -> None:
    lan.post("/knowledge/edit/", id=1, version=1, **NEW)
    read = entry(database, id=1)
    lan.post("/knowledge/edit/", id=1, version=read.version, **NEW | {"answer": "Khác hẳn."})
    approve(minh, read)
    assert entry(database, id=1).answer not in {"Có.", "Khác hẳn."}
    assert "vừa được người khác sửa" in minh.get("/").text


def test_withdrawing_needs_no_second_person_but_is_not_done_behind_an_editors_back(lan: Browser, database: Database) -> None:
    lan.post("/knowledge/edit/", id=1, version=1, **NEW)
    lan.post("/knowledge/status/", id=1, version=1, status="withdrawn")
    assert entry(database, id=1).status == "published"
    assert "vừa được người khác sửa" in lan.get("/knowledge/").text
    lan.post("/knowledge/status/", id=1, version=2, status="withdrawn")
    assert entry(database, id=1).status == "withdrawn"
    assert lan.post("/knowledge/status/", id=1, version=3, status="published").status_code == 400


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


def test_what_is_due_for_review_is_listed_and_settled_by_one_click(lan: Browser, database: Database) -> None:
    with database.write() as session:
        session.get_one(KnowledgeEntry, 1).review_by = date(2026, 11, 23)
        session.get_one(KnowledgeEntry, 2).review_by = date(2026, 10, 23)
    assert lan.get("/knowledge/?review=due").text.count('scope="row"') == 2
    assert lan.get("/knowledge/?review=unserved").text.count('scope="row"') == 1
    assert "quá hạn 30 ngày" in lan.get("/knowledge/edit/?id=2").text
    with time_machine.travel("2026-11-23 16:00+07:00"):
        lan.post("/knowledge/still-right/", id=2, version=1)
    settled = entry(database, id=2)
    assert (settled.as_of, settled.review_by, settled.status) == (date(2026, 11, 23), date(2027, 11, 23), "published")
    assert lan.get("/knowledge/?review=unserved").text.count('scope="row"') == 0


def test_both_languages_stand_side_by_side_and_the_missing_one_can_be_written(lan: Browser, database: Database) -> None:
    lan.post("/knowledge/new/", **NEW)
    made = entry(database, question=NEW["question"])
    page = lan.get(f"/knowledge/edit/?id={made.id}").text
    assert f"/knowledge/new/?beside={made.id}" in page
    beside = lan.get(f"/knowledge/new/?beside={made.id}").text
    assert NEW["source"] in beside
    english = NEW | {"question": "Must a hanging scale be verified?", "answer": "Yes.", "beside": made.id}
    lan.post("/knowledge/new/", **english)
    twin = entry(database, slug=made.slug, language="en")
    for page in (lan.get(f"/knowledge/edit/?id={made.id}").text, lan.get(f"/knowledge/edit/?id={twin.id}").text):
        assert page.index("Tiếng Việt</h2>") < page.index("English</h2>")
        assert "Must a hanging scale be verified?" in page
        assert str(NEW["question"]) in page
    assert lan.post("/knowledge/new/", **english).status_code == 409


def test_phrasings_are_added_removed_and_listed_on_the_entrys_page(lan: Browser, database: Database) -> None:
    def phrasings() -> dict[str, int]:
        with database.read() as session:
            return {row.text: row.id for row in session.scalars(select(Phrasing).where(Phrasing.entry_id == 1))}

    before = phrasings()
    shown = ",".join(map(str, before.values()))
    typed = "\r\n".join([*before, "cân treo kđ ko?", "  ", "cân treo kđ ko?"])
    lan.post("/knowledge/phrasings/", id=1, shown=shown, phrasings=typed, act="save")
    assert set(phrasings()) == {*before, "cân treo kđ ko?"}
    assert "cân treo kđ ko?" in lan.get("/knowledge/edit/?id=1").text
    shown = ",".join(map(str, phrasings().values()))
    lan.post("/knowledge/phrasings/", id=1, shown=shown, phrasings="\n".join(before), act="save")
    assert set(phrasings()) == set(before)
