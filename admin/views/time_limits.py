"""Time limits (thời hạn giải quyết): working days of the steps of procedures, each row with its document and who confirmed it."""

from typing import Any

from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp

from admin import wording
from admin.figures_view import FigureForm, FiguresView, source, valid_from
from admin.forms import NEEDED, TOO_LONG, Day, Words, cleaned
from admin.language import say
from db.models import TimeLimit
from domain.messages import N_


class TimeLimitForm(FigureForm):
    name = StringField(
        N_("panel.time_limit.name"),
        description=N_("panel.time_limit.name_hint"),
        filters=[cleaned],
        validators=[
            DataRequired(NEEDED),
            Length(max=60, message=TOO_LONG),
            Regexp(r"[a-z0-9_]+(\.[a-z0-9_]+)*$", message=N_("panel.time_limit.no_name")),
        ],
    )
    days = IntegerField(
        N_("panel.time_limit.days"),
        description=N_("panel.time_limit.days_hint"),
        validators=[Optional(), NumberRange(1, 400, N_("panel.time_limit.days_between"))],
    )
    unit = Words(N_("panel.time_limit.unit"), wording.TIME_UNIT)
    source = source()
    valid_from = valid_from()

    def validate_valid_from(self, field: Day) -> None:
        """One row a name and day."""
        if field.data:
            self.taken(TimeLimit.name, self.name.data, field.data)


class TimeLimitsView(FiguresView):
    record = TimeLimit
    endpoint_name = "time_limits"
    title = N_("panel.menu.time_limits")
    intro = N_("panel.time_limit.intro")
    empty = N_("panel.time_limit.empty")
    new = N_("panel.time_limit.new")
    columns = {
        "name": N_("panel.time_limit.name"),
        "days": N_("panel.time_limit.days"),
        "unit": N_("panel.time_limit.unit"),
        "valid_from": N_("panel.figure.valid_from"),
        "source": N_("panel.entry.source"),
        "verified_by": N_("panel.figure.verified"),
    }
    order = (TimeLimit.name, TimeLimit.valid_from.desc(), TimeLimit.id)
    name_of = "name"
    entry_form = TimeLimitForm

    def heading_of(self, row: Any) -> str:
        """What it is for, in words; one of an officer's own by its name."""
        return say(wording.TIME_LIMIT[row.name]) if row.name in wording.TIME_LIMIT else str(row.name)
