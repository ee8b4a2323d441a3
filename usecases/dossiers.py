"""Dossiers (hồ sơ): handed in once, checked, completed, decided, on a clock of working days.

    (draft) ──► first state ──► … as the declaration says (`domain.dossiers`) … ──► a final state

Locks: contact first (the unit of work has it), then draft, then dossier. Every step is an event that both sides read; what is news to the
firm goes out through `usecases.dossier_notices`.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.engine import signal
from db.models import (
    Contact,
    DemandedItem,
    Dossier,
    DossierDemand,
    DossierDraft,
    DossierEvent,
    DossierPaper,
    OrganisationContact,
    Staff,
)
from db.models.dossier import CITIZEN, STAFF, SYSTEM
from db.models.organisation import CLAIMED, CONFIRMED
from domain import dossiers
from domain.dossiers.common import NEEDS_MORE, WITHDRAWN
from domain.dossiers.declaration import OFF, PAUSED, PRODUCTS, RUNS, DossierType, Field, Move, Paper
from domain.errors import (
    DossierIncomplete,
    DossierMoved,
    FileArriving,
    LateReasonNeeded,
    ManagerNeeded,
    NoSuchDossier,
    NoSuchDraft,
    NothingDemanded,
    SecondPersonNeeded,
    WordsNeeded,
)
from domain.messages import N_
from domain.worktime import ZONE
from usecases import dossier_drafts, dossier_notices, dossier_reminders, organisations, outbox, reminder_plans, time_limits
from usecases.enquiries import FileToSend
from usecases.references import next_reference

RECEIPTS = "receipts"
"""The signal that a receipt is to be printed."""


def declared(dossier: Dossier) -> DossierType:
    """The declaration it was handed in under."""
    return dossiers.declared(dossier.kind, dossier.version)


# handing in


def submit(
    session: Session, draft: DossierDraft, *, source: str, contact: Contact | None = None, staff: Staff | None = None, now: datetime
) -> tuple[Dossier, bool]:
    """Hand a locked draft in; whether this did it. Handed in before, it is the same dossier.

    Raises `NoSuchDraft`, `FileArriving`, `DossierIncomplete`.
    """
    if draft.dossier_id is not None:
        return session.get_one(Dossier, draft.dossier_id), False
    if draft.status != dossier_drafts.OPEN:
        raise NoSuchDraft
    if dossier_drafts.is_arriving(session, draft, now):
        raise FileArriving
    kind = dossier_drafts.declared(draft)
    answers, papers = final(draft)
    if missing := kind.missing(draft.answers, draft.papers):
        raise DossierIncomplete(parts=", ".join(part.name for part in missing))
    organisation = organisations.take_in(session, kind, answers, contact=contact, staff=staff, now=now)
    dossier = Dossier(
        token=draft.token,
        secret=secrets.token_urlsafe(32),
        kind=kind.kind,
        version=kind.version,
        source=source,
        organisation_id=organisation.id if organisation else None,
        organisation=organisation,
        contact_id=contact.id if contact else None,
        contact=contact,
        entered_by_id=staff.id if staff else None,
        firm=str(answers.get("firm", "")),
        tax_code=str(answers.get("tax_code", "")),
        phone=str(answers.get("phone", "")),
        answers=answers,
        digest=digest(kind, answers, papers),
        status=kind.first,
        submitted_at=now,
        status_since=now,
        due_on=time_limits.due(session, kind.limit, now),
        days_left=None,
        demand_count=0,
        language=draft.language,
        changed_at=now,
        papers=[DossierPaper(paper=name, at=now, **file) for name, files in papers.items() for file in files],
        reference=next_reference(session, kind.prefix, now),  # last: all who want a number wait for the one who has it
    )
    session.add(dossier)
    session.flush()
    draft.status, draft.dossier_id, draft.code_digest, draft.changed_at = dossier_drafts.SUBMITTED, dossier.id, None, now
    reminder_plans.drop(session, dossier_drafts.DRAFT, draft.id, "ended", now)
    dossier_reminders.follow(session, dossier, now)
    record(session, dossier, "submitted", actor=STAFF if staff else CITIZEN, staff=staff, now=now)
    if organisation is not None and contact is not None:
        _ask_who_is_confirmed(session, organisation.id, contact, now)
    outbox.alert_staff(session, N_("alert.dossier.subject"), N_("alert.dossier.body"), now=now, reference=dossier.reference)
    signal(session, RECEIPTS)
    return dossier, True


def _ask_who_is_confirmed(session: Session, organisation_id: int, contact: Contact, now: datetime) -> None:
    """Where a firm has confirmed contacts, they are asked about somebody who is new, once."""
    for link in organisations.of(session, contact):
        if link.organisation_id == organisation_id and link.status == CLAIMED and link.since == now:
            dossier_notices.ask_confirmed(session, link, now)


def final(draft: DossierDraft) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """What applies and was given: answers to questions that an edit made moot are left behind."""
    asked = dossier_drafts.parts(draft)
    answers = {part.name: draft.answers[part.name] for part in asked if isinstance(part, Field) and draft.answers.get(part.name)}
    return answers, {part.name: draft.papers[part.name] for part in asked if isinstance(part, Paper) and draft.papers.get(part.name)}


def digest(kind: DossierType, answers: Mapping[str, Any], papers: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """SHA-256 over what was handed in: the receipt names it, so that nobody can say later that it was something else."""
    handed_in = {
        "kind": kind.kind,
        "version": kind.version,
        "answers": answers,
        "papers": {name: [file["sha256"] for file in files] for name, files in papers.items()},
    }
    return hashlib.sha256(json.dumps(handed_in, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def record(
    session: Session,
    dossier: Dossier,
    kind: str,
    *,
    actor: str,
    staff: Staff | None = None,
    words: str = "",
    is_internal: bool = False,
    now: datetime,
) -> DossierEvent:
    """Write down that something happened."""
    event = DossierEvent(
        dossier_id=dossier.id,
        kind=kind,
        status=dossier.status,
        actor=actor,
        staff_id=staff.id if staff else None,
        words=words,
        is_internal=is_internal,
        at=now,
    )
    session.add(event)
    dossier.changed_at = now
    return event


# the receipt


def unprinted(session: Session, limit: int) -> Sequence[Dossier]:
    """What has no receipt as PDF yet, the oldest first."""
    waiting = select(Dossier).where(Dossier.receipt_sha256.is_(None)).order_by(Dossier.id).limit(limit)
    return session.scalars(waiting).all()


def hand_receipt(session: Session, key: int, file: FileToSend, now: datetime) -> bool:
    """Keep the printed receipt, already stored, and send it into the chat, once. False where another press was a moment earlier."""
    contact = select(Dossier.contact_id).where(Dossier.id == key).scalar_subquery()
    session.execute(select(Contact.id).where(Contact.id == contact).with_for_update())
    dossier = lock(session, key)
    if dossier.receipt_sha256 is not None:
        return False
    dossier.receipt_sha256 = file.sha256
    dossier_notices.send_receipt(session, dossier, file, now)
    return True


def receipt_file(dossier: Dossier) -> FileToSend | None:
    """The receipt as PDF, or None while it is being printed."""
    digest = dossier.receipt_sha256
    return FileToSend(digest, f"{dossier.reference}.pdf", "application/pdf") if digest else None


# reading


def lock(session: Session, key: int) -> Dossier:
    """A dossier, locked. Raises `NoSuchDossier`."""
    dossier = session.get(Dossier, key, with_for_update={"of": Dossier}, populate_existing=True)
    if dossier is None:
        raise NoSuchDossier(reference=key)
    return dossier


def lock_for_staff(session: Session, key: int) -> Dossier:
    """The same for an officer, who has not locked its contact yet: contact first, as everywhere. Raises `NoSuchDossier`."""
    session.execute(
        select(Contact.id).where(Contact.id == select(Dossier.contact_id).where(Dossier.id == key).scalar_subquery()).with_for_update()
    )
    return lock(session, key)


def own(session: Session, contact: Contact, limit: int = 20) -> Sequence[Dossier]:
    """What a contact may see: filed by itself, or by a firm that it is confirmed for; the newest first."""
    return session.scalars(select(Dossier).where(_is_own(contact)).order_by(Dossier.id.desc()).limit(limit)).all()


def get_own(session: Session, contact: Contact, *, key: int | None = None, reference: str | None = None, locked: bool = False) -> Dossier:
    """One of them by its key or reference. Raises `NoSuchDossier` for one that is unknown or somebody else's."""
    which = Dossier.id == key if reference is None else Dossier.reference == reference
    found = session.scalars(select(Dossier).where(which, _is_own(contact))).one_or_none()
    if found is None:
        raise NoSuchDossier(reference=reference or "")
    return lock(session, found.id) if locked else found


