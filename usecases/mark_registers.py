"""The two registers of quantity marks (sổ theo dõi tiếp nhận công bố; sổ cấp giấy chứng nhận): a line comes with the move of its dossier.

    in_force ──► superseded | revoked            an announcement
    in_force ──► suspended ──► in_force …        a certificate
    in_force ──► superseded | revoked | expired

How the office numbers is not known: a number is suggested, and whoever enters the line may write another. Locks: contact, dossier, entry;
of several entries the older first.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.models import Dossier, DossierDraft, DossierEvent, Group2Good, MarkedProduct, MarkEntry, Staff
from db.models.dossier import STAFF
from db.models.quantity_mark import ANNOUNCEMENT, CERTIFICATE, EXPIRED, IN_FORCE, REVOKED, SUPERSEDED, SUSPENDED
from domain.dossiers.declaration import EXPIRE, INSTRUMENTS, PACKAGES, RECEIVE, RESUME, REVOKE, SUPERSEDE, SUSPEND
from domain.dossiers.package_changes import Changes, changes_of
from domain.errors import DossierMoved, NoSuchEntry, NumberTaken, SecondPersonNeeded, SuspendedTooLong, WordsNeeded
from domain.folding import clean, fold
from domain.messages import N_
from domain.worktime import ZONE
from locales import day, translate
from usecases import certificate_reminders, dossier_drafts, dossiers, instruments, organisations, time_limits

VIOLATION, BY_REQUEST, DISSOLVED = "violation", "by_request", "dissolved"
REASONS = (VIOLATION, BY_REQUEST, DISSOLVED)
"""vi phạm nghiêm trọng · theo đề nghị của cơ sở · phá sản, giải thể."""
PREFIX = {ANNOUNCEMENT: "TB", CERTIFICATE: "GCN"}
"""Of suggested numbers only."""
SUSPENDED_AT_MOST = "quantity_certificate.suspension"
BATCH = 50
DRAFTED = "entry_drafted"
"""The event that keeps what a line is to hold while it waits for the second person."""


def entry_of(session: Session, dossier: Dossier) -> MarkEntry | None:
    """The line of the register that a dossier led to."""
    return session.scalars(select(MarkEntry).where(MarkEntry.dossier_id == dossier.id)).unique().one_or_none()


# entering


def suggested_number(session: Session, register: str, on: date) -> str:
    """The next running number of the year, for the officer to overwrite."""
    known = session.scalar(select(func.count()).where(MarkEntry.register == register, MarkEntry.received_on >= date(on.year, 1, 1))) or 0
    while True:
        known += 1
        number = f"{known:02d}/{on.year}/{PREFIX[register]}"
        if session.scalar(select(MarkEntry.id).where(MarkEntry.register == register, MarkEntry.number == number)) is None:
            return number


def receive(
    session: Session,
    dossier: Dossier,
    *,
    number: str,
    received_on: date,
    signer: str,
    signer_title: str,
    staff: Staff,
    drafted_by: Staff | None = None,
    words: str = "",
    now: datetime,
) -> MarkEntry:
    """Enter a locked dossier into its register with its move to received or certified; the line that it takes the place of ends.

    Where the declaration wants a second person, `drafted_by` is the first. Raises `DossierMoved`, `WordsNeeded` without a number,
    `NumberTaken`, `SecondPersonNeeded`, `LateReasonNeeded`.
    """
    declared = dossiers.declared(dossier)
    way = declared.act(dossier.status, RECEIVE)
    if way is None:
        raise DossierMoved(reference=dossier.reference)
    if way.needs_second and (drafted_by is None or drafted_by.id == staff.id):
        raise SecondPersonNeeded
    return _enter(session, dossier, number, received_on, signer, signer_title, staff, words, now)


def _enter(
    session: Session,
    dossier: Dossier,
    number: str,
    received_on: date,
    signer: str,
    signer_title: str,
    staff: Staff,
    words: str,
    now: datetime,
) -> MarkEntry:
    declared = dossiers.declared(dossier)
    if not (number := clean(number)):
        raise WordsNeeded
    previous = previous_of(session, dossier, locked=True)
    answers = dossier.answers
    entry = MarkEntry(
        register=declared.register,
        number=_free(session, declared.register, number),
        secret=secrets.token_urlsafe(32),
        dossier_id=dossier.id,
        organisation_id=dossier.organisation_id,
        firm=dossier.firm,
        commune=_commune(answers.get("address")),
        firm_kind=str(answers.get("firm_kind", "")),
        times=previous.times + 1 if previous else 1,
        previous_id=previous.id if previous else None,
        received_on=received_on,
        expires_on=time_limits.end(session, declared.holds, received_on) if declared.holds else None,
        status=IN_FORCE,
        status_since=received_on,
        signer=clean(signer),
        signer_title=clean(signer_title),
        entered_by_id=staff.id,
        changed_at=now,
        products=[_product(row) for row in rows_of(dossier, PACKAGES)],
    )
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError as taken:  # a colleague entered the same number at the same moment
        raise NumberTaken(number=number) from taken
    instruments.take_over(session, dossier, rows_of(dossier, INSTRUMENTS), now)
    facts = {"number": number, "on": day(received_on, dossier.language), "times": entry.times}
    said = translate(f"mark.entered.{entry.register}", dossier.language, **facts)
    dossiers.follow(session, dossier, RECEIVE, staff=staff, words="\n".join(part for part in (said, words.strip()) if part), now=now)
    if previous is not None and previous.status in {IN_FORCE, SUSPENDED}:
        _supersede(session, previous, entry, staff, now)
    certificate_reminders.plan(session, entry, now)
    return entry


def _free(session: Session, register: str, number: str) -> str:
    if session.scalar(select(MarkEntry.id).where(MarkEntry.register == register, MarkEntry.number == number)) is not None:
        raise NumberTaken(number=number)
    return number


def _commune(address: Any) -> str:
    return str(address.get("commune", ""))[:160] if isinstance(address, Mapping) else ""


def rows_of(dossier: Dossier, kind: str) -> list[Mapping[str, Any]]:
    """The rows of a dossier's list of a kind."""
    fields = [field for field in dossiers.declared(dossier).fields if field.kind == kind]
    return [row for field in fields for row in dossier.answers.get(field.name) or []]


