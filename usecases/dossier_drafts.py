"""Drafts of dossiers (hồ sơ nháp): kept on every answer, resumed anywhere, moved to another channel, gone after a reminder.

    open ──► submitted | thrown_away | expired

Chat and web form work on the same row under its lock.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from db.models import Contact, Dossier, DossierDraft, Organisation, Reminder, Staff
from db.models.organisation import CONFIRMED
from domain import dossiers
from domain.dossiers.declaration import ADDRESS, DossierType, Field, Paper, Part
from domain.errors import BadMoveCode, EnoughFiles, NoSuchDraft
from domain.markup import to_plain
from domain.messages import N_
from locales import translate
from usecases import leases, notices, organisations, outbox, reminder_plans

OPEN, SUBMITTED, THROWN_AWAY, EXPIRED = "open", "submitted", "thrown_away", "expired"

LINK_LASTS = timedelta(days=7)
CODE_LASTS = timedelta(minutes=15)
REMIND_AFTER, EXPIRE_AFTER = timedelta(days=23), timedelta(days=30)
"""Since the last answer: first a word, a week later it is gone. Our own rule, said with the reminder."""
ARRIVES_WITHIN = timedelta(minutes=10)
"""A file that a dying process left half-way holds its draft up no longer."""
BATCH = 50
_ARRIVING = "arriving"
DRAFT, MOVED = "draft", "moved"
"""Kind of the reminders, and why one is dropped whose draft was gone on with."""
PLANNED_AHEAD = timedelta(days=7)
"""So long before it comes a reminder can be seen, and called off."""


def begin(
    session: Session, kind: str, *, contact: Contact | None = None, staff: Staff | None = None, language: str, now: datetime
) -> DossierDraft:
    """A new draft, on the newest version of its type."""
    draft = DossierDraft(
        token=secrets.token_hex(8),
        kind=kind,
        version=dossiers.current(kind).version,
        contact_id=contact.id if contact else None,
        contact=contact,
        staff_id=staff.id if staff else None,
        language=language,
        answers={},
        papers={},
        at="",
        status=OPEN,
        created_at=now,
        changed_at=now,
    )
    session.add(draft)
    session.flush()
    return draft


def declared(draft: DossierDraft) -> DossierType:
    """The declaration that it was begun with."""
    return dossiers.declared(draft.kind, draft.version)


def of(session: Session, contact: Contact) -> Sequence[DossierDraft]:
    """A contact's open drafts, the one worked on last first."""
    its = select(DossierDraft).where(DossierDraft.contact_id == contact.id, DossierDraft.status == OPEN)
    return session.scalars(its.order_by(DossierDraft.changed_at.desc(), DossierDraft.id.desc())).all()


def get_own(session: Session, contact: Contact, key: int, *, any_status: bool = False) -> DossierDraft:
    """A contact's own draft, locked. Raises `NoSuchDraft` for another's, and unless `any_status` for one that is no longer open."""
    draft = session.get(DossierDraft, key, with_for_update={"of": DossierDraft}, populate_existing=True)
    if draft is None or draft.contact_id != contact.id or (draft.status != OPEN and not any_status):
        raise NoSuchDraft
    return draft


def get_at_counter(session: Session, key: int) -> DossierDraft:
    """A draft that staff began for a visitor, locked; any colleague may go on with it. Raises `NoSuchDraft`."""
    draft = session.get(DossierDraft, key, with_for_update={"of": DossierDraft}, populate_existing=True)
    if draft is None or draft.staff_id is None:
        raise NoSuchDraft
    return draft


# what is said and sent


def parts(draft: DossierDraft) -> tuple[Part, ...]:
    """What is asked of this draft, in order."""
    return declared(draft).asked(draft.answers)


def is_asked(draft: DossierDraft, part: Part) -> bool:
    """Whether a part was answered, sent or put off, and is not half done."""
    if isinstance(part, Paper):
        return part.name in draft.papers
    return part.name in draft.answers and half_done(draft, part) is None


def answer(draft: DossierDraft, field: Field, value: Any, now: datetime) -> None:
    """Keep an answer; an empty one means that the question was passed over."""
    draft.answers = {**draft.answers, field.name: value}
    draft.changed_at, draft.reminded_at = now, None


