"""Signing in (đăng nhập): Flask-Security over the tables `staff` and `roles`.

`db/` knows no framework, so Flask-Security gets classes of its own over the same tables; it wants them called User and Role.
They serve signing in and nothing else: views hand the office's own `Staff` to use cases.
"""

import logging
import time
from datetime import timedelta

from flask import Flask, current_app, request, session
from flask_security import FSQLALiteUserDatastore, LoginForm, RoleMixin, Security, UserMixin, current_user, logout_user
from sqlalchemy.orm import DeclarativeBase, Mapped, relationship
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from admin.database import db
from admin.throttle import Throttle
from db.base import Base
from db.models import Staff, StaffRole, staff_roles
from db.settings import Settings

log = logging.getLogger("admin.login")

HASH = "argon2"
SIGN_IN_LASTS = timedelta(hours=12)


class SignInBase(DeclarativeBase):
    """A second view of the same tables."""

    metadata = Base.metadata


class Role(RoleMixin, SignInBase):
    __table__ = StaffRole.__table__


class User(UserMixin, SignInBase):
    __table__ = Staff.__table__
    roles: Mapped[list[Role]] = relationship(secondary=staff_roles, lazy="joined")  # type: ignore[assignment]


class SignInForm(LoginForm):
    """E-mail and password; a counter's computer is shared, so nothing is remembered beyond the session."""

    remember = None


def set_up(app: Flask, settings: Settings) -> None:
    """Sign-in by e-mail and password, cookies for this site only, twelve hours at a time."""
    app.config.update(
        SECRET_KEY=settings.signing_key(),
        SESSION_COOKIE_NAME="chuan_panel",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not settings.is_local,
        PERMANENT_SESSION_LIFETIME=SIGN_IN_LASTS,
        SECURITY_PASSWORD_HASH=HASH,
        SECURITY_PASSWORD_SINGLE_HASH=[HASH],  # Argon2 salts by itself
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_REGISTERABLE=False,
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGOUT_VIEW="/login",
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_TOKEN_MAX_AGE=1,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_USE_VERIFY_PASSWORD_CACHE=False,
    )
    Security(app, FSQLALiteUserDatastore(db, User, Role), login_form=SignInForm)
    app.extensions["throttle"] = Throttle()
    app.before_request(_brake)
    app.after_request(_count)


def is_signed_in() -> bool:
    """Whether somebody of the staff signed in within the last twelve hours, with a session (tokens don't count)."""
    if not current_user.is_authenticated:
        return False
    if time.time() - session.get("fs_paa", 0) < SIGN_IN_LASTS.total_seconds():
        return True
    logout_user()
    return False


def _limits() -> dict[str, int]:
    """The failures that this attempt's account and address may have. The account alone is generous: nobody locks a colleague out."""
    account = (request.form.get("email") or "").strip().casefold()[:255]
    address = request.remote_addr or "?"
    return {f"{account} {address}": 5, f"address {address}": 20, f"account {account}": 50}


def _is_attempt() -> bool:
    return request.endpoint == "security.login" and request.method == "POST"


def _brake() -> None:
    if _is_attempt() and (seconds := _throttle().wait(_limits())):
        log.warning("login.braked", extra={"seconds": seconds})
        raise TooManyRequests(retry_after=seconds)


def _count(response: Response) -> Response:
    if _is_attempt() and response.status_code not in {400, 429}:
        if current_user.is_authenticated:
            session.permanent = True
            _throttle().forget(next(iter(_limits())))
            log.info("login.succeeded", extra={"staff": current_user.id})
        else:
            _throttle().fail(_limits())
            log.info("login.failed")
    return response


def _throttle() -> Throttle:
    found: Throttle = current_app.extensions["throttle"]
    return found
