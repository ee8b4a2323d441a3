"""Unanswered questions in the panel, and the documents that put answers under review."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Enquiry, GivenAnswer, InboundMessage, KnowledgeEntry, OutboundMessage, Phrasing, ReplacedDocument
from domain.judgement import NOT_FOUND, Candidate, Decision, Judgement
from tests.admin.conftest import MINH, Ask, Browser
from usecases import turns

pytestmark = pytest.mark.usefixtures("little_known")
COFFEE = "Máy rang cà phê xyzzy có phải kiểm định không?"
DOCUMENT = {"number": "21/2014/TT-BKHCN", "replaced_by": "99/2026/TT-BKHCN", "since": "2026-12-01"}


@pytest.fixture
def gap(ask: Ask, database: Database, now: datetime) -> Callable[..., str]:
    """A question that went to people and that the knowledge does not answer; the enquiry's reference."""

    def made(question: str = COFFEE, chat_id: int = 7, hit: int = 1) -> str:
        reference = ask(question, chat_id=chat_id)
        with database.write() as session:
            enquiry = session.scalars(select(Enquiry).where(Enquiry.reference == reference)).one()
            message = session.scalars(select(InboundMessage).where(InboundMessage.enquiry_id == enquiry.id)).one()
            judged = Judgement(Decision.HANDOVER, NOT_FOUND, (Candidate(hit, "x", 0.2),), 0.1, question=question)
            turns.record(session, enquiry.contact, message, outcome=turns.HANDED_OVER, now=now, judged=judged, is_gap=True)
        return reference

    return made


def given(database: Database) -> list[GivenAnswer]:
    with database.read() as session:
        return list(session.scalars(select(GivenAnswer).order_by(GivenAnswer.id)))


def test_an_answered_enquiry_becomes_a_draft_and_its_asker_reads_the_published_answer(
    lan: Browser, signed_in: Callable[[str], Browser], gap: Callable[..., str], database: Database
) -> None:
    reference = gap()
    lan.post(f"/inbox/{reference}/reply", text="Không, vì không dùng để mua bán.", token="t1")
    page = lan.get("/learning/").text
    assert COFFEE in page
    assert reference in page
    (row,) = given(database)
    answer = lan.post("/learning/draft", ids=row.id, key=row.id)
    with database.read() as session:
        draft = session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.question == COFFEE)).one()
    assert answer.location.endswith(f"/knowledge/edit/?id={draft.id}")
    assert (draft.status, draft.answer, draft.source) == ("draft", "Không, vì không dùng để mua bán.", "")
    assert COFFEE not in lan.get("/learning/").text

    sent = {name: getattr(draft, name) for name in ("question", "answer", "topic", "certainty", "as_of", "review_by")}
    lan.post("/knowledge/edit/", id=draft.id, version=draft.version, act="send", source="Thông tư 23/2013/TT-BKHCN", **sent)
    minh = signed_in(MINH)
    minh.post("/approvals/approve", id=draft.id, version=draft.version + 1, act="approve")
    assert "đã báo cho 1 người" in minh.get("/").text
    with database.read() as session:
        notices = session.scalars(select(OutboundMessage.payload).where(OutboundMessage.kind == "notice").order_by(OutboundMessage.id))
        assert [COFFEE in payload["text"] for payload in notices][-1]


def test_a_double_click_makes_one_draft(lan: Browser, gap: Callable[..., str], database: Database) -> None:
    gap()
    (row,) = given(database)
    lan.post("/learning/draft", ids=row.id, key=row.id)
    assert lan.post("/learning/draft", ids=row.id, key=row.id).status_code == 404
    with database.read() as session:
        assert len(session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.question == COFFEE)).all()) == 1


def test_a_question_becomes_a_phrasing_of_an_entry_found_by_search(lan: Browser, gap: Callable[..., str], database: Database) -> None:
    gap()
    (row,) = given(database)
    with database.read() as session:
        entry = session.get_one(KnowledgeEntry, 5)
    assert entry.question.split("?")[0] in lan.get(f"/learning/group?key={row.id}&q={entry.question}").text
    lan.post("/learning/phrase", ids=row.id, entry=entry.id, question="máy rang cà phê")
    with database.read() as session:
        assert "máy rang cà phê" in session.scalars(select(Phrasing.text).where(Phrasing.entry_id == entry.id)).all()
    assert given(database)[0].settled_at is not None


def test_a_group_may_be_set_aside(lan: Browser, gap: Callable[..., str], database: Database) -> None:
    gap()
    gap("may rang ca phe xyzzy co phai kiem dinh ko", chat_id=8)
    assert "2 người hỏi" in lan.get("/learning/").text
    lan.post("/learning/aside", ids=",".join(str(row.id) for row in given(database)))
    assert "Không còn câu nào" in lan.get("/learning/").text
    lan.post("/learning/aside", ids=given(database)[0].id)
    assert "vừa được người khác xử lý" in lan.get("/learning/").text


def test_bad_addresses_of_groups_are_refused(lan: Browser) -> None:
    assert lan.get("/learning/group?key=99").status_code == 404
    assert lan.get("/learning/group?key=x").status_code == 404
    assert lan.post("/learning/aside", ids="x").status_code == 400
    assert lan.get("/learning/?page=-3").status_code == 200


def test_an_officer_sees_in_the_conversation_what_the_search_found(lan: Browser, gap: Callable[..., str], database: Database) -> None:
    with database.read() as session:
        draft = session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.status == "draft").limit(1)).one()
    page = lan.get(f"/inbox/{gap(hit=draft.id)}").text
    assert f"/knowledge/edit/?id={draft.id}" in page
    assert "Bot đã tìm thấy" in page


def test_a_replaced_document_is_previewed_then_flags_every_entry(lan: Browser, database: Database) -> None:
    page = lan.post("/documents/", act="measure", **DOCUMENT | {"number": "21/2014/tt-bkhcn"}).text
    assert DOCUMENT["number"] in page
    assert "English" in page
    with database.read() as session:
        assert session.scalars(select(ReplacedDocument)).all() == []
    lan.post("/documents/", act="save", **DOCUMENT)
    with database.read() as session:
        flagged = session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.review_reason.is_not(None))).all()
    assert {entry.language for entry in flagged} == {"vi", "en"}
    listed = lan.get("/knowledge/?review=replaced").text
    assert listed.count('scope="row"') == len(flagged)
    assert f"{DOCUMENT['number']} → {DOCUMENT['replaced_by']}" in listed
    assert "đã được thay thế" in lan.get(f"/knowledge/edit/?id={flagged[0].id}").text
    assert lan.post("/documents/", act="save", **DOCUMENT).status_code == 422


def test_what_is_no_number_is_refused(lan: Browser) -> None:
    for number in ("", "Nghị định", "43/2017", "43/2017/NĐ-CP, 44/2017/NĐ-CP"):
        assert lan.post("/documents/", act="save", **DOCUMENT | {"number": number}).status_code == 422
