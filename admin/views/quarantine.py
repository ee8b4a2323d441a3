"""Quarantined updates (tin bị cách ly): what our code could not digest, for administrators."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from admin.database import db, writing
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import Contact, QuarantinedUpdate
from domain.messages import N_


class QuarantineView(OfficeView):
    record = QuarantinedUpdate
    endpoint_name = "quarantine"
    title = N_("panel.menu.quarantine")
    room = "machine"
    intro = N_("panel.quarantine.intro")
    empty = N_("panel.quarantine.empty")
    is_personal = True
    offered = frozenset({"index_view", "details_view", "resolve"})
    columns = {
        "incident": N_("panel.quarantine.incident"),
        "at": N_("panel.quarantine.at"),
        "source": N_("panel.quarantine.source"),
        "fault": N_("panel.quarantine.fault"),
        "resolved_at": N_("panel.quarantine.resolved_at"),
    }
    choices = {"state": {"open": N_("panel.quarantine.open"), "resolved": N_("panel.quarantine.resolved")}}
    order = (QuarantinedUpdate.id.desc(),)
    list_template = "panel/quarantine.html"

    def chosen(self) -> dict[str, str]:
        """Without a choice: what nobody has looked at."""
        return {"state": "open"} | super().chosen()

    def narrow(self, name: str, value: str) -> ColumnElement[bool]:
        """Open until somebody marks it resolved."""
        resolved = QuarantinedUpdate.resolved_at.is_not(None)
        return resolved if value == "resolved" else ~resolved

    @expose("/details/")
    def details_view(self) -> str:
        """The update whole, with personal data."""
        update = self.get_one_or_abort(request.args.get("id", ""))
        contact = db.session.get(Contact, update.contact_id) if update.contact_id else None
        page: str = self.render("panel/quarantined.html", update=update, contact=contact)
        return page

    @expose("/resolve/", methods=("POST",))
    def resolve(self) -> ResponseReturnValue:
        """Somebody looked at it and did what was to do."""
        update = self.get_one_or_abort(request.form.get("id", ""))
        with writing() as session:
            row = session.get_one(QuarantinedUpdate, update.id)
            row.resolved_at = row.resolved_at or now()
        flash(say(N_("panel.quarantine.done"), incident=update.incident), "done")
        return redirect(url_for(".index_view"), 303)
