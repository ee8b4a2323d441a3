"""Every change of what the search is built from shows its effect on the labelled questions before it is saved."""

import pytest
from sqlalchemy import delete, func, select

from db.engine import Database
from db.models import Abbreviation, KnowledgeEntry, LabelledQuestion, NotOursSubject, OfficeSetting, Phrasing
from tests.admin.conftest import Browser
from tests.admin.test_knowledge import NEW

pytestmark = pytest.mark.usefixtures("little_known")
STRANGE = "Xyzzy qwrtz plmokn?"
SUBJECT = {
    "name_vi": "Sổ đỏ xyzzy",
    "name_en": "Land title xyzzy",
    "ask_vi": "Văn phòng đăng ký đất đai",
    "ask_en": "Land registry office",
    "source": "Luật Đất đai",
    "phrasings": "xin cấp sổ đỏ xyzzy\nsang tên sổ đỏ xyzzy",
}


def label(database: Database, text: str, slug: str) -> None:
    with database.write() as session:
        at = session.scalars(select(KnowledgeEntry.updated_at)).first()
        session.execute(delete(LabelledQuestion))
        session.add(LabelledQuestion(text=text, style="staff", expect=[slug], intent="answer", origin="staff", at=at))


def setting(database: Database) -> dict[str, float]:
    with database.read() as session:
        value: dict[str, float] = session.get_one(OfficeSetting, "answering").value
        return value


