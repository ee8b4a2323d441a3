"""One service of reminders: planned, replaced and dropped with what they are about; quiet at night; no burst after a silence."""

from collections import Counter
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import Contact, OutboundMessage, Reminder
from db.models.reminder import DROPPED, PLANNED, SENT
from domain.dossiers.common import IN_REVIEW
from domain.worktime import ZONE
from tests.dossiers import a_dossier, an_officer
from tests.training import a_class, a_contact, a_wish
from usecases import dossiers, office, outbox, personal_reminders, quiet_hours, reminder_plans, reminders, sign_up
from usecases.dossier_reminders import DEADLINE, MISSING


def told(session: Session) -> list[OutboundMessage]:
    return list(session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "reminder").order_by(OutboundMessage.id)))


def stand(session: Session, kind: str) -> list[tuple[str, str, str]]:
    rows = session.scalars(select(Reminder).where(Reminder.kind == kind).order_by(Reminder.due_at))
    return [(f"{row.due_at.astimezone(ZONE):%d/%m %H:%M}", row.state, row.reason) for row in rows]


def test_what_a_firm_has_not_sent_is_reminded_of_after_three_and_seven_days_until_it_is_here(database: Database, now: datetime) -> None:
    with database.write() as session:
        officer = an_officer(session, now)
        dossier = a_dossier(session, now, a_contact(session, now))
        assert [state for _, state, _ in stand(session, DEADLINE)] == [PLANNED], "the day before the result is due"
        dossiers.move(session, dossier, IN_REVIEW, staff=officer, now=now)
        dossiers.demand(session, dossier, [dossiers.Wanted("field", "email", "Thiếu thư điện tử")], staff=officer, now=now)
        assert stand(session, MISSING) == [("26/11 09:00", PLANNED, ""), ("30/11 09:00", PLANNED, "")]
        assert [row[1:] for row in stand(session, DEADLINE)] == [(DROPPED, "moved")], "the clock stands"
        for _ in range(2):
            reminders.send_due(session, now + timedelta(days=3))
        (said,) = told(session)
        assert "Thiếu thư điện tử" in said.payload["text"]
        assert said.payload["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == f"fill:{dossier.id}"
        later = now + timedelta(days=4)
        asked = dossiers.open_demand(session, dossier)
        assert asked is not None
        dossiers.fill_answer(session, dossier, asked.items[0], "a@b.vn", later)
        assert [row[1:] for row in stand(session, MISSING)] == [(SENT, ""), (DROPPED, "ended")]
        assert PLANNED in [state for _, state, _ in stand(session, DEADLINE)], "the clock runs again"
        assert dossier.due_on is not None
        morning = datetime.combine(dossier.due_on - timedelta(days=1), time(8), ZONE)
        reminders.send_due(session, morning)
        assert f"ngày hẹn trả kết quả là {dossier.due_on:%d/%m/%Y}" in told(session)[-1].payload["text"]


def test_planning_again_adds_nothing_moving_replaces_and_what_was_called_off_stays_off(database: Database, now: datetime) -> None:
    with database.write() as session:
        contact = a_contact(session, now)
        first, second, over = (now + timedelta(days=days) for days in (1, 2, 9))
        assert reminder_plans.plan(session, "class", 5, contact.id, [(first, over), (second, over)], now) == 2
        assert reminder_plans.plan(session, "class", 5, contact.id, [(second, over), (first, over), (first, over)], now) == 0
        reminder_plans.put_aside(reminder_plans.of(session, "class", 5)[0], reminder_plans.CALLED_OFF, now)
        assert reminder_plans.plan(session, "class", 5, contact.id, [(first, over)], now) == 0
        assert [row[1:] for row in stand(session, "class")] == [(DROPPED, "called off"), (DROPPED, "moved")]
        assert reminder_plans.plan(session, "class", 5, contact.id, [(second, over)], now) == 1, "it moved back again"
        assert reminder_plans.plan(session, "class", 5, contact.id, [(now - timedelta(days=1), over)], now) == 0


def test_a_day_of_silence_is_followed_by_no_burst(database: Database, now: datetime) -> None:
    """Sixty people, three due reminders of a class each, ten of their own each; the process was away for a day, and comes back at night."""
    with database.write() as session:
        training_class = a_class(session, now, seats=60, days=14, reminders=[72 * 60, 60 * 60, 50 * 60])
        start = training_class.starts_at
        people = [a_contact(session, now, chat_id) for chat_id in range(60)]
        for number, contact in enumerate(people):
            wish = a_wish(f"Nguyễn Văn A{chr(97 + number % 26)}", token=f"t{number}", phone=f"09051112{number:02d}")
            sign_up.sign_up(session, training_class.id, wish, contact=contact, source="chat", waits=False, now=now)
        for number in range(10):
            personal_reminders.ask(session, people[0], f"p{number}", f"việc {number}", start - timedelta(hours=60), now)
        back = (start - timedelta(days=1)).replace(hour=23)
        for tick in range(20):
            reminders.send_due(session, back + timedelta(seconds=30 * tick))
        night = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "reminder", OutboundMessage.not_before <= back)).all()
        assert night == [], "nobody is woken"
        morning, sent = start.replace(hour=7, minute=30), 0
        for tick in range(8):
            at = morning + timedelta(seconds=30 * tick)
            reminders.send_due(session, at)
            now_sent = [row for row in told(session) if row.created_at == at]
            assert len(now_sent) <= reminders.BATCH, "spread"
            assert max(Counter(row.contact_id for row in now_sent).values(), default=0) <= 1
            sent += len(now_sent)
        of_class = [row for row in told(session) if "Nhắc lịch học" in row.payload["text"]]
        assert (sent, len(of_class), len({row.contact_id for row in of_class})) == (60, 60, 60), "the newest of several, once each"
        late = [row for row in told(session) if "nhắc trễ" in row.payload["text"]]
        assert len(late) == 10
        assert {row.not_before.astimezone(ZONE).time() for row in late} == {time(7, 30)}
        assert session.scalars(select(Reminder.id).where(Reminder.state == PLANNED)).all() == []