def _product(row: Mapping[str, Any]) -> MarkedProduct:
    names = ("name", "brand", "packaging", "state", "quantity", "nominal", "unit")
    return MarkedProduct(**{name: str(row.get(name, "")) for name in names}, facts=dict(row))


# two persons


def propose(session: Session, dossier: Dossier, line: Mapping[str, str], *, staff: Staff, words: str, now: datetime) -> None:
    """Draft a line (number, received_on as YYYY-MM-DD, signer, signer_title) for a second officer. Raises `DossierMoved`, `NumberTaken`."""
    declared = dossiers.declared(dossier)
    way = declared.act(dossier.status, RECEIVE)
    if way is None:
        raise DossierMoved(reference=dossier.reference)
    if not line["number"]:
        raise WordsNeeded
    _free(session, declared.register, line["number"])
    said = "; ".join(part for part in (line["number"], line["received_on"], line["signer"], line["signer_title"], words) if part)
    dossiers.propose(session, dossier, way.target, staff=staff, words=said, now=now)
    kept = json.dumps({**line, "words": words}, ensure_ascii=False)
    dossiers.record(session, dossier, DRAFTED, actor=STAFF, staff=staff, words=kept, is_internal=True, now=now)


def approve(session: Session, dossier: Dossier, *, staff: Staff, alone: bool = False, now: datetime) -> MarkEntry:
    """Enter the line that a colleague drafted; one's own only where one is `alone` in a trial. Raises what `receive` does."""
    way = dossiers.declared(dossier).act(dossier.status, RECEIVE)
    if way is None or dossier.proposed_status != way.target:
        raise DossierMoved(reference=dossier.reference)
    if dossier.proposed_by_id == staff.id and not alone:
        raise SecondPersonNeeded
    its = select(DossierEvent).where(DossierEvent.dossier_id == dossier.id, DossierEvent.kind == DRAFTED)
    line = json.loads(session.scalars(its.order_by(DossierEvent.id.desc()).limit(1)).one().words)
    on = date.fromisoformat(line["received_on"])
    return _enter(session, dossier, line["number"], on, line["signer"], line["signer_title"], staff, line["words"], now)


