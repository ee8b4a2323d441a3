"""Tables of the rules of measurement (bảng số liệu đo lường): versions with their source, a band a line, confirmed by an officer."""

import re
from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from admin import wording
from admin.database import db, get_one_or_abort
from admin.figures_view import FigureForm, FiguresView, source, valid_from
from admin.forms import NEEDED, TOO_LONG, Day, PanelForm, Words
from admin.language import say, today
from admin.pages import expose
from db.models import MeasurementTable
from domain.messages import N_
from domain.quantity_marks import table_text, tables
from domain.quantity_marks.table_text import BadLine, Lacking
from domain.quantity_marks.tables import BadTable
from usecases import measurement_tables

_FAULTS = (
    (re.compile(r"(?P<part>\w+): rows must rise, (?P<one>\S+) comes before (?P<other>\S+)"), N_("panel.table.must_rise")),
    (re.compile(r"(?P<part>\w+): no rows"), N_("panel.table.no_rows")),
    (re.compile(r"(?P<part>\w+): T falls at (?P<one>\S+)"), N_("panel.table.falls")),
    (re.compile(r"plans: the last row must end with the largest lot"), N_("panel.table.last_plan")),
    (re.compile(r"heights must be more than 0 and never fall"), N_("panel.table.heights")),
    (re.compile(r"n is more than the smallest lot that is sampled"), N_("panel.table.too_many")),
    (re.compile(r"policy: (?P<one>\S+)"), N_("panel.table.policy")),
)
"""What `tables.must_be_sound` says, and the sentence for it; of anything else it is shown as it is said."""


def complaint(fault: BadTable) -> str:
    """What is wrong with a table, and in which row."""
    if isinstance(fault, BadLine):
        return say(N_("panel.table.bad_line"), line=fault.line, text=fault.text)
    if isinstance(fault, Lacking):
        return say(N_("panel.table.lacking"), parts=", ".join(fault.parts))
    for pattern, key in _FAULTS:
        if found := pattern.fullmatch(str(fault)):
            return say(key, **found.groupdict())
    return say(N_("panel.table.unsound"), fault=str(fault))


class TableText(TextAreaField):  # type: ignore[misc]
    """A table as lines of text; what the row holds is written so."""

    table = ""

    def _value(self) -> str:
        return table_text.written(self.table, self.data) if isinstance(self.data, Mapping) else self.data or ""


class TableForm(FigureForm):
    name = Words(N_("panel.table.name"), wording.MEASUREMENT_TABLE)
    content = TableText(
        N_("panel.table.content"),
        description=N_("panel.table.content_hint"),
        validators=[DataRequired(NEEDED), Length(max=table_text.LONGEST, message=TOO_LONG)],
        render_kw={"rows": 18, "spellcheck": "false"},
    )
    source = source()
    valid_from = valid_from()

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.content.table = self.name.data

    def validate_content(self, field: TableText) -> None:
        """A table that cannot be read, or makes no sense, is refused with the row."""
        if self.name.data not in tables.NAMES:
            return
        try:
            tables.must_be_sound(self.name.data, table_text.read(self.name.data, field.data))
        except BadTable as fault:
            raise ValidationError(complaint(fault)) from fault

    def validate_valid_from(self, field: Day) -> None:
        """One version a table and day."""
        if field.data:
            self.taken(MeasurementTable.name, self.name.data, field.data)

    def entered(self) -> dict[str, Any]:
        """The table as rows hold it."""
        content = self.content.data
        return super().entered() | {"content": content if isinstance(content, Mapping) else table_text.read(self.name.data, content)}


class MeasurementTablesView(FiguresView):
    record = MeasurementTable
    endpoint_name = "measurement_tables"
    title = N_("panel.menu.measurement_tables")
    intro = N_("panel.table.intro")
    empty = N_("panel.table.empty")
    new = N_("panel.table.new")
    offered = FiguresView.offered | {"page"}
    columns = {
        "name": N_("panel.table.name"),
        "valid_from": N_("panel.figure.valid_from"),
        "source": N_("panel.entry.source"),
        "verified_by": N_("panel.figure.verified"),
    }
    order = (MeasurementTable.name, MeasurementTable.valid_from.desc(), MeasurementTable.id)
    name_of = "name"
    entry_form = TableForm
    list_template = "panel/measurement_tables.html"

    def render(self, template: str, **facts: Any) -> str:
        """The list knows which versions count today."""
        if template == self.list_template:
            facts["counting"] = _counting()
        return super().render(template, **facts)

    @expose("/<key>")
    def page(self, key: str) -> str:
        """One version, its bands as rows, and whether it counts."""
        row = self.get_one_or_abort(key)
        shown = table_text.shown(row.name, row.content) if _is_sound(row) else None
        page: str = self.render("panel/measurement_table.html", row=row, shown=shown, counts=row.id in _counting())
        return page

    def new_form(self, row: Any) -> PanelForm:
        """A new version begins with the one that it comes after."""
        before = request.args.get("after", "")
        if row is not None or request.method != "GET" or not before:
            return super().new_form(row)
        known = get_one_or_abort(db.session, MeasurementTable, before)
        form = TableForm(request.form, obj=known)
        form.valid_from.data = None
        return form

    def heading_of(self, row: Any) -> str:
        """The table in words."""
        return say(wording.MEASUREMENT_TABLE[row.name]) if row.name in wording.MEASUREMENT_TABLE else str(row.name)

    def home_of(self, row: Any) -> str:
        """A table is confirmed where its rows are read."""
        return url_for(".page", key=row.id)


def _counting() -> set[int]:
    return {row.id for row in measurement_tables.rows_in_force(db.session, today()).values()}


def _is_sound(row: MeasurementTable) -> bool:
    """Whether it can be shown as rows; what was written past the panel may be anything."""
    try:
        tables.must_be_sound(row.name, row.content)
        table_text.written(row.name, row.content)
    except (BadTable, KeyError, TypeError):
        return False
    return True
