"""Housekeeping: what may be forgotten is forgotten, in small batches, so that no transaction is long."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.models import Claim, FailedUpdate

KEEP_CLAIMS = timedelta(days=30)
BATCH = 1000


def purge_claims(session: Session, now: datetime) -> int:
    """Forget claims older than 30 days (Telegram keeps an update for one) and failures that never came again."""
    keys = session.execute(
        select(Claim.source, Claim.external_id, Claim.digest).where(Claim.claimed_at < now - KEEP_CLAIMS).limit(BATCH)
    ).all()
    for source, external_id, digest in keys:
        session.execute(delete(Claim).where(Claim.source == source, Claim.external_id == external_id, Claim.digest == digest))
    session.execute(delete(FailedUpdate).where(FailedUpdate.last_failed_at < now - KEEP_CLAIMS))
    return len(keys)
