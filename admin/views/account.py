"""My account (tài khoản của tôi): the name that citizens read, the panel's language, the password, where I am signed in."""

import uuid

from flask import current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from admin import account_mail, browsers
from admin.database import actor, db, writing
from admin.faults import came_from
from admin.keys import number_of
from admin.language import THEME, now, say
from admin.pages import PanelView, expose
from admin.passwords import digest, matches, refusal
from admin.second_factor import is_set_up
from admin.throttle import PASSWORD, Attempt
from db.models import Staff
from domain.folding import clean
from domain.messages import N_
from domain.passwords import SHORTEST
from locales.languages import LANGUAGES
from usecases import history, staff, staff_contacts, staff_sessions

A_YEAR = 365 * 24 * 3600


class AccountView(PanelView):
    endpoint_name = "account"
    title = N_("panel.menu.account")

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Show the account, or save the name and whether alerts come by e-mail."""
        if request.method == "GET":
            return self._page()
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
        attempt = Attempt(PASSWORD, current_user.email)
        if not matches(request.form.get("old", ""), current_user.password):
            attempt.failed(current_user.id)
            return self._page({"old": say(N_("panel.account.wrong_password"))}), 422
        attempt.succeeded()
        if wrong := _wrong_with_new():
            return self._page(wrong), 422
        _take(request.form["new"])
        return self._back(N_("panel.account.password_changed"), "done")

    @expose("/first-password", methods=("GET", "POST"))
    def first_password(self) -> ResponseReturnValue:
        """Somebody else made the first password up: the person sets their own before anything else opens."""
        if not current_user.must_change_password:
            return redirect(url_for("admin.index"), 303)
        wrong = _wrong_with_new() if request.method == "POST" else {}
        if request.method == "GET" or wrong:
            page: str = self.render("panel/account_first_password.html", shortest=SHORTEST, wrong=wrong)
            return page, 422 if wrong else 200
        _take(request.form["new"])
        return redirect(url_for("admin.index"), 303)

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

    @expose("/sessions/end", methods=("POST",))
    def end_session(self) -> ResponseReturnValue:
        """Sign one of my browsers out."""
        if not self._end(number_of(request.form.get("id", ""))):
            return self._back(N_("panel.session.gone"), "refused")
        return self._back(N_("panel.session.ended"), "done")

    @expose("/chats/code", methods=("POST",))
    def chat_code(self) -> ResponseReturnValue:
        """A code that links a chat of mine. It is on the page that answers, once, and nowhere else in clear."""
        key = current_app.extensions["settings"].signing_key().encode()
        with writing() as writer:
            code = staff_contacts.new_code(writer, current_user.id, key, now())
        return self._page(code=code)

    @expose("/chats/unlink", methods=("POST",))
    def unlink_chat(self) -> ResponseReturnValue:
        """A chat is mine no longer."""
        with writing() as writer:
            is_done = staff_contacts.unlink(writer, current_user.id, number_of(request.form.get("id", "")))
        return self._back(N_("panel.chat.unlinked") if is_done else N_("panel.chat.gone"), "done" if is_done else "refused")

    @expose("/sessions/end-others", methods=("POST",))
    def end_others(self) -> ResponseReturnValue:
        """Sign all my browsers out but this one."""
        with writing() as writer:
            ended = staff.cut_off(writer, writer.get_one(Staff, current_user.id), by=actor(), now=now(), keep=browsers.digest())
        return self._back(N_("panel.session.ended_others"), "done", number=ended)

    def _end(self, key: int) -> bool:
        with writing() as writer:
            is_ended = staff_sessions.end(writer, current_user.id, key, now())
            if is_ended:
                history.note(writer, actor(), history.CUT_OFF, "staff", current_user.id, now=now(), after={"browsers": 1})
        return is_ended

    def _page(self, wrong: dict[str, str] | None = None, *, code: str = "") -> str:
        """The account; `wrong` holds the sentences beside the fields of the password, `code` is one that links a chat."""
        page: str = self.render(
            "panel/account.html",
            shortest=SHORTEST,
            wrong=wrong or {},
            sessions=staff_sessions.all_open(db.session, current_user.id, now()),
            this_one=browsers.digest(),
            described=browsers.described,
            has_second_factor=is_set_up(current_user),
            recovery_codes=len(current_user.mf_recovery_codes or []),
            passkeys=len(current_user.webauthn),
            chats=staff_contacts.of(db.session, current_user.id),
            code=code,
            telegram_link=_telegram_link(code),
        )
        return page

    def _back(self, key: str, kind: str, **facts: object) -> ResponseReturnValue:
        flash(say(key, **facts), kind)
        return redirect(url_for(".index"), 303)


def _telegram_link(code: str) -> str:
    """An address that opens Telegram with the code; empty where the bot's name is not known."""
    name = current_app.extensions["settings"].telegram_bot_username
    return f"https://t.me/{name}?start=lk-{code}" if name and code else ""


def _wrong_with_new() -> dict[str, str]:
    """What is wrong with the new password of this form, by field."""
    new = request.form.get("new", "")
    if said := refusal(new, current_user):
        return {"new": said}
    return {} if new == request.form.get("again") else {"again": say(N_("panel.account.password_differs"))}


def _take(new: str) -> None:
    """Set the password. This browser stays signed in, every other one is not, and links in mails are void."""
    hashed, user = digest(new), current_user._get_current_object()
    with writing() as writer:
        person = writer.get_one(Staff, user.id)
        person.password, person.must_change_password = hashed, False
        staff.cut_off(writer, person, by=actor(), now=now(), keep=browsers.digest())
        person.fs_uniquifier = uuid.uuid4().hex
    session["_user_id"] = person.fs_uniquifier
    account_mail.tell(user, N_("alert.account.password"))
