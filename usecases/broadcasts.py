"""Broadcasts (tin gửi hàng loạt), as staff make them: written, checked, approved, scheduled; paused, resumed, cancelled.

    draft ⇄── submitted ──► scheduled ──► planning ──► sending ──► done
                 (above a set number)         └───── ⇄ paused ─────┘      any of them ──► cancelled

What is sent is exactly what was approved: content, audience and rules have one digest, and an edit takes the approval back. How it is
planned and sent is in `broadcast_planning` and `broadcast_sending`. The broadcast is locked by every act.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.models import Broadcast, BroadcastVersion, Staff, StoredFile, TrainingClass
from db.models.broadcast import CANCELLED, DRAFT, EDITABLE, PAUSED, PLANNING, RUNNING, SCHEDULED, SENDING, SUBMITTED
from db.models.training_class import OPEN
from db.queries import audience as audiences
from domain.audiences import Audience
from domain.broadcasts import CLASS, SERVICE, Content, Problem, problems_of
from domain.channels import CHATS
from domain.errors import BroadcastChanged, BroadcastCountWrong, BroadcastMove, BroadcastNotReady, BroadcastOwnApproval
from domain.messages import N_
from domain.quiet import NeverAllowed
from domain.sending_hours import SendingHours
from domain.topics import SERVICE as OF_A_SERVICE
from domain.topics import TOPICS
from domain.wishes import Wish
from domain.worktime import ZONE
from locales.languages import LANGUAGES
from usecases import office, outbox, quiet_hours, withdrawals

LIMIT_KEY = "broadcasts"
"""Office setting: `approve_above` and `type_above`, numbers of recipients."""


@dataclass(frozen=True)
class Draft:
    """What staff fill in."""

    title: str
    topic: str
    content: Content
    audience: Audience
    scheduled_at: datetime | None = None
    window: tuple[str, str] = ("", "")
    """HH:MM from and until; empty: all day but quiet hours."""
    urgent_reason: str = ""
    """Given, it is urgent."""


def create(session: Session, draft: Draft, *, by: Staff, now: datetime) -> Broadcast:
    """A new broadcast, a draft."""
    broadcast = Broadcast(by_id=by.id, created_at=now, changed_at=now, title="", topic="", audience={})
    session.add(broadcast)
    session.flush()
    _write(session, broadcast, draft, by, now)
    return broadcast


def edit(session: Session, key: int, draft: Draft, *, by: Staff, now: datetime) -> Broadcast:
    """Another content, audience or rule: what was approved or scheduled is a draft again. Raises `BroadcastMove` once it is under way."""
    broadcast = _lock(session, key, (*EDITABLE, PAUSED))
    if not is_editable(broadcast):
        raise BroadcastMove(status=broadcast.status)
    if broadcast.status == PAUSED:
        broadcast.pause_reason = ""
    _write(session, broadcast, draft, by, now)
    return broadcast


def is_editable(broadcast: Broadcast) -> bool:
    """Whether it may still become another one: nobody was sent it, and none is being planned."""
    return broadcast.status in EDITABLE or (broadcast.status == PAUSED and broadcast.started_at is None)


def copy(session: Session, key: int, *, by: Staff, now: datetime) -> Broadcast:
    """The same once more, as a draft of whoever copies: its moment and its urgency are to be decided anew."""
    row = session.get_one(Broadcast, key)
    window = (row.window_from, row.window_until)
    return create(session, Draft(row.title, row.topic, content_of(session, row), Audience.of(row.audience), window=window), by=by, now=now)


def throw_away(session: Session, key: int, now: datetime) -> Broadcast:
    """Put a draft into the bin. Raises `BroadcastMove` for anything else: what was handed in is cancelled."""
    broadcast = _lock(session, key, (DRAFT,))
    broadcast.deleted_at = now
    return broadcast


def take_back(session: Session, key: int) -> Broadcast:
    """Take a draft out of the bin."""
    broadcast = session.get_one(Broadcast, key, with_for_update=True, populate_existing=True)
    broadcast.deleted_at = None
    return broadcast


def _write(session: Session, broadcast: Broadcast, draft: Draft, by: Staff, now: datetime) -> None:
    broadcast.title, broadcast.topic, broadcast.audience = draft.title.strip(), draft.topic, draft.audience.to_json()
    broadcast.urgent_reason, broadcast.is_urgent = draft.urgent_reason.strip(), bool(draft.urgent_reason.strip())
    broadcast.scheduled_at = draft.scheduled_at
    broadcast.window_from, broadcast.window_until = draft.window
    _keep_content(session, broadcast, draft.content, by, now)
    broadcast.status, broadcast.changed_at = DRAFT, now
    broadcast.submitted_at = broadcast.approved_at = broadcast.approved_by_id = None
    broadcast.approved_digest, broadcast.submitted_count = "", 0
    broadcast.digest = _digest(broadcast, draft.content)


def _keep_content(session: Session, broadcast: Broadcast, content: Content, by: Staff, now: datetime) -> None:
    """A new version, unless it says what the newest says."""
    if broadcast.content_number and version(session, broadcast).digest == content.digest:
        return
    broadcast.content_number += 1
    facts = {"number": broadcast.content_number, "content": content.to_json(), "digest": content.digest}
    session.add(BroadcastVersion(broadcast_id=broadcast.id, by_id=by.id, at=now, **facts))
    session.flush()


def version(session: Session, broadcast: Broadcast) -> BroadcastVersion:
    """The content that is sent."""
    its = select(BroadcastVersion).where(BroadcastVersion.broadcast_id == broadcast.id, BroadcastVersion.number == broadcast.content_number)
    return session.scalars(its).one()


def content_of(session: Session, broadcast: Broadcast) -> Content:
    return Content.of(version(session, broadcast).content)


def _digest(broadcast: Broadcast, content: Content) -> str:
    """SHA-256 over all that decides what is sent, to whom, and when."""
    when = broadcast.scheduled_at.astimezone(ZONE).isoformat() if broadcast.scheduled_at else ""
    facts = [content.digest, Audience.of(broadcast.audience).digest, broadcast.title, broadcast.topic, broadcast.urgent_reason]
    facts += [when, broadcast.window_from, broadcast.window_until]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


# who it is for


def conditions(broadcast: Broadcast, now: datetime, *, trial: bool) -> list[ColumnElement[bool]]:
    """Whom it is planned for; asked again at the moment of sending. In trial mode: the staff's own contacts, whatever the audience."""
    if trial:
        return [audiences.is_of_staff()]
    fitting = audiences.fitting(Audience.of(broadcast.audience), now)
    return [*fitting, *consent(broadcast.topic, is_urgent=broadcast.is_urgent)]


