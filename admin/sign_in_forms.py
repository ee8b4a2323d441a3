"""The forms of signing in: Flask-Security's, with the brake on guessing before each of them."""

from typing import Any, ClassVar

from flask import url_for
from flask_security import (
    ForgotPasswordForm,
    LoginForm,
    MailUtil,
    MfRecoveryForm,
    TwoFactorRescueForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
    WebAuthnSigninResponseForm,
)
from flask_security.forms import Form
from wtforms import HiddenField

from admin import account_mail
from admin.language import say
from admin.passkeys import is_own_challenge
from admin.throttle import CODE, PASSKEY, PASSWORD, RESET, Attempt
from domain.folding import clean
from domain.messages import N_
from domain.passwords import LONGEST


class Addresses(MailUtil):
    """An e-mail address that is typed is looked up, not judged: offices have addresses that are valid nowhere else."""

    def normalize(self, email: str) -> str:
        return clean(email)[:255]

    validate = normalize


class Braked(Form):
    """A form that may be guessed at: every attempt counts until it succeeds, and none succeeds for a closed account."""

    way: ClassVar[str]
    user: Any

    def whose(self) -> str:
        """The account at which this attempt is aimed, as far as one can know before it is judged."""
        return str(self.user.id)

    def is_right(self, **more: Any) -> bool:
        """What Flask-Security says."""
        return bool(super().validate(**more))

    def validate(self, **more: Any) -> bool:
        attempt = Attempt(self.way, self.whose())
        if self.is_right(**more) and self.user.active:
            attempt.succeeded()
            return True
        if attempt.failed(self.user.id if self.user else None) and self.way == CODE:
            account_mail.warn_of_guessed_codes(self.user)
        return False


class SignInForm(Braked, LoginForm):
    """E-mail and password; a counter's computer is shared, so nothing is remembered beyond the session."""

    way = PASSWORD
    remember = None

    def whose(self) -> str:
        return self.email.data or ""

    def is_right(self, **more: Any) -> bool:
        self.next.data = self.next.data or url_for("admin.index")  # else the second step would lead back to this page
        return len(self.password.data or "") <= LONGEST and super().is_right(**more)


class AgainForm(Braked, VerifyForm):
    """The password once more, before something that a stranger at an open computer must not do."""

    way = PASSWORD

    def whose(self) -> str:
        return str(self.user.email)

    def is_right(self, **more: Any) -> bool:
        return len(self.password.data or "") <= LONGEST and super().is_right(**more)


class CodeForm(Braked, TwoFactorVerifyCodeForm):
    """The code of the app."""

    way = CODE


class _Ways(HiddenField):  # type: ignore[misc] # WTForms has no types
    """Flask-Security appends choices to this field, as tuples of which WTForms would warn; our page has a link instead."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.choices: list[Any] = []


class HelpForm(TwoFactorRescueForm):
    """What to do without the phone. It is built beside the code's form and not shown."""

    help_setup: Any = _Ways()


class RecoveryForm(Braked, MfRecoveryForm):
    """A recovery code instead."""

    way = CODE


class PasskeyForm(Braked, WebAuthnSigninResponseForm):
    """What the device answered at sign-in. It cannot be guessed, but whoever tries is counted by address."""

    way = PASSKEY

    def whose(self) -> str:
        return ""

    def is_right(self, **more: Any) -> bool:
        if is_own_challenge(self.challenge):
            return super().is_right(**more)
        self.credential.errors = [say(N_("login.passkey.stale"))]
        return False


class ForgotForm(ForgotPasswordForm):
    """Asks for a link. Every request counts: nobody's mailbox is filled, and nobody tries one address after another."""

    def validate(self, **more: Any) -> bool:
        Attempt(RESET, self.email.data or "")
        return bool(super().validate(**more))
