"""Staff (cán bộ): accounts, roles, second factors. Nobody edits their own rights; two administrators stay at least."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Email, Length

from admin.access import ROLES
from admin.database import actor, db, locked, writing
from admin.forms import NEEDED, TOO_LONG, PanelForm, Words, cleaned
from admin.keys import number_of
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from admin.passwords import digest, make_up
from db.models import Passkey, Staff, StaffSession
from domain.messages import N_
from locales.languages import LANGUAGES
from usecases import staff, staff_contacts


def _lower(text: str | None) -> str:
    return cleaned(text).lower()


class StaffForm(PanelForm):
    full_name = StringField(
        N_("panel.staff.name"),
        description=N_("panel.account.name_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=200, message=TOO_LONG)],
    )
    email = StringField(
        N_("panel.staff.email"),
        filters=[_lower],
        validators=[DataRequired(NEEDED), Length(max=255, message=TOO_LONG), Email(N_("panel.staff.no_email"))],
        render_kw={"type": "email", "autocomplete": "off"},
    )
    language = Words(N_("panel.contact.language"), LANGUAGES)
    receives_alerts = BooleanField(N_("panel.staff.alerts"))


class StaffView(OfficeView):
    record = Staff
    endpoint_name = "staff"
    title = N_("panel.menu.staff")
    intro = N_("panel.staff.intro")
    room = "office"
    new = N_("panel.staff.new")
    offered = frozenset(
        {"index_view", "create_view", "edit_view", "roles", "disable", "enable", "reset_second_factor", "cut_off", "unlink_chat", "lookup"}
    )
    columns = {
        "full_name": N_("panel.staff.name"),
        "email": N_("panel.staff.email"),
        "id": N_("panel.staff.roles"),
        "active": N_("panel.staff.active"),
        "tf_primary_method": N_("panel.staff.second_factor"),
        "created_at": N_("panel.staff.created"),
    }
    searched = ("full_name", "email")
    order = (Staff.full_name, Staff.id)
    name_of = "full_name"
    entry_form = StaffForm
    list_template = "panel/staff.html"
    form_template = "panel/staff_member.html"

    def roles_of(self, person: Staff) -> list[str]:
        """The names of a person's roles, in the order of the table of rights."""
        held = staff.roles_of(db.session, person)
        return [role for role in ROLES if role in held]

    def new_form(self, row: Any) -> PanelForm:
        """A new account gets its alerts unless somebody says otherwise."""
        form = super().new_form(row)
        if row is None and request.method == "GET":
            form.receives_alerts.data = True
        return form

    def about(self, row: Any) -> dict[str, Any]:
        """What the page of a person tells beside the form."""
        if row is None:
            return {"roles": ROLES, "held": request.form.getlist("roles")}
        keys = select(func.count(Passkey.id)).where(Passkey.user_id == row.id)
        browsers = select(func.count(StaffSession.id)).where(StaffSession.staff_id == row.id, StaffSession.ended_at.is_(None))
        return {
            "roles": ROLES,
            "held": self.roles_of(row),
            "passkeys": db.session.scalar(keys) or 0,
            "browsers": db.session.scalar(browsers) or 0,
            "chats": staff_contacts.of(db.session, row.id),
            "is_self": row.id == current_user.id,
            "few": staff.count_administrators(db.session) < staff.FEWEST_ADMINISTRATORS,
        }

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new account. Its made-up password is on the page that answers, once, and nowhere else in clear."""
        form = self.new_form(None)
        if request.method == "GET":
            return self._record_page(form, None)
        roles = self._roles()
        if not form.validate():
            return self._record_page(form, None), 422
        if not roles:
            flash(say(N_("panel.staff.no_role")), "refused")
            return self._record_page(form, None), 422
        password = make_up()
        hashed = digest(password)
        with writing() as session:
            person = staff.add(session, form.email.data, form.full_name.data, roles, hashed, by=actor(), now=now())
            person.language, person.receives_alerts = form.language.data, form.receives_alerts.data
        page: str = self.render("panel/staff_created.html", person=person, password=password)
        return page

    @expose("/roles/", methods=("POST",))
    def roles(self) -> ResponseReturnValue:
        """Give exactly these roles."""
        wanted = self._roles()
        return self._do(lambda session, row: staff.set_roles(session, row, wanted, by=actor(), now=now()), N_("panel.staff.roles_set"))

    @expose("/disable/", methods=("POST",))
    def disable(self) -> ResponseReturnValue:
        """Close the account now, on every browser."""
        return self._do(lambda session, row: staff.disable(session, row, by=actor(), now=now()), N_("panel.staff.disabled"))

    @expose("/enable/", methods=("POST",))
    def enable(self) -> ResponseReturnValue:
        """Open the account again."""
        return self._do(lambda session, row: staff.enable(session, row, by=actor(), now=now()), N_("panel.staff.enabled"))

    @expose("/reset-second-factor/", methods=("POST",))
    def reset_second_factor(self) -> ResponseReturnValue:
        """For somebody who lost their telephone."""
        return self._do(
            lambda session, row: staff.reset_second_factor(session, row, by=actor(), now=now()), N_("panel.staff.second_factor_reset")
        )

    @expose("/cut-off/", methods=("POST",))
    def cut_off(self) -> ResponseReturnValue:
        """End all browsers of a person."""

        def deed(session: Session, row: Staff) -> None:
            staff.cut_off(session, row, by=actor(), now=now())

        return self._do(deed, N_("panel.staff.cut_off_done"))

    @expose("/unlink-chat/", methods=("POST",))
    def unlink_chat(self) -> ResponseReturnValue:
        """A chat is no longer a person's."""
        contact_id = number_of(request.form.get("contact", ""))

        def deed(session: Session, row: Staff) -> None:
            staff_contacts.unlink(session, row.id, contact_id)

        return self._do(deed, N_("panel.staff.chat_unlinked"))

    def _do(self, deed: Callable[[Session, Staff], None], done: str) -> ResponseReturnValue:
        row = self.get_one_or_abort(request.form.get("id", ""))
        with writing() as session:
            deed(session, locked(session, Staff, row.id))
        flash(say(done, name=row.full_name or row.email), "done")
        return redirect(url_for(".edit_view", id=row.id), 303)

    def _roles(self) -> list[str]:
        wanted = request.form.getlist("roles")
        return wanted if set(wanted) <= set(ROLES) else abort(400)