def _is_own(contact: Contact) -> Any:
    firms = select(OrganisationContact.organisation_id).where(
        OrganisationContact.contact_id == contact.id, OrganisationContact.status == CONFIRMED
    )
    return or_(Dossier.contact_id == contact.id, Dossier.organisation_id.in_(firms))


def by_secret(session: Session, secret: str) -> Dossier | None:
    """The dossier whose receipt carries this code, or None."""
    return session.scalars(select(Dossier).where(Dossier.secret == secret)).one_or_none()


def timeline(session: Session, dossier: Dossier, *, internal: bool = False) -> Sequence[DossierEvent]:
    """What happened, in order; what is internal only for staff."""
    its = select(DossierEvent).where(DossierEvent.dossier_id == dossier.id)
    return session.scalars((its if internal else its.where(~DossierEvent.is_internal)).order_by(DossierEvent.id)).all()


def is_late(session: Session, dossier: Dossier, now: datetime) -> bool:
    """Whether its time limit is over while the clock runs."""
    return dossier.due_on is not None and dossier.due_on < now.astimezone(ZONE).date()


def resend_receipt(session: Session, dossier: Dossier, now: datetime, *, to: Contact | None = None) -> None:
    """Send the receipt on paper again: to the contact who asks and may see it (`to`), else to who filed it.

    Raises `NoSuchDossier` where it is not printed yet.
    """
    file = receipt_file(dossier)
    if file is None:
        raise NoSuchDossier(reference=dossier.reference)
    dossier_notices.send_receipt(session, dossier, file, now, to=to)


