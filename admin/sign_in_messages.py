"""What Flask-Security says to people, in our own sentences: it has no Vietnamese. What it never says here falls under one sentence."""

from pathlib import Path
from typing import Any

from flask import Flask, Response, session

import locales
from domain.messages import N_

SILENT = "silent"
"""Kind of a note that a page says by itself."""

_STALE_LINK = (N_("login.reset.stale"), "refused")
_SENT = (N_("login.reset.sent"), "done")
_WRONG_CODE = (N_("login.code.wrong"), "refused")
_PASSKEY_REFUSED = (N_("login.passkey.refused"), "refused")
_OTHER = (N_("login.other"), "refused")

MESSAGES = {
    "GENERIC_AUTHN_FAILED": (N_("login.refused"), "refused"),
    "PASSWORD_RESET_REQUEST": _SENT,
    "GENERIC_RECOVERY": _SENT,
    "PASSWORD_RESET_EXPIRED": _STALE_LINK,
    "INVALID_RESET_PASSWORD_TOKEN": _STALE_LINK,
    "PASSWORD_RESET_NO_LOGIN": (N_("login.reset.done"), "done"),
    "RETYPE_PASSWORD_MISMATCH": (N_("panel.account.password_differs"), "refused"),
    "PASSWORD_NOT_PROVIDED": (N_("login.password_missing"), "refused"),
    "INVALID_PASSWORD": (N_("login.password_wrong"), "refused"),
    "TWO_FACTOR_INVALID_TOKEN": _WRONG_CODE,
    "INVALID_RECOVERY_CODE": (N_("login.recovery.wrong"), "refused"),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("login.begin_again"), "refused"),
    "WEBAUTHN_EXPIRED": (N_("login.passkey.stale"), "refused"),
    "WEBAUTHN_NAME_REQUIRED": (N_("login.passkey.name_missing"), "refused"),
    "WEBAUTHN_NAME_INUSE": (N_("login.passkey.name_taken"), "refused"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (N_("login.passkey.name_signs"), "refused"),
    "INVALID_INPUT_LENGTH": (N_("login.passkey.name_long"), "refused"),
    "WEBAUTHN_NAME_NOT_FOUND": (N_("login.passkey.gone"), "refused"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (N_("login.passkey.added"), "done"),
    "WEBAUTHN_CREDENTIAL_DELETED": (N_("login.passkey.removed"), "done"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (N_("login.passkey.known"), "refused"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (N_("login.passkey.unknown"), "refused"),
    "WEBAUTHN_NO_VERIFY": _PASSKEY_REFUSED,
    "WEBAUTHN_MISMATCH_USER_HANDLE": _PASSKEY_REFUSED,
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": _PASSKEY_REFUSED,
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": _PASSKEY_REFUSED,
    "DISABLED_ACCOUNT": _PASSKEY_REFUSED,  # behind a password it is never said
    "REAUTHENTICATION_REQUIRED": (N_("login.other"), SILENT),
    "REAUTHENTICATION_SUCCESSFUL": (N_("login.other"), SILENT),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("login.other"), SILENT),
    "UNAUTHENTICATED": (N_("panel.fault.signed_out"), "refused"),
}
"""Flask-Security's name of a message, our sentence, and the kind of the note."""


def where_they_are() -> dict[str, Any]:
    """The settings by which Flask-Security translates: our catalogues."""
    return {"SECURITY_I18N_DOMAIN": locales.DOMAIN, "SECURITY_I18N_DIRNAME": [str(Path(locales.__file__).parent)]}


def replace_all(app: Flask) -> None:
    """Put our sentence in the place of every message that Flask-Security has."""
    names = [name for name in app.config if name.startswith("SECURITY_MSG_")]
    app.config.update({name: MESSAGES.get(name.removeprefix("SECURITY_MSG_"), _OTHER) for name in names})
    app.after_request(_drop_silent)


def _drop_silent(response: Response) -> Response:
    if any(kind == SILENT for kind, _ in session.get("_flashes", ())):
        session["_flashes"] = [(kind, said) for kind, said in session["_flashes"] if kind != SILENT]
    return response
