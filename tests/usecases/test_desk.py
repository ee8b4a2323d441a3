from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import CannedReply, Enquiry, OutboundMessage, Presence, ReplyDraft, Staff, StaffRole, staff_roles
from domain.errors import CannotAnswer, EmptyNote, MessageTooLong, NoSuchCannedReply
from usecases import canned, contacts, desk, enquiries


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        yield opened


def _officer(session: Session, now: datetime, name: str, *, role: str | None = None, active: bool = True) -> Staff:
    person = Staff(email=f"{name}@chuan.example", full_name=name, fs_uniquifier=name, created_at=now, active=active)
    session.add(person)
    session.flush()
    if role:
        known = session.scalars(select(StaffRole).where(StaffRole.name == role)).one_or_none() or StaffRole(name=role)
        session.add(known)
        session.flush()
        session.execute(staff_roles.insert().values(staff_id=person.id, role_id=known.id))
    return person


def _enquiry(session: Session, now: datetime, *, name: str | None = "Trần Thị Cúc", language: str = "vi") -> Enquiry:
    contact, _, _ = contacts.meet(session, "web", "main", 7, now=now, name=name, language=language)
    return enquiries.hand_over(session, contact, question="Hỏi", reason="asked", message=None, now=now)[0]


def test_each_officer_has_a_draft_of_their_own_which_is_the_last_they_typed(session: Session, now: datetime) -> None:
    enquiry, hoa, an = _enquiry(session, now), _officer(session, now, "Hoa"), _officer(session, now, "An")
    for text in ("Chào", "Chào anh"):
        desk.keep_draft(session, enquiry, hoa, text, now)
    desk.keep_draft(session, enquiry, an, "Của An", now)
    assert [desk.draft_of(session, enquiry, person.id) for person in (hoa, an)] == ["Chào anh", "Của An"]
    desk.drop_draft(session, enquiry, hoa)
    desk.keep_draft(session, enquiry, an, " \n", now)
    assert session.scalar(select(func.count()).select_from(ReplyDraft)) == 0


def test_a_draft_beyond_the_longest_reply_is_refused_and_the_last_one_stays(session: Session, now: datetime) -> None:
    enquiry, officer = _enquiry(session, now), _officer(session, now, "Hoa")
    desk.keep_draft(session, enquiry, officer, "x" * 20_000, now)
    with pytest.raises(MessageTooLong):
        desk.keep_draft(session, enquiry, officer, "x" * 20_001, now)
    assert len(desk.draft_of(session, enquiry, officer.id)) == 20_000


def test_two_tabs_of_one_officer_may_save_and_be_seen_at_the_same_moment(database: Database, now: datetime) -> None:
    with database.write() as session:
        enquiry, officer = _enquiry(session, now), _officer(session, now, "Hoa")

    def act(number: int) -> None:
        with database.write() as session:
            own = session.get_one(Enquiry, enquiry.id), session.get_one(Staff, officer.id)
            desk.keep_draft(session, *own, f"bản {number}", now)
            desk.be_seen(session, *own, now, writes=True)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(12)))
    with database.read() as session:
        assert desk.draft_of(session, enquiry, officer.id).startswith("bản ")
        assert session.scalar(select(func.count()).select_from(Presence)) == 1


def test_colleagues_are_seen_for_half_a_minute_and_said_to_write_as_long(session: Session, now: datetime) -> None:
    enquiry, hoa, an = _enquiry(session, now), _officer(session, now, "Hoa"), _officer(session, now, "An")
    desk.be_seen(session, enquiry, hoa, now, writes=True)
    later = now + timedelta(seconds=29)
    assert desk.others(session, enquiry, an.id, later) == [desk.Colleague("Hoa", writes=True)]
    desk.be_seen(session, enquiry, hoa, later)
    assert desk.others(session, enquiry, an.id, now + timedelta(seconds=31)) == [desk.Colleague("Hoa", writes=False)]
    assert desk.others(session, enquiry, hoa.id, later) == []
    assert desk.others(session, enquiry, an.id, later + timedelta(seconds=31)) == []


def test_who_sent_or_left_is_no_longer_said_to_write_or_look(session: Session, now: datetime) -> None:
    enquiry, hoa, an = _enquiry(session, now), _officer(session, now, "Hoa"), _officer(session, now, "An")
    desk.be_seen(session, enquiry, hoa, now, writes=True)
    desk.be_seen(session, enquiry, hoa, now, writes=False)
    assert desk.others(session, enquiry, an.id, now) == [desk.Colleague("Hoa", writes=False)]
    desk.leave(session, enquiry, hoa)
    assert desk.others(session, enquiry, an.id, now) == []


