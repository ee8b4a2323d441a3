"""Thresholds (ngưỡng tự tin): how sure the bot must be, set in sight of what a change does."""

from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select
from wtforms import FloatField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from admin.database import db, writing
from admin.effects import EDIT, MEASURE, act, effect_page
from admin.forms import NEEDED, PanelForm
from admin.language import now, say
from admin.pages import PanelView, expose
from db.models import OfficeSetting
from domain.material import Thresholds
from domain.messages import N_
from usecases import thresholds

_BETWEEN = N_("panel.thresholds.between")
_STEP = {"step": "0.01", "min": "0.01", "max": "0.99"}


class Share(FloatField):  # type: ignore[misc]
    """A number between 0 and 1; a comma is as good as a point."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([value.replace(",", ".") for value in valuelist])
        except ValueError:
            raise ValueError(_BETWEEN) from None


class ThresholdsForm(PanelForm):
    sure = Share(
        N_("panel.thresholds.sure"),
        description=N_("panel.thresholds.sure_hint"),
        validators=[InputRequired(NEEDED), NumberRange(0.01, 0.99, _BETWEEN)],
        render_kw=_STEP | {"inputmode": "decimal"},
    )
    fairly = Share(
        N_("panel.thresholds.fairly"),
        description=N_("panel.thresholds.fairly_hint"),
        validators=[InputRequired(NEEDED), NumberRange(0.01, 0.99, _BETWEEN)],
        render_kw=_STEP | {"inputmode": "decimal"},
    )

    def validate_sure(self, field: Share) -> None:
        """The bot is not sure before it is fairly sure."""
        if field.data is not None and self.fairly.data is not None and field.data <= self.fairly.data:
            raise ValidationError(N_("panel.thresholds.order"))


class ThresholdsView(PanelView):
    endpoint_name = "thresholds"
    title = N_("panel.tab.thresholds")
    tab = N_("panel.tab.thresholds")
    family = "knowledge"

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """The thresholds in force; a change shows its effect, then is saved."""
        form = ThresholdsForm(request.form, obj=thresholds.current(db.session))
        if request.method == "GET" or act() == EDIT:
            return self._form(form)
        if not form.validate():
            return self._form(form), 422
        wanted = Thresholds(form.sure.data, form.fairly.data)
        if act() == MEASURE:
            return effect_page(self, lambda before: replace(before, thresholds=wanted), heading=say(self.title))
        with writing() as session:
            thresholds.change(session, wanted, by=current_user.full_name or current_user.email, now=now())
        flash(say(N_("panel.thresholds.saved")), "done")
        return redirect(url_for(".index"), 303)

    def _form(self, form: ThresholdsForm) -> str:
        setting = db.session.scalars(select(OfficeSetting).where(OfficeSetting.key == thresholds.KEY)).one_or_none()
        page: str = self.render("panel/thresholds.html", form=form, setting=setting)
        return page