# moving on


def move(
    session: Session,
    dossier: Dossier,
    target: str,
    *,
    contact: Contact | None = None,
    staff: Staff | None = None,
    words: str = "",
    now: datetime,
) -> None:
    """Move a locked dossier on: by an officer, or by its firm (`contact`) where the declaration lets it.

    Raises `DossierMoved` where no such move is open, `WordsNeeded`, `SecondPersonNeeded` for one that another must approve
    (`propose`, `approve`), and `LateReasonNeeded`.
    """
    way = _open_move(dossier, target, STAFF if staff else CITIZEN)
    if way.needs_second and staff is not None:
        raise SecondPersonNeeded
    if staff is None and declared(dossier).state(target).clock == RUNS:  # only a checklist that is filled leads there
        raise DossierMoved(reference=dossier.reference)
    if staff is not None:  # a firm may withdraw what we are late with
        _must_be_explained(session, dossier, way, words, now)
    _go(session, dossier, way, actor=STAFF if staff else CITIZEN, staff=staff, words=words, now=now)


def _open_move(dossier: Dossier, target: str, by: str) -> Move:
    way = declared(dossier).move(dossier.status, target)
    if way is None or by not in way.by:
        raise DossierMoved(reference=dossier.reference)
    return way


def _must_be_explained(session: Session, dossier: Dossier, way: Move, words: str, now: datetime) -> None:
    if way.needs_words and not words.strip():
        raise WordsNeeded
    runs = declared(dossier).state(dossier.status).clock == RUNS
    ends = declared(dossier).state(way.target).clock == OFF
    if runs and ends and is_late(session, dossier, now) and not dossier.late_reason:
        raise LateReasonNeeded(reference=dossier.reference)


