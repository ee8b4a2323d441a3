"""A class as an officer would have opened it, for tests."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from db.models import Contact, TrainingClass
from domain.training import Person
from domain.worktime import ZONE
from usecases import classes, contacts, sign_up


def a_class(session: Session, now: datetime, *, seats: int = 20, days: int = 14, **facts: Any) -> TrainingClass:
    """An open class with one session of a morning, in so many days."""
    day = (now + timedelta(days=days)).astimezone(ZONE)
    start, end = day.replace(hour=8, minute=0, second=0, microsecond=0), day.replace(hour=11, minute=30, second=0, microsecond=0)
    usual = {
        "title": "Đo lường đối với phương tiện đo nhóm 2",
        "topic": "Đo lường",
        "place": "Hội trường Sở Khoa học và Công nghệ, Huế",
        "map_link": "https://maps.example/huong",
        "bring": "Giấy giới thiệu của đơn vị",
        "seats": seats,
        "sign_up_from": now - timedelta(days=1),
        "sign_up_until": start - timedelta(days=1),
        "changes_until": start - timedelta(days=1),
    }
    made = classes.create(session, usual | facts, [(start, end)], now)
    return classes.publish(session, made.id, now, trial=True)


def a_contact(session: Session, now: datetime, chat_id: int = 7) -> Contact:
    """Somebody on the web chat."""
    return contacts.meet(session, "web", "main", chat_id, now=now, name=None, language="vi")[0]


def a_wish(*names: str, token: str, **more: Any) -> sign_up.Wish:
    """What these people hand in."""
    return sign_up.Wish([Person(name) for name in names], token=token, **{"phone": "0905111222", **more})
