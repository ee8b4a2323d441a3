"""What Flask-Security knows of staff: the same tables under classes of its own, and how it writes to them.

`db/` knows no framework, and Flask-Security wants classes called User, Role and WebAuthn. They serve signing in and nothing else: views
hand the office's own `Staff` to use cases.
"""

from typing import Any

from flask_security import FSQLALiteUserDatastore, RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, relationship

from admin.database import actor, db, writing
from admin.language import now
from db.base import Base
from db.models import Passkey, Staff, StaffRole, staff_roles
from usecases.history import Actor


class SignInBase(DeclarativeBase):
    """A second view of the same tables."""

    metadata = Base.metadata


class Role(RoleMixin, SignInBase):
    __table__ = StaffRole.__table__


class User(UserMixin, SignInBase):
    __table__ = Staff.__table__
    roles: Mapped[list[Role]] = relationship(secondary=staff_roles, lazy="joined")  # type: ignore[assignment]
    webauthn: Mapped[list["WebAuthn"]] = relationship(order_by="WebAuthn.id")  # type: ignore[assignment]


class WebAuthn(WebAuthnMixin, SignInBase):
    __table__ = Passkey.__table__


class SignInStore(FSQLALiteUserDatastore):
    """Flask-Security changes what it read and commits at the end of the request. Here each change is a short transaction of its own at
    once, with its line in the history, as every write of the panel is; the pages' session only reads."""

    def put(self, row: Any) -> Any:
        """Write what was changed of a row that was read."""
        kind, key, changed = _kind(row), row.id, _changed(row)
        with writing(by=_who(row)) as session:
            stored = session.get_one(kind, key)
            for name, value in changed.items():
                setattr(stored, name, value)
        db.session.rollback()  # what was read before is old now
        return row

    def delete(self, row: Any) -> None:
        with writing() as session:
            session.delete(session.get_one(_kind(row), row.id))
        db.session.rollback()

    def create_webauthn(self, user: Any, **facts: Any) -> None:  # type: ignore[override] # Flask-Security names every fact
        """A new passkey."""
        with writing() as session:
            session.add(Passkey(user_id=user.id, create_datetime=now(), lastuse_datetime=now(), **facts))

    def commit(self) -> None:
        """Everything is written already."""


def _kind(row: Any) -> Any:
    """The class of a row, also behind a proxy such as `current_user`."""
    return inspect(row).mapper.class_


def _changed(row: Any) -> dict[str, Any]:
    state = inspect(row)
    return {each.key: getattr(row, each.key) for each in state.mapper.column_attrs if state.attrs[each.key].history.has_changes()}


def _who(row: Any) -> Actor | None:
    """Behind a link from their mail people act as themselves, though they are not signed in."""
    found = actor()
    is_person = found.staff_id is None and row.__table__ is Staff.__table__
    return Actor(row.id, row.full_name or row.email, found.address) if is_person else None
