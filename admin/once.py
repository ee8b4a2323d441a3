"""Once (một lần): a form that is sent twice, by a double click or a repeated request, has one effect."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from db.models import Claim

SOURCE = "panel:form"


def claim(session: Session, token: str, body: str, now: datetime) -> bool:
    """Claim a form by its hidden token and its body; False where the same was applied before.

    Two requests at the same moment meet at the primary key: the later one raises IntegrityError on flush and changes nothing.
    """
    digest = hashlib.sha256(body.encode()).hexdigest()
    if session.get(Claim, (SOURCE, token[:120], digest)) is not None:
        return False
    session.add(Claim(source=SOURCE, external_id=token[:120], digest=digest, claimed_at=now))
    session.flush()
    return True
