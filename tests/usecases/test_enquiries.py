from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import Contact, Enquiry, InboundMessage, OutboundMessage, Staff
from db.models.enquiry import BOT, CLOSED, HUMAN, WAITING
from domain.errors import EmptyReply, EnquiryClosed, NewerEnquiryOpen, NewerTurns, NoSuchEnquiry, OwnedByAnother, PlacesLeft
from usecases import contacts, enquiries
from usecases.enquiries import Seen
from usecases.references import next_reference


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        yield opened


def _contact(session: Session, now: datetime, chat_id: int = 7) -> Contact:
    return contacts.meet(session, "web", "main", chat_id, now=now, name=None, language="vi")[0]


def _officer(session: Session, now: datetime, name: str = "Lê Thị Hoa") -> Staff:
    staff = Staff(email=f"{name}@chuan.example", full_name=name, fs_uniquifier=name, created_at=now)
    session.add(staff)
    session.flush()
    return staff


def _open(session: Session, contact: Contact, now: datetime) -> Enquiry:
    return enquiries.hand_over(session, contact, question="Hỏi gì đó", reason="not_found", message=None, now=now)[0]


def _texts(session: Session, contact: Contact) -> list[str]:
    rows = session.scalars(select(OutboundMessage).where(OutboundMessage.contact_id == contact.id).order_by(OutboundMessage.id))
    return [row.payload.get("text", "") for row in rows]


def test_a_citizen_has_one_enquiry_with_people_at_a_time(session: Session, now: datetime) -> None:
    contact = _contact(session, now)
    first, is_new = enquiries.hand_over(session, contact, question="a", reason="asked", message=None, now=now)
    second, is_new_again = enquiries.hand_over(session, contact, question="b", reason="asked", message=None, now=now)
    assert (is_new, is_new_again) == (True, False)
    assert first is second


def test_the_first_staff_message_takes_the_enquiry_over_and_reaches_the_outbox(session: Session, now: datetime) -> None:
    contact, officer = _contact(session, now), _officer(session, now)
    enquiry = _open(session, contact, now)
    enquiries.reply(session, enquiry, officer, text="Câu trả lời <của> tôi", now=now)
    assert (enquiry.status, enquiry.assigned_to_id) == (HUMAN, officer.id)
    assert "Câu trả lời &lt;của&gt; tôi" in _texts(session, contact)[-1]


def test_a_second_officer_is_told_who_has_it_and_nothing_is_sent(session: Session, now: datetime) -> None:
    contact, first, second = _contact(session, now), _officer(session, now), _officer(session, now, "Trần Văn An")
    enquiry = _open(session, contact, now)
    enquiries.take(session, enquiry, first, now)
    said = len(_texts(session, contact))
    with pytest.raises(OwnedByAnother) as refusal:
        enquiries.reply(session, enquiry, second, text="chen ngang", now=now)
    assert refusal.value.facts["officer"] == "Lê Thị Hoa"
    assert len(_texts(session, contact)) == said


def test_an_empty_reply_takes_nothing_over(session: Session, now: datetime) -> None:
    enquiry = _open(session, _contact(session, now), now)
    with pytest.raises(EmptyReply):
        enquiries.reply(session, enquiry, _officer(session, now), text="  ", now=now)
    assert enquiry.status == WAITING


def test_given_back_to_the_bot_and_taken_again_by_the_next_staff_message(session: Session, now: datetime) -> None:
    contact, officer = _contact(session, now), _officer(session, now)
    enquiry = _open(session, contact, now)
    enquiries.take(session, enquiry, officer, now)
    enquiries.give_back(session, enquiry, now)
    assert enquiry.status == BOT
    assert enquiries.current(session, contact) is None
    enquiries.reply(session, enquiry, officer, text="bổ sung", now=now)
    assert enquiry.status == HUMAN


