"""What a firm and an officer may rely on: one dossier a draft, working days as the law counts them, two people, one request for all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from db.engine import Database
from db.models import Dossier, DossierEvent, Organisation, OutboundMessage
from domain import dossiers as declarations
from domain.dossiers.common import ADVISED, CLOSED, IN_REVIEW, NEEDS_MORE, SUBMITTED, WITHDRAWN
from domain.dossiers.declaration import faults
from domain.errors import (
    DossierIncomplete,
    DossierMoved,
    LateReasonNeeded,
    ManagerNeeded,
    NoSuchDraft,
    NothingDemanded,
    SecondPersonNeeded,
    WordsNeeded,
)
from tests.conftest import NOW
from tests.dossiers import ANSWERS, PAPER, a_dossier, a_draft, an_officer
from tests.training import a_contact
from usecases import dossier_drafts, dossiers, organisations, starter

MONDAY = NOW
"""23 November 2026; the 24th is a holiday."""


@pytest.fixture(autouse=True)
def prepared(database: Database) -> None:
    with database.write() as session:
        starter.lay_down(session, NOW)


@pytest.mark.parametrize("declared", declarations.DECLARED, ids=lambda one: one.kind)
def test_a_declaration_has_no_fault_and_its_prefix_is_its_familys(declared: declarations.DossierType) -> None:
    assert list(faults(declared)) == []
    assert declarations.current(declared.kind).version >= declared.version


def test_what_an_edit_made_moot_is_left_behind_and_a_missing_paper_keeps_the_draft(database: Database) -> None:
    with database.write() as session:
        draft = a_draft(session, NOW, exports="no", markets="Nhật Bản", uses_foreign_codes="yes")
        with pytest.raises(DossierIncomplete) as refused:
            dossiers.submit(session, draft, source="chat", now=NOW)
        assert refused.value.facts["parts"] == "authorisation"
        assert draft.status == dossier_drafts.OPEN
        draft.answers = draft.answers | {"uses_foreign_codes": "no"}
        draft.papers = draft.papers | {"authorisation": [PAPER]}
        one, is_new = dossiers.submit(session, draft, source="chat", now=NOW)
        assert is_new
        assert "markets" not in one.answers
        assert [paper.paper for paper in one.papers] == ["business_registration"]
        assert dossiers.submit(session, draft, source="chat", now=NOW) == (one, False)
        dossier_drafts.throw_away(session, thrown := a_draft(session, NOW), NOW)
        with pytest.raises(NoSuchDraft):
            dossiers.submit(session, thrown, source="chat", now=NOW)


def test_the_digest_changes_with_any_answer_or_file(database: Database) -> None:
    with database.write() as session:
        kind = dossiers.declared(one := a_dossier(session, NOW))
        papers = {"business_registration": [PAPER]}
        assert one.digest == dossiers.digest(kind, one.answers, papers)
        assert one.digest != dossiers.digest(kind, one.answers | {"product_count": 13}, papers)
        assert one.digest != dossiers.digest(kind, one.answers, {"business_registration": [PAPER | {"sha256": "b" * 64}]})


def test_a_stranger_who_types_a_tax_code_changes_nothing_of_the_firm(database: Database) -> None:
    with database.write() as session:
        owner, stranger = a_contact(session, NOW, 7), a_contact(session, NOW, 8)
        a_dossier(session, NOW, owner)
        a_dossier(session, NOW, stranger, firm="Công ty Mạo danh", phone="0914000000")
        firm = session.scalars(select(Organisation)).one()
        assert (firm.name, firm.phone) == (ANSWERS["firm"], ANSWERS["phone"])
        assert dossier_drafts.known_answers(session, a_draft(session, NOW, stranger), stranger)["firm"] == "Công ty Mạo danh"
        links = {link.contact_id: link for link in [*organisations.of(session, owner), *organisations.of(session, stranger)]}
        with pytest.raises(PermissionError):
            organisations.decide(session, links[stranger.id], confirmed=True, by=stranger, now=NOW)
        organisations.decide(session, links[owner.id], confirmed=True, staff=an_officer(session, NOW), now=NOW)
        organisations.decide(session, links[stranger.id], confirmed=True, by=owner, now=NOW)
        a_dossier(session, NOW, stranger, firm="Công ty Cổ phần Nước mắm Phú Thuận")
        session.refresh(firm)
        assert firm.name == "Công ty Cổ phần Nước mắm Phú Thuận"


def test_who_drafts_a_decision_does_not_approve_it_and_the_firm_is_told_once(database: Database) -> None:
    with database.write() as session:
        drafter, approver = an_officer(session, NOW), an_officer(session, NOW, "Trần Văn Dũng")
        one = a_dossier(session, NOW, a_contact(session, NOW))
        dossiers.move(session, one, IN_REVIEW, staff=drafter, now=NOW)
        before = session.scalar(select(func.count(OutboundMessage.id)).where(OutboundMessage.contact_id == one.contact_id))
        with pytest.raises(SecondPersonNeeded):
            dossiers.move(session, one, ADVISED, staff=drafter, words="Nộp theo mẫu", now=NOW)
        with pytest.raises(WordsNeeded):
            dossiers.propose(session, one, ADVISED, staff=drafter, words=" ", now=NOW)
        dossiers.propose(session, one, ADVISED, staff=drafter, words="Nộp theo mẫu", now=NOW)
        with pytest.raises(SecondPersonNeeded):
            dossiers.approve(session, one, staff=drafter, now=NOW)
        assert session.scalar(select(func.count(OutboundMessage.id)).where(OutboundMessage.contact_id == one.contact_id)) == before
        dossiers.approve(session, one, staff=approver, now=NOW)
        with pytest.raises(DossierMoved):
            dossiers.approve(session, one, staff=approver, now=NOW)
        assert (one.status, one.due_on, one.proposed_status) == (ADVISED, None, "")
        assert session.scalar(select(func.count(OutboundMessage.id)).where(OutboundMessage.contact_id == one.contact_id)) == before + 1


def test_more_is_asked_for_at_once_and_a_second_time_only_by_a_manager_with_a_reason(database: Database) -> None:
    with database.write() as session:
        officer, manager = an_officer(session, NOW), an_officer(session, NOW)
        one = a_dossier(session, NOW)
        with pytest.raises(NothingDemanded):
            dossiers.demand(session, one, [], staff=officer, now=NOW)
        with pytest.raises(WordsNeeded):
            dossiers.demand(session, one, [dossiers.Wanted("field", "email", "")], staff=officer, now=NOW)
        with pytest.raises(NothingDemanded):
            dossiers.demand(session, one, [dossiers.Wanted("field", "no_such_field", "Thiếu")], staff=officer, now=NOW)
        first = dossiers.demand(session, one, [dossiers.Wanted("field", "email", "Thiếu thư điện tử")], staff=officer, now=NOW)
        assert (one.status, one.days_left, one.due_on) == (NEEDS_MORE, 5, None)
        with pytest.raises(DossierMoved):
            dossiers.move(session, one, IN_REVIEW, contact=a_contact(session, NOW), now=NOW)
        later = NOW + timedelta(days=30)
        assert dossiers.fill_answer(session, one, first.items[0], "a@b.vn", later)
        assert (one.status, one.answers["email"]) == (IN_REVIEW, "a@b.vn")
        again = [dossiers.Wanted("words", "", "Nói rõ hơn")]
        with pytest.raises(ManagerNeeded):
            dossiers.demand(session, one, again, staff=officer, now=later)
        with pytest.raises(ManagerNeeded):
            dossiers.demand(session, one, again, staff=officer, manager=manager, reason=" ", now=later)
        second = dossiers.demand(session, one, again, staff=officer, manager=manager, reason="Cơ sở gửi nhầm giấy", now=later)
        assert (second.number, one.demand_count) == (2, 2)


def test_a_late_dossier_is_told_of_once_and_ends_only_with_its_reason(database: Database) -> None:
    with database.write() as session:
        officer = an_officer(session, NOW)
        one = a_dossier(session, MONDAY, a_contact(session, NOW))
        assert one.due_on == date(2026, 12, 1)
        dossiers.move(session, one, IN_REVIEW, staff=officer, now=NOW)
        on_time, late = NOW + timedelta(days=8), NOW + timedelta(days=9)
        assert dossiers.alert_late(session, on_time) == 0
        assert (dossiers.alert_late(session, late), dossiers.alert_late(session, late)) == (1, 0)
        with pytest.raises(LateReasonNeeded):
            dossiers.move(session, one, CLOSED, staff=officer, words="Xong", now=late)
        dossiers.explain_late(session, one, "Hệ thống của Trung tâm gián đoạn", staff=officer, now=late)
        dossiers.move(session, one, CLOSED, staff=officer, words="Xong", now=late)
        assert one.status == CLOSED
        other = a_dossier(session, MONDAY, contact := a_contact(session, NOW, 8))
        dossiers.move(session, other, WITHDRAWN, contact=contact, now=late)
        assert other.status == WITHDRAWN


def test_a_firm_moves_only_what_is_the_firms_and_internal_events_stay_inside(database: Database) -> None:
    with database.write() as session:
        contact = a_contact(session, NOW)
        one = a_dossier(session, NOW, contact)
        dossiers.note(session, one, "Hỏi lại Trung tâm", staff=an_officer(session, NOW), now=NOW)
        with pytest.raises(DossierMoved):
            dossiers.move(session, one, IN_REVIEW, contact=contact, now=NOW)
        dossiers.move(session, one, WITHDRAWN, contact=contact, now=NOW)
        assert (one.status, one.due_on) == (WITHDRAWN, None)
        assert [event.kind for event in dossiers.timeline(session, one)] == ["submitted", "moved"]
        assert [event.kind for event in dossiers.timeline(session, one, internal=True)] == ["submitted", "note", "moved"]
        assert session.scalar(select(func.count(DossierEvent.id))) == 3
        assert session.scalar(select(func.count(Dossier.id)).where(Dossier.status == SUBMITTED)) == 0