def half_done(draft: DossierDraft, field: Field) -> dict[str, Any] | None:
    """What a dialogue of several steps keeps of a field until its answer is whole; it is no part of what is handed in."""
    return draft.answers.get(_half(field))


def keep_half_done(draft: DossierDraft, field: Field, half: Mapping[str, Any] | None, now: datetime) -> None:
    """Keep it, or forget it."""
    rest = {name: value for name, value in draft.answers.items() if name != _half(field)}
    draft.answers = rest if half is None else {**rest, _half(field): dict(half)}
    draft.changed_at, draft.reminded_at = now, None


def _half(field: Field) -> str:
    """A name that no field has."""
    return f"{field.name}:half"


def prefill(draft: DossierDraft, answers: Mapping[str, Any], now: datetime) -> list[str]:
    """Fill in what is known of the firm where nothing was answered; the names of what was filled."""
    fields = {field.name: field for field in declared(draft).fields}
    filled = [name for name, value in answers.items() if name in fields and value and not draft.answers.get(name)]
    for name in filled:
        answer(draft, fields[name], answers[name], now)
    return filled


def known_answers(session: Session, draft: DossierDraft, contact: Contact) -> dict[str, Any]:
    """What can be filled in: from the firm, for whoever is confirmed for it; else from what this contact filed last."""
    tax_code = draft.answers.get("tax_code")
    for link in organisations.of(session, contact):
        if link.status == CONFIRMED and tax_code in {None, "", link.organisation.tax_code}:
            return of_organisation(draft, link.organisation) | {"person": link.person}
    last = select(Dossier).where(Dossier.contact_id == contact.id).order_by(Dossier.id.desc()).limit(1)
    filed = session.scalars(last).one_or_none()
    if filed is None or (tax_code and filed.tax_code != tax_code):
        return {}
    shared = {field.name for field in declared(draft).fields if field.of_firm or field.name == "person"}
    return {name: value for name, value in filed.answers.items() if name in shared and value}


def of_organisation(draft: DossierDraft, firm: Organisation) -> dict[str, Any]:
    """What a draft can take over from a firm. For who may see it."""
    found: dict[str, Any] = {}
    for field in declared(draft).fields:
        if field.kind == ADDRESS and firm.address:
            found[field.name] = {"line": firm.address, "street": firm.street, "commune": firm.commune, "province": firm.province}
        elif field.of_firm and getattr(firm, field.of_firm):
            found[field.name] = getattr(firm, field.of_firm)
    return found


def attach(draft: DossierDraft, paper: Paper, file: Mapping[str, Any], caption: str, now: datetime) -> bool:
    """Add a stored file ({sha256, name, media_type, size}) to a paper; False where it is there already. Raises `EnoughFiles`."""
    there = list(draft.papers.get(paper.name) or [])
    if any(one["sha256"] == file["sha256"] for one in there):
        return False
    if len(there) >= paper.most:
        raise EnoughFiles(paper=caption, limit=paper.most)
    draft.papers = {**draft.papers, paper.name: [*there, dict(file)]}
    draft.changed_at, draft.reminded_at = now, None
    return True


def detach(draft: DossierDraft, paper: Paper, sha256: str, now: datetime) -> None:
    """Take a file out of a paper."""
    left = [one for one in draft.papers.get(paper.name) or [] if one["sha256"] != sha256]
    draft.papers = {**draft.papers, paper.name: left}
    draft.changed_at, draft.reminded_at = now, None


def put_off(draft: DossierDraft, part: Part, now: datetime) -> None:
    """Pass over a part: an optional one for good, a required one until the summary asks for it again."""
    if isinstance(part, Paper):
        draft.papers = {**draft.papers, part.name: list(draft.papers.get(part.name) or [])}
        draft.changed_at, draft.reminded_at = now, None
    else:
        keep_half_done(draft, part, None, now)
        answer(draft, part, draft.answers.get(part.name, ""), now)


def throw_away(session: Session, draft: DossierDraft, now: datetime) -> None:
    reminder_plans.drop(session, DRAFT, draft.id, "ended", now)
    draft.status, draft.changed_at = THROWN_AWAY, now
    draft.link_digest = draft.code_digest = None


def arriving(session: Session, key: int, now: datetime) -> str:
    """Note that files of a draft are on their way, so that it is not handed in without them; a name for `arrived`."""
    name = f"{_ARRIVING}:{key}:{secrets.token_hex(8)}"
    leases.hold(session, name, _ARRIVING, now, ARRIVES_WITHIN)
    return name


