"""Housekeeping: what may be forgotten is forgotten, in small batches, so that no transaction is long."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.models import Claim, FailedUpdate, Presence, SignInFailure

KEEP_CLAIMS = timedelta(days=30)
BATCH = 1000
KEEP_PRESENCE, KEEP_FAILURES = timedelta(days=1), timedelta(days=1)


def purge_claims(session: Session, now: datetime) -> int:
    """Forget claims older than 30 days (Telegram keeps an update for one) and failures that never came again."""
    keys = session.execute(
        select(Claim.source, Claim.external_id, Claim.digest).where(Claim.claimed_at < now - KEEP_CLAIMS).limit(BATCH)
    ).all()
    for source, external_id, digest in keys:
        session.execute(delete(Claim).where(Claim.source == source, Claim.external_id == external_id, Claim.digest == digest))
    session.execute(delete(FailedUpdate).where(FailedUpdate.last_failed_at < now - KEEP_CLAIMS))
    return len(keys)


def forget_desk(session: Session, now: datetime) -> int:
    """Forget who looked at which conversation yesterday, and failed sign-ins that no longer count."""
    stale = session.scalars(delete(Presence).where(Presence.seen_at < now - KEEP_PRESENCE).returning(Presence.staff_id)).all()
    failed = session.scalars(delete(SignInFailure).where(SignInFailure.at < now - KEEP_FAILURES).returning(SignInFailure.id)).all()
    return len(stale) + len(failed)
