"""Conflicts (sửa trùng): a form carries, signed, the record as it was opened; what differs from it when it is saved is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import HistoryEvent
from usecases.history import plain


@dataclass(frozen=True)
class Conflict:
    """A field that somebody else saved meanwhile: as it was opened, as it is now; `clashes` where this person changed it as well."""

    opened: Any
    theirs: Any
    clashes: bool


def sign(names: Iterable[str], row: Any) -> str:
    """The values of a record for the hidden field of its form."""
    return _serializer().dumps({name: plain(name, getattr(row, name, None)) for name in names})


def find(form: Any, row: Any) -> dict[str, Conflict]:
    """What was saved by somebody else since the form was opened. A field that only they changed takes their value into the form.

    A form without a readable snapshot conflicts in every field that differs: nothing is overwritten unseen.
    """
    opened, found = _opened(form.opened.data), {}
    for name, mine in form.entered().items():
        theirs, typed = plain(name, getattr(row, name)), plain(name, mine)
        before = opened.get(name) if opened is not None else typed
        if theirs in (before, typed):
            continue
        clashes = opened is None or typed != before
        found[name] = Conflict(before, theirs, clashes)
        if not clashes:
            form[name].data = getattr(row, name)
    return found


def last_editor(session: Session, noun: str, key: object) -> HistoryEvent | None:
    """The last act on a record, to say who it was."""
    last = select(HistoryEvent).where(HistoryEvent.noun == noun, HistoryEvent.key == str(key), HistoryEvent.act != "viewed")
    return session.scalars(last.order_by(HistoryEvent.id.desc()).limit(1)).one_or_none()


def _opened(signed: str | None) -> dict[str, Any] | None:
    try:
        values: dict[str, Any] = _serializer().loads(signed or "")
    except BadData:
        return None
    return values


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="opened")
