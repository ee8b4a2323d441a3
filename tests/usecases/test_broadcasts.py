"""Broadcasts: what stops one, who may let it go, and that every rule holds for every recipient at the moment of sending."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import Broadcast, BroadcastRecipient, Contact, OutboundMessage, StaffContact
from db.models.broadcast import (
    CANCELLED,
    DONE,
    DRAFT,
    ENDS,
    FAILED,
    HELD,
    PAUSED,
    PLANNED,
    PLANNING,
    QUEUED,
    SCHEDULED,
    SENDING,
    SENT,
    SKIPPED,
    UNKNOWN,
)
from db.models.outbound_message import FAILED as OUT_FAILED
from db.models.outbound_message import SENDING as OUT_SENDING
from db.models.outbound_message import SENT as OUT_SENT
from db.models.outbound_message import UNKNOWN as OUT_UNKNOWN
from domain.audiences import Audience
from domain.broadcasts import Button, Content
from domain.channels import TELEGRAM
from domain.errors import (
    BadAudience,
    BroadcastChanged,
    BroadcastCountWrong,
    BroadcastMove,
    BroadcastNotReady,
    BroadcastOwnApproval,
    NeverAgain,
)
from domain.topics import TOPICS
from tests import broadcasts as made
from usecases import broadcast_replies, broadcast_sending, broadcast_writing, broadcasts, contacts, outbox, topics, withdrawals

ROUNDS = 60


def test_everything_wrong_is_named_before_anything_is_sent(database: Database, now: datetime) -> None:
    button = Button("link", "javascript:alert(1)", {"vi": "Xem", "en": ""})
    texts = {"vi": "Gửi {{ten}}, <b>mới", "en": "x" * 5_000}
    with database.write() as session:
        people = made.people(session, 1, now)
        lan = made.officer(session, now)
        drafts = {
            "content": made.draft(content=Content(texts, (button,))),
            "time": made.draft(scheduled_at=now - timedelta(days=1), window=("17:00", "08:00")),
            "night": made.draft(scheduled_at=now.replace(hour=23)),
            "half a tag": made.draft(content=Content(made.TEXTS | {"en": "Fees <b from May"})),
            "nobody": made.draft(audience=Audience(languages=("en",))),
        }
        found = {}
        for name, draft in drafts.items():
            broadcast = broadcasts.create(session, draft, by=lan, now=now)
            with pytest.raises(BroadcastNotReady) as refusal:
                broadcasts.submit(session, broadcast.id, digest=broadcast.digest, now=now)
            found[name] = {(problem.where, problem.key.removeprefix("broadcast.problem.")) for problem in refusal.value.problems}
    assert len(people) == 1
    assert found["content"] == {("vi", "placeholder"), ("en", "length"), ("en.button.1", "caption"), ("button.1", "link")}
    assert found["time"] == {("scheduled_at", "past"), ("window", "window")}
    assert found["night"] == {("scheduled_at", "quiet")}
    assert found["half a tag"] == {("en", "markup")}
    assert found["nobody"] == {("audience", "nobody")}
    with pytest.raises(BadAudience):
        Audience.of({"sql": ["1=1"]})


def test_only_a_second_person_lets_exactly_what_they_saw_go(database: Database, now: datetime) -> None:
    with database.write() as session:
        made.people(session, 600, now)
        lan, huong = made.officer(session, now), made.officer(session, now, "Trần Thị Hương")
        broadcast = broadcasts.create(session, made.draft(), by=lan, now=now)
        with pytest.raises(BroadcastCountWrong):
            broadcasts.submit(session, broadcast.id, digest=broadcast.digest, typed=60, now=now)
        broadcasts.submit(session, broadcast.id, digest=broadcast.digest, typed=600, now=now)
        seen = broadcast.digest
        with pytest.raises(BroadcastOwnApproval):
            broadcasts.approve(session, broadcast.id, by=lan, digest=seen, now=now)
        broadcasts.edit(session, broadcast.id, made.draft(content=Content(made.TEXTS | {"vi": "Chuyển 500.000 đồng"})), by=lan, now=now)
        assert broadcast.status == DRAFT
        broadcasts.submit(session, broadcast.id, digest=broadcast.digest, typed=600, now=now)
        with pytest.raises(BroadcastChanged):
            broadcasts.approve(session, broadcast.id, by=huong, digest=seen, now=now)
        broadcasts.approve(session, broadcast.id, by=huong, digest=broadcast.digest, now=now)
        assert (broadcast.status, broadcast.approved_digest) == (SCHEDULED, broadcast.digest)
        broadcasts.pause(session, broadcast.id, reason="chờ số liệu", now=now)  # before its moment: nobody was sent it
        broadcasts.edit(session, broadcast.id, made.draft(audience=Audience(channels=("telegram",))), by=lan, now=now)
        assert (broadcast.status, broadcast.approved_digest, broadcast.approved_by_id) == (DRAFT, "", None)


def test_what_was_changed_behind_the_approval_is_stopped_and_staff_hear_of_it(database: Database, now: datetime) -> None:
    with database.write() as session:
        made.people(session, 3, now)
        lan = made.officer(session, now)
        broadcast = made.let_go(session, now, lan, lan)
        broadcast.audience = {"channels": ["telegram", "web"]}
        session.flush()
        made.plan(session, broadcast.id, now)
        assert (broadcast.status, broadcast.pause_reason, broadcast.total) == (PAUSED, "broadcast.stopped.changed", 0)
        assert len(session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "mail")).all()) == 1


def test_an_audience_that_grew_since_it_was_approved_waits_for_a_person(database: Database, now: datetime) -> None:
    with database.write() as session:
        made.people(session, 30, now)
        lan = made.officer(session, now)
        broadcast = made.let_go(session, now, lan, lan)
        made.people(session, 40, now, first=1000)
        made.plan(session, broadcast.id, now)
        assert (broadcast.status, broadcast.total, broadcast.pause_reason) == (PAUSED, 70, "broadcast.stopped.grown")
        assert made.feed(session, broadcast.id, now) == 0


def test_every_rule_is_asked_when_a_message_is_queued(database: Database, now: datetime) -> None:
    with database.write() as session:
        ids = made.people(session, 6, now)
        told, refused, withdrew, blocked, late, gone = (session.get_one(Contact, key) for key in ids)
        lan = made.officer(session, now)
        broadcast = made.let_go(session, now, lan, lan)
        made.plan(session, broadcast.id, now)
        topics.choose(session, refused, "barcodes", wanted=False, now=now)
        contacts.consent(session, withdrew, contacts.ANSWERING, granted=False, now=now)
        contacts.suppress(blocked, "403", now)
        late.hours_from, late.hours_until = "14:00", "16:00"
        session.flush()
        made.feed(session, broadcast.id, now)
        topics.refuse_all(session, gone, now)  # it was in the outbox already
        sent = made.deliver(session, now)
        broadcast_sending.settle(session, broadcast.id, now)
        found = made.states(session, broadcast.id)
        assert [row.chat_id for row in sent] == [told.chat_id]
        assert sent[0].payload["text"] == "Kính gửi Người 1: <b>mức phí mới</b>"
        assert sent[0].payload["reply_markup"]["inline_keyboard"][-1][0]["callback_data"] == f"topic:barcodes:0:{broadcast.id}"
        reasons = {refused.id: "refused", withdrew.id: "no consent", blocked.id: "blocked", gone.id: "refused"}
        assert found == {told.id: (SENT, "")} | {key: (SKIPPED, why) for key, why in reasons.items()} | {late.id: (PLANNED, "")}
        assert (broadcast.status, broadcast.sent, broadcast.skipped, broadcast.total) == ("sending", 1, 4, 6)
        made.feed(session, broadcast.id, now.replace(hour=14))
        assert [row.chat_id for row in made.deliver(session, now)] == [late.chat_id]
        broadcast_sending.settle(session, broadcast.id, now)
        assert (broadcast.status, broadcast.sent) == (DONE, 2)
        assert broadcast_replies.followed(session, told, now + timedelta(hours=1)) == broadcast.id
        with pytest.raises(NeverAgain):
            outbox.try_again(session, sent[0], now)


def test_in_trial_mode_only_the_staffs_own_contacts_are_told_and_it_says_so(database: Database, now: datetime) -> None:
    with database.write() as session:
        made.people(session, 3, now)
        own = made.people(session, 1, now, topic=None, first=100)[0]
        lan = made.officer(session, now)
        session.add(StaffContact(contact_id=own, staff_id=lan.id, since=now))
        broadcast = made.let_go(session, now, lan, lan)
        made.plan(session, broadcast.id, now, trial=True)
        made.feed(session, broadcast.id, now, trial=True)
        rows = made.deliver(session, now)
        assert [(row.contact_id, row.payload["text"][:6]) for row in rows] == [(own, "[THỬ] ")]


def test_at_night_nothing_is_queued_and_an_urgent_one_with_its_reason_is(database: Database, now: datetime) -> None:
    night = now.replace(hour=22)
    with database.write() as session:
        made.people(session, 2, now)
        lan = made.officer(session, now)
        usual, urgent = made.let_go(session, now, lan, lan), made.let_go(session, now, lan, lan, urgent_reason="Thu hồi sữa")
        for one in (usual, urgent):
            made.plan(session, one.id, night)
        assert made.feed(session, usual.id, night) == 0
        assert made.feed(session, urgent.id, night) == 2
        morning = (now + timedelta(days=2)).replace(hour=8)
        assert made.feed(session, usual.id, morning) == 2
        assert {one.state for one in session.scalars(select(BroadcastRecipient))} == {QUEUED}


def test_two_a_day_and_the_rest_as_one_digest(database: Database, now: datetime) -> None:
    with database.write() as session:
        key = made.people(session, 1, now)[0]
        lan = made.officer(session, now)
        all_four = [made.let_go(session, now, lan, lan, title=f"Tin {number}") for number in range(4)]
        for one in all_four:
            made.plan(session, one.id, now)
            made.feed(session, one.id, now)
        assert len(made.deliver(session, now)) == 2
        for one in all_four:
            broadcast_sending.settle(session, one.id, now)
        assert [made.states(session, one.id)[key][0] for one in all_four] == [SENT, SENT, HELD, HELD]
        tomorrow = now + timedelta(days=2)  # 24 November is a holiday
        for one in all_four:
            made.feed(session, one.id, tomorrow)
        (digest,) = made.deliver(session, tomorrow)
        assert digest.kind == "digest"
        assert [title in digest.payload["text"] for title in ("Tin 1", "Tin 2", "Tin 3")] == [False, True, True]
        for one in all_four:
            broadcast_sending.settle(session, one.id, tomorrow)
        assert {one.status for one in all_four} == {DONE}
        mine = session.scalars(select(BroadcastRecipient).where(BroadcastRecipient.broadcast_id == all_four[3].id)).one()
        contact = session.get_one(Contact, key)
        assert broadcast_replies.follows_digest(session, contact, tomorrow)
        assert broadcast_replies.followed(session, contact, tomorrow) is None
        assert broadcast_replies.show_again(session, contact, mine.id, tomorrow)
        assert withdrawals.of_broadcast(session, all_four[3]) == 0, "what somebody asked to read is no part of the broadcast"
        made.deliver(session, tomorrow)
        assert broadcast_replies.followed(session, contact, tomorrow) == all_four[3].id


def test_pause_and_cancel_bite_at_once_and_what_is_being_sent_is_counted(database: Database, now: datetime) -> None:
    with database.write() as session:
        made.people(session, 300, now)
        lan, huong = made.officer(session, now), made.officer(session, now, "Trần Thị Hương")
        broadcast = made.let_go(session, now, lan, huong)
        made.plan(session, broadcast.id, now)
        made.feed(session, broadcast.id, now)
        rows = session.scalars(
            select(OutboundMessage).where(OutboundMessage.broadcast_id == broadcast.id).order_by(OutboundMessage.id)
        ).all()
        assert len(rows) == broadcast_sending.QUEUE
        rows[0].state = OUT_SENDING
        session.flush()
        broadcasts.pause(session, broadcast.id, reason="sai lịch", now=now)
        session.expire_all()
        assert [row.state for row in session.scalars(select(OutboundMessage).where(OutboundMessage.broadcast_id == broadcast.id))] == [
            OUT_SENDING
        ]
        broadcasts.resume(session, broadcast.id, now)
        made.feed(session, broadcast.id, now)
        broadcasts.cancel(session, broadcast.id, now)
        session.get_one(OutboundMessage, rows[0].id).state = OUT_SENT
        session.flush()
        while broadcast_sending.sweep(session, broadcast.id, now):
            pass
        broadcast_sending.settle(session, broadcast.id, now)
        assert (broadcast.status, broadcast.sent, broadcast.skipped, broadcast.total) == (CANCELLED, 1, 299, 300)
        assert broadcast.finished_at == now
        with pytest.raises(BroadcastMove):
            broadcasts.resume(session, broadcast.id, now)


def test_it_pauses_itself_when_more_than_a_tenth_of_the_last_two_hundred_fail(database: Database, now: datetime) -> None:
    with database.write() as session:
        made.people(session, 400, now)
        lan, huong = made.officer(session, now), made.officer(session, now, "Trần Thị Hương")
        broadcast = made.let_go(session, now, lan, huong)
        made.plan(session, broadcast.id, now)
        made.feed(session, broadcast.id, now)
        made.deliver(session, now, lambda row: OUT_FAILED if row.chat_id % 10 == 0 else OUT_UNKNOWN if row.chat_id % 50 == 1 else OUT_SENT)
        broadcast_sending.settle(session, broadcast.id, now)
        assert (broadcast.status, broadcast.failed, broadcast.unknown) == ("sending", 20, 4)  # just a tenth
        later = now + timedelta(minutes=1)
        made.feed(session, broadcast.id, later)
        made.deliver(session, later, lambda row: OUT_FAILED if row.chat_id % 9 == 0 else OUT_SENT)
        made.feed(session, broadcast.id, later)
        broadcast_sending.settle(session, broadcast.id, later)
        assert (broadcast.status, broadcast.pause_reason) == (PAUSED, "broadcast.stopped.failing")
        assert broadcast.sent + broadcast.failed + broadcast.unknown == 400
        broadcasts.resume(session, broadcast.id, later)
        broadcast_sending.settle(session, broadcast.id, later)
        assert (broadcast.status, broadcast.unknown) == (DONE, 4)


@dataclass
class World:
    """Several broadcasts to a few people, and what the platform was given."""

    session: Session
    data: st.DataObject
    now: datetime
    told: list[tuple[int, int | None, date]] = field(default_factory=list)
    """Contact, broadcast (None for a digest) and day, of what may have arrived."""

    def __post_init__(self) -> None:
        self.people = made.people(self.session, 4, self.now)
        lan = made.officer(self.session, self.now)
        self.several = [made.let_go(self.session, self.now, lan, lan, title=f"Tin {number}") for number in range(4)]

    def plan(self, broadcast: Broadcast) -> None:
        made.plan(self.session, broadcast.id, self.now)

    def feed(self, broadcast: Broadcast) -> None:
        made.feed(self.session, broadcast.id, self.now)

    def settle(self, broadcast: Broadcast) -> None:
        broadcast_sending.settle(self.session, broadcast.id, self.now)

    def deliver(self, _broadcast: Broadcast) -> None:
        fate = self.data.draw(st.sampled_from([OUT_SENT, OUT_SENT, OUT_UNKNOWN, OUT_FAILED]))
        for row in made.deliver(self.session, self.now, lambda row: fate):
            assert topics.of(self.session, self.session.get_one(Contact, row.contact_id))["barcodes"], "against a choice"
            if fate != OUT_FAILED:
                self.told.append((row.contact_id or 0, row.broadcast_id, self.now.date()))

    def choose(self, _broadcast: Broadcast) -> None:
        contact = self.session.get_one(Contact, self.data.draw(st.sampled_from(self.people)))
        topics.choose(self.session, contact, "barcodes", wanted=self.data.draw(st.booleans()), now=self.now)

    def stop_or_go_on(self, broadcast: Broadcast) -> None:
        if broadcast.status == PAUSED:
            broadcasts.resume(self.session, broadcast.id, self.now)
        elif broadcast.status in {SCHEDULED, PLANNING, SENDING}:
            broadcasts.pause(self.session, broadcast.id, reason="-", now=self.now)

    def wait(self, _broadcast: Broadcast) -> None:
        self.now += timedelta(hours=self.data.draw(st.integers(1, 14)))


ACTS = [World.plan, World.feed, World.feed, World.deliver, World.deliver, World.settle, World.choose, World.stop_or_go_on, World.wait]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_happens_nobody_is_told_twice_against_a_choice_or_above_the_cap(
    database: Database, now: datetime, data: st.DataObject
) -> None:
    """People who choose and unchoose, pauses, a platform that fails, nights: in any order."""
    with database.session() as session, session.begin():
        world = World(session, data, now)
        for act in data.draw(st.lists(st.sampled_from(ACTS), min_size=5, max_size=ROUNDS)):
            act(world, data.draw(st.sampled_from(world.several)))
        own = [(contact, broadcast) for contact, broadcast, _ in world.told if broadcast is not None]
        assert len(own) == len(set(own)), "told twice"
        days = Counter((contact, day) for contact, _, day in world.told)
        assert max(days.values(), default=0) <= broadcast_sending.DAILY, "above the cap"
        for one in world.several:
            session.refresh(one)
            ends = Counter(state for state, _ in made.states(session, one.id).values())
            assert (one.sent, one.failed, one.unknown, one.skipped) == tuple(ends[name] for name in (SENT, FAILED, UNKNOWN, SKIPPED))
            assert one.status != DONE or sum(ends[name] for name in ENDS) == one.total
        session.rollback()


def test_a_button_can_carry_every_topic() -> None:
    assert all(len(broadcast_writing.unsubscribe(topic, 10**12)) <= TELEGRAM.button_data for topic in TOPICS)
