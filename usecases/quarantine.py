"""Poison updates (tin lỗi): counted, and at the third failure of our own code set aside with an incident number."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from db.models import Claim, Contact, FailedUpdate, QuarantinedUpdate
from locales import translate_html
from usecases import outbox

LIMIT = 3


def count_failure(session: Session, source: str, external_id: str, digest: str, now: datetime) -> int:
    """Count one failure of our code on an update and return how many there are now."""
    row = session.get(FailedUpdate, (source, external_id, digest), with_for_update=True)
    if row is None:
        row = FailedUpdate(source=source, external_id=external_id, digest=digest, failures=0, last_failed_at=now)
        session.add(row)
    row.failures += 1
    row.last_failed_at = now
    return row.failures


def new_incident() -> str:
    """A number that a citizen can read out and an officer can find: `SC-7K2M9Q`, without letters that look alike."""
    return "SC-" + "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(6))


def set_aside(
    session: Session,
    *,
    source: str,
    external_id: str,
    digest: str,
    contact: Contact | None,
    body: str,
    fault: str,
    incident: str,
    now: datetime,
) -> QuarantinedUpdate:
    """Quarantine an update: claim it, keep it whole, tell the citizen once with the incident number, alert staff."""
    row = QuarantinedUpdate(
        incident=incident,
        source=source,
        external_id=external_id,
        contact_id=contact.id if contact else None,
        body=body,
        fault=fault[:300],
        at=now,
    )
    session.add(row)
    session.add(Claim(source=source, external_id=external_id, digest=digest, claimed_at=now))
    failed = session.get(FailedUpdate, (source, external_id, digest))
    if failed is not None:
        session.delete(failed)
    session.flush()
    if contact is not None:
        text = translate_html("error.incident", contact.language, incident=incident)
        outbox.send(session, contact, "sendMessage", {"text": text, "parse_mode": "HTML"}, kind="notice", now=now)
    outbox.alert_staff(session, "alert.quarantine.subject", "alert.quarantine.body", now=now, incident=incident)
    return row
