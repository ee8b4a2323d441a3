"""The office's own facts: name, working hours, promised time for an answer. Data that staff edit, each with its source."""

from collections.abc import Callable, Iterable
from datetime import datetime, time
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Holiday, OfficeSetting
from domain.worktime import WorkingHours

T = TypeVar("T")

ON_PAPERS = ("authority", "city", "signer_title", "signer")
"""Facts of the office that only papers show."""


def setting(session: Session, key: str) -> Any:
    """The value of an office setting; raises LookupError when `prepare` has not laid it down."""
    values: dict[str, Any] = _once(session, "settings", lambda: dict(session.execute(select(OfficeSetting.key, OfficeSetting.value)).all()))
    if key not in values:
        raise LookupError(f"office setting {key} is missing: run `flask --app admin prepare`")
    return values[key]


def working_hours(session: Session) -> WorkingHours:
    """The office's calendar as it stands."""
    return _once(session, "working_hours", lambda: _read_hours(session))


def _read_hours(session: Session) -> WorkingHours:
    weekly = {int(day): _periods(periods) for day, periods in setting(session, "working_hours").items()}
    days = session.scalars(select(Holiday).where(Holiday.deleted_at.is_(None))).all()
    return WorkingHours(
        weekly,
        closed=frozenset(day.day for day in days if not day.is_working),
        swapped_in=frozenset(day.day for day in days if day.is_working and not day.periods),
        special={day.day: _periods(day.periods) for day in days if day.is_working and day.periods},
    )


def _periods(pairs: Iterable[Any]) -> tuple[tuple[time, time], ...]:
    return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs)


def _once(session: Session, name: str, read: Callable[[], T]) -> T:
    """Read once a transaction: an update asks several times, and within a transaction it is to stay the same."""
    transaction = session.get_transaction()
    kept: dict[str, Any] = session.info.setdefault("office", {})
    if kept.get("transaction") is not transaction:
        kept.clear()
        kept["transaction"] = transaction
    if name not in kept:
        kept[name] = read()
    value: T = kept[name]
    return value


def answer_due(session: Session, now: datetime) -> datetime:
    """When a citizen who asks now may expect an officer's answer."""
    return working_hours(session).after(now, setting(session, "answer_within"))


def name(session: Session, language: str) -> str:
    """The office's name in a language."""
    return str(setting(session, "profile")["name"][language])


def on_papers(session: Session) -> dict[str, str]:
    """What stands on official papers beside the name: superior body, city, title and name of who signs; empty until staff fill it in."""
    profile = setting(session, "profile")
    return {name: str(profile.get(name, "")) for name in ON_PAPERS}


def change(session: Session, key: str, value: Any, *, source: str, now: datetime) -> None:
    """Change a setting; it is unverified until somebody confirms it."""
    row = session.get_one(OfficeSetting, key, with_for_update=True)
    row.value, row.source, row.verified_by, row.updated_at = value, source, None, now


def confirm(session: Session, key: str, by: str, now: datetime) -> None:
    """An officer says that a setting is right as it stands."""
    row = session.get_one(OfficeSetting, key, with_for_update=True)
    row.verified_by, row.updated_at = by, now
