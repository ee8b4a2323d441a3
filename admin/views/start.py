"""Start page (trang đầu): what needs doing, the most urgent first, each a link to where it is done."""

from datetime import timedelta
from typing import Any

from flask_security import current_user
from sqlalchemy import func, select

from admin import broadcast_check, dossier_queues, queues
from admin.access import may
from admin.database import db
from admin.language import now, today
from admin.pages import PanelView, expose
from db.models import Holiday, OfficeSetting, OutboundMessage, QuarantinedUpdate
from domain.messages import N_
from usecases import outbox, staff

LOOK_AHEAD = timedelta(days=120)
"""Holidays are announced months before, Tết among them."""


class StartView(PanelView):
    endpoint_name = "admin"
    title = N_("panel.menu.start")
    room = "work"

    def __init__(self) -> None:
        super().__init__(url="/")

    @expose("/")
    def index(self) -> str:
        """Counts of what waits, the enquiries that are due first, and what the office should see to."""
        facts: dict[str, Any] = queues.count_knowledge(db.session, current_user.id, today())
        if may("inbox.index"):
            facts |= {"counts": queues.counts(db.session, current_user.id), "overdue": queues.count_overdue(db.session, now())}
            facts["urgent"] = queues.urgent(db.session, current_user.id, now())
        if may("dossiers.index"):
            facts["dossiers"] = dossier_queues.counts(db.session, current_user.id, now())
        if may("outbox.index_view"):
            facts["stuck"] = db.session.scalar(select(func.count(OutboundMessage.id)).where(outbox.is_stuck())) or 0
            facts["quarantined"] = db.session.scalar(select(func.count()).where(QuarantinedUpdate.resolved_at.is_(None))) or 0
        if may("broadcast_progress.index_view"):
            facts["broadcasts"] = broadcast_check.standing(db.session, current_user.id)
        page: str = self.render("panel/start.html", **facts, advice=self._advice(), most=queues.MANY)
        return page

    def _advice(self) -> list[tuple[str, str]]:
        """Sentences about what an administrator should see to, each with the endpoint where it is done."""
        found = []
        if may("staff.index_view") and staff.count_administrators(db.session) < staff.FEWEST_ADMINISTRATORS:
            found.append((N_("panel.staff.few_administrators"), "staff.index_view"))
        if may("office.edit") and db.session.scalar(select(func.count()).where(OfficeSetting.verified_by.is_(None))):
            found.append((N_("panel.start.unverified_settings"), "office.index"))
        if may("calendar.day") and self._calendar_is_open():
            found.append((N_("panel.start.unverified_days"), "calendar.index"))
        return found

    def _calendar_is_open(self) -> bool:
        """Whether a day of the coming months is not held against the official notice."""
        coming = Holiday.day.between(today(), today() + LOOK_AHEAD)
        open_days = select(func.count()).where(coming, Holiday.verified_by.is_(None), Holiday.deleted_at.is_(None))
        return bool(db.session.scalar(open_days))