def _go(session: Session, dossier: Dossier, way: Move, *, actor: str, staff: Staff | None, words: str, now: datetime) -> None:
    _set_clock(session, dossier, way, now)
    if (asked := open_demand(session, dossier)) is not None:
        asked.filled_at = now  # it goes on without what is left to fill
        dossier_reminders.drop_missing(session, asked, now)
    dossier.status, dossier.status_since = way.target, now
    if way.target == WITHDRAWN:
        dossier.products_at = None  # what it declared is no longer shown, and taken back in the background
    dossier.proposed_status, dossier.proposed_by_id, dossier.proposed_words = "", None, ""
    record(session, dossier, "moved", actor=actor, staff=staff, words=words.strip(), now=now)
    if actor != CITIZEN:
        dossier_notices.moved(session, dossier, words.strip(), now)


def _set_clock(session: Session, dossier: Dossier, way: Move, now: datetime) -> None:
    """Running time goes on, is paused with the days that are left, goes on from them, begins anew, or ends."""
    clock = declared(dossier).state(way.target).clock
    if clock == PAUSED:
        dossier.days_left = None if dossier.due_on is None else time_limits.days_until(session, dossier.due_on, now)
        dossier.due_on = None
    elif clock == OFF:
        dossier.due_on = dossier.days_left = None
    elif way.limit:
        dossier.due_on, dossier.days_left = time_limits.due(session, way.limit, now), None
    elif dossier.days_left is not None:
        dossier.due_on, dossier.days_left = time_limits.after(session, dossier.days_left, now), None
    dossier_reminders.follow(session, dossier, now)


def propose(session: Session, dossier: Dossier, target: str, *, staff: Staff, words: str, now: datetime) -> None:
    """Draft a decision that a second officer is to approve (trình duyệt). Raises `DossierMoved`, `WordsNeeded`."""
    way = _open_move(dossier, target, STAFF)
    if way.needs_words and not words.strip():
        raise WordsNeeded
    dossier.proposed_status, dossier.proposed_by_id, dossier.proposed_words = target, staff.id, words.strip()
    record(session, dossier, "proposed", actor=STAFF, staff=staff, words=words.strip(), is_internal=True, now=now)


def approve(session: Session, dossier: Dossier, *, staff: Staff, alone: bool = False, now: datetime) -> None:
    """Approve what a colleague drafted (phê duyệt); one's own only where one is `alone` in a trial.

    Raises `DossierMoved`, `SecondPersonNeeded`, `LateReasonNeeded`.
    """
    if not dossier.proposed_status:
        raise DossierMoved(reference=dossier.reference)
    if dossier.proposed_by_id == staff.id and not alone:
        raise SecondPersonNeeded
    way, words = _open_move(dossier, dossier.proposed_status, STAFF), dossier.proposed_words
    _must_be_explained(session, dossier, way, words, now)
    _go(session, dossier, way, actor=STAFF, staff=staff, words=words, now=now)


def send_back(session: Session, dossier: Dossier, *, staff: Staff, words: str, now: datetime) -> None:
    """Give a drafted decision back to who drafted it, with the reason (trả lại). Raises `DossierMoved`, `WordsNeeded`."""
    if not dossier.proposed_status:
        raise DossierMoved(reference=dossier.reference)
    if not words.strip():
        raise WordsNeeded
    dossier.proposed_status, dossier.proposed_by_id, dossier.proposed_words = "", None, ""
    record(session, dossier, "sent_back", actor=STAFF, staff=staff, words=words.strip(), is_internal=True, now=now)


def assign(session: Session, dossier: Dossier, officer: Staff | None, *, by: Staff, now: datetime) -> None:
    """Give a dossier to an officer, or take it from them."""
    dossier.assigned_to_id, dossier.assigned_to = (officer.id, officer) if officer else (None, None)
    name = officer.full_name if officer else ""
    record(session, dossier, "assigned", actor=STAFF, staff=by, words=name, is_internal=True, now=now)
    if officer is not None and officer.id != by.id:
        facts = {"reference": dossier.reference, "by": by.full_name}
        outbox.alert(session, officer, N_("alert.dossier_assigned.subject"), N_("alert.dossier_assigned.body"), now=now, **facts)


