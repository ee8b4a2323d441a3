"""The office (thông tin cơ quan): its name and address, and the times it promises, each with source and verifier."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import URL, DataRequired, Email, InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from admin import conflicts
from admin.database import db, writing
from admin.forms import NEEDED, TOO_LONG, PanelForm, cleaned
from admin.language import now, say
from admin.pages import PanelView, expose
from db.models import OfficeSetting
from domain.messages import N_
from usecases import broadcast_estimates, broadcasts, office, quiet_hours

_HOURS = N_("panel.office.hours_between")


_PHONE = Regexp(r"[+0-9][0-9 .()/-]{5,}(, *[+0-9][0-9 .()/-]{5,})*$", message=N_("panel.office.no_phone"))


def _text(key: str, most: int = 300, *checks: Any, needed: bool = False) -> StringField:
    first = DataRequired(NEEDED) if needed else Optional()
    return StringField(key, filters=[cleaned], validators=[first, Length(max=most, message=TOO_LONG), *checks])


class _Sourced(PanelForm):
    source = TextAreaField(
        N_("panel.entry.source"),
        description=N_("panel.calendar.source_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 2},
    )


class ProfileForm(_Sourced):
    name_vi = _text(N_("panel.office.name_vi"), needed=True)
    name_en = _text(N_("panel.office.name_en"), needed=True)
    short_vi = _text(N_("panel.office.short_vi"), needed=True)
    short_en = _text(N_("panel.office.short_en"), needed=True)
    address = _text(N_("panel.office.address"), 500)
    phone = _text(N_("panel.office.phone"), 60, _PHONE)
    email = _text(N_("panel.office.email"), 255, Email(N_("panel.staff.no_email")))
    website = _text(N_("panel.office.website"), 255, URL(message=N_("panel.office.no_website")))
    authority = _text(N_("panel.office.authority"), 200)
    city = _text(N_("panel.office.city"), 60)
    signer_title = _text(N_("panel.office.signer_title"), 120)
    signer = _text(N_("panel.office.signer"), 120)


class PromiseForm(_Sourced):
    hours = IntegerField(
        N_("panel.office.hours"),
        description=N_("panel.office.hours_hint"),
        validators=[InputRequired(NEEDED), NumberRange(1, 400, _HOURS)],
    )


def _hour(key: str) -> StringField:
    written = Regexp(r"([01]\d|2[0-3]):[0-5]\d$", message=N_("panel.office.no_hour"))
    return StringField(key, filters=[cleaned], validators=[DataRequired(NEEDED), written], render_kw={"placeholder": "07:30"})


class QuietForm(_Sourced):
    opens = _hour(N_("panel.office.quiet_opens"))
    closes = _hour(N_("panel.office.quiet_closes"))
    sundays = BooleanField(N_("panel.office.quiet_sundays"))
    holidays = BooleanField(N_("panel.office.quiet_holidays"))

    def validate_closes(self, field: StringField) -> None:
        """An evening after its morning."""
        if field.data and self.opens.data and field.data <= self.opens.data:
            raise ValidationError(N_("panel.office.quiet_order"))


def _number(key: str, hint: str, *checks: Any) -> IntegerField:
    return IntegerField(key, description=hint, validators=[*checks, NumberRange(0, 1_000_000, N_("panel.office.number_between"))])


class LimitsForm(_Sourced):
    approve_above = _number(N_("panel.office.approve_above"), N_("panel.office.approve_above_hint"), InputRequired(NEEDED))
    type_above = _number(N_("panel.office.type_above"), N_("panel.office.type_above_hint"), InputRequired(NEEDED))


class CostsForm(_Sourced):
    telegram = _number(N_("panel.channel.telegram"), N_("panel.office.cost_hint"), Optional())
    web = _number(N_("panel.channel.web"), N_("panel.office.cost_hint"), Optional())
    zalo = _number(N_("panel.channel.zalo"), N_("panel.office.cost_hint"), Optional())


@dataclass(frozen=True)
class Setting:
    """How one setting is shown and edited."""

    title: str
    form: type[_Sourced]
    to_form: Any
    to_value: Any


_PLAIN = ("address", "phone", "email", "website", *office.ON_PAPERS)


def _profile_to_form(value: Mapping[str, Any]) -> dict[str, Any]:
    names = {
        f"{field}_{language}": value[key][language]
        for field, key in (("name", "name"), ("short", "short_name"))
        for language in ("vi", "en")
    }
    return names | {name: value.get(name, "") for name in _PLAIN}


def _profile_to_value(entered: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": {"vi": entered["name_vi"], "en": entered["name_en"]},
        "short_name": {"vi": entered["short_vi"], "en": entered["short_en"]},
    } | {name: entered[name] for name in _PLAIN}


def _minutes_to_form(value: int) -> dict[str, Any]:
    return {"hours": value // 60}


def _hours_to_value(entered: Mapping[str, Any]) -> int:
    return int(entered["hours"]) * 60


def _quiet_to_value(entered: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entered[name] for name in ("opens", "closes", "sundays", "holidays")}


def _limits_to_value(entered: Mapping[str, Any]) -> dict[str, int]:
    return {name: entered[name] for name in ("approve_above", "type_above")}


_CHANNELS = ("telegram", "web", "zalo")


def _costs_to_form(value: Mapping[str, int]) -> dict[str, int | None]:
    return {name: value.get(name) for name in _CHANNELS}


def _costs_to_value(entered: Mapping[str, Any]) -> dict[str, int]:
    """A channel whose cost nobody knows is left out."""
    return {name: entered[name] for name in _CHANNELS if entered[name] is not None}


SETTINGS = {
    "profile": Setting(N_("panel.office.profile"), ProfileForm, _profile_to_form, _profile_to_value),
    "answer_within": Setting(N_("panel.office.answer_within"), PromiseForm, _minutes_to_form, _hours_to_value),
    quiet_hours.KEY: Setting(N_("panel.office.quiet_hours"), QuietForm, dict, _quiet_to_value),
    "escalate_after": Setting(N_("panel.office.escalate_after"), PromiseForm, _minutes_to_form, _hours_to_value),
    broadcasts.LIMIT_KEY: Setting(N_("panel.office.broadcasts"), LimitsForm, dict, _limits_to_value),
    broadcast_estimates.COST_KEY: Setting(N_("panel.office.channel_costs"), CostsForm, _costs_to_form, _costs_to_value),
}


class OfficeSettingsView(PanelView):
    endpoint_name = "office"
    title = N_("panel.menu.office")
    room = "office"

    @expose("/")
    def index(self) -> str:
        """All settings, their sources, and who verified them."""
        rows = [(key, one, db.session.get_one(OfficeSetting, key)) for key, one in SETTINGS.items()]
        shown = [(key, one, row, _labelled(one, row)) for key, one, row in rows]
        page: str = self.render("panel/office.html", shown=shown)
        return page

    @expose("/<key>", methods=("GET", "POST"))
    def edit(self, key: str) -> ResponseReturnValue:
        """Change one setting; it is unverified from then on."""
        one = SETTINGS.get(key) or abort(404)
        form, standing = one.form(request.form), _standing(one, key)
        if request.method == "GET":
            for name in form.names():
                form[name].data = getattr(standing, name)
            form.opened.data = conflicts.sign(form.names(), standing)
            return self._page(key, one, form)
        if not form.validate():
            return self._page(key, one, form), 422
        if found := conflicts.find(form, standing):
            form.opened.data = conflicts.sign(form.names(), standing)
            return self._page(key, one, form, found), 409
        with writing() as session:
            office.change(session, key, one.to_value(form.entered()), source=form.source.data, now=now())
        flash(say(N_("panel.record.saved"), name=say(one.title)), "done")
        return redirect(url_for(".index"), 303)

    @expose("/<key>/confirm", methods=("POST",))
    def confirm(self, key: str) -> ResponseReturnValue:
        """It is right as it stands."""
        if key not in SETTINGS:
            abort(404)
        with writing() as session:
            office.confirm(session, key, current_user.full_name, now())
        flash(say(N_("panel.calendar.confirmed")), "done")
        return redirect(url_for(".index"), 303)

    def _page(self, key: str, one: Setting, form: PanelForm, found: Any = None) -> str:
        by = conflicts.last_editor(db.session, "office_settings", key) if found else None
        page: str = self.render("panel/office_setting.html", key=key, setting=one, form=form, conflicts=found or {}, by=by)
        return page


def _standing(one: Setting, key: str) -> SimpleNamespace:
    row = db.session.get_one(OfficeSetting, key)
    return SimpleNamespace(**one.to_form(row.value), source=row.source)


def _labelled(one: Setting, row: OfficeSetting) -> list[tuple[str, Any]]:
    form = one.form()
    return [(str(form[name].label.text), value) for name, value in one.to_form(row.value).items()]
