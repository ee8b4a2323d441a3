"""Starter content: knowledge, office settings and holidays, laid down by `prepare`. Running it again changes nothing that staff edited."""

import json
from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

import db
from db.models import Holiday, KnowledgeEntry, OfficeSetting
from db.models.knowledge_entry import DRAFT, PUBLISHED
from domain.worktime import ZONE
from usecases.knowledge import touch

STARTER = Path(db.__file__).parent / "starter"
REVIEW_AFTER = timedelta(days=365)
"""Starter entries come up for review a year after their as-of date; staff set the dates of their own."""


def lay_down(session: Session, now: datetime) -> dict[str, int]:
    """Add what is missing and return how many rows of each kind were added."""
    today = now.astimezone(ZONE).date()
    return {
        "knowledge": sum(_knowledge(session, language, now) for language in ("vi", "en")),
        "settings": _settings(session, now),
        "holidays": sum(_holidays(session, year) for year in (today.year, today.year + 1)),
    }


def _knowledge(session: Session, language: str, now: datetime) -> int:
    known = set(session.scalars(select(KnowledgeEntry.slug).where(KnowledgeEntry.language == language)))
    added = 0
    for line in (STARTER / "knowledge" / f"{language}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["id"] in known:
            continue
        as_of = date.fromisoformat(row["as_of"])
        entry = KnowledgeEntry(
            slug=row["id"],
            language=language,
            topic=row["topic"],
            question=row["question"],
            answer=row["answer"],
            source=row["source"],
            as_of=as_of,
            certainty=row["certainty"],
            review_by=as_of + REVIEW_AFTER,
            status=DRAFT if row["certainty"] == "low" else PUBLISHED,
        )
        session.add(entry)
        touch(session, entry, now)
        added += 1
    return added


def _settings(session: Session, now: datetime) -> int:
    added = 0
    for key, row in json.loads((STARTER / "office.json").read_text("utf-8")).items():
        if session.get(OfficeSetting, key) is None:
            session.add(OfficeSetting(key=key, value=row["value"], source=row["source"], updated_at=now))
            added += 1
    return added


def _holidays(session: Session, year: int) -> int:
    origin = f"gói phần mềm holidays {version('holidays')}, chưa đối chiếu thông báo nghỉ lễ của năm"
    added = 0
    for day, name in holidays.country_holidays("VN", years=year, language="vi").items():
        if session.get(Holiday, day) is None:
            session.add(Holiday(day=day, name=name, source=origin))
            added += 1
    return added
