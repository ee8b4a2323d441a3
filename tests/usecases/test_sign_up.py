"""No seat is given twice, nobody is passed over against the rule, and everybody is told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import Contact, OutboundMessage, Participant, Registration, Reminder
from db.models.registration import CANCELLED, CONFIRMED, LAPSED, OFFERED, WAITING
from domain.errors import (
    AlreadySignedUp,
    ChangesOver,
    ClassDates,
    ClassFull,
    FewerSeatsThanTaken,
    LargerThanClass,
    NamedTwice,
    NoSuchRegistration,
    OfferOver,
    SignUpClosed,
)
from domain.training import Person
from tests.training import a_class, a_contact, a_wish
from usecases import classes, reminders, sign_up, waiting_list
from usecases.sign_up import CHAT, CITIZEN, COUNTER, STAFF


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        yield opened


def _in(session: Session, class_id: int, now: datetime, *names: str, chat_id: int, waits: bool = True) -> Registration:
    contact = a_contact(session, now, chat_id)
    wish = a_wish(*names, token=f"t{chat_id}", phone=f"09050000{chat_id:02d}")
    return sign_up.sign_up(session, class_id, wish, contact=contact, source=CHAT, waits=waits, now=now)


def _said(session: Session, contact: Contact | None) -> list[str]:
    assert contact is not None
    rows = session.scalars(select(OutboundMessage).where(OutboundMessage.contact_id == contact.id).order_by(OutboundMessage.id))
    return [row.payload.get("text", "") for row in rows]


def test_of_fifty_who_want_one_seat_at_once_exactly_one_gets_it(database: Database, now: datetime) -> None:
    with database.write() as session:
        class_id = a_class(session, now, seats=1).id
        keys = [a_contact(session, now, number).id for number in range(50)]

    def want(number: int) -> str:
        with database.write() as session:
            contact = session.get_one(Contact, keys[number], with_for_update=True)
            wish = a_wish(f"Nguyễn Văn {'A' * (number + 1)}", token=f"t{number}", phone=f"09051110{number:02d}")
            try:
                return sign_up.sign_up(session, class_id, wish, contact=contact, source=CHAT, waits=False, now=now).status
            except ClassFull:
                return "offered the waiting list"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(want, range(50)))
    assert (outcomes.count(CONFIRMED), outcomes.count("offered the waiting list")) == (1, 49)
    with database.read() as session:
        assert session.scalar(select(func.count(Participant.id))) == 1


def test_the_same_draft_handed_in_twice_is_one_registration(session: Session, now: datetime) -> None:
    class_id = a_class(session, now).id
    first = _in(session, class_id, now, "Nguyễn Văn An", "Trần Thị Bé", chat_id=1)
    assert _in(session, class_id, now, "Nguyễn Văn An", "Trần Thị Bé", chat_id=1) is first
    assert classes.seats(session, first.training_class).taken == 2


def test_the_same_person_is_told_and_not_doubled(session: Session, now: datetime) -> None:
    class_id = a_class(session, now).id
    contact = a_contact(session, now)
    at_firm = {"tax_code": "0100233488", "firm": "Công ty Nước mắm"}
    sign_up.sign_up(session, class_id, a_wish("Nguyễn Văn An", token="a"), contact=contact, source=CHAT, waits=False, now=now)
    for twin in (a_wish("NGUYEN VAN AN", token="b"), a_wish("Lê Thị Hoa", "Lê Thị Hoa", token="c")):
        with pytest.raises((AlreadySignedUp, NamedTwice)):
            sign_up.sign_up(session, class_id, twin, contact=contact, source=CHAT, waits=False, now=now)
    by_firm = a_wish("Trần Thị Bé", token="d", phone="0914000001", **at_firm)
    sign_up.sign_up(session, class_id, by_firm, contact=None, source=COUNTER, waits=False, now=now)
    again = a_wish("Tran Thi Be", token="e", phone="0914000002", **at_firm)
    with pytest.raises(AlreadySignedUp):  # a colleague who gives another phone
        sign_up.sign_up(session, class_id, again, contact=contact, source=CHAT, waits=False, now=now)
    namesake = a_wish("Nguyễn Văn An", token="f", phone="0935000000")
    assert sign_up.sign_up(session, class_id, namesake, contact=contact, source=CHAT, waits=False, now=now).status == CONFIRMED


def test_a_cancelled_seat_goes_to_the_next_who_has_a_time_to_take_it(session: Session, now: datetime) -> None:
    class_id = a_class(session, now, seats=2).id
    first = _in(session, class_id, now, "Nguyễn Văn An", "Trần Thị Bé", chat_id=1)
    second = _in(session, class_id, now, "Lê Thị Hoa", chat_id=2)
    third = _in(session, class_id, now, "Phan Văn Cường", chat_id=3)
    assert [one.status for one in (second, third)] == [WAITING, WAITING]
    assert waiting_list.position(session, third) == 2

    sign_up.take_out(session, first, first.participants[0].id, by=CITIZEN, now=now)
    assert (second.status, third.status) == (OFFERED, WAITING)
    assert "Có chỗ cho bạn" in _said(session, second.contact)[-1]
    assert "09:00, 24/11/2026" in _said(session, second.contact)[-1]

    too_late = now + timedelta(hours=24)
    assert waiting_list.lapse(session, too_late) == 1
    assert (second.status, third.status) == (LAPSED, OFFERED)
    with pytest.raises(OfferOver):
        sign_up.take(session, second, too_late)
    sign_up.take(session, third, too_late)
    sign_up.take(session, third, too_late)  # two taps
    assert (third.status, classes.seats(session, third.training_class).free) == (CONFIRMED, 0)
    assert waiting_list.lapse(session, too_late + timedelta(days=2)) == 0

    again = sign_up.sign_up(  # who let the offer lapse may stand at the end of the list
        session, class_id, a_wish("Lê Thị Hoa", token="again"), contact=second.contact, source=CHAT, waits=True, now=too_late
    )
    assert waiting_list.position(session, again) == 1


@pytest.mark.parametrize(("rule", "states"), [("skip", [WAITING, OFFERED]), ("hold", [WAITING, WAITING])])
def test_a_group_that_does_not_fit_is_passed_over_or_waited_for(session: Session, now: datetime, rule: str, states: list[str]) -> None:
    class_id = a_class(session, now, seats=3, waiting_rule=rule).id
    first = _in(session, class_id, now, "Nguyễn Văn An", "Trần Thị Bé", "Đỗ Văn Dũng", chat_id=1)
    group = _in(session, class_id, now, "Lê Thị Hoa", "Lê Thị Huệ", chat_id=2)
    single = _in(session, class_id, now, "Phan Văn Cường", chat_id=3)
    sign_up.take_out(session, first, first.participants[0].id, by=CITIZEN, now=now)
    assert [group.status, single.status] == states
    newcomer = _in(session, class_id, now, "Hồ Văn Mới", chat_id=4)
    assert newcomer.status == WAITING  # nobody is served before who waits, and no offered seat is given twice
    alarmed = [waiting_list.alarm_stalled(session, now), waiting_list.alarm_stalled(session, now)]
    assert alarmed == ([1, 0] if rule == "hold" else [0, 0])  # staff hear of free seats that nobody gets, once
    sign_up.take_out(session, first, first.participants[1].id, by=STAFF, now=now)
    assert group.status == (OFFERED if rule == "hold" else WAITING)


def test_a_sign_up_needs_an_open_class_and_fits_into_it(session: Session, now: datetime) -> None:
    training_class = a_class(session, now, seats=2)
    with pytest.raises(LargerThanClass):
        _in(session, training_class.id, now, "Nguyễn Văn An", "Trần Thị Bé", "Lê Thị Hoa", chat_id=1)
    after = training_class.sign_up_until
    with pytest.raises(SignUpClosed):
        _in(session, training_class.id, after, "Nguyễn Văn An", chat_id=1)
    late = sign_up.sign_up(
        session, training_class.id, a_wish("Lê Thị Hoa", token="x"), contact=None, source=COUNTER, waits=False, now=after
    )
    assert late.status == CONFIRMED


def test_changes_by_oneself_end_but_staff_may(session: Session, now: datetime) -> None:
    class_id = a_class(session, now).id
    mine = _in(session, class_id, now, "Nguyễn Văn An", chat_id=1)
    stranger = a_contact(session, now, 99)
    with pytest.raises(NoSuchRegistration):
        sign_up.own(session, stranger, mine.id)
    with pytest.raises(ChangesOver):
        sign_up.cancel(session, mine, by=CITIZEN, now=mine.training_class.changes_until)
    sign_up.cancel(session, mine, by=STAFF, now=mine.training_class.changes_until)
    assert (mine.status, mine.ended_by) == (CANCELLED, STAFF)
    assert "Văn phòng đã hủy đăng ký" in _said(session, mine.contact)[-1]


def test_a_replaced_participant_keeps_the_seat_but_not_the_ticket(session: Session, now: datetime) -> None:
    class_id = a_class(session, now, seats=1).id
    mine = _in(session, class_id, now, "Nguyễn Văn An", chat_id=1)
    old = mine.participants[0].ticket
    new = sign_up.replace(session, mine, mine.participants[0].id, Person("Trần Thị Bé", "Kế toán"), now)
    assert new.ticket != old
    assert classes.seats(session, mine.training_class).free == 0
    back = sign_up.replace(session, mine, new.id, Person("Nguyễn Văn An"), now)  # the first one comes after all
    assert [person.full_name for person in mine.participants if person.removed_at is None] == [back.full_name]


def _planned(session: Session, registration: Registration) -> list[datetime]:
    its = select(Reminder.due_at).where(Reminder.subject_id == registration.id, Reminder.state == "planned").order_by(Reminder.due_at)
    return list(session.scalars(its))


def test_reminders_follow_the_class_wherever_it_goes(session: Session, now: datetime) -> None:
    training_class = a_class(session, now)
    start = training_class.starts_at
    mine = _in(session, training_class.id, now, "Nguyễn Văn An", chat_id=1)
    assert _planned(session, mine) == [start - timedelta(days=7), start - timedelta(days=1), start - timedelta(hours=12.5)], (
        "the last one not at six in the morning"
    )

    facts = {name: getattr(training_class, name) for name in ("sign_up_from", "sign_up_until", "changes_until")}
    later = [(start + timedelta(days=2), start + timedelta(days=2, hours=3))]
    with pytest.raises(ClassDates):
        classes.change(session, training_class.id, facts, later, reason=" ", now=now)
    classes.change(session, training_class.id, facts, later, reason="Hội trường bận", now=now)
    assert _planned(session, mine)[0] == start - timedelta(days=5)
    assert len(_planned(session, mine)) == 3
    assert training_class.sequence == 1
    assert "Hội trường bận" in _said(session, mine.contact)[-1]

    classes.cancel(session, training_class.id, reason="Giảng viên ốm", now=now)
    assert _planned(session, mine) == []
    assert mine.status == CANCELLED
    assert "Giảng viên ốm" in _said(session, mine.contact)[-1]
    assert "Nguyễn Văn An" in _said(session, mine.contact)[-1]
    assert training_class.sequence == 2


def test_a_day_of_silence_is_followed_by_one_reminder_and_none_for_what_began(session: Session, now: datetime) -> None:
    training_class = a_class(session, now, reminders=[3 * 24 * 60, 2 * 24 * 60, 120])
    mine = _in(session, training_class.id, now, "Nguyễn Văn An", chat_id=1)
    start = training_class.starts_at
    for tick in range(3):
        reminders.send_due(session, start - timedelta(days=1) + timedelta(seconds=30 * tick))
    assert sum("Nhắc lịch học" in text for text in _said(session, mine.contact)) == 1
    assert "Hội trường Sở" in _said(session, mine.contact)[-1]
    assert "Giấy giới thiệu" in _said(session, mine.contact)[-1]
    before = len(_said(session, mine.contact))
    reminders.send_due(session, start + timedelta(minutes=1))
    assert len(_said(session, mine.contact)) == before
    states = session.execute(select(Reminder.state, Reminder.reason).order_by(Reminder.due_at)).all()
    assert [tuple(row) for row in states] == [("dropped", "newer due"), ("sent", ""), ("dropped", "begun")]


def test_only_what_lies_ahead_can_be_moved(session: Session, now: datetime) -> None:
    training_class = a_class(session, now)
    facts = {name: getattr(training_class, name) for name in ("sign_up_from", "sign_up_until", "changes_until")}
    first = (training_class.starts_at, training_class.starts_at + timedelta(hours=3))
    second = (first[0] + timedelta(days=1), first[1] + timedelta(days=1))
    classes.change(session, training_class.id, facts, [first, second], reason="Thêm buổi", now=now)
    between = first[1] + timedelta(hours=1)
    later = (second[0] + timedelta(hours=5), second[1] + timedelta(hours=5))
    classes.change(session, training_class.id, facts, [first, later], reason="Dời sang chiều", now=between)
    gone = (first[0] - timedelta(hours=2), first[1])
    with pytest.raises(ClassDates):
        classes.change(session, training_class.id, facts, [gone, later], reason="Dời", now=between)


def test_in_trial_mode_only_staff_hear_of_reminders(session: Session, now: datetime) -> None:
    training_class = a_class(session, now)
    mine = _in(session, training_class.id, now, "Nguyễn Văn An", chat_id=1)
    reminders.tell_staff_of_due(session, training_class.starts_at - timedelta(days=7))
    assert not _said(session, mine.contact)


def test_seats_cannot_be_fewer_than_are_taken_and_more_seats_go_to_who_waits(session: Session, now: datetime) -> None:
    training_class = a_class(session, now, seats=2)
    _in(session, training_class.id, now, "Nguyễn Văn An", "Trần Thị Bé", chat_id=1)
    waiting = _in(session, training_class.id, now, "Lê Thị Hoa", chat_id=2)
    facts = {name: getattr(training_class, name) for name in ("sign_up_from", "sign_up_until", "changes_until")}
    same = [(one.starts_at, one.ends_at) for one in training_class.sessions]
    with pytest.raises(FewerSeatsThanTaken):
        classes.change(session, training_class.id, facts | {"seats": 1}, same, reason="", now=now)
    classes.change(session, training_class.id, facts | {"seats": 3}, same, reason="", now=now)
    assert waiting.status == OFFERED


def test_a_class_is_not_opened_into_the_past_nor_with_a_price_of_no_source(session: Session, now: datetime) -> None:
    with pytest.raises(ClassDates):
        a_class(session, now, days=-1, sign_up_from=now - timedelta(days=9), sign_up_until=now - timedelta(days=8))
    with pytest.raises(ClassDates):
        a_class(session, now, price=500_000)
    training_class = a_class(session, now)
    start = training_class.starts_at
    facts = {name: getattr(training_class, name) for name in ("sign_up_from", "sign_up_until", "changes_until")}
    crossing = [(start, start + timedelta(hours=3)), (start + timedelta(hours=2), start + timedelta(hours=4))]
    with pytest.raises(ClassDates):
        classes.change(session, training_class.id, facts, crossing, reason="x", now=now)


def test_a_series_shows_what_is_wrong_with_its_days_before_it_is_made(session: Session, now: datetime) -> None:
    training_class = a_class(session, now, days=38)  # 31 December, a Thursday
    preview = classes.preview_series(session, training_class.id, every="week", interval=1, count=5, now=now)
    assert [str(one.day) for one in preview] == ["2027-01-07", "2027-01-14", "2027-01-21", "2027-01-28", "2027-02-04"]
    made = classes.create_series(session, training_class.id, [preview[0].day, preview[2].day], now)
    assert [one.status for one in made] == ["draft", "draft"]
    assert {one.series for one in made} == {training_class.series}
    assert made[0].sessions[0].starts_at - training_class.sessions[0].starts_at == timedelta(days=7)
    preview = classes.preview_series(session, training_class.id, every="week", interval=1, count=1, now=now)
    assert preview[0].faults == ["series.there_already"]
    to_weekend = classes.preview_series(session, training_class.id, every="day", interval=2, count=1, now=now)
    assert to_weekend[0].faults == ["series.closed_day"]