def test_hours_that_were_changed_since_hold_what_is_due_and_what_would_be_over_by_then_is_dropped(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        contact = a_contact(session, now)
        due = now + timedelta(days=1)
        reminder_plans.plan(session, "fee", 1, contact.id, [(due, due + timedelta(days=9))], now)
        reminder_plans.plan(session, "fee", 2, contact.id, [(due + timedelta(minutes=1), due + timedelta(hours=2))], now)
        quiet_hours.choose(contact, time(12), time(20))
        session.flush()
        kinds = reminders.KINDS
        kept = kinds["fee"]
        kinds["fee"] = reminders.Kind(lambda *_: "", kept.say, lambda *_: "x", kept.told)
        try:
            for tick in range(3):
                reminders.send_due(session, due + timedelta(minutes=tick))
        finally:
            kinds["fee"] = kept
        assert stand(session, "fee") == [("24/11 09:01", DROPPED, "quiet"), ("24/11 12:00", PLANNED, "")]
        assert told(session) == []


def test_what_nobody_waits_for_waits_in_the_outbox_and_a_reply_does_not(database: Database, now: datetime) -> None:
    with database.write() as session:
        contact: Contact = a_contact(session, now)
        night = now.replace(hour=22)
        sent = {
            kind: outbox.send(session, contact, "sendMessage", {"text": kind}, kind=kind, now=night)
            for kind in ("reminder", "reply", "notice", "officer")
        }
        assert {kind: row.not_before - night for kind, row in sent.items()} == {
            "reminder": timedelta(hours=9, minutes=30),
            "reply": timedelta(),
            "notice": timedelta(),
            "officer": timedelta(),
        }
        office.change(
            session, quiet_hours.KEY, {"opens": "06:00", "closes": "23:00", "sundays": True, "holidays": False}, source="Thử", now=now
        )
    with database.write() as session:
        contact = session.scalars(select(Contact)).one()
        row = outbox.send(session, contact, "sendMessage", {"text": "x"}, kind="reminder", now=night)
        assert row.not_before == night
