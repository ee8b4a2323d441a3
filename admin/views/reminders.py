"""Reminders (lời nhắc): what is planned for whom, what was sent, what was dropped and why; calling one off with a reason."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, select
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from admin import wording
from admin.access import sees
from admin.database import actor, db, writing
from admin.forms import NEEDED, TOO_LONG, PanelForm, cleaned
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import Contact, Reminder
from db.models.reminder import PLANNED
from domain.messages import N_
from usecases import history, reminders
from usecases.personal_reminders import PERSONAL

BY_STAFF = "staff: "
"""Begins the reason of one that an officer called off."""
_LONGEST_REASON = 60 - len(BY_STAFF)


class ReasonForm(PanelForm):
    reason = StringField(
        N_("panel.reminder.why"),
        description=N_("panel.reminder.why_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=_LONGEST_REASON, message=TOO_LONG)],
    )


class RemindersView(OfficeView):
    record = Reminder
    endpoint_name = "reminders"
    title = N_("panel.menu.reminders")
    room = "work"
    intro = N_("panel.reminder.intro")
    empty = N_("panel.reminder.empty")
    is_personal = True
    offered = frozenset({"index_view", "details_view", "cancel"})
    columns = {
        "name": N_("panel.reminder.about"),
        "kind": N_("panel.outbox.kind"),
        "contact": N_("panel.talk.citizen"),
        "due_at": N_("panel.reminder.due"),
        "state": N_("panel.outbox.state"),
        "reason": N_("panel.outbox.reason"),
    }
    choices = {
        "state": {"all": N_("panel.filter.all")} | wording.REMINDER,
        "reminder": {name: kind.label for name, kind in reminders.KINDS.items()},
    }
    list_template = "panel/reminders.html"

    def chosen(self) -> dict[str, str]:
        """Without a choice: what is still to come."""
        return {"state": PLANNED} | super().chosen()

    def narrow(self, name: str, value: str) -> ColumnElement[bool]:
        """By kind, or by what became of it."""
        if name == "reminder":
            return Reminder.kind == value
        return Reminder.id.is_not(None) if value == "all" else super().narrow(name, value)

    def wanted(self, chosen: Any, search: str = "", *, in_bin: bool = False) -> Select[Any]:
        """What is to come, the next first; what was, the latest first."""
        next_first = chosen.get("state") == PLANNED
        wanted = super().wanted(chosen, search, in_bin=in_bin)
        return wanted.order_by(*(one if next_first else one.desc() for one in (Reminder.due_at, Reminder.id)))

    def render(self, template: str, **facts: Any) -> str:
        """Rows with who they are for and what they are about."""
        if template == self.list_template:
            keys = {row.contact_id for row in facts["data"]}
            facts["people"] = {one.id: one for one in db.session.scalars(select(Contact).where(Contact.id.in_(keys)))}
        page: str = super().render(template, **facts, about=_about, kinds=reminders.KINDS, by_staff=BY_STAFF)
        return page

    @expose("/details/")
    def details_view(self) -> str:
        """One reminder, its fate, and calling it off."""
        return self._page(self.get_one_or_abort(request.args.get("id", "")), ReasonForm())

    @expose("/cancel/", methods=("POST",))
    def cancel(self) -> ResponseReturnValue:
        """It is not sent, for a reason that stays beside it."""
        row = self.get_one_or_abort(request.form.get("id", ""))
        form = ReasonForm(request.form)
        if not form.validate():
            return self._page(row, form), 422
        with writing() as session:
            kept = session.scalars(select(Reminder).where(Reminder.id == row.id).with_for_update()).one()
            if kept.state != PLANNED:
                abort(409)
            reminders.call_off(session, kept, now(), reason=BY_STAFF + form.reason.data)
            after = {"state": kept.state, "reason": form.reason.data}
            history.note(session, actor(), history.CHANGED, self.table, kept.id, now=now(), before={"state": PLANNED}, after=after)
        flash(say(N_("panel.reminder.called_off_now")), "done")
        return redirect(url_for(".index_view"), 303)

    def _page(self, row: Reminder, form: ReasonForm) -> str:
        contact = db.session.get_one(Contact, row.contact_id)
        page: str = self.render("panel/reminder.html", row=row, contact=contact, form=form)
        return page


def _about(row: Reminder) -> str:
    """What it is about; a citizen's own words only for those who may read them."""
    if row.kind == PERSONAL and not sees("personal_reminders.words"):
        return str(say(N_("panel.hidden")))
    return reminders.name_of(db.session, row)