# again


def previous_of(session: Session, dossier: Dossier, *, locked: bool = False) -> MarkEntry | None:
    """The line whose place a dossier takes: of the old number that it names, of the same firm."""
    declared = dossiers.declared(dossier)
    if dossier.organisation_id is None:
        return None
    found = _by_old_number(session, declared.register, dossier.organisation_id, old_number(dossier))
    return _locked(session, found.id) if found is not None and locked else found


def _by_old_number(session: Session, register: str, organisation_id: int, number: str) -> MarkEntry | None:
    """The newest line of a firm with a number, however it is spaced."""
    wanted = fold(number).replace(" ", "")
    its = select(MarkEntry).where(MarkEntry.register == register, MarkEntry.organisation_id == organisation_id)
    rows = session.scalars(its.order_by(MarkEntry.id.desc())) if wanted else ()
    return next((one for one in rows if fold(one.number).replace(" ", "") == wanted), None)


def old_number(dossier: Dossier) -> str:
    """The number in the register that a dossier names as its last."""
    return _old_number(dossier.answers)


def _old_number(answers: Mapping[str, Any]) -> str:
    return next((str(answers[name]) for name in ("old_number", "old_certificate") if answers.get(name)), "")


def compared(session: Session, dossier: Dossier) -> Changes | None:
    """What an announcement made again changes of the last one; None for a first, or where the old number is not known."""
    previous = previous_of(session, dossier)
    return None if previous is None else changes_of([dict(one.facts) for one in previous.products], rows_of(dossier, PACKAGES))


def compared_draft(session: Session, draft: DossierDraft) -> tuple[MarkEntry, Changes] | None:
    """The same before it is handed in, for who filed the last one or is confirmed for its firm; others learn nothing of it."""
    declared = dossier_drafts.declared(draft)
    number, tax_code = _old_number(draft.answers), str(draft.answers.get("tax_code") or "")
    firm = organisations.by_tax_code(session, tax_code) if tax_code else None
    if not declared.register or draft.contact is None or firm is None:
        return None
    previous = _by_old_number(session, declared.register, firm.id, number)
    filed = session.get(Dossier, previous.dossier_id) if previous is not None and previous.dossier_id is not None else None
    if previous is None or not (
        organisations.speaks_for(session, draft.contact, firm.id) or (filed is not None and filed.contact_id == draft.contact_id)
    ):
        return None
    rows = [row for field in declared.fields if field.kind == PACKAGES for row in draft.answers.get(field.name) or []]
    return previous, changes_of([dict(one.facts) for one in previous.products], rows)


def _supersede(session: Session, entry: MarkEntry, by: MarkEntry, staff: Staff, now: datetime) -> None:
    _set(entry, SUPERSEDED, by.received_on, now)
    _follow(session, entry, SUPERSEDE, staff, N_("mark.superseded"), now, new=by.number)
    certificate_reminders.drop(session, entry, "superseded", now)


# what happens to a line


def lock(session: Session, key: int) -> MarkEntry:
    """An entry, locked: its dossier's contact and its dossier before it. Raises `NoSuchEntry`."""
    found = session.get(MarkEntry, key)
    if found is None:
        raise NoSuchEntry
    if found.dossier_id is not None:
        dossiers.lock_for_staff(session, found.dossier_id)
    return _locked(session, key)


def _locked(session: Session, key: int) -> MarkEntry:
    return session.scalars(
        select(MarkEntry).where(MarkEntry.id == key).with_for_update(of=MarkEntry).execution_options(populate_existing=True)
    ).one()


def suspend(session: Session, entry: MarkEntry, *, until: date, words: str, staff: Staff, now: datetime) -> None:
    """Suspend a locked certificate (đình chỉ), for as long as the time limit allows. Raises `DossierMoved`, `WordsNeeded`,
    `SuspendedTooLong`."""
    _must_be(entry, IN_FORCE, CERTIFICATE)
    _must_say(words)
    today = now.astimezone(ZONE).date()
    last = time_limits.end(session, SUSPENDED_AT_MOST, today)
    if until <= today or (last is not None and until > last):
        raise SuspendedTooLong(last=last or "")
    _set(entry, SUSPENDED, today, now, words)
    entry.suspended_until = until
    _follow(session, entry, SUSPEND, staff, N_("mark.suspended"), now, words=words.strip(), until=until)


