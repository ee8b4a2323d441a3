"""Start page (trang đầu): what needs doing, each a link to where it is done."""

from flask_security import current_user
from sqlalchemy import func, select

from admin import queues
from admin.access import may
from admin.database import db
from admin.language import now, today
from admin.records import PanelView, expose
from db.models import OutboundMessage, QuarantinedUpdate
from db.models.outbound_message import FAILED, UNKNOWN
from domain.messages import N_


class StartView(PanelView):
    endpoint_name = "admin"
    title = N_("panel.menu.start")

    def __init__(self) -> None:
        super().__init__(url="/")

    @expose("/")
    def index(self) -> str:
        """Counts of what waits."""
        counts = queues.counts(db.session, current_user.id)
        facts = {"counts": counts, "overdue": queues.count_overdue(db.session, now())}
        facts |= queues.count_knowledge(db.session, current_user.id, today())
        if may("outbox.index_view"):
            facts["stuck"] = db.session.scalar(select(func.count()).where(OutboundMessage.state.in_((FAILED, UNKNOWN)))) or 0
            facts["quarantined"] = db.session.scalar(select(func.count()).where(QuarantinedUpdate.resolved_at.is_(None))) or 0
        page: str = self.render("panel/start.html", **facts)
        return page