def note(session: Session, dossier: Dossier, words: str, *, staff: Staff, now: datetime) -> None:
    """A note that only staff read."""
    if not words.strip():
        raise WordsNeeded
    record(session, dossier, "note", actor=STAFF, staff=staff, words=words.strip(), is_internal=True, now=now)


def explain_late(session: Session, dossier: Dossier, reason: str, *, staff: Staff, now: datetime) -> None:
    """Tell the firm why its dossier is late (xin lỗi và nêu lý do trễ hạn). Raises `WordsNeeded`."""
    if not reason.strip():
        raise WordsNeeded
    dossier.late_reason = reason.strip()
    record(session, dossier, "late", actor=STAFF, staff=staff, words=reason.strip(), now=now)
    dossier_notices.late(session, dossier, now)


# asking for more, and getting it


@dataclass(frozen=True)
class Wanted:
    """One missing thing: a field or paper by its name, or something in words only."""

    kind: str
    name: str
    words: str


FIELD, PAPER, WORDS = "field", "paper", "words"


def demand(
    session: Session,
    dossier: Dossier,
    wanted: Sequence[Wanted],
    *,
    staff: Staff,
    manager: Staff | None = None,
    reason: str = "",
    now: datetime,
) -> DossierDemand:
    """Ask for everything that is missing at once (yêu cầu bổ sung); the clock pauses, the firm gets a checklist.

    From the second on only a manager may, with a reason. Raises `NothingDemanded`, `WordsNeeded` for an item that does not say what is
    wrong, `ManagerNeeded`, `DossierMoved`.
    """
    way = _open_move(dossier, NEEDS_MORE, STAFF)
    if not wanted:
        raise NothingDemanded
    if any(not one.words.strip() for one in wanted):
        raise WordsNeeded
    number = dossier.demand_count + 1
    if number > 1 and (manager is None or not reason.strip()):
        raise ManagerNeeded(number=number)
    kind = declared(dossier)
    if any(one.kind != WORDS and kind.part(one.name) is None for one in wanted):
        raise NothingDemanded
    row = DossierDemand(
        dossier_id=dossier.id,
        number=number,
        reason=reason.strip(),
        asked_by_id=staff.id,
        allowed_by_id=manager.id if manager else None,
        asked_at=now,
        items=[DemandedItem(kind=one.kind, name=one.name, words=one.words.strip()) for one in wanted],
    )
    session.add(row)
    dossier.demand_count = number
    session.flush()
    _set_clock(session, dossier, way, now)
    dossier.status, dossier.status_since = way.target, now
    dossier.proposed_status, dossier.proposed_by_id, dossier.proposed_words = "", None, ""
    record(session, dossier, "demanded", actor=STAFF, staff=staff, words="\n".join(one.words.strip() for one in wanted), now=now)
    dossier_notices.demanded(session, dossier, row, now)
    dossier_reminders.plan_missing(session, dossier, row, now)
    return row


def open_demand(session: Session, dossier: Dossier) -> DossierDemand | None:
    """What the firm is asked for now, or None."""
    its = select(DossierDemand).where(DossierDemand.dossier_id == dossier.id, DossierDemand.filled_at.is_(None))
    return session.scalars(its.order_by(DossierDemand.number.desc()).limit(1)).one_or_none()


def item_of(session: Session, dossier: Dossier, key: int) -> DemandedItem:
    """An item of what is asked for now; raises `DossierMoved` for another."""
    asked = open_demand(session, dossier)
    item = next((one for one in asked.items if one.id == key), None) if asked else None
    if item is None:
        raise DossierMoved(reference=dossier.reference)
    return item


