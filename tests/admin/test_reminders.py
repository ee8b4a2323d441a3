"""The panel's page of reminders: who sees which, what citizens wrote stays theirs, and calling one off leaves its reason."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from admin.access import BARCODES, TRAINING, VIEWER
from db.engine import Database
from db.models import HistoryEvent, OfficeSetting, PersonalReminder, Reminder
from tests.admin.conftest import Browser, of_role
from tests.training import a_class, a_contact, a_wish
from usecases import personal_reminders, sign_up


@pytest.fixture
def planned(database: Database, now: datetime) -> dict[str, int]:
    """The first reminder of each kind."""
    with database.write() as session:
        contact = a_contact(session, now)
        wish = a_wish("Nguyễn Văn An", token="t1")
        sign_up.sign_up(session, a_class(session, now).id, wish, contact=contact, source="chat", waits=False, now=now)
        personal_reminders.ask(session, contact, "t2", "trả nợ anh Ba", now + timedelta(days=1), now)
        return {row.kind: row.id for row in session.scalars(select(Reminder).order_by(Reminder.due_at.desc()))}


def test_each_sees_the_reminders_of_their_own_work_and_no_private_words(
    admin: Browser, planned: dict[str, int], hire: Callable[..., int], signed_in: Callable[[str], Browser]
) -> None:
    page = admin.get("/reminders/").text
    assert "trả nợ anh Ba" in page
    assert "Đo lường đối với phương tiện đo nhóm 2" in page
    assert "trả nợ" not in admin.get("/reminders/?reminder=class").text
    for role in (TRAINING, BARCODES, VIEWER):
        hire(role)
    trainer, viewer = signed_in(of_role(TRAINING)), signed_in(of_role(VIEWER))
    assert "phương tiện đo" in trainer.get("/reminders/").text
    assert trainer.get(f"/reminders/details/?id={planned['personal']}").status_code == 404
    assert "phương tiện đo" not in signed_in(of_role(BARCODES)).get("/reminders/").text
    assert "trả nợ" not in viewer.get("/reminders/").text
    assert viewer.post("/reminders/cancel/", id=planned["class"], reason="x").status_code == 403


def test_one_is_called_off_with_a_reason_that_stays(admin: Browser, planned: dict[str, int], database: Database) -> None:
    key = planned["personal"]
    assert admin.post("/reminders/cancel/", id=key, reason=" ").status_code == 422
    assert admin.post("/reminders/cancel/", id=key, reason="Người nhận đã mất máy").status_code == 303
    assert admin.post("/reminders/cancel/", id=key, reason="nữa").status_code == 409
    assert "cán bộ hủy: Người nhận đã mất máy" in admin.get("/reminders/?state=dropped").text
    with database.read() as session:
        assert session.scalars(select(PersonalReminder)).one().ended_at is not None
        (event,) = session.scalars(select(HistoryEvent).where(HistoryEvent.noun == "reminders", HistoryEvent.act == "changed"))
        assert event.after == {"state": "dropped", "reason": "Người nhận đã mất máy"}


def test_the_hours_are_a_setting_with_source_and_verifier(admin: Browser, database: Database) -> None:
    entered = {"opens": "08:00", "closes": "19:00", "sundays": "y", "source": "Quyết định của Chi cục"}
    opened = admin.get("/office/quiet_hours").text.split('name="opened"')[1].split('value="')[1].split('"')[0]
    assert admin.post("/office/quiet_hours", opened=opened, **entered | {"closes": "07:00"}).status_code == 422
    assert admin.post("/office/quiet_hours", opened=opened, **entered | {"opens": "8h"}).status_code == 422
    assert admin.post("/office/quiet_hours", opened=opened, **entered).status_code == 303
    with database.read() as session:
        row = session.get_one(OfficeSetting, "quiet_hours")
        assert (row.value, row.verified_by) == ({"opens": "08:00", "closes": "19:00", "sundays": True, "holidays": False}, None)
