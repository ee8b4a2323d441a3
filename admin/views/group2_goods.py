"""Goods of group 2 (hàng đóng gói sẵn nhóm 2): what needs a certificate before the mark is used. Empty until the office fills it."""

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from admin.figures_view import FigureForm, FiguresView, source, valid_from
from admin.forms import NEEDED, TOO_LONG, Day, cleaned
from db.models import Group2Good
from domain.messages import N_


class Group2Form(FigureForm):
    name = StringField(N_("panel.group2.name"), filters=[cleaned], validators=[DataRequired(NEEDED), Length(max=200, message=TOO_LONG)])
    words = TextAreaField(
        N_("panel.group2.words"),
        description=N_("panel.group2.words_hint"),
        filters=[cleaned],
        validators=[Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 4},
    )
    source = source()
    valid_from = valid_from()

    def validate_valid_from(self, field: Day) -> None:
        """One row a name and day."""
        if field.data:
            self.taken(Group2Good.name, self.name.data, field.data)


class Group2GoodsView(FiguresView):
    record = Group2Good
    endpoint_name = "group2_goods"
    title = N_("panel.menu.group2_goods")
    intro = N_("panel.group2.intro")
    empty = N_("panel.group2.empty")
    new = N_("panel.group2.new")
    columns = {
        "name": N_("panel.group2.name"),
        "words": N_("panel.group2.words"),
        "valid_from": N_("panel.figure.valid_from"),
        "source": N_("panel.entry.source"),
        "verified_by": N_("panel.figure.verified"),
    }
    order = (Group2Good.name, Group2Good.valid_from.desc(), Group2Good.id)
    name_of = "name"
    entry_form = Group2Form
