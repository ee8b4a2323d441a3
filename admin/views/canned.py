"""Canned replies (câu trả lời mẫu): texts that officers put into their answers."""

from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from admin.forms import NEEDED, TOO_LONG, PanelForm, cleaned
from admin.office_view import OfficeView
from db.models import CannedReply
from domain.canned import PLACES, places
from domain.messages import N_


def _known_places(_form: Any, field: TextAreaField) -> None:
    """A place that no enquiry has would only be found when somebody sends it."""
    if set(places(field.data or "")) - set(PLACES):
        raise ValidationError(N_("panel.canned.unknown_place"))


class CannedForm(PanelForm):
    title = StringField(
        N_("panel.canned.title"),
        description=N_("panel.canned.title_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=120, message=TOO_LONG)],
    )
    text_vi = TextAreaField(
        N_("panel.canned.text_vi"),
        description=N_("panel.canned.places_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=4000, message=TOO_LONG), _known_places],
        render_kw={"rows": 7},
    )
    text_en = TextAreaField(
        N_("panel.canned.text_en"),
        description=N_("panel.canned.english_hint"),
        filters=[cleaned],
        validators=[Length(max=4000, message=TOO_LONG), _known_places],
        render_kw={"rows": 7},
    )


class CannedView(OfficeView):
    record = CannedReply
    endpoint_name = "canned"
    title = N_("panel.menu.canned")
    intro = N_("panel.canned.intro")
    empty = N_("panel.canned.empty")
    room = "office"
    offered = frozenset({"index_view", "create_view", "edit_view", "delete_view", "restore"})
    columns = {"title": N_("panel.canned.title"), "text_vi": N_("panel.canned.text_vi"), "updated_at": N_("panel.canned.updated")}
    order = (CannedReply.title, CannedReply.id)
    name_of = "title"
    entry_form = CannedForm
    list_template = "panel/canned.html"