def resume(session: Session, entry: MarkEntry, *, words: str = "", staff: Staff, now: datetime) -> None:
    """Let a locked certificate hold again (hết đình chỉ). Raises `DossierMoved`."""
    _must_be(entry, SUSPENDED, CERTIFICATE)
    _set(entry, IN_FORCE, now.astimezone(ZONE).date(), now, words)
    entry.suspended_until = None
    _follow(session, entry, RESUME, staff, N_("mark.resumed"), now, words=words.strip())


def revoke(session: Session, entry: MarkEntry, *, reason: str, words: str, staff: Staff, now: datetime) -> None:
    """End a locked line for good (hủy bỏ công bố; thu hồi giấy chứng nhận), for one of `REASONS`. Raises `DossierMoved`, `WordsNeeded`."""
    if reason not in REASONS:
        raise WordsNeeded
    _must_say(words)
    if entry.status not in {IN_FORCE, SUSPENDED}:
        raise DossierMoved(reference=entry.number)
    _set(entry, REVOKED, now.astimezone(ZONE).date(), now, words)
    entry.ended_reason, entry.suspended_until = reason, None
    _follow(session, entry, REVOKE, staff, f"mark.revoked.{entry.register}", now, words=words.strip(), reason=reason)
    certificate_reminders.drop(session, entry, "revoked", now)


def expire(session: Session, now: datetime) -> int:
    """Certificates past their last day have expired. For the clock; how many."""
    today = now.astimezone(ZONE).date()
    over = select(MarkEntry.id).where(MarkEntry.status.in_((IN_FORCE, SUSPENDED)), MarkEntry.expires_on < today)
    keys = session.scalars(over.order_by(MarkEntry.id).limit(BATCH)).all()
    for key in keys:
        entry = lock(session, key)
        if entry.status in {IN_FORCE, SUSPENDED}:
            _set(entry, EXPIRED, today, now)
            _follow(session, entry, EXPIRE, None, N_("mark.expired"), now)
    return len(keys)


def _must_be(entry: MarkEntry, status: str, register: str) -> None:
    if entry.status != status or entry.register != register:
        raise DossierMoved(reference=entry.number)


def _must_say(words: str) -> None:
    if not words.strip():
        raise WordsNeeded


def _set(entry: MarkEntry, status: str, since: date, now: datetime, words: str = "") -> None:
    entry.status, entry.status_since, entry.words, entry.changed_at = status, since, words.strip(), now


def _follow(session: Session, entry: MarkEntry, act: str, staff: Staff | None, key: str, now: datetime, **facts: Any) -> None:
    """The dossier of a line goes where the line went, and its firm reads why; a line without one is told to nobody."""
    if entry.dossier_id is None:
        return
    dossier = dossiers.lock_for_staff(session, entry.dossier_id)
    said = {name: day(fact, dossier.language) if isinstance(fact, date) else fact for name, fact in facts.items()}
    if "reason" in said:
        said["reason"] = translate(f"mark.reason.{said['reason']}", dossier.language)
    words = translate(key, dossier.language, number=entry.number, **said)
    dossiers.follow(session, dossier, act, staff=staff, words=words, now=now)


# group 2


def needs_certificate(session: Session, rows: Sequence[Mapping[str, Any]], on: date) -> list[tuple[str, Group2Good]]:
    """Products whose name matches goods of group 2 (hàng nhóm 2), with the line of the office's list; the list is empty by default."""
    goods = session.scalars(select(Group2Good).where(Group2Good.valid_from <= on).order_by(Group2Good.id)).all()
    names = dict.fromkeys(str(row.get("name", "")) for row in rows)
    return [(name, good) for name in names for good in goods if _is_of(name, good)]


def _is_of(name: str, good: Group2Good) -> bool:
    spoken = f" {fold(name)} "
    return any(f" {word} " in spoken for word in map(fold, (good.name, *good.words.splitlines())) if word)
