"""Passkeys (khóa truy cập, WebAuthn): a fingerprint, a face or a PIN instead of the password and the code.

A passkey always proves both that the device is there and that its owner is: it signs in by itself and is no mere second step. So a key
that was stolen opens nothing, and nobody can present a colleague's key behind their own password.
"""

import json
from typing import Any

from flask import session
from flask_security import WebAuthnRegisterForm, WebAuthnRegisterResponseForm, WebauthnUtil, current_user
from wtforms import HiddenField

from admin.language import say
from admin.second_factor import is_set_up
from domain.messages import N_

LONGEST_EXTENSIONS = 255


class Passkeys(WebauthnUtil):
    """What we ask of a device: that it finds the key by itself, and that it checks who holds it. Built-in readers are welcome."""

    def generate_challenge(self, nbytes: int | None = None) -> str:
        """A challenge belongs to the browser that asked, and is answered once."""
        session["passkey_challenge"] = super().generate_challenge(nbytes)
        return str(session["passkey_challenge"])

    def authenticator_selection(self, user: Any, usage: str) -> Any:
        """At registration. Flask-Security would have a key for signing in on a separate device only."""
        wanted: Any = super().authenticator_selection(user, usage)
        wanted.authenticator_attachment = None
        wanted.user_verification = type(wanted.user_verification).REQUIRED
        return wanted

    def user_verification(self, user: Any, usage: list[str]) -> Any:
        """At sign-in."""
        return type(super().user_verification(user, usage)).REQUIRED


def is_own_challenge(challenge: str) -> bool:
    """Whether this browser was asked that, a moment ago and for the first time."""
    return bool(session.pop("passkey_challenge", None) == challenge)


class NewPasskeyForm(WebAuthnRegisterForm):
    """Its name. Who has no second factor sets that up first: it is the way back in when the device is lost."""

    usage: Any = HiddenField()

    def validate(self, **more: Any) -> bool:
        self.usage.data = "first"
        if not super().validate(**more):
            return False
        if not is_set_up(current_user):
            self.name.errors.append(say(N_("login.passkey.factor_first")))
            return False
        return True


class NewPasskeyAnswerForm(WebAuthnRegisterResponseForm):
    """What the device answered at registration."""

    def validate(self, **more: Any) -> bool:
        if not is_own_challenge(self.challenge):
            self.credential.errors = [say(N_("login.passkey.stale"))]
            return False
        if not super().validate(**more):
            return False
        self.extensions = _kept(self.extensions)
        return True


def _kept(extensions: Any) -> str:
    """What the browser says of the key's kind, if it is what Flask-Security reads again."""
    if not isinstance(extensions, str) or len(extensions) > LONGEST_EXTENSIONS:
        return "{}"
    try:
        found = json.loads(extensions)
    except ValueError:
        return "{}"
    return extensions if isinstance(found, dict) and isinstance(found.get("credProps", {}), dict) else "{}"