def fill_answer(session: Session, dossier: Dossier, item: DemandedItem, value: Any, now: datetime, staff: Staff | None = None) -> bool:
    """The firm answers an item, or says it to an officer: a field again, or in words. Whether nothing is left to fill."""
    if item.kind == FIELD:
        before = dossier.answers.get(item.name)
        dossier.answers = {**dossier.answers, item.name: value}
        _keep_columns(dossier)
        if any(field.kind == PRODUCTS and field.name == item.name for field in declared(dossier).fields):
            dossier.products_at = None  # the register follows in the background
        record(
            session,
            dossier,
            "corrected",
            actor=STAFF if staff else CITIZEN,
            staff=staff,
            words=json.dumps({item.name: before}, ensure_ascii=False),
            is_internal=True,
            now=now,
        )
    else:
        item.answer = str(value)
    item.done_at = now
    return _fill_if_done(session, dossier, now, staff)


def _keep_columns(dossier: Dossier) -> None:
    """The facts that are real columns follow the answers."""
    for column in ("firm", "tax_code", "phone"):
        setattr(dossier, column, str(dossier.answers.get(column, "")))


def fill_paper(session: Session, dossier: Dossier, item: DemandedItem, file: Mapping[str, Any], now: datetime) -> None:
    """The firm sends a file for an item. The first one stands in place of what was there; `done` ends the item."""
    theirs = [paper for paper in dossier.papers if paper.paper == item.name and paper.replaced_at is None]
    asked = session.get_one(DossierDemand, item.demand_id)
    if any(paper.sha256 == file["sha256"] and paper.at >= asked.asked_at for paper in theirs):
        return
    for paper in theirs:
        if paper.at < asked.asked_at:
            paper.replaced_at = now
    added = DossierPaper(dossier_id=dossier.id, paper=item.name or "other", at=now, **file)
    dossier.papers.append(added)
    session.flush()


def sent_for(session: Session, dossier: Dossier, item: DemandedItem) -> list[DossierPaper]:
    """The files that came for an item since it was asked for."""
    asked = session.get_one(DossierDemand, item.demand_id)
    return [
        paper for paper in dossier.papers if paper.paper == (item.name or "other") and paper.at >= asked.asked_at and not paper.replaced_at
    ]


def done(session: Session, dossier: Dossier, item: DemandedItem, now: datetime, staff: Staff | None = None) -> bool:
    """The firm has sent all files of an item, or brought them to an officer. Whether nothing is left to fill."""
    if item.done_at is None and sent_for(session, dossier, item):
        item.done_at = now
    return _fill_if_done(session, dossier, now, staff)


def _fill_if_done(session: Session, dossier: Dossier, now: datetime, staff: Staff | None) -> bool:
    asked = open_demand(session, dossier)
    if asked is None or any(item.done_at is None for item in asked.items):
        return False
    asked.filled_at = now
    dossier_reminders.drop_missing(session, asked, now)
    way = next(way for way in declared(dossier).moves_from(dossier.status, CITIZEN) if declared(dossier).state(way.target).clock == RUNS)
    _set_clock(session, dossier, way, now)
    dossier.status, dossier.status_since = way.target, now
    record(session, dossier, "filled", actor=STAFF if staff else CITIZEN, staff=staff, now=now)
    outbox.alert_staff(session, N_("alert.dossier_filled.subject"), N_("alert.dossier_filled.body"), now=now, reference=dossier.reference)
    return True


def alert_late(session: Session, now: datetime, limit: int = 50) -> int:
    """Tell staff, once for each, of dossiers that became late. For the clock; how many."""
    today = now.astimezone(ZONE).date()
    told = select(DossierEvent.dossier_id).where(DossierEvent.kind == "overdue")
    late = select(Dossier).where(Dossier.due_on < today, Dossier.id.not_in(told)).order_by(Dossier.due_on).limit(limit)
    rows = session.scalars(late.with_for_update(of=Dossier, skip_locked=True)).all()
    for dossier in rows:
        record(session, dossier, "overdue", actor=SYSTEM, is_internal=True, now=now)
        facts = {"reference": dossier.reference, "due": dossier.due_on}
        outbox.alert_staff(session, N_("alert.dossier_late.subject"), N_("alert.dossier_late.body"), now=now, **facts)
    return len(rows)