def consent(topic: str, *, is_urgent: bool) -> list[ColumnElement[bool]]:
    """Who of an audience gets messages of a topic: who wants it, in urgent cases who has not refused it; of a service everybody."""
    if topic == OF_A_SERVICE:
        return []
    return [audiences.has_not_refused(topic) if is_urgent else audiences.wants(topic)]


def reach(session: Session, broadcast: Broadcast, now: datetime) -> dict[str, int]:
    """How many it would reach, by channel, were it not for trial mode."""
    return audiences.count_by_channel(session, conditions(broadcast, now, trial=False))


# what is wrong


def check(session: Session, broadcast: Broadcast, now: datetime) -> list[Problem]:
    """Everything that stops it, each with its place; empty where it may go."""
    content, audience = content_of(session, broadcast), Audience.of(broadcast.audience)
    reached = reach(session, broadcast, now)
    found = [] if broadcast.title else [Problem("title", N_("broadcast.problem.title"))]
    found += problems_of(content, LANGUAGES, CHATS)
    found += _of_targets(session, content)
    if not reached:
        found.append(Problem("audience", N_("broadcast.problem.nobody")))
    if broadcast.topic == OF_A_SERVICE and not audience.is_of_a_service:
        found.append(Problem("audience", N_("broadcast.problem.service_for_all")))
    if broadcast.topic != OF_A_SERVICE and broadcast.topic not in TOPICS:
        found.append(Problem("topic", N_("broadcast.problem.topic")))
    return [*found, *_of_time(session, broadcast, now)]


