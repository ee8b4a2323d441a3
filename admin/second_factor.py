"""Second factor (xác thực hai bước): codes of an app on the phone, each good once, and recovery codes for the day it is lost.

Flask-Security calculates and checks; here is what it leaves open: codes are not used twice, and recovery codes are stored as digests.
"""

import hashlib
import hmac
import re
from typing import Any

from flask import current_app, g
from flask_security import MfRecoveryCodesUtil, Totp

from admin.database import writing
from admin.language import now
from db.models import Staff
from usecases import sign_in
from usecases.history import Actor

RECOVERY_CODES = 10
TOLERANCE = 30
"""Seconds by which a phone's clock may be wrong."""
_NOT_PLAIN = re.compile(r"[^a-z0-9]")


def is_set_up(person: Any) -> bool:
    """Whether the person has a second factor."""
    return bool(person.tf_totp_secret and person.tf_primary_method)


def secret_of(purpose: str, signing_key: str) -> str:
    """A secret of its own for each purpose, from the installation's one."""
    return hmac.new(signing_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()


class Codes(Totp):
    """Codes of six digits, refused when they come a second time."""

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = TOLERANCE) -> bool:
        """Whether the code is right and new."""
        return bool(super().verify_totp(token, totp_secret, user, window)) and bool(g.pop("code_is_new"))

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Called with the time step of a right code."""
        with writing() as session:
            g.code_is_new = sign_in.use_code(session, user.id, tmatch.counter, now())


class RecoveryCodes(MfRecoveryCodesUtil):
    """Codes on paper, each good once. Only digests are stored, so they are shown when they are made and never again."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """New ones instead of the old."""
        security = current_app.extensions["security"]
        codes: list[str] = security.totp_factory.generate_recovery_codes(RECOVERY_CODES)
        security.datastore.mf_set_recovery_codes(user, [_digest(user.id, code) for code in codes])
        return codes

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether it is one of them; it is struck out in the same step, so that two browsers cannot both use it."""
        sought = _digest(user.id, code)
        with writing(by=Actor(user.id, user.full_name or user.email, "")) as session:
            person = session.get_one(Staff, user.id, with_for_update=True)
            kept = [stored for stored in person.mf_recovery_codes or [] if not hmac.compare_digest(stored, sought)]
            found = len(kept) < len(person.mf_recovery_codes or [])
            if found:
                person.mf_recovery_codes = kept
        return found

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """It is struck out already."""
        return True


def _digest(staff_id: int, code: str) -> str:
    key = secret_of("recovery codes", current_app.extensions["settings"].signing_key())
    return hmac.new(key.encode(), f"{staff_id} {_NOT_PLAIN.sub('', code.casefold())}".encode(), hashlib.sha256).hexdigest()
