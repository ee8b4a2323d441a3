"""Staff (cán bộ): accounts, their roles, and cutting them off. Nobody changes their own rights, and two administrators stay at least."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from db.models import Passkey, Staff, StaffRole, StaffSession, staff_roles
from domain.errors import EmailTaken, OwnRights, TooFewAdministrators
from usecases import history
from usecases.history import Actor

ADMINISTRATOR = "administrator"
FEWEST_ADMINISTRATORS = 2


def add(session: Session, email: str, name: str, roles: Iterable[str], hashed: str, *, by: Actor, now: datetime) -> Staff:
    """A new account whose password somebody else made up. `hashed` is what is stored of it. Raises `EmailTaken`."""
    email = email.strip().lower()
    if session.scalar(select(Staff.id).where(func.lower(Staff.email) == email)) is not None:
        raise EmailTaken(email=email)
    person = Staff(
        email=email, full_name=name, password=hashed, must_change_password=True, fs_uniquifier=uuid.uuid4().hex, active=True, created_at=now
    )
    session.add(person)
    session.flush()
    _write_roles(session, person, frozenset(roles), by, now)
    return person


def roles_of(session: Session, person: Staff) -> frozenset[str]:
    """The names of a person's roles."""
    joined = select(StaffRole.name).join(staff_roles, staff_roles.c.role_id == StaffRole.id)
    return frozenset(session.scalars(joined.where(staff_roles.c.staff_id == person.id)))


def set_roles(session: Session, person: Staff, roles: Collection[str], *, by: Actor, now: datetime) -> None:
    """Give exactly these roles; where rights were taken, all browsers are signed out. Raises `OwnRights`, `TooFewAdministrators`."""
    _lock_administrators(session)
    before = roles_of(session, person)
    if before == set(roles):
        return
    _not_own(person, by)
    if ADMINISTRATOR in before and ADMINISTRATOR not in roles:
        _must_leave_enough(session, person)
    _write_roles(session, person, frozenset(roles), by, now)
    if before - set(roles):
        cut_off(session, person, by=by, now=now)


def disable(session: Session, person: Staff, *, by: Actor, now: datetime) -> None:
    """Close the account at once, on every browser. What the person did stays theirs. Raises as `set_roles` does."""
    _lock_administrators(session)
    if not person.active:
        return
    _not_own(person, by)
    if ADMINISTRATOR in roles_of(session, person):
        _must_leave_enough(session, person)
    person.active = False
    cut_off(session, person, by=by, now=now)


def enable(session: Session, person: Staff, *, by: Actor, now: datetime) -> None:
    """Open the account again. Raises `OwnRights`."""
    _not_own(person, by)
    person.active = True


def reset_second_factor(session: Session, person: Staff, *, by: Actor, now: datetime) -> None:
    """Forget codes, keys and recovery codes of somebody who lost them; a new factor is set up at the next sign-in."""
    person.tf_primary_method = person.tf_totp_secret = None
    person.mf_recovery_codes = []
    session.execute(delete(Passkey).where(Passkey.user_id == person.id))
    cut_off(session, person, by=by, now=now)


def cut_off(session: Session, person: Staff, *, by: Actor, now: datetime, keep: str | None = None) -> int:
    """End the person's browsers at once, but for the one whose token has the digest `keep`; how many."""
    open_ones = (StaffSession.staff_id == person.id, StaffSession.ended_at.is_(None), StaffSession.digest != (keep or ""))
    ended = session.scalars(update(StaffSession).where(*open_ones).values(ended_at=now).returning(StaffSession.id)).all()
    if keep is None:
        person.fs_uniquifier = uuid.uuid4().hex
    history.note(session, by, history.CUT_OFF, "staff", person.id, now=now, after={"browsers": len(ended)})
    return len(ended)


def count_administrators(session: Session) -> int:
    """Active accounts with every right."""
    return session.scalar(_administrators()) or 0


def _administrators() -> Select[int]:
    return (
        select(func.count(Staff.id.distinct()))
        .join(staff_roles, staff_roles.c.staff_id == Staff.id)
        .join(StaffRole, StaffRole.id == staff_roles.c.role_id)
        .where(Staff.active, StaffRole.name == ADMINISTRATOR)
    )


def _lock_administrators(session: Session) -> None:
    """Two who take each other's rights at the same moment wait for each other."""
    session.execute(select(StaffRole.id).where(StaffRole.name == ADMINISTRATOR).with_for_update())


def _not_own(person: Staff, by: Actor) -> None:
    if person.id == by.staff_id:
        raise OwnRights


def _must_leave_enough(session: Session, person: Staff) -> None:
    if person.active and (session.scalar(_administrators()) or 0) - 1 < FEWEST_ADMINISTRATORS:
        raise TooFewAdministrators(fewest=FEWEST_ADMINISTRATORS)


def _write_roles(session: Session, person: Staff, roles: frozenset[str], by: Actor, now: datetime) -> None:
    before = roles_of(session, person)
    known: dict[str, int] = {name: key for name, key in session.execute(select(StaffRole.name, StaffRole.id))}
    if unknown := roles - known.keys():
        raise LookupError(f"no such roles: {sorted(unknown)}")
    session.execute(delete(staff_roles).where(staff_roles.c.staff_id == person.id))
    if roles:
        session.execute(insert(staff_roles), [{"staff_id": person.id, "role_id": known[name]} for name in sorted(roles)])
    history.note(
        session, by, history.CHANGED, "staff_roles", person.id, now=now, before={"roles": sorted(before)}, after={"roles": sorted(roles)}
    )
