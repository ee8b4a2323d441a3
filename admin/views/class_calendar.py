"""Calendar of classes (lịch lớp): the sessions of a month."""

from calendar import Calendar
from datetime import date, datetime, time, timedelta

from flask import abort, request
from sqlalchemy import select

from admin.database import db
from admin.language import now, today
from admin.pages import PanelView, expose
from admin.wording import WEEKDAYS
from db.models import ClassSession, TrainingClass
from domain.messages import N_
from domain.worktime import ZONE
from usecases import classes, office

_FIRST, _LAST = 2000, 2100


class ClassCalendarView(PanelView):
    endpoint_name = "class_calendar"
    title = N_("panel.menu.class_calendar")
    room = "work"

    @expose("/")
    def index(self) -> str:
        """A month, by weeks from Monday."""
        first = _month(request.args.get("month"))
        weeks = Calendar().monthdatescalendar(first.year, first.month)
        hours = office.working_hours(db.session)
        page: str = self.render(
            "panel/class_calendar.html",
            first=first,
            weeks=weeks,
            weekdays=WEEKDAYS,
            sessions=_sessions(weeks[0][0], weeks[-1][-1]),
            before=(first - timedelta(days=1)).replace(day=1),
            after=(first + timedelta(days=32)).replace(day=1),
            today=today(),
            is_closed=lambda day: not hours.periods(day),
            clock=lambda at: at.astimezone(ZONE).strftime("%H:%M"),
        )
        return page


def _month(given: str | None) -> date:
    """The first day of a month like 2026-12, by default this one."""
    if not given:
        return today().replace(day=1)
    try:
        found = date.fromisoformat(f"{given}-01")
    except ValueError:
        abort(400)
    return found if _FIRST <= found.year <= _LAST else abort(400)


def _sessions(first: date, last: date) -> dict[date, list[tuple[ClassSession, TrainingClass, str]]]:
    """By day: sessions with their class and its standing."""
    begin, end = datetime.combine(first, time.min, ZONE), datetime.combine(last + timedelta(days=1), time.min, ZONE)
    its = select(ClassSession, TrainingClass).join(TrainingClass, TrainingClass.id == ClassSession.class_id)
    within = its.where(ClassSession.starts_at >= begin, ClassSession.starts_at < end, TrainingClass.deleted_at.is_(None))
    rows = db.session.execute(within.order_by(ClassSession.starts_at, ClassSession.id)).all()
    seats = classes.seats_of(db.session, list({row.id: row for _, row in rows}.values()))
    found: dict[date, list[tuple[ClassSession, TrainingClass, str]]] = {}
    for one, row in rows:
        standing = classes.standing(row, seats[row.id], now())
        found.setdefault(one.starts_at.astimezone(ZONE).date(), []).append((one, row, standing))
    return found
