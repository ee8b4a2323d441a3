"""Drafts that nobody goes on with: a reminder in the chat first, a week later a last word, and no end without both."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import DossierDraft, OutboundMessage, Staff
from domain.errors import FileArriving
from tests.examples import a_draft
from tests.training import a_contact
from usecases import dossier_drafts, dossiers, reminders
from usecases.dossier_drafts import EXPIRE_AFTER, EXPIRED, OPEN, PLANNED_AHEAD, REMIND_AFTER


def said(database: Database) -> list[str]:
    with database.read() as session:
        rows = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)).all()
        return [row.payload.get("text", "") for row in rows]


def said_in(session: Session) -> list[OutboundMessage]:
    return list(session.scalars(select(OutboundMessage)))


def buttons(database: Database) -> list[str]:
    with database.read() as session:
        keyboards = [row.payload.get("reply_markup", {}) for row in session.scalars(select(OutboundMessage)).all()]
        return [button["callback_data"] for one in keyboards for row in one.get("inline_keyboard", []) for button in row]


def test_a_draft_ends_a_week_after_its_reminder_with_a_last_word(database: Database, now: datetime) -> None:
    with database.write() as session:
        key = a_draft(session, now, contact=a_contact(session, now)).id
        secret = dossier_drafts.new_link(session.get_one(DossierDraft, key), now + REMIND_AFTER)

    def tend(at: datetime) -> tuple[int, int, int]:
        with database.write() as session:
            return dossier_drafts.plan_reminders(session, at), reminders.send_due(session, at), dossier_drafts.expire(session, at)

    reminded = now + REMIND_AFTER + timedelta(hours=5)  # the clock had stood still
    assert tend(now + REMIND_AFTER - PLANNED_AHEAD - timedelta(seconds=1)) == (0, 0, 0)
    assert tend(now + REMIND_AFTER - PLANNED_AHEAD) == (1, 0, 0), "it can be seen a week ahead"
    assert tend(now + REMIND_AFTER - timedelta(seconds=1)) == (0, 0, 0)
    assert tend(reminded) == (0, 1, 0)
    assert tend(reminded) == (0, 0, 0)
    assert buttons(database) == [f"resume:{key}"]
    assert tend(now + EXPIRE_AFTER) == (0, 0, 0), "a week, also where the reminder came late"
    assert tend(reminded + timedelta(days=7)) == (0, 0, 1)
    assert tend(reminded + timedelta(days=7)) == (0, 0, 0)
    assert ["sẽ hết hạn sau 7 ngày" in said(database)[0], "đã hết hạn" in said(database)[1]] == [True, True]
    with database.read() as session:
        assert session.get_one(DossierDraft, key).status == EXPIRED
        assert dossier_drafts.by_link(session, secret, reminded) is None


def test_whoever_goes_on_has_all_the_time_again(database: Database, now: datetime) -> None:
    with database.write() as session:
        draft = a_draft(session, now, contact=a_contact(session, now))
        paper = dossier_drafts.declared(draft).papers[0]

        def go_on(at: datetime) -> None:
            dossier_drafts.put_off(draft, paper, at)

        assert dossier_drafts.plan_reminders(session, now + timedelta(days=20)) == 1
        later = now + timedelta(days=22)
        go_on(later)
        reminders.send_due(session, now + REMIND_AFTER)
        assert said_in(session) == [], "what was gone on with is not reminded of at its old moment"
        assert dossier_drafts.plan_reminders(session, later + REMIND_AFTER) == 1
        reminders.send_due(session, later + REMIND_AFTER + timedelta(seconds=1))
        assert len(said_in(session)) == 1
        go_on(later + REMIND_AFTER + timedelta(days=1))
        assert dossier_drafts.expire(session, later + REMIND_AFTER + timedelta(days=8)) == 0
        assert draft.status == OPEN
        assert dossier_drafts.plan_reminders(session, later + 2 * REMIND_AFTER) == 1


def test_in_trial_staff_hear_once_and_nothing_ends(database: Database, now: datetime) -> None:
    with database.write() as session:
        session.add(Staff(email="a@chuan.example", full_name="A", fs_uniquifier="a", created_at=now, receives_alerts=True))
        draft = a_draft(session, now, contact=a_contact(session, now))
        stale = now + EXPIRE_AFTER

        def trial(at: datetime) -> int:
            planned = dossier_drafts.plan_reminders_in_trial(session, at)
            reminders.tell_staff_of_due(session, at + timedelta(minutes=1))
            return planned

        assert [trial(stale), trial(stale + timedelta(hours=1))] == [1, 0]
        assert dossier_drafts.expire_none(session, stale) == dossier_drafts.expire(session, stale + timedelta(days=30)) == 0
        assert draft.status == OPEN
        assert [row.channel for row in session.scalars(select(OutboundMessage))] == ["mail"]
        after = stale + timedelta(days=1)
        assert dossier_drafts.plan_reminders(session, after) == 1, "once the trial is over they are reminded like all others"
        reminders.send_due(session, after + timedelta(minutes=1))
        assert draft.reminded_at == after + timedelta(minutes=1)


def test_an_officer_is_reminded_by_mail_of_a_visitors_draft(database: Database, now: datetime) -> None:
    with database.write() as session:
        officer = Staff(email="a@chuan.example", full_name="A", fs_uniquifier="a", created_at=now)
        session.add(officer)
        session.flush()
        a_draft(session, now, staff=officer)
        assert dossier_drafts.plan_reminders(session, now + REMIND_AFTER) == 1
    with database.read() as session:
        (mail,) = session.scalars(select(OutboundMessage)).all()
        assert (mail.channel, mail.payload["to"]) == ("mail", "a@chuan.example")
        assert "<b>" not in mail.payload["text"]


def test_a_file_that_never_arrives_holds_a_dossier_up_for_minutes_only(database: Database, now: datetime) -> None:
    with database.write() as session:
        contact = a_contact(session, now)
        draft = a_draft(session, now, contact=contact)
        dossier_drafts.arriving(session, draft.id, now)
        other = dossier_drafts.arriving(session, draft.id, now)
        dossier_drafts.arrived(session, other)
        with pytest.raises(FileArriving):
            dossiers.submit(session, draft, source="form", contact=contact, now=now)
        dossiers.submit(session, draft, source="form", contact=contact, now=now + dossier_drafts.ARRIVES_WITHIN)
