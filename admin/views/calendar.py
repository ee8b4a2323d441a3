"""Calendar (lịch làm việc): the week's hours, holidays, swapped days: what the office's promises are reckoned by."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from admin import conflicts
from admin.database import db, writing
from admin.forms import NEEDED, TOO_LONG, Day, PanelForm, cleaned
from admin.language import day as day_in_words
from admin.language import now, say, today
from admin.pages import PanelView, expose
from admin.wording import WEEKDAYS
from db.models import Holiday, OfficeSetting
from domain.errors import UnreadablePeriods
from domain.messages import N_
from domain.worktime import periods_of, written
from usecases import calendar, office

WEEK = "working_hours"
_FIRST, _LAST = 2000, 2100


class Periods(StringField):  # type: ignore[misc]
    """Open periods of a day as people write them."""

    def pre_validate(self, form: Any) -> None:
        try:
            periods_of(self.data or "")
        except UnreadablePeriods:
            raise ValidationError(N_("panel.calendar.unreadable")) from None


def _hours(weekday: int) -> Periods:
    return Periods(WEEKDAYS[weekday], filters=[cleaned], validators=[Length(max=120, message=TOO_LONG)])


def _source() -> TextAreaField:
    return TextAreaField(
        N_("panel.entry.source"),
        description=N_("panel.calendar.source_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 2},
    )


class WeekForm(PanelForm):
    day_0, day_1, day_2, day_3, day_4, day_5, day_6 = (_hours(day) for day in range(7))
    source = _source()


class DayForm(PanelForm):
    day = Day(N_("panel.calendar.day"), validators=[InputRequired(NEEDED)])
    name = StringField(
        N_("panel.calendar.name"),
        description=N_("panel.calendar.name_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=200, message=TOO_LONG)],
    )
    is_working = BooleanField(N_("panel.calendar.is_working"))
    periods = Periods(
        N_("panel.calendar.periods"),
        description=N_("panel.calendar.periods_hint"),
        filters=[cleaned],
        validators=[Length(max=120, message=TOO_LONG)],
    )
    source = _source()

    def validate_day(self, field: Day) -> None:
        """Years that people plan for."""
        if field.data and not _FIRST <= field.data.year <= _LAST:
            raise ValidationError(N_("panel.form.no_day"))


class CalendarView(PanelView):
    endpoint_name = "calendar"
    title = N_("panel.menu.calendar")
    room = "office"

    @expose("/")
    def index(self) -> str:
        """A year's days that differ from their week, and the week."""
        year = request.args.get("year", today().year, type=int)
        if not _FIRST <= year <= _LAST:
            abort(400)
        page: str = self.render(
            "panel/calendar.html",
            year=year,
            days=calendar.days_of(db.session, year),
            week=calendar.week_of(db.session),
            weekdays=WEEKDAYS,
            setting=_setting(),
            written=_written,
            is_past=lambda day: day < today(),
        )
        return page

    @expose("/week", methods=("GET", "POST"))
    def week(self) -> ResponseReturnValue:
        """The hours of the week."""
        form = WeekForm(request.form)
        if request.method == "GET":
            shown = _week_now()
            for name, value in shown.items():
                form[name].data = value
            form.opened.data = conflicts.sign(shown, SimpleNamespace(**shown))
            return self._week_page(form)
        if not form.validate():
            return self._week_page(form), 422
        standing = SimpleNamespace(**_week_now())
        if found := conflicts.find(form, standing):
            form.opened.data = conflicts.sign(form.names(), standing)
            return self._week_page(form, found), 409
        weekly = {day: periods_of(form[f"day_{day}"].data) for day in range(7)}
        with writing() as session:
            calendar.set_week(session, weekly, source=form.source.data, now=now())
        return self._back(N_("panel.calendar.week_saved"))

    @expose("/week/confirm", methods=("POST",))
    def confirm_week(self) -> ResponseReturnValue:
        """The hours are the office's own."""
        with writing() as session:
            office.confirm(session, WEEK, current_user.full_name, now())
        return self._back(N_("panel.calendar.confirmed"))

    @expose("/day", methods=("GET", "POST"))
    def day(self) -> ResponseReturnValue:
        """A day that differs from its week: new, or changed."""
        row = self._day(request.values["key"]) if request.values.get("key") else None
        form = DayForm(request.form)
        if row is not None:
            del form.day
        if request.method == "GET":
            if row is not None:
                shown = _shown(row)
                for name in form.names():
                    form[name].data = getattr(shown, name)
                form.opened.data = conflicts.sign(form.names(), shown)
            return self._day_page(form, row)
        if not form.validate():
            return self._day_page(form, row), 422
        wanted = row.day if row is not None else form.day.data
        known = db.session.get(Holiday, wanted)
        if row is None and known is not None and known.deleted_at is None:
            flash(say(N_("panel.calendar.known"), day=day_in_words(wanted), name=known.name), "refused")
            return redirect(url_for(".day", key=wanted.isoformat()), 303)
        if row is not None and (found := conflicts.find(form, _shown(row))):
            form.opened.data = conflicts.sign(form.names(), _shown(row))
            return self._day_page(form, row, found), 409
        given = calendar.Day(wanted, form.name.data, form.is_working.data, periods_of(form.periods.data), form.source.data)
        with writing() as session:
            calendar.set_day(session, given)
        return self._back(N_("panel.calendar.day_saved"), wanted.year)

    @expose("/day/delete", methods=("POST",))
    def delete(self) -> ResponseReturnValue:
        """The day follows its week again."""
        return self._change(lambda row: calendar.put_in_bin(row, now()), N_("panel.calendar.day_deleted"))

    @expose("/day/restore", methods=("POST",))
    def restore(self) -> ResponseReturnValue:
        """Take it back out of the bin."""
        return self._change(calendar.take_back, N_("panel.calendar.day_restored"))

    @expose("/day/confirm", methods=("POST",))
    def confirm(self) -> ResponseReturnValue:
        """Held against the official notice."""
        return self._change(lambda row: calendar.confirm_day(row, current_user.full_name), N_("panel.calendar.confirmed"))

    def _change(self, deed: Any, done: str) -> ResponseReturnValue:
        row = self._day(request.form.get("key", ""))
        with writing() as session:
            deed(session.scalars(select(Holiday).where(Holiday.day == row.day).with_for_update()).one())
        return self._back(done, row.day.year)

    def _day(self, key: str) -> Holiday:
        try:
            found = db.session.get(Holiday, date.fromisoformat(key))
        except ValueError:
            abort(404)
        return found if found is not None else abort(404)

    def _back(self, done: str, year: int | None = None) -> ResponseReturnValue:
        flash(say(done), "done")
        return redirect(url_for(".index", year=year), 303)

    def _week_page(self, form: WeekForm, found: Any = None) -> str:
        page: str = self.render("panel/week.html", form=form, conflicts=found or {})
        return page

    def _day_page(self, form: DayForm, row: Holiday | None, found: Any = None) -> str:
        by = conflicts.last_editor(db.session, "holidays", row.day) if row and found else None
        page: str = self.render("panel/day.html", form=form, row=row, conflicts=found or {}, by=by)
        return page


def _setting() -> OfficeSetting:
    return db.session.get_one(OfficeSetting, WEEK)


def _week_now() -> dict[str, str]:
    return {f"day_{day}": hours for day, hours in calendar.week_of(db.session).items()} | {"source": _setting().source}


def _written(row: Holiday) -> str:
    return written(periods_of(", ".join(f"{start}-{end}" for start, end in row.periods or ())))


def _shown(row: Holiday) -> SimpleNamespace:
    """A day as its form holds it."""
    return SimpleNamespace(day=row.day, name=row.name, is_working=row.is_working, periods=_written(row), source=row.source)
