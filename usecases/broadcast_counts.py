"""The counters of a broadcast, changed in the transactions that change its recipients."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from db.models import Broadcast


def count(session: Session, key: int, **more: int) -> None:
    """Add to counters by their names. The row is locked by it, or was before."""
    changed = {name: getattr(Broadcast, name) + number for name, number in more.items() if number}
    if changed:
        session.execute(update(Broadcast).where(Broadcast.id == key).values(changed), execution_options={"synchronize_session": False})
        if (broadcast := session.identity_map.get(session.identity_key(Broadcast, key))) is not None:
            session.expire(broadcast, list(changed))
