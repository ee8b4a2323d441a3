"""Outbox (hộp tin đi): what did not go out, why, and sending it again."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, select

from admin import wording
from admin.database import db, writing
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import Contact, Enquiry, OutboundMessage
from db.models.outbound_message import FAILED, SUPPRESSED, UNKNOWN
from domain.messages import N_
from usecases import outbox

MAY_GO_AGAIN = (FAILED, UNKNOWN, SUPPRESSED)


class OutboxView(OfficeView):
    record = OutboundMessage
    endpoint_name = "outbox"
    title = N_("panel.menu.outbox")
    room = "machine"
    intro = N_("panel.outbox.intro")
    empty = N_("panel.outbox.empty")
    is_personal = True
    offered = frozenset({"index_view", "details_view", "again"})
    columns = {
        "id": N_("panel.outbox.number"),
        "created_at": N_("panel.outbox.created"),
        "channel": N_("panel.contact.channel"),
        "kind": N_("panel.outbox.kind"),
        "state": N_("panel.outbox.state"),
        "reason": N_("panel.outbox.reason"),
        "attempts": N_("panel.outbox.attempts"),
    }
    choices = {"state": {"stuck": N_("panel.outbox.stuck")} | wording.DELIVERY}
    order = (OutboundMessage.id.desc(),)
    list_template = "panel/outbox.html"

    def chosen(self) -> dict[str, str]:
        """Without a choice: what is stuck."""
        return {"state": "stuck"} | super().chosen()

    def narrow(self, name: str, value: str) -> ColumnElement[bool]:
        """`stuck` is what will not go out by itself."""
        return outbox.is_stuck() if value == "stuck" else super().narrow(name, value)

    @expose("/details/")
    def details_view(self) -> str:
        """One message, its fate, and the button to send it again."""
        message = self.get_one_or_abort(request.args.get("id", ""))
        page: str = self.render(
            "panel/message.html",
            message=message,
            may_go_again=_may_go_again(message),
            contact=db.session.get(Contact, message.contact_id) if message.contact_id else None,
            enquiry=db.session.get(Enquiry, message.enquiry_id) if message.enquiry_id else None,
        )
        return page

    @expose("/again/", methods=("POST",))
    def again(self) -> ResponseReturnValue:
        """Queue a message again. With an unknown outcome it may arrive twice, so that wants a confirmation."""
        message = self.get_one_or_abort(request.form.get("id", ""))
        with writing() as session:
            row = session.scalars(select(OutboundMessage).where(OutboundMessage.id == message.id).with_for_update()).one()
            if not _may_go_again(row) or (row.state == UNKNOWN and request.form.get("confirmed") != "yes"):
                abort(409)
            outbox.try_again(session, row, now())
        flash(say(N_("panel.outbox.queued_again"), number=message.id), "done")
        return redirect(url_for(".index_view"), 303)


def _may_go_again(message: OutboundMessage) -> bool:
    """Whether a person may send it once more: never what belongs to a broadcast."""
    return message.state in MAY_GO_AGAIN and message.kind not in outbox.TO_MANY