def test_an_enquiry_given_back_is_not_taken_again_beside_a_newer_one(session: Session, now: datetime) -> None:
    contact, officer = _contact(session, now), _officer(session, now)
    old = _open(session, contact, now)
    enquiries.give_back(session, old, now)
    newer = _open(session, contact, now)
    with pytest.raises(NewerEnquiryOpen) as refusal:
        enquiries.reply(session, old, officer, text="vào nhầm", now=now)
    assert refusal.value.facts["reference"] == newer.reference


def test_closing_twice_tells_the_citizen_once_and_a_closed_one_takes_no_reply(session: Session, now: datetime) -> None:
    contact = _contact(session, now)
    enquiry = _open(session, contact, now)
    enquiries.close(session, enquiry, by="staff", now=now)
    enquiries.close(session, enquiry, by="citizen", now=now)
    assert (enquiry.status, enquiry.closed_by) == (CLOSED, "staff")
    assert sum("đã đóng" in text for text in _texts(session, contact)) == 1
    with pytest.raises(EnquiryClosed):
        enquiries.reply(session, enquiry, _officer(session, now), text="muộn rồi", now=now)


def test_a_rating_is_given_once(session: Session, now: datetime) -> None:
    enquiry = _open(session, _contact(session, now), now)
    assert enquiries.rate(enquiry, 5)
    assert not enquiries.rate(enquiry, 1)
    assert enquiry.rating == 5


def test_somebody_elses_enquiry_is_not_found(session: Session, now: datetime) -> None:
    enquiry = _open(session, _contact(session, now, 7), now)
    with pytest.raises(NoSuchEnquiry):
        enquiries.get_own(session, _contact(session, now, 8), enquiry.reference)


def test_an_unanswered_enquiry_is_escalated_once_and_both_sides_are_told(session: Session, now: datetime) -> None:
    contact, officer = _contact(session, now), _officer(session, now)
    enquiry = _open(session, contact, now)
    assert enquiries.escalate_overdue(session, enquiry.due_at - timedelta(minutes=1)) == 0
    later = enquiry.due_at + timedelta(minutes=1)
    assert [enquiries.escalate_overdue(session, later), enquiries.escalate_overdue(session, later)] == [1, 0]
    assert "chưa được trả lời đúng hẹn" in _texts(session, contact)[-1]
    mails = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "mail", OutboundMessage.staff_id == officer.id)).all()
    assert "quá hẹn" in mails[-1].payload["subject"]


def test_an_answered_enquiry_is_not_escalated(session: Session, now: datetime) -> None:
    enquiry = _open(session, _contact(session, now), now)
    enquiries.reply(session, enquiry, _officer(session, now), text="xong", now=now + timedelta(minutes=5))
    assert enquiries.escalate_overdue(session, now + timedelta(days=10)) == 0


def test_an_officer_who_falls_silent_is_escalated_too(session: Session, now: datetime) -> None:
    contact = _contact(session, now)
    enquiry = _open(session, contact, now)
    enquiries.reply(session, enquiry, _officer(session, now), text="chờ tôi xem", now=now + timedelta(minutes=5))
    enquiries.add(session, enquiry, None, now + timedelta(minutes=10))
    assert enquiries.escalate_overdue(session, now + timedelta(days=10)) == 1


def test_the_mail_to_staff_holds_no_words_of_the_citizen(session: Session, now: datetime) -> None:
    _officer(session, now)
    enquiries.hand_over(session, _contact(session, now), question="bí mật 0905123456", reason="asked", message=None, now=now)
    mail = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "mail")).one()
    assert "bí mật" not in str(mail.payload)
    assert "0905123456" not in str(mail.payload)


def _mails(session: Session, officer: Staff) -> list[str]:
    rows = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "mail", OutboundMessage.staff_id == officer.id))
    return [row.payload["subject"] for row in rows.all() if "giao" in row.payload["subject"]]