def count(database: Database, model: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_without_labelled_questions_the_page_says_so(lan: Browser, database: Database) -> None:
    with database.write() as session:
        session.execute(delete(LabelledQuestion))
    assert "Chưa có câu hỏi mẫu" in lan.post("/thresholds/", sure="0.9", fairly="0.1", act="measure").text


def test_thresholds_show_their_effect_and_are_saved_by_one_click_more(lan: Browser, database: Database) -> None:
    before = setting(database)
    page = lan.post("/thresholds/", sure="0,91", fairly="0.11", act="measure").text
    assert setting(database) == before
    assert "Trả lời đúng ngay" in page
    assert 'name="sure" value="0,91"' in page
    assert 'value="0.91"' in lan.post("/thresholds/", sure="0.91", fairly="0.11", act="edit").text
    lan.post("/thresholds/", sure="0,91", fairly="0.11", act="save")
    assert setting(database) == {"sure": 0.91, "fairly": 0.11}
    assert "Nguyễn Thị Lan" in lan.get("/thresholds/").text


def test_thresholds_in_the_wrong_order_are_refused(lan: Browser, database: Database) -> None:
    before = setting(database)
    for sure, fairly in (("0.3", "0.3"), ("0.2", "0.4"), ("1", "0.4"), ("x", "0.4"), ("", ""), ("nan", "0.2"), ("0.5", "0")):
        assert lan.post("/thresholds/", sure=sure, fairly=fairly, act="save").status_code == 422
    assert setting(database) == before


def test_an_entry_shows_which_questions_turn_before_it_is_sent(lan: Browser, database: Database) -> None:
    label(database, STRANGE, "can-treo")
    with database.read() as session:
        row = session.get_one(KnowledgeEntry, 1)
    label(database, STRANGE, row.slug)
    written = NEW | {"question": STRANGE, "act": "measure"}
    page = lan.post("/knowledge/edit/", id=1, version=1, **written).text
    assert "Tốt lên (1)" in page
    assert "Xấu đi" not in page
    assert f'name="question" value="{STRANGE}"' in page
    assert 'value="send"' in page
    with database.read() as session:
        assert session.get_one(KnowledgeEntry, 1).proposal is None


def test_phrasings_show_which_questions_turn(lan: Browser, database: Database) -> None:
    with database.read() as session:
        row = session.get_one(KnowledgeEntry, 1)
    label(database, STRANGE, row.slug)
    before = count(database, Phrasing)
    assert "Tốt lên (1)" in lan.post("/knowledge/phrasings/", id=1, shown="", phrasings=STRANGE, act="measure").text
    assert count(database, Phrasing) == before
    assert STRANGE in lan.post("/knowledge/phrasings/", id=1, shown="", phrasings=STRANGE, act="edit").text


def test_an_approval_may_be_measured_first(lan: Browser, admin: Browser, database: Database) -> None:
    lan.post("/knowledge/edit/", id=1, version=1, **NEW)
    page = admin.post("/approvals/approve", id=1, version=2, act="measure").text
    assert 'value="approve"' in page
    assert 'value="approve"' not in lan.post("/approvals/approve", id=1, version=2, act="measure").text


def test_abbreviations_are_added_changed_and_removed_in_sight_of_their_effect(lan: Browser, database: Database) -> None:
    def listed() -> dict[str, str]:
        with database.read() as session:
            return dict(session.execute(select(Abbreviation.short, Abbreviation.long)).all())

    before = listed()
    assert lan.post("/abbreviations/edit", short="XYZZY", long="xăng dầu", act="measure").status_code == 200
    assert listed() == before
    lan.post("/abbreviations/edit", short="XYZZY", long="xăng dầu", act="save")
    assert listed() == before | {"xyzzy": "xăng dầu"}
    with database.read() as session:
        key = session.scalars(select(Abbreviation.id).where(Abbreviation.short == "xyzzy")).one()
    lan.post("/abbreviations/edit", id=key, short="xyzzy", long="xăng", act="save")
    assert listed()["xyzzy"] == "xăng"
    assert lan.post("/abbreviations/edit", short="xyzzy", long="hai lần", act="save").status_code == 422
    assert lan.post("/abbreviations/edit", short="hai từ", long="hai từ", act="save").status_code == 422
    assert lan.post("/abbreviations/delete", id=key, act="measure").status_code == 200
    assert "xyzzy" in listed()
    lan.post("/abbreviations/delete", id=key, act="save")
    assert listed() == before


def test_a_subject_is_added_confirmed_changed_and_no_longer_used(lan: Browser, admin: Browser, database: Database) -> None:
    def row() -> NotOursSubject:
        with database.read() as session:
            return session.scalars(select(NotOursSubject).where(NotOursSubject.slug == "so-do-xyzzy")).one()

    before = count(database, NotOursSubject)
    assert lan.post("/subjects/edit", act="measure", **SUBJECT).status_code == 200
    assert count(database, NotOursSubject) == before
    lan.post("/subjects/edit", act="save", version=0, **SUBJECT)
    made = row()
    assert made.phrasings == ["xin cấp sổ đỏ xyzzy", "sang tên sổ đỏ xyzzy"]
    assert (made.active, made.verified_by_id) == (True, None)
    assert "sang tên sổ đỏ xyzzy</textarea>" in lan.get(f"/subjects/edit?id={made.id}").text

    lan.post("/subjects/confirm", id=made.id, version=made.version)
    assert row().verified_by_id is not None
    assert "Nguyễn Thị Lan đã xác nhận" in lan.get(f"/subjects/edit?id={made.id}").text
    stale = admin.post("/subjects/edit", id=made.id, act="save", version=made.version, **SUBJECT)
    assert stale.status_code == 409
    admin.post("/subjects/edit", id=made.id, act="save", version=row().version, **SUBJECT | {"ask_vi": "UBND phường"})
    assert (row().ask_vi, row().verified_by_id) == ("UBND phường", None)

    assert lan.post("/subjects/activate", id=made.id, active="no", act="measure").status_code == 200
    assert row().active
    lan.post("/subjects/activate", id=made.id, active="no", act="save")
    assert not row().active


def test_an_edit_in_the_panel_makes_the_preview_search_anew(lan: Browser, database: Database) -> None:
    assert (
        STRANGE
        not in lan.get(
            "/preview/",
        ).text
    )
    lan.get(f"/preview/?q={STRANGE}")
    with database.read() as session:
        question = session.get_one(KnowledgeEntry, 1).question
    lan.post("/knowledge/phrasings/", id=1, shown="", phrasings=STRANGE, act="save")
    page = lan.get(f"/preview/?q={STRANGE}&language=vi").text
    assert page.index("1. <a") < page.index(question) < page.index("2. <a") if "2. <a" in page else question in page
    assert "Độ tự tin" in page


def test_the_preview_takes_whatever_is_typed(lan: Browser) -> None:
    for typed in ("x" * 5000, "🙂", "?!…", "Что такое ТБТ?", "a\u0301\u200b", "%00", "<script>"):
        answer = lan.client.get("/preview/", query_string={"q": typed, "language": "zz"})
        assert answer.status_code == 200
        assert "<script>" not in answer.text
