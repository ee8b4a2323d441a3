"""Scans arrive late, twice and in any order; who was there, and since when, is the same in the end. Certificates follow from it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import Registration, Staff, TrainingClass
from domain.errors import AlreadySignedUp, CertificateNotEarned, ClassFull, ClassMove
from domain.training import Person
from tests.training import a_class, a_contact, a_wish
from usecases import certificates, class_survey, classes, door, sign_up
from usecases.door import IN, UNDO, Scan, came_at

MOMENTS = st.integers(0, 20).map(lambda minutes: datetime(2026, 12, 7, 1, 0, tzinfo=UTC) + timedelta(minutes=minutes))


@given(scans=st.lists(st.tuples(st.sampled_from([IN, UNDO]), MOMENTS), max_size=6), again=st.randoms())
def test_the_order_of_arrival_says_nothing(scans: list[tuple[str, datetime]], again: Random) -> None:
    shuffled = list(scans)
    again.shuffle(shuffled)
    assert came_at(scans) == came_at(shuffled)
    if (came := came_at(scans)) is not None:
        assert (IN, came) in scans
        assert not any(kind == UNDO and at >= came for kind, at in scans)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        yield opened


@pytest.fixture
def officer(session: Session, now: datetime) -> Staff:
    person = Staff(email="door@chuan.example", full_name="Lê Thị Cửa", fs_uniquifier="door", created_at=now)
    session.add(person)
    session.flush()
    return person


@pytest.fixture
def training_class(session: Session, now: datetime) -> TrainingClass:
    return a_class(session, now, seats=3)


@pytest.fixture
def mine(session: Session, training_class: TrainingClass, now: datetime) -> Registration:
    wish = a_wish("Nguyễn Văn An", "Trần Thị Bé", token="t", firm="Công ty Mè xửng")
    return sign_up.sign_up(session, training_class.id, wish, contact=a_contact(session, now), source="chat", waits=False, now=now)


def test_two_devices_without_network_agree_on_the_earliest_time(
    session: Session, training_class: TrainingClass, mine: Registration, officer: Staff
) -> None:
    (meeting,) = training_class.sessions
    start, ticket = meeting.starts_at, mine.participants[0].ticket
    late, early = Scan("b1", ticket, IN, start + timedelta(minutes=5)), Scan("a1", ticket, IN, start + timedelta(minutes=2))
    now = start + timedelta(hours=1)
    first = door.merge(session, meeting, [late, late], staff_id=officer.id, now=now)
    assert [one.is_first for one in first] == [True, True]
    (merged,) = door.merge(session, meeting, [early], staff_id=officer.id, now=now)
    assert (merged.name, merged.first_at, merged.is_first) == ("Nguyễn Văn An", early.at, True)
    (seen,) = door.merge(session, meeting, [late], staff_id=officer.id, now=now)
    assert (seen.first_at, seen.is_first) == (early.at, False)  # a second scan is told when the first was
    door.merge(session, meeting, [Scan("a2", ticket, UNDO, start + timedelta(minutes=3))], staff_id=officer.id, now=now)
    assert door.present(session, meeting) == {mine.participants[0].id: late.at}
    door.merge(session, meeting, [Scan("a3", ticket, UNDO, start + timedelta(minutes=9))], staff_id=officer.id, now=now)
    assert door.present(session, meeting) == {}


def test_a_scan_that_does_not_count_says_why(
    session: Session, training_class: TrainingClass, mine: Registration, officer: Staff, now: datetime
) -> None:
    (meeting,) = training_class.sessions
    replaced = mine.participants[0]
    sign_up.replace(session, mine, replaced.id, Person("Lê Thị Hoa"), now)
    other = a_class(session, now, seats=1, title="Xăng dầu")
    foreign = sign_up.sign_up(session, other.id, a_wish("Phan Văn Cường", token="o"), contact=None, source="counter", waits=False, now=now)
    at = meeting.starts_at
    tickets = [replaced.ticket, foreign.participants[0].ticket, "no such ticket", mine.participants[1].ticket]
    scans = [Scan(f"s{number}", ticket, IN, at) for number, ticket in enumerate(tickets)]
    scans.append(Scan("s9", mine.participants[1].ticket, IN, at + timedelta(hours=5)))
    merged = door.merge(session, meeting, scans, staff_id=officer.id, now=at)
    assert [one.fault for one in merged] == [door.REPLACED, door.OTHER_CLASS, door.UNKNOWN, "", door.FUTURE]


def test_a_walk_in_gets_the_last_seat_and_the_next_one_does_not(
    session: Session, training_class: TrainingClass, mine: Registration, officer: Staff
) -> None:
    (meeting,) = training_class.sessions
    at = meeting.starts_at
    person = Person("Hồ Văn Khách", phone="0935111222")
    merged = door.walk_in(session, meeting, person, "Cửa hàng gas", uid="w1", at=at, staff_id=officer.id, now=at)
    assert (merged.name, merged.first_at) == ("Hồ Văn Khách", at)
    assert door.walk_in(session, meeting, person, "Cửa hàng gas", uid="w1", at=at, staff_id=officer.id, now=at).first_at == at
    with pytest.raises(AlreadySignedUp):
        door.walk_in(session, meeting, person, "", uid="w2", at=at, staff_id=officer.id, now=at)
    with pytest.raises(ClassFull):
        door.walk_in(session, meeting, Person("Đặng Thị Sau"), "", uid="w3", at=at, staff_id=officer.id, now=at)


def test_certificates_are_for_those_who_attended_and_passed(
    session: Session, training_class: TrainingClass, mine: Registration, officer: Staff
) -> None:
    (meeting,) = training_class.sessions
    training_class.pass_mark = 50
    an, be = mine.participants
    for number, person in enumerate((an, be)):
        door.merge(session, meeting, [Scan(f"c{number}", person.ticket, IN, meeting.starts_at)], staff_id=officer.id, now=meeting.ends_at)
    an.score, be.score = 80, 49
    after = meeting.ends_at
    with pytest.raises(ClassMove):
        certificates.issue(session, training_class.id, None, by=officer, now=after)
    classes.hold(session, training_class.id, after)
    made = certificates.issue(session, training_class.id, None, by=officer, now=after)
    assert [one.full_name for one in made] == ["Nguyễn Văn An"]
    assert made[0].serial == "CN-2026-000001-" + made[0].serial[-1]
    assert certificates.issue(session, training_class.id, None, by=officer, now=after) == []  # nobody gets two
    with pytest.raises(CertificateNotEarned):
        certificates.issue(session, training_class.id, [be.id], by=officer, now=after)
    certificates.revoke(session, made[0], reason="In sai tên", now=after)
    found = certificates.find(session, made[0].secret)
    assert found is not None
    assert found.revoked_reason == "In sai tên"
    an.full_name = "Nguyễn Văn Ân"
    assert [one.full_name for one in certificates.issue(session, training_class.id, [an.id], by=officer, now=after)] == ["Nguyễn Văn Ân"]

    class_survey.mark(session, mine, class_survey.CONTENT, 5, after)
    class_survey.mark(session, mine, class_survey.CONTENT, 4, after)
    class_survey.say(session, mine, "Thêm bài tập", after)
    outcome = class_survey.outcome(session, training_class)
    assert (outcome.content, outcome.organisation, outcome.words) == ({4: 1}, {}, ["Thêm bài tập"])


def test_all_orders_of_the_same_scans_agree() -> None:
    start = datetime(2026, 12, 7, 1, 0, tzinfo=UTC)
    scans = [(IN, start), (UNDO, start + timedelta(minutes=1)), (IN, start + timedelta(minutes=2)), (IN, start + timedelta(minutes=4))]
    assert {came_at(order) for order in permutations(scans)} == {start + timedelta(minutes=2)}
