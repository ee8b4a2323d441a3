"""Passwords (mật khẩu): Argon2 over the normalised text, so that a Vietnamese password matches however a keyboard composes it."""

import secrets
from typing import Any

from flask import current_app
from flask_security import PasswordUtil, hash_password, verify_password

from admin.language import say
from domain import passwords
from domain.passwords import LONGEST, SHORTEST

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def digest(password: str) -> str:
    """What is stored. Flask-Security normalises at sign-in but not here, so we do."""
    return str(hash_password(_normal(password)))


def matches(password: str, stored: str | None) -> bool:
    """Whether a typed password is the stored one."""
    return bool(stored and 0 < len(password) <= LONGEST and verify_password(_normal(password), stored))


def make_up() -> str:
    """A strong password that can be read aloud: `k7mwp-9xq2f-…`, about 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def refusal(password: str, person: Any) -> str | None:
    """The sentence why a person may not take a password, None where they may. The one they have is no new one."""
    key = passwords.fault(password, [person.email, person.email.partition("@")[0], person.full_name or ""])
    if key is None and matches(password, person.password):
        key = "panel.password.same"
    return say(key, shortest=SHORTEST, longest=LONGEST) if key else None


class PasswordRules(PasswordUtil):
    """Our rules where Flask-Security asks for some: at a reset by e-mail."""

    def validate(self, password: str, is_register: bool, **facts: Any) -> tuple[list[str] | None, str]:
        """The refusals, None where there are none, and the password in the form that is hashed."""
        said = refusal(password, facts["user"])
        return [said] if said else None, self.normalize(password)


def _normal(password: str) -> str:
    return str(current_app.extensions["security"].password_util.normalize(password))
