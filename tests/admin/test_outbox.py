from datetime import datetime

from sqlalchemy import select

from db.engine import Database
from db.models import OutboundMessage, QuarantinedUpdate
from tests.admin.conftest import Ask, Browser, contact_of
from usecases import outbox, quarantine


def stuck(database: Database, reference: str, state: str, now: datetime) -> int:
    with database.write() as session:
        row = outbox.send(session, session.merge(contact_of(database, reference)), "sendMessage", {"text": "Chào"}, kind="reply", now=now)
        row.state, row.reason = state, "Bad Gateway"
        return row.id


def state_of(database: Database, key: int) -> str:
    with database.read() as session:
        return session.scalars(select(OutboundMessage.state).where(OutboundMessage.id == key)).one()


def test_stuck_messages_are_listed_with_their_reason(admin: Browser, ask: Ask, database: Database, now: datetime) -> None:
    key = stuck(database, ask(), "failed", now)
    page = admin.get("/outbox/").text
    assert f"Tin số {key}" in page
    assert "Bad Gateway" in page
    assert ">1</span> <span>tin đi bị kẹt" in admin.get("/").text


def test_a_failed_message_goes_again(admin: Browser, ask: Ask, database: Database, now: datetime) -> None:
    key = stuck(database, ask(), "failed", now)
    assert admin.post("/outbox/again/", id=key).status_code == 303
    assert state_of(database, key) == "waiting"
    assert admin.post("/outbox/again/", id=key).status_code == 409


def test_an_unknown_outcome_is_confirmed_before_it_goes_again(admin: Browser, ask: Ask, database: Database, now: datetime) -> None:
    key = stuck(database, ask(), "unknown", now)
    assert "nhận hai lần" in admin.get(f"/outbox/details/?id={key}").text
    assert admin.post("/outbox/again/", id=key).status_code == 409
    assert state_of(database, key) == "unknown"
    assert admin.post("/outbox/again/", id=key, confirmed="yes").status_code == 303
    assert state_of(database, key) == "waiting"


def test_a_quarantined_update_is_seen_on_its_own_page_and_resolved_once(
    admin: Browser, ask: Ask, database: Database, now: datetime
) -> None:
    ask()
    with database.write() as session:
        row = quarantine.set_aside(
            session,
            source="web:main",
            external_id="1",
            digest="d",
            contact=None,
            body='{"text": "<b>riêng tư</b>"}',
            fault="ValueError",
            incident="SC-7K2M9Q",
            now=now,
        )
        key = row.id
    assert "riêng tư" not in admin.get("/quarantine/").text
    assert "&lt;b&gt;riêng tư" in admin.get(f"/quarantine/details/?id={key}").text
    assert admin.post("/quarantine/resolve/", id=key).status_code == 303
    with database.read() as session:
        assert session.get_one(QuarantinedUpdate, key).resolved_at is not None
    assert "Không có tin nào bị cách ly" in admin.get("/quarantine/").text
    assert "SC-7K2M9Q" in admin.get("/quarantine/?state=resolved").text
