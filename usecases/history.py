"""History (nhật ký): every write of staff and every view of personal data, appended to rows that nobody can change.

A session that `follow`s an actor writes down by itself what its flushes change; views and acts that change no row are noted by hand.
A job seals the events each minute: a seal is the SHA-256 of the seal before it and of the events since, so that an event that is altered
or missing shows. Events younger than `SETTLED` wait for the next seal: their transactions may still be open.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import event, insert, inspect, select
from sqlalchemy.orm import InstanceState, Session

from db.models import HistoryEvent, HistorySeal

CREATED, CHANGED, DELETED, RESTORED = "created", "changed", "deleted", "restored"
VIEWED, EXPORTED, IMPORTED = "viewed", "exported", "imported"
SIGNED_IN, SIGNED_OUT, CUT_OFF, REFUSED = "signed_in", "signed_out", "cut_off", "refused"
ACTS = (CREATED, CHANGED, DELETED, RESTORED, VIEWED, EXPORTED, IMPORTED, SIGNED_IN, SIGNED_OUT, CUT_OFF, REFUSED)

SETTLED = timedelta(minutes=2)
SEALED_AT_ONCE = 2000
HIDDEN = "•••"
"""Stands for a secret that changed."""

_SILENT = frozenset(
    {
        "claims",
        "history",
        "history_seals",
        "reference_counters",
        "revisions",
        "leases",
        "presences",
        "reply_drafts",
        "sign_in_failures",
        "reminders",
        "broadcast_recipients",
        "personal_reminders",
    }
    | {"staff_sessions", "staff_link_codes", "panel_tasks", "embeddings", "stored_files", "outbox", "web_events"}
)
"""Tables that hold no decision of a person. What an officer says is in the outbox itself, with its sender."""
_SECRET = frozenset(
    {"password", "fs_uniquifier", "tf_totp_secret", "us_totp_secrets", "mf_recovery_codes", "credential_id", "public_key"}
    | {"secret", "ticket", "token"}
)
_DERIVED = frozenset({"folded", "updated_at", "version", "last_seen_at", "sign_count", "lastuse_datetime"})


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where. `staff_id` is None for an operator at the command line."""

    staff_id: int | None
    name: str
    address: str


def follow(session: Session, actor: Actor, now: datetime) -> None:
    """From here on what this session changes is written down as the actor's, in the same transaction."""

    def write_down(flushed: Session, _context: Any) -> None:
        rows = [_row(actor, now, *found) for found in _changes(flushed)]
        if rows:
            flushed.execute(insert(HistoryEvent), rows)

    event.listen(session, "after_flush", write_down)


def note(
    session: Session,
    actor: Actor,
    act: str,
    noun: str,
    key: object,
    *,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down an act that no changed row shows. `noun` is a table's name; raises ValueError for an act that is not listed."""
    if act not in ACTS:
        raise ValueError(f"no such act: {act}")
    session.execute(insert(HistoryEvent), [_row(actor, now, act, noun, str(key), before, after)])


def seal(session: Session, now: datetime) -> int:
    """Seal the events that are old enough; how many. Safe to run again. Only one process at a time: the job holds a lease."""
    last = session.scalars(select(HistorySeal).order_by(HistorySeal.id.desc()).limit(1)).one_or_none()
    waiting = select(HistoryEvent).where(HistoryEvent.id > (last.last_id if last else 0)).order_by(HistoryEvent.id).limit(SEALED_AT_ONCE)
    events = list(takewhile(lambda one: one.at < now - SETTLED, session.scalars(waiting)))  # none may be overtaken by a later number
    if not events:
        return 0
    digest = _digest(last.digest if last else "", events)
    session.add(HistorySeal(first_id=events[0].id, last_id=events[-1].id, events=len(events), digest=digest, at=now))
    session.flush()
    return len(events)


def broken_seals(session: Session) -> list[int]:
    """Ids of the seals that no longer fit their events or the seal before them; empty where nothing was altered."""
    broken, before = [], ""
    for found in session.scalars(select(HistorySeal).order_by(HistorySeal.id)):
        within = HistoryEvent.id.between(found.first_id, found.last_id)
        events = session.scalars(select(HistoryEvent).where(within).order_by(HistoryEvent.id)).all()
        if len(events) != found.events or _digest(before, events) != found.digest:
            broken.append(found.id)
        before = found.digest
    return broken


def _changes(session: Session) -> Iterator[tuple[str, str, str, dict[str, Any] | None, dict[str, Any] | None]]:
    """Act, table, key, before and after of what a flush wrote."""
    for row in session.new:
        if _is_followed(row):
            yield CREATED, _noun(row), _key(row), None, _values(row, _columns(row))
    for row in session.dirty:
        if _is_followed(row) and (changed := [name for name in _columns(row) if inspect(row).attrs[name].history.has_changes()]):
            before = {name: plain(name, next(iter(inspect(row).attrs[name].history.deleted), None)) for name in changed}
            yield _act(before, row), _noun(row), _key(row), before, _values(row, changed)
    for row in session.deleted:
        if _is_followed(row):
            yield DELETED, _noun(row), _key(row), _values(row, _columns(row)), None


def _act(before: dict[str, Any], row: Any) -> str:
    """A row that is only marked as deleted was deleted for whoever reads the history."""
    if "deleted_at" not in before:
        return CHANGED
    return DELETED if row.deleted_at is not None else RESTORED


def _is_followed(row: Any) -> bool:
    return _noun(row) not in _SILENT


def _noun(row: Any) -> str:
    return str(inspect(row).mapper.local_table.name)


def _key(row: Any) -> str:
    state: InstanceState[Any] = inspect(row)
    return "/".join(str(part) for part in state.mapper.primary_key_from_instance(row))


def _columns(row: Any) -> list[str]:
    return [name for name in inspect(row).mapper.column_attrs.keys() if name not in _DERIVED]  # noqa: SIM118 - no mapping: it iterates values


def _values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: plain(name, getattr(row, name)) for name in names}


def plain(name: str, value: Any) -> Any:
    """A value as JSON holds it; of a secret only that there is one."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if name in _SECRET or isinstance(value, bytes):
        return HIDDEN
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value if isinstance(value, str | list | dict) else str(value)


def _row(
    actor: Actor, now: datetime, act: str, noun: str, key: str, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "at": now,
        "staff_id": actor.staff_id,
        "who": actor.name[:200],
        "address": actor.address[:60],
        "act": act,
        "noun": noun,
        "key": key[:120],
        "before": before,
        "after": after,
    }


def _digest(before: str, events: Iterable[HistoryEvent]) -> str:
    chain = hashlib.sha256(before.encode())
    for one in events:
        facts = [one.id, one.at.isoformat(), one.staff_id, one.who, one.address, one.act, one.noun, one.key, one.before, one.after]
        chain.update(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode())
    return chain.hexdigest()