def _of_targets(session: Session, content: Content) -> list[Problem]:
    """Buttons that would lead nowhere, and a file that is not there."""
    found = []
    for number, button in enumerate(content.buttons, 1):
        if button.kind == CLASS and button.target.isdecimal():
            its = session.get(TrainingClass, int(button.target))
            if its is None or its.status != OPEN or its.deleted_at is not None:
                found.append(Problem(f"button.{number}", N_("broadcast.problem.class"), {"number": number}))
        if button.kind == SERVICE and button.target not in set(Wish):
            found.append(Problem(f"button.{number}", N_("broadcast.problem.button"), {"number": number}))
    if content.file and session.get(StoredFile, content.file.sha256) is None:
        found.append(Problem("file", N_("broadcast.problem.file"), {"name": content.file.name}))
    return found


def _of_time(session: Session, broadcast: Broadcast, now: datetime) -> list[Problem]:
    found = []
    if (at := broadcast.scheduled_at) is not None:
        if at < now - timedelta(minutes=5):
            found.append(Problem("scheduled_at", N_("broadcast.problem.past")))
        elif not broadcast.is_urgent and quiet_hours.next_allowed_for_all(session, at) > at:
            found.append(Problem("scheduled_at", N_("broadcast.problem.quiet")))
    if broadcast.window_from or broadcast.window_until:
        try:
            is_wrong = time.fromisoformat(broadcast.window_from) >= time.fromisoformat(broadcast.window_until)
        except ValueError:
            is_wrong = True
        if is_wrong:
            found.append(Problem("window", N_("broadcast.problem.window")))
        elif not _ever_opens(session, broadcast, now):
            found.append(Problem("window", N_("broadcast.problem.window_quiet")))
    return found


