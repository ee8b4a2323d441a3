"""Chats of staff (tài khoản chat của cán bộ): linked by a one-time code of the panel, unlinked there or in the chat.

Trial mode and test sends reach them. A link opens no right in the chat, and counts only while its person may sign in.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.models import Contact, Staff, StaffContact, StaffLinkCode
from domain.errors import BadLinkCode, ChatOfAnother
from domain.messages import N_
from locales import moment, translate
from usecases import history, outbox
from usecases.history import Actor

CODE_LASTS = timedelta(minutes=15)
_LETTERS, _DIGITS = "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789"
"""None that is taken for another: no I, L, O, 0 or 1."""
_LENGTH = 8
_CODE = re.compile(rf"(?=.*\d)[A-Z0-9]{{{_LENGTH}}}")

_CHANNELS = {"telegram": N_("panel.channel.telegram"), "web": N_("panel.channel.web"), "zalo": N_("panel.channel.zalo")}


def among(session: Session, ids: Collection[int]) -> set[int]:
    """Which of some contacts are chats of staff."""
    return set(session.scalars(_links().where(StaffContact.contact_id.in_(ids)).with_only_columns(StaffContact.contact_id)))


def of(session: Session, staff_id: int) -> Sequence[tuple[Contact, datetime]]:
    """A person's chats with the moment since when, the oldest first."""
    mine = select(Contact, StaffContact.since).join(StaffContact, StaffContact.contact_id == Contact.id)
    rows = session.execute(mine.where(StaffContact.staff_id == staff_id).order_by(StaffContact.since, Contact.id))
    return [(contact, since) for contact, since in rows]


def owner(session: Session, contact: Contact) -> tuple[Staff, datetime] | None:
    """Whose chat it is, and since when."""
    found = _links().where(StaffContact.contact_id == contact.id).with_only_columns(Staff, StaffContact.since)
    row = session.execute(found).one_or_none()
    return (row[0], row[1]) if row else None


def new_code(session: Session, staff_id: int, key: bytes, now: datetime) -> str:
    """Eight letters and digits, good once and for a quarter of an hour; the person's last code is void. `key` keys what is stored of it."""
    code = secrets.choice(_LETTERS + _DIGITS)
    while _CODE.fullmatch(code) is None:
        code = "".join(secrets.choice(_LETTERS + _DIGITS) for _ in range(_LENGTH))
    row = session.get(StaffLinkCode, staff_id, with_for_update=True) or StaffLinkCode(staff_id=staff_id)
    row.digest, row.until = _digest(code, key), now + CODE_LASTS
    session.add(row)
    return f"{code[:4]}-{code[4:]}"


def read_code(text: str) -> str:
    """The code in what somebody typed, in any case and spacing; empty where it is none.

    >>> read_code("k7m3 q9xd"), read_code("tai khoan"), read_code("K7M3")
    ('K7M3Q9XD', '', '')
    """
    code = re.sub(r"[\s.–-]", "", text).upper()
    return code if _CODE.fullmatch(code) else ""


def link(session: Session, contact: Contact, code: str, key: bytes, now: datetime) -> Staff:
    """Make the chat its person's own; they read of it by mail. The contact is locked. Raises `BadLinkCode`, `ChatOfAnother`.

    The caller counts wrong codes.
    """
    waiting = select(StaffLinkCode).where(StaffLinkCode.digest == _digest(read_code(code), key), StaffLinkCode.until > now)
    found = session.scalars(waiting.with_for_update()).one_or_none()
    person = session.get_one(Staff, found.staff_id) if found is not None else None
    if found is None or person is None or not person.active:
        raise BadLinkCode
    if (before := owner(session, contact)) is not None and before[0].id != person.id:
        raise ChatOfAnother
    session.delete(found)
    if before is None:
        _keep(session, contact, person, now)
    return person


def _keep(session: Session, contact: Contact, person: Staff, now: datetime) -> None:
    """The link, its line in the history, and the mail: whoever gets at somebody's panel could link a chat of their own."""
    session.merge(StaffContact(contact_id=contact.id, staff_id=person.id, since=now))
    after = {"staff_id": person.id, "channel": contact.channel}
    history.note(session, _as(person, contact), history.CREATED, "staff_contacts", contact.id, now=now, after=after)
    channel = translate(_CHANNELS.get(contact.channel, contact.channel), person.language)
    what = translate(N_("alert.account.chat"), person.language, when=moment(now, person.language), channel=channel)
    text = translate(N_("alert.account.text"), person.language, name=person.full_name or person.email, what=what)
    outbox.mail(session, person, translate(N_("alert.account.subject"), person.language), text, now)


def unlink(session: Session, staff_id: int, contact_id: int) -> bool:
    """It is nobody's chat any more; False where it was not this person's. The panel's history follows by itself."""
    row = session.get(StaffContact, contact_id, with_for_update=True)
    if row is None or row.staff_id != staff_id:
        return False
    session.delete(row)
    return True


def unlink_here(session: Session, contact: Contact, now: datetime) -> bool:
    """The same, said in the chat itself; False where it is nobody's."""
    before = owner(session, contact)
    if before is None or not unlink(session, before[0].id, contact.id):
        return False
    facts = {"staff_id": before[0].id, "channel": contact.channel}
    history.note(session, _as(before[0], contact), history.DELETED, "staff_contacts", contact.id, now=now, before=facts)
    return True


def _links() -> Select[StaffContact]:
    return select(StaffContact).join(Staff, Staff.id == StaffContact.staff_id).where(Staff.active)


def _as(person: Staff, contact: Contact) -> Actor:
    return Actor(person.id, person.full_name or person.email, contact.channel)


def _digest(code: str, key: bytes) -> str:
    """Keyed: whoever reads the database can try no codes against it."""
    return hmac.new(key, b"link:" + code.encode(), hashlib.sha256).hexdigest()