def test_a_note_is_kept_with_its_author_also_on_a_closed_enquiry_and_puts_nothing_into_the_outbox(session: Session, now: datetime) -> None:
    enquiry, officer = _enquiry(session, now), _officer(session, now, "Hoa")
    enquiries.close(session, enquiry, by="staff", now=now)
    rows = session.scalar(select(func.count()).select_from(OutboundMessage))
    desk.add_note(session, enquiry, officer, "Hồ sơ ở tủ 3", now)
    assert [(note.officer, note.text) for note in desk.notes(session, enquiry)] == [("Hoa", "Hồ sơ ở tủ 3")]
    assert session.scalar(select(func.count()).select_from(OutboundMessage)) == rows


def test_an_empty_and_an_endless_note_are_refused(session: Session, now: datetime) -> None:
    enquiry, officer = _enquiry(session, now), _officer(session, now, "Hoa")
    with pytest.raises(EmptyNote):
        desk.add_note(session, enquiry, officer, " ", now)
    with pytest.raises(MessageTooLong):
        desk.add_note(session, enquiry, officer, "x" * 10_001, now)


def test_only_active_people_with_the_role_are_given_enquiries(session: Session, now: datetime) -> None:
    able = _officer(session, now, "Hoa", role="barcodes")
    gone, viewer = _officer(session, now, "An", role="barcodes", active=False), _officer(session, now, "Bình", role="viewer")
    assert list(desk.answerers(session, {"barcodes", "enquiries"})) == [able]
    assert desk.answerer(session, able.id, {"barcodes"}) is able
    for person_id in (gone.id, viewer.id, 999_999):
        with pytest.raises(CannotAnswer):
            desk.answerer(session, person_id, {"barcodes"})


def _canned(session: Session, now: datetime, title: str, text_vi: str, text_en: str = "", *, deleted: bool = False) -> CannedReply:
    row = CannedReply(title=title, text_vi=text_vi, text_en=text_en, updated_at=now, deleted_at=now if deleted else None)
    session.add(row)
    session.flush()
    return row


def test_canned_replies_are_found_without_diacritics_by_title_and_text(session: Session, now: datetime) -> None:
    scales = _canned(session, now, "Kiểm định cân", "Cân phải kiểm định mỗi năm, phí 100%.")
    _canned(session, now, "Mã vạch", "Xin cấp ở đâu")
    _canned(session, now, "Kiểm định cũ", "Không dùng nữa", deleted=True)
    for search in ("kiem dinh", "KIỂM phí", "100%", "dinh can"):
        assert list(canned.find(session, search)) == [scales]
    assert [row.title for row in canned.find(session, "")] == ["Kiểm định cân", "Mã vạch"]
    assert list(canned.find(session, "100_")) == []


def test_a_deleted_or_unknown_one_is_refused(session: Session, now: datetime) -> None:
    for key in (_canned(session, now, "Cũ", "Cũ", deleted=True).id, 999_999):
        with pytest.raises(NoSuchCannedReply):
            canned.get(session, key)


def test_a_citizen_is_written_to_in_their_language_with_the_facts_in_it(session: Session, now: datetime) -> None:
    enquiry, officer = _enquiry(session, now, language="en"), _officer(session, now, "Hoa")
    row = _canned(session, now, "Chào", "Chào {citizen}", "Dear {citizen}, {office} has {reference} until {due}. {officer}, {phone}")
    filled = canned.fill(session, row, enquiry, officer, now)
    assert filled.text == (
        f"Dear Trần Thị Cúc, Hue Sub-Department of Standards, Metrology and Quality has {enquiry.reference} "
        "until 09:00, 25 Nov 2026. Hoa, {phone}"
    )
    assert (filled.language, filled.open_places) == ("en", ["phone"])


def test_where_there_is_no_english_text_the_vietnamese_one_is_said_to_be_it(session: Session, now: datetime) -> None:
    enquiry, officer = _enquiry(session, now, name=None, language="en"), _officer(session, now, "Hoa")
    filled = canned.fill(session, _canned(session, now, "Chào", "Chào {citizen}", " "), enquiry, officer, now)
    assert (filled.text, filled.language) == ("Chào Quý khách", "vi")
