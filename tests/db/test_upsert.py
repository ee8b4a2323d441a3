"""The claim stands on this: whether a row was inserted must be known on either engine."""

from datetime import datetime

from db.engine import Database
from db.models import Claim
from db.upsert import insert_if_absent


def test_tells_whether_it_inserted(database: Database, now: datetime) -> None:
    told = []
    for body in ("one", "one", "another"):
        with database.write() as session:
            told.append(insert_if_absent(session, Claim, source="telegram:main", external_id="7", digest=body, claimed_at=now) is not None)
    assert told == [True, False, True]
