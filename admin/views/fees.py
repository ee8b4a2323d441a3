"""Fees (biểu phí): what numbers and barcodes cost, each row with its document and who confirmed it."""

from typing import Any

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from admin import wording
from admin.figures_view import FigureForm, FiguresView, source, valid_from
from admin.forms import NEEDED, Day, Words
from admin.language import say
from db.models import Fee
from domain.messages import N_

_AMOUNT = NumberRange(0, 1_000_000_000, N_("panel.fee.amount_between"))


class FeeForm(FigureForm):
    kind = Words(N_("panel.fee.kind"), wording.FEE_KIND)
    issue = IntegerField(N_("panel.fee.issue"), validators=[InputRequired(NEEDED), _AMOUNT])
    yearly = IntegerField(N_("panel.fee.yearly"), description=N_("panel.fee.yearly_hint"), validators=[Optional(), _AMOUNT])
    holds = IntegerField(N_("panel.fee.holds"), description=N_("panel.fee.holds_hint"), validators=[Optional(), _AMOUNT])
    source = source()
    valid_from = valid_from()

    def validate_valid_from(self, field: Day) -> None:
        """One row a kind and day."""
        if field.data:
            self.taken(Fee.kind, self.kind.data, field.data)


class FeesView(FiguresView):
    record = Fee
    endpoint_name = "fees"
    title = N_("panel.menu.fees")
    intro = N_("panel.fee.intro")
    new = N_("panel.fee.new")
    columns = {
        "kind": N_("panel.fee.kind"),
        "issue": N_("panel.fee.issue"),
        "yearly": N_("panel.fee.yearly"),
        "valid_from": N_("panel.figure.valid_from"),
        "source": N_("panel.entry.source"),
        "verified_by": N_("panel.figure.verified"),
    }
    order = (Fee.kind, Fee.valid_from.desc(), Fee.id)
    name_of = "kind"
    entry_form = FeeForm

    def new_facts(self) -> dict[str, Any]:
        """What an officer types was read in the document named."""
        return {"certainty": "read"}

    def heading_of(self, row: Any) -> str:
        """The kind in words."""
        return say(wording.FEE_KIND[row.kind]) if row.kind in wording.FEE_KIND else str(row.kind)
