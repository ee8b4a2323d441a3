"""Signing in (đăng nhập): Flask-Security over the tables `staff`, `roles` and `passkeys`, put together for this office.

A person is signed in where Flask-Security says so *and* the browser's row in `staff_sessions` is open: whoever is cut off is out at once.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask_security import (
    Security,
    check_and_update_authn_fresh,
    current_user,
    logout_user,
    password_reset,
    reset_password_instructions_sent,
    user_authenticated,
    wan_registered,
)

from admin import account_mail, browsers, sign_in_messages
from admin.database import db
from admin.language import now
from admin.passkeys import NewPasskeyAnswerForm, NewPasskeyForm, Passkeys
from admin.passwords import PasswordRules
from admin.second_factor import RECOVERY_CODES, TOLERANCE, Codes, RecoveryCodes, is_set_up, secret_of
from admin.sign_in_forms import Addresses, AgainForm, CodeForm, ForgotForm, HelpForm, PasskeyForm, RecoveryForm, SignInForm
from admin.sign_in_store import Role, SignInStore, User, WebAuthn
from db.settings import Settings
from domain.passwords import SHORTEST
from usecases.staff_sessions import LASTS

HASH = "argon2"
HASH_COST = {"argon2__memory_cost": 64 * 1024, "argon2__rounds": 3, "argon2__parallelism": 4}
"""Memory in KiB; more than OWASP asks for (19 MiB, 2 rounds). Stored passwords follow a change at the next sign-in."""
FRESH = timedelta(minutes=15)
"""How long after the password somebody may change how they sign in without typing it again."""
WORDS_OF_NAMES = ["L", "M", "N", "P", "S", "Zs"]
"""Kinds of signs that a passkey's name may have, Vietnamese letters in any spelling among them."""

_FIRST_PASSWORD, _SECOND_FACTOR = "account.first_password", "second_factor.index"
_ALWAYS = {"security.logout", "account.language"}
_TO_GET_THERE = {
    _FIRST_PASSWORD: _ALWAYS | {_FIRST_PASSWORD},
    _SECOND_FACTOR: _ALWAYS | {_SECOND_FACTOR, "second_factor.confirm", "security.verify"},
}

View = TypeVar("View", bound=Callable[..., Any])


def set_up(app: Flask, settings: Settings) -> None:
    """Sign-in for this site only, twelve hours at a time."""
    app.config.update(_settings(settings) | sign_in_messages.where_they_are())
    security = Security(
        app,
        SignInStore(db, User, Role, WebAuthn),
        login_form=SignInForm,
        verify_form=AgainForm,
        forgot_password_form=ForgotForm,
        two_factor_verify_code_form=CodeForm,
        two_factor_rescue_form=HelpForm,
        mf_recovery_form=RecoveryForm,
        wan_register_form=NewPasskeyForm,
        wan_register_response_form=NewPasskeyAnswerForm,
        wan_signin_response_form=PasskeyForm,
        password_util_cls=PasswordRules,
        mail_util_cls=Addresses,
        totp_cls=Codes,
        mf_recovery_codes_util_cls=RecoveryCodes,
        webauthn_util_cls=Passkeys,
    )
    security.want_json(lambda _request: False)
    sign_in_messages.replace_all(app)
    app.jinja_env.globals["shortest_password"] = SHORTEST
    app.before_request(_prepare)
    user_authenticated.connect(browsers.begin, app)
    reset_password_instructions_sent.connect(account_mail.send_link, app)
    password_reset.connect(account_mail.end_everywhere, app)
    wan_registered.connect(account_mail.tell_of_passkey, app)


def _settings(settings: Settings) -> dict[str, Any]:
    key = settings.signing_key()
    return {
        "SECRET_KEY": key,
        "SESSION_COOKIE_NAME": "chuan_panel",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": not settings.is_local,
        "PERMANENT_SESSION_LIFETIME": LASTS,
        "SECURITY_PASSWORD_HASH": HASH,
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": HASH_COST,
        "SECURITY_PASSWORD_SINGLE_HASH": [HASH],  # Argon2 salts by itself
        "SECURITY_INPUT_NORMALIZE_FORM": "NFC",
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_REGISTERABLE": False,
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_POST_LOGOUT_VIEW": "/login",
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_TOKEN_MAX_AGE": 1,
        "SECURITY_DEFAULT_REMEMBER_ME": False,
        "SECURITY_USE_VERIFY_PASSWORD_CACHE": False,
        "SECURITY_DATETIME_FACTORY": now,
        "SECURITY_FRESHNESS": FRESH,
        "SECURITY_FRESHNESS_GRACE_PERIOD": FRESH,
        **_second_factor(key),
        **_passkeys(),
        **_reset(),
    }


def _second_factor(key: str) -> dict[str, Any]:
    return {
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {"code": "flask_security.twofactor.CodeTfPlugin"},
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": TOLERANCE,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TOTP_SECRETS": {"1": secret_of("totp", key)},
        "SECURITY_TOTP_ISSUER": "Chuẩn",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": RECOVERY_CODES,
    }


def _passkeys() -> dict[str, Any]:
    return {
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": "Chuẩn",
        "SECURITY_WAN_ALLOW_USER_HINTS": False,  # nobody learns which accounts have a passkey
        "SECURITY_WAN_ALLOW_AS_VERIFY": None,
        "SECURITY_WAN_NAME_ALLOWED_CHARS": WORDS_OF_NAMES,
        "SECURITY_WAN_REGISTER_WITHIN": timedelta(minutes=5),
        "SECURITY_WAN_SIGNIN_WITHIN": timedelta(minutes=5),
    }


def _reset() -> dict[str, Any]:
    return {
        "SECURITY_RECOVERABLE": True,
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(minutes=account_mail.LINK_LASTS),
        "SECURITY_SEND_PASSWORD_RESET_EMAIL": False,  # `account_mail` writes them
        "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
    }


def is_signed_in() -> bool:
    """Whether somebody of the staff is signed in, in a browser that is not older than twelve hours and that nobody ended."""
    if not current_user.is_authenticated:
        return False
    if browsers.find() is not None:
        return True
    logout_user()
    return False


def next_step() -> str | None:
    """The endpoint to which the person is led before anything else opens: to set their own password, then their second factor."""
    if current_user.must_change_password:
        step = _FIRST_PASSWORD
    elif is_set_up(current_user) or current_app.extensions["settings"].trial_mode:
        return None
    else:
        step = _SECOND_FACTOR
    return None if request.endpoint in _TO_GET_THERE[step] else step


def fresh(view: View) -> View:
    """A view that wants the password once more, where it was typed too long ago. A form is not sent again by itself."""

    @wraps(view)
    def checked(*given: Any, **more: Any) -> Any:
        if check_and_update_authn_fresh(FRESH, FRESH):
            return view(*given, **more)
        back = request.full_path.rstrip("?") if request.method == "GET" else url_for(".index")
        return redirect(url_for("security.verify", next=back), 303)

    return cast(View, checked)


def _prepare() -> None:
    """Before Flask-Security's own pages: no other way in than their forms, no session that was ended, passkeys on their own."""
    if not (request.endpoint or "").startswith("security."):
        return
    if request.is_json:
        abort(415)
    if request.endpoint == "security.logout" and is_signed_in():
        browsers.end()
    elif request.endpoint in {"security.wan_signin", "security.wan_signin_response"}:
        for half_way in ("tf_state", "tf_user_id"):
            session.pop(half_way, None)
    else:
        is_signed_in()