def test_whoever_is_given_an_enquiry_is_told_by_mail_alone_and_the_citizen_in_the_chat_both_once(session: Session, now: datetime) -> None:
    contact, giver, taker, third = _contact(session, now), *(_officer(session, now, name) for name in ("Hoa", "An", "Bình"))
    taker.receives_alerts = False
    enquiry = _open(session, contact, now)
    for _ in range(2):
        enquiries.assign(session, enquiry, taker, by=giver, takes_over=False, now=now)
    assert (enquiry.status, enquiry.assigned_to_id) == (HUMAN, taker.id)
    assert sum("An" in text for text in _texts(session, contact)) == 1
    assert [_mails(session, officer) for officer in (giver, taker, third)] == [
        [],
        [f"[Chuẩn] Phiếu hỏi {enquiry.reference} được giao cho bạn"],
        [],
    ]


def test_nobody_writes_themselves_a_mail(session: Session, now: datetime) -> None:
    officer, enquiry = _officer(session, now), _open(session, _contact(session, now), now)
    enquiries.assign(session, enquiry, officer, by=officer, takes_over=False, now=now)
    assert _mails(session, officer) == []


def test_an_enquiry_of_a_colleague_is_taken_only_by_whoever_may(session: Session, now: datetime) -> None:
    holder, other, enquiry = _officer(session, now), _officer(session, now, "Trần Văn An"), _open(session, _contact(session, now), now)
    enquiries.take(session, enquiry, holder, now)
    with pytest.raises(OwnedByAnother):
        enquiries.assign(session, enquiry, other, by=other, takes_over=False, now=now)
    enquiries.assign(session, enquiry, other, by=other, takes_over=True, now=now)
    assert enquiry.assigned_to_id == other.id
    enquiries.assign(session, enquiry, holder, by=other, takes_over=False, now=now)
    assert enquiry.assigned_to_id == holder.id


def test_a_closed_enquiry_is_given_to_nobody(session: Session, now: datetime) -> None:
    officer, enquiry = _officer(session, now), _open(session, _contact(session, now), now)
    enquiries.close(session, enquiry, by="citizen", now=now)
    with pytest.raises(EnquiryClosed):
        enquiries.assign(session, enquiry, officer, by=officer, takes_over=True, now=now)


def test_an_answer_does_not_pass_what_the_citizen_wrote_meanwhile(session: Session, now: datetime) -> None:
    contact, officer = _contact(session, now), _officer(session, now)
    enquiry = _open(session, contact, now)
    message = InboundMessage(contact_id=contact.id, kind="message", text="khoan đã", at=now)
    session.add(message)
    session.flush()
    with pytest.raises(NewerTurns):
        enquiries.reply(session, enquiry, officer, text="xong rồi", seen=Seen(message.id - 1, 0), now=now)
    assert enquiry.status == WAITING
    enquiries.reply(session, enquiry, officer, text="xong rồi", seen=Seen(message.id, 0), now=now)
    with pytest.raises(NewerTurns):
        enquiries.reply(session, enquiry, officer, text="gửi lại từ thẻ khác", seen=Seen(message.id, 0), now=now)


def test_what_the_bot_says_meanwhile_is_no_newer_answer(session: Session, now: datetime) -> None:
    officer, enquiry = _officer(session, now), _open(session, _contact(session, now), now)
    enquiries.take(session, enquiry, officer, now)
    enquiries.reply(session, enquiry, officer, text="xong", seen=Seen(0, 0), now=now)


def test_an_answer_with_an_open_place_is_not_sent(session: Session, now: datetime) -> None:
    officer, enquiry = _officer(session, now), _open(session, _contact(session, now), now)
    with pytest.raises(PlacesLeft) as refusal:
        enquiries.reply(session, enquiry, officer, text="Gọi {phone}, hỏi {người}", now=now)
    assert refusal.value.facts == {"places": "{phone}, {người}"}
    assert enquiry.status == WAITING


def test_references_are_unique_and_gapless_for_many_at_once_and_start_anew_each_year(database: Database, now: datetime) -> None:
    def draw(_: int) -> str:
        with database.write() as session:
            return next_reference(session, "HD", now)

    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(draw, range(40)))
    assert sorted(int(reference[8:14]) for reference in drawn) == list(range(1, 41))
    with database.write() as session:
        assert next_reference(session, "HD", now + timedelta(days=365)).startswith("HD-2027-000001-")
