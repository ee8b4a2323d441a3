"""Second factor (xác thực hai bước): setting it up with a phone, recovery codes, another phone.

Flask-Security's own pages of this forget the secret at a mistyped code and show recovery codes again and again; its calculation is used.
"""

from typing import Any

from flask import current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from admin import account_mail
from admin.database import actor, writing
from admin.language import now, say
from admin.pages import PanelView, expose
from admin.second_factor import is_set_up
from admin.staff_login import fresh
from db.models import Staff
from domain.messages import N_
from usecases import staff

PENDING = "new_second_factor"
"""Where the session keeps the encrypted secret until its first code is right. Tabs share it, and a reload keeps it."""


class SecondFactorView(PanelView):
    endpoint_name = "second_factor"
    title = N_("panel.second.title")

    @expose("/")
    @fresh
    def index(self) -> ResponseReturnValue:
        """How it stands, or the way to set it up. `?again=1` is for another phone."""
        if is_set_up(current_user) and not request.args.get("again"):
            return self._show("panel/account_second_factor.html", codes_left=len(current_user.mf_recovery_codes or []))
        return self._set_up()

    @expose("/confirm", methods=("POST",))
    @fresh
    def confirm(self) -> ResponseReturnValue:
        """The first code of the app: from here on one is asked for at every sign-in."""
        secret = session.get(PENDING)
        if secret is None:
            return self._back(N_("panel.second.stale"), "refused")
        security = current_app.extensions["security"]
        user = current_user._get_current_object()
        if not security.totp_factory.verify_totp(request.form.get("code", "")[:20], secret, user):
            return self._set_up(say(N_("panel.second.wrong_code"))), 422
        security.datastore.tf_set(user, "authenticator", totp_secret=secret)
        del session[PENDING]
        account_mail.tell(user, N_("alert.account.second_factor"))
        return self._new_codes()

    @expose("/codes", methods=("POST",))
    @fresh
    def codes(self) -> ResponseReturnValue:
        """New recovery codes; the old ones are void."""
        return self._new_codes() if is_set_up(current_user) else self._back(N_("panel.second.stale"), "refused")

    @expose("/remove", methods=("POST",))
    @fresh
    def remove(self) -> ResponseReturnValue:
        """Do without, in trial mode only. Passkeys go too, and every browser is signed out."""
        if not (is_set_up(current_user) and current_app.extensions["settings"].trial_mode):
            return self._back(N_("panel.second.demanded"), "refused")
        user = current_user._get_current_object()
        with writing() as writer:
            staff.reset_second_factor(writer, writer.get_one(Staff, user.id), by=actor(), now=now())
        account_mail.tell(user, N_("alert.account.no_second_factor"))
        flash(say(N_("panel.second.removed")), "done")
        return redirect(url_for("security.login"), 303)

    def _set_up(self, wrong: str = "") -> str:
        factory = current_app.extensions["security"].totp_factory
        session.setdefault(PENDING, factory.generate_totp_secret())
        values = factory.fetch_setup_values(session[PENDING], current_user)
        facts = {"picture": values["image"], "key": _in_fours(values["b32key"]), "wrong": wrong}
        is_choice = current_app.extensions["settings"].trial_mode or is_set_up(current_user)
        layout = "panel/base.html" if is_choice else "security/page.html"  # without a menu whose entries lead back here
        return self._show("panel/account_second_factor_setup.html", layout=layout, is_choice=is_choice, **facts)

    def _new_codes(self) -> str:
        codes = current_app.extensions["security"].mf_recovery_codes_util.create_recovery_codes(current_user._get_current_object())
        return self._show("panel/account_recovery_codes.html", codes=codes, made=now())

    def _show(self, template: str, **facts: Any) -> str:
        page: str = self.render(template, trial=current_app.extensions["settings"].trial_mode, **facts)
        return page

    def _back(self, key: str, kind: str) -> ResponseReturnValue:
        flash(say(key), kind)
        return redirect(url_for(".index"), 303)


def _in_fours(key: str) -> str:
    """A secret as one types it: JBSW Y3DP EHPK 3PXP."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))
