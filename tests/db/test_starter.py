from datetime import datetime

from sqlalchemy import func, select

from db.engine import Database
from db.models import KnowledgeEntry
from usecases import starter


def test_starter_content_is_laid_down_once(database: Database, now: datetime) -> None:
    with database.write() as session:
        assert not any(starter.lay_down(session, now).values())
    with database.read() as session:
        assert session.scalar(select(func.count(KnowledgeEntry.id))) == 354
