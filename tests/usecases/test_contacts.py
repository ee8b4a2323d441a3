from datetime import datetime, timedelta

from sqlalchemy import select

from db.engine import Database
from db.models import Consent
from usecases import contacts
from usecases.leases import hold, release


def test_consent_keeps_its_proof_and_the_newest_decision_counts(database: Database, now: datetime) -> None:
    with database.write() as session:
        contact, _, is_new = contacts.meet(session, "web", "main", 7, now=now, name=None, language="en")
        assert is_new
        assert contacts.has_consented(session, contact, contacts.ANSWERING) is None
        contacts.consent(session, contact, contacts.ANSWERING, granted=True, now=now)
        session.flush()
        contacts.consent(session, contact, contacts.ANSWERING, granted=False, now=now + timedelta(days=1))
        session.flush()
        assert contacts.has_consented(session, contact, contacts.ANSWERING) is False
        rows = session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(row.granted, row.language, row.channel) for row in rows] == [(True, "en", "web"), (False, "en", "web")]
    assert rows[0].text_version.startswith("2026-11/")
    assert len(rows[0].text_version) > 20


def test_who_blocked_us_is_spoken_to_again_when_they_write(database: Database, now: datetime) -> None:
    with database.write() as session:
        contact, _, _ = contacts.meet(session, "telegram", "main", 7, now=now, name="A", language=None)
        contacts.suppress(contact, "blocked", now)
    with database.write() as session:
        contact, _, is_new = contacts.meet(session, "telegram", "main", 7, now=now, name="B", language=None)
        assert not is_new
        assert contact.suppressed_at is None
        assert contact.display_name == "B"


def test_a_lease_has_one_holder_and_is_taken_over_when_it_lapses(database: Database, now: datetime) -> None:
    def take(holder: str, at: datetime) -> bool:
        with database.write() as session:
            return hold(session, "clock", holder, at, timedelta(seconds=15))

    assert take("a", now)
    assert not take("b", now + timedelta(seconds=14))
    assert take("a", now + timedelta(seconds=14))
    assert not take("b", now + timedelta(seconds=28))
    assert take("b", now + timedelta(seconds=30))
    with database.write() as session:
        release(session, "clock", "a")
    assert not take("c", now + timedelta(seconds=31))
