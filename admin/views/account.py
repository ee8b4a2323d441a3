"""My account (tài khoản của tôi): the name that citizens read, the panel's language, the password."""

import uuid

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from admin.database import writing
from admin.faults import came_from
from admin.language import THEME, say
from admin.pages import PanelView, expose
from admin.passwords import SHORTEST, digest, matches
from db.models import Staff
from domain.folding import clean
from domain.messages import N_
from locales.languages import LANGUAGES

A_YEAR = 365 * 24 * 3600


class AccountView(PanelView):
    endpoint_name = "account"
    title = N_("panel.menu.account")

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Show the account, or save the name and whether alerts come by e-mail."""
        if request.method == "GET":
            page: str = self.render("panel/account.html", shortest=SHORTEST)
            return page
        name = clean(request.form.get("full_name", ""))[:200]
        if not name:
            return self._back(N_("panel.account.name_missing"), "refused")
        with writing() as writer:
            person = writer.get_one(Staff, current_user.id)
            person.full_name, person.receives_alerts = name, request.form.get("receives_alerts") == "yes"
        return self._back(N_("panel.account.saved"), "done")

    @expose("/password", methods=("POST",))
    def password(self) -> ResponseReturnValue:
        """Change the password, for whoever knows the old one."""
        new = request.form.get("new", "")
        if not matches(request.form.get("old", ""), current_user.password):
            return self._back(N_("panel.account.wrong_password"), "refused")
        if len(new) < SHORTEST:
            return self._back(N_("panel.account.password_short"), "refused", shortest=SHORTEST)
        if new != request.form.get("again"):
            return self._back(N_("panel.account.password_differs"), "refused")
        hashed = digest(new)
        with writing() as writer:
            person = writer.get_one(Staff, current_user.id)
            person.password, person.fs_uniquifier = hashed, uuid.uuid4().hex
        session["_user_id"] = person.fs_uniquifier  # this browser stays signed in, every other one is not
        return self._back(N_("panel.account.password_changed"), "done")

    @expose("/language", methods=("POST",))
    def language(self) -> ResponseReturnValue:
        """Speak this language to me from now on."""
        chosen = request.form.get("language", "")
        if chosen in LANGUAGES:
            session["language"] = chosen
            with writing() as writer:
                writer.get_one(Staff, current_user.id).language = chosen
        return redirect(came_from(), 303)

    @expose("/theme", methods=("POST",))
    def theme(self) -> ResponseReturnValue:
        """Look light, dark, or as the machine does, in this browser."""
        answer = redirect(came_from(), 303)
        chosen = request.form.get("theme")
        if chosen in {"light", "dark"}:
            answer.set_cookie(THEME, chosen, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
        else:
            answer.delete_cookie(THEME)
        return answer

    def _back(self, key: str, kind: str, **facts: object) -> ResponseReturnValue:
        flash(say(key, **facts), kind)
        return redirect(url_for(".index"), 303)