def arrived(session: Session, name: str) -> None:
    """They are here, or never will be."""
    leases.release(session, name, _ARRIVING)


def is_arriving(session: Session, draft: DossierDraft, now: datetime) -> bool:
    """Whether a file of a draft is still on its way."""
    return leases.is_held(session, f"{_ARRIVING}:{draft.id}:", now)


# elsewhere: the one-time link of the web form, the code for another channel


def new_link(draft: DossierDraft, now: datetime) -> str:
    """The secret (256 bits) of a link to the web form; one made before opens nothing any more. It ends with the draft, or after a week."""
    secret = secrets.token_urlsafe(32)
    draft.link_digest, draft.link_until = _digest(secret), now + LINK_LASTS
    return secret


def by_link(session: Session, secret: str, now: datetime, *, lock: bool = False) -> DossierDraft | None:
    """The draft behind a link, also one that was handed in since; None for an unknown or old one."""
    found = select(DossierDraft).where(DossierDraft.link_digest == _digest(secret), DossierDraft.link_until > now)
    return session.scalars(found.with_for_update(of=DossierDraft) if lock else found).one_or_none()


def take_by_link(session: Session, secret: str, now: datetime) -> DossierDraft:
    """The draft behind a link to work on, also one that was handed in: its contact is locked, then itself. Raises `NoSuchDraft`."""
    its_contact = select(DossierDraft.contact_id).where(DossierDraft.link_digest == _digest(secret)).scalar_subquery()
    session.execute(select(Contact.id).where(Contact.id == its_contact).with_for_update())
    draft = by_link(session, secret, now, lock=True)
    if draft is None or draft.status not in {OPEN, SUBMITTED}:
        raise NoSuchDraft
    return draft


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_code(draft: DossierDraft, key: bytes, now: datetime) -> str:
    """Six digits that take the draft to another channel within a quarter of an hour."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    draft.code_digest, draft.code_until = _code_digest(code, key), now + CODE_LASTS
    return code


def move(session: Session, contact: Contact, code: str, key: bytes, now: datetime) -> DossierDraft:
    """Give the draft behind a code to this contact, once. Raises `BadMoveCode`; the caller counts the tries."""
    waiting = select(DossierDraft).where(
        DossierDraft.code_digest == _code_digest(code, key), DossierDraft.code_until > now, DossierDraft.status == OPEN
    )
    found = session.scalars(waiting.with_for_update(of=DossierDraft)).all()
    if len(found) != 1:
        raise BadMoveCode
    draft = found[0]
    draft.contact_id, draft.contact, draft.code_digest, draft.changed_at = contact.id, contact, None, now
    return draft


def _code_digest(code: str, key: bytes) -> str:
    """Keyed: a million codes are tried in a second by whoever reads the database."""
    return hmac.new(key, b"move:" + code.encode(), hashlib.sha256).hexdigest()


# what nobody goes on with, for the clock


def go_on(key: int) -> str:
    """Data of a button that goes on with a draft."""
    return f"resume:{key}"


def plan_reminders(session: Session, now: datetime) -> int:
    """Plan, a week ahead, a word to who does not go on with a draft; an officer who began one for a visitor is told by mail. How many."""
    told_in_trial = Reminder.reason == "trial"
    return _plan(session, now, or_(told_in_trial, Reminder.reason == MOVED)) + _remind_officers(session, now)


def plan_reminders_in_trial(session: Session, now: datetime) -> int:
    """What `plan_reminders` is in trial mode: staff hear of each draft once. No draft ends without a word to who wrote it."""
    return _plan(session, now, Reminder.reason == MOVED)


def _plan(session: Session, now: datetime, void: ColumnElement[bool]) -> int:
    """Plan for those drafts that have no reminder since they were changed, not counting the `void` ones."""
    theirs = (Reminder.kind == DRAFT, Reminder.subject_id == DossierDraft.id)
    known = select(Reminder.id).where(*theirs, or_(Reminder.settled_at.is_(None), Reminder.settled_at >= DossierDraft.changed_at), ~void)
    unread = (DossierDraft.contact_id.is_not(None), DossierDraft.reminded_at.is_(None), ~known.exists())
    drafts = _lock(session, DossierDraft.changed_at <= now - (REMIND_AFTER - PLANNED_AHEAD), *unread)
    for draft in drafts:
        assert draft.contact_id is not None
        due = max(draft.changed_at + REMIND_AFTER, now + timedelta(seconds=1))
        reminder_plans.plan(session, DRAFT, draft.id, draft.contact_id, [(due, due + (EXPIRE_AFTER - REMIND_AFTER))], now)
    return len(drafts)


def _remind_officers(session: Session, now: datetime) -> int:
    stale = _lock(
        session, DossierDraft.contact_id.is_(None), DossierDraft.reminded_at.is_(None), DossierDraft.changed_at <= now - REMIND_AFTER
    )
    for draft in stale:
        draft.reminded_at = now
        _tell(session, draft, N_("dossier.draft_stale"), now, [])
    return len(stale)


def stale(session: Session, reminder: Reminder) -> str:
    """Why a reminder of a draft is not sent any more; empty where it is."""
    draft = session.get(DossierDraft, reminder.subject_id)
    if draft is None or draft.status != OPEN:
        return "ended"
    went_on = draft.changed_at + REMIND_AFTER > reminder.due_at or draft.contact_id != reminder.contact_id
    return MOVED if went_on else ""


def say_stale(session: Session, reminder: Reminder, now: datetime) -> None:
    """It ends in a week."""
    draft = session.get_one(DossierDraft, reminder.subject_id)
    draft.reminded_at = now
    _tell(session, draft, N_("dossier.draft_stale"), now, [[(N_("button.continue_dossier"), go_on(draft.id))]])


def name_of(session: Session, reminder: Reminder) -> str:
    """A draft has no name of its own but its prefix and number."""
    draft = session.get_one(DossierDraft, reminder.subject_id)
    return f"{declared(draft).prefix}-{draft.id}"


def called_off(session: Session, reminder: Reminder, now: datetime) -> None:
    """Who wants no word of it knows that it ends."""
    session.get_one(DossierDraft, reminder.subject_id).reminded_at = now


def expire(session: Session, now: datetime) -> int:
    """End drafts a week after their reminder, with a last word; how many."""
    over = _lock(session, DossierDraft.reminded_at <= now - (EXPIRE_AFTER - REMIND_AFTER))
    for draft in over:
        draft.status, draft.link_digest, draft.code_digest = EXPIRED, None, None
        _tell(session, draft, N_("dossier.draft_expired"), now, [])
    return len(over)


def expire_none(session: Session, now: datetime) -> int:
    """What `expire` is in trial mode, in which citizens are told nothing unasked."""
    return 0


def _lock(session: Session, *which: ColumnElement[bool]) -> Sequence[DossierDraft]:
    """Some open drafts, the oldest first: their contacts are locked, then they."""
    found = select(DossierDraft.id, DossierDraft.contact_id).where(DossierDraft.status == OPEN, *which)
    rows = session.execute(found.order_by(DossierDraft.changed_at).limit(BATCH)).all()
    owners = sorted({contact_id for _, contact_id in rows if contact_id is not None})
    session.execute(select(Contact.id).where(Contact.id.in_(owners)).order_by(Contact.id).with_for_update())
    its = select(DossierDraft).where(DossierDraft.id.in_([key for key, _ in rows]), DossierDraft.status == OPEN, *which)
    return session.scalars(its.order_by(DossierDraft.id).with_for_update(of=DossierDraft)).all()


def _tell(session: Session, draft: DossierDraft, key: str, now: datetime, keyboard: list[list[notices.Button]]) -> None:
    """Say something to who filled a draft in: in the chat, or by mail to the officer who did it for a visitor."""
    days = (EXPIRE_AFTER - REMIND_AFTER).days
    if draft.contact is not None:
        kind = translate(f"dossier.type.{draft.kind}", draft.contact.language)
        notices.remind(session, draft.contact, key, now, keyboard, kind=kind, days=days)
    elif draft.staff_id is not None:
        person = session.get_one(Staff, draft.staff_id)
        kind = translate(f"dossier.type.{draft.kind}", person.language)
        subject = translate(N_("alert.dossier_draft.subject"), person.language, kind=kind)
        outbox.mail(session, person, subject, to_plain(translate(key, person.language, kind=kind, days=days)), now)
