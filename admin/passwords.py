"""Passwords (mật khẩu): Argon2 over the normalised text, so that a Vietnamese password matches however a keyboard composes it."""

import secrets

from flask import current_app
from flask_security import hash_password, verify_password

SHORTEST = 12
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def digest(password: str) -> str:
    """What is stored. Flask-Security normalises at sign-in but not here, so we do."""
    return str(hash_password(_normal(password)))


def matches(password: str, stored: str | None) -> bool:
    """Whether a typed password is the stored one."""
    return bool(stored and password and verify_password(_normal(password), stored))


def make_up() -> str:
    """A strong password that can be read aloud: `k7mwp-9xq2f-…`, about 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def _normal(password: str) -> str:
    return str(current_app.extensions["security"].password_util.normalize(password))