def _ever_opens(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Whether its window leaves any moment of the office's hours."""
    try:
        sending_hours(session, broadcast).next_open(now)
    except NeverAllowed:
        return False
    return True


def sending_hours(session: Session, broadcast: Broadcast) -> SendingHours:
    """When it may be sent to those who have no hours of their own. Raises ValueError for a window that is none."""
    if broadcast.is_urgent:
        return SendingHours()
    rules = () if broadcast.topic == OF_A_SERVICE else (quiet_hours.for_all(session),)
    if broadcast.window_from or broadcast.window_until:
        return SendingHours.daily(broadcast.window_from, broadcast.window_until, *rules)
    return SendingHours(rules)


# from draft to moment


def submit(session: Session, key: int, *, digest: str, typed: int | None = None, now: datetime) -> Broadcast:
    """Hand a draft in as it was seen, `digest`: scheduled at once, or for a second person above the set number; staff get a mail then.

    `typed` is the number of recipients as typed. Raises `BroadcastNotReady`, `BroadcastCountWrong`, `BroadcastChanged`, `BroadcastMove`.
    """
    broadcast = _lock(session, key, (DRAFT,))
    if digest != broadcast.digest:
        raise BroadcastChanged
    if problems := check(session, broadcast, now):
        raise BroadcastNotReady(problems)
    limits, number = office.setting(session, LIMIT_KEY), sum(reach(session, broadcast, now).values())
    if number > limits["type_above"] and typed != number:
        raise BroadcastCountWrong(count=number)
    broadcast.submitted_at, broadcast.submitted_count, broadcast.pause_reason = now, number, ""
    broadcast.status, broadcast.changed_at = SUBMITTED, now
    if number <= limits["approve_above"]:
        _schedule(session, broadcast, now)
    else:
        facts = {"title": broadcast.title, "number": number}
        outbox.alert_staff(session, N_("alert.broadcast_submitted.subject"), N_("alert.broadcast_submitted.body"), now=now, **facts)
    return broadcast


def approve(session: Session, key: int, *, by: Staff, digest: str, alone: bool = False, now: datetime) -> Broadcast:
    """A second person says that exactly what they saw, `digest`, may go; the same one only where they are `alone` in a trial.

    Raises `BroadcastOwnApproval`, `BroadcastChanged`, `BroadcastMove`, and `BroadcastNotReady` where its time is over meanwhile.
    """
    broadcast = _lock(session, key, (SUBMITTED,))
    if not alone and by.id in {broadcast.by_id, version(session, broadcast).by_id}:
        raise BroadcastOwnApproval
    if digest != broadcast.digest or digest != _digest(broadcast, content_of(session, broadcast)):
        raise BroadcastChanged
    if problems := check(session, broadcast, now):
        raise BroadcastNotReady(problems)
    broadcast.approved_by_id, broadcast.approved_at = by.id, now
    _schedule(session, broadcast, now)
    return broadcast


def send_back(session: Session, key: int, *, by: Staff, reason: str, now: datetime) -> Broadcast:
    """A second person does not let it go: a draft again, with the reason beside it, and its writer gets a mail. Raises `BroadcastMove`."""
    broadcast = _lock(session, key, (SUBMITTED,))
    broadcast.status, broadcast.changed_at, broadcast.pause_reason = DRAFT, now, reason[:300]
    broadcast.submitted_at, broadcast.submitted_count = None, 0
    facts = {"title": broadcast.title, "name": by.full_name or by.email, "reason": reason}
    writer = session.get_one(Staff, version(session, broadcast).by_id)
    if writer.active and writer.id != by.id:
        outbox.alert(session, writer, N_("alert.broadcast_sent_back.subject"), N_("alert.broadcast_sent_back.text"), now=now, **facts)
    return broadcast


def _schedule(session: Session, broadcast: Broadcast, now: datetime) -> None:
    broadcast.status, broadcast.changed_at = SCHEDULED, now
    broadcast.scheduled_at = broadcast.scheduled_at or now
    broadcast.approved_digest = broadcast.digest = _digest(broadcast, content_of(session, broadcast))


def is_as_approved(session: Session, broadcast: Broadcast) -> bool:
    """Whether content, audience and rules are those that were let go."""
    return broadcast.approved_digest == _digest(broadcast, content_of(session, broadcast))


# while it runs


def pause(session: Session, key: int, *, reason: str, now: datetime) -> Broadcast:
    """Nothing more is sent; what waits in the outbox is taken back. What a platform has in hand at this moment still arrives."""
    broadcast = _lock(session, key, (SCHEDULED, *RUNNING))
    broadcast.status, broadcast.paused_at, broadcast.pause_reason, broadcast.changed_at = PAUSED, now, reason[:300], now
    session.flush()
    withdrawals.of_broadcast(session, broadcast)
    return broadcast


def resume(session: Session, key: int, now: datetime) -> Broadcast:
    """Go on where it was stopped."""
    broadcast = _lock(session, key, (PAUSED,))
    broadcast.status = SENDING if broadcast.planned_at else PLANNING if broadcast.started_at else SCHEDULED
    broadcast.resumed_at, broadcast.pause_reason, broadcast.changed_at = now, "", now
    return broadcast


def cancel(session: Session, key: int, now: datetime) -> Broadcast:
    """End it for good: whoever was not sent it yet will not be. `broadcast_sending.sweep` writes that down, in chunks."""
    broadcast = _lock(session, key, (*EDITABLE, *RUNNING, PAUSED))
    broadcast.status, broadcast.changed_at = CANCELLED, now
    broadcast.finished_at = None if broadcast.started_at else now
    session.flush()
    withdrawals.of_broadcast(session, broadcast)
    return broadcast


def _lock(session: Session, key: int, states: tuple[str, ...]) -> Broadcast:
    """Raises `BroadcastMove` where it is in another state, or in the bin."""
    broadcast = session.get_one(Broadcast, key, with_for_update=True, populate_existing=True)
    if broadcast.status not in states or broadcast.deleted_at is not None:
        raise BroadcastMove(status=broadcast.status)
    return broadcast
