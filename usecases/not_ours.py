"""Not-ours subjects (việc không thuộc Chi cục): the list of what others do, and whom to ask instead."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.models import NotOursSubject
from domain.material import Material, Subject
from usecases import material

WRITTEN = ("name_vi", "name_en", "ask_vi", "ask_en", "source", "phrasings")
_CONFIRMED = ("ask_vi", "ask_en", "source")
"""What an officer confirms: after a change it wants confirming again."""


def save(session: Session, row: NotOursSubject | None, slug: str, written: Mapping[str, Any], now: datetime) -> NotOursSubject:
    """Change a subject, or add one."""
    if row is None:
        row = NotOursSubject(slug=slug, version=0, active=True)
        session.add(row)
    elif any(getattr(row, name) != written[name] for name in _CONFIRMED):
        row.verified_by_id = None
    for name in WRITTEN:
        setattr(row, name, written[name])
    _count(session, row, now)
    return row


def set_active(session: Session, row: NotOursSubject, active: bool, now: datetime) -> None:
    """Use a subject, or no longer."""
    row.active = active
    _count(session, row, now)


def confirm(session: Session, row: NotOursSubject, staff_id: int, now: datetime) -> None:
    """An officer says that the body to ask is right."""
    row.verified_by_id = staff_id
    _count(session, row, now)


def with_subject(before: Material, slug: str, written: Mapping[str, Any] | None) -> Material:
    """The search material as it would be with a subject, or without it."""
    others = tuple(subject for subject in before.subjects if subject.slug != slug)
    if written is None:
        return replace(before, subjects=others)
    phrasings = tuple(filter(None, (*written["phrasings"], written["name_vi"], written["name_en"])))
    return replace(before, subjects=(*others, Subject(slug, written["name_vi"], phrasings)))


def _count(session: Session, row: NotOursSubject, now: datetime) -> None:
    row.version += 1
    row.updated_at = now
    material.touch(session)
