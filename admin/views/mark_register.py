"""The two registers of quantity marks (sổ dấu định lượng): found, narrowed, and one line with what came before it, after it, and what may
be done with it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from admin import wording
from admin.database import db, writing
from admin.forms import NEEDED, TOO_LONG, Day, PanelForm, Words, cleaned
from admin.language import day, now, say, today
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import Dossier, HistoryEvent, MarkEntry, Organisation, Staff
from db.models.quantity_mark import CERTIFICATE, IN_FORCE, SUSPENDED
from domain.errors import LastDayNeeded, NumberTaken, OfficeError
from domain.folding import clean
from domain.messages import N_
from domain.training import date_of, tax_code_of
from usecases import mark_registers, public_registers, register_entries
from usecases.register_entries import Written

LONGEST_WORDS = 4000
_EVENTS = 50
Deed = Callable[[Session, MarkEntry, Staff, str], None]


class EntryForm(PanelForm):
    """A line of the paper register."""

    register = Words(N_("panel.line.register"), wording.MARK_REGISTER)
    number = StringField(N_("panel.line.number"), filters=[cleaned], validators=[DataRequired(NEEDED), Length(max=60, message=TOO_LONG)])
    firm = StringField(
        N_("panel.line.firm"),
        description=N_("panel.line.firm_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=200, message=TOO_LONG)],
    )
    tax_code = StringField(N_("panel.registration.tax_code"), description=N_("panel.line.tax_code_hint"), filters=[cleaned])
    commune = StringField(
        N_("panel.line.commune"),
        description=N_("panel.line.commune_hint"),
        filters=[cleaned],
        validators=[Length(max=160, message=TOO_LONG)],
    )
    firm_kind = Words(N_("panel.line.firm_kind"), {"": N_("panel.line.not_said"), **wording.FIRM_KIND})
    times = IntegerField(
        N_("panel.line.times"), default=1, validators=[InputRequired(NEEDED), NumberRange(1, 999, N_("panel.line.no_times"))]
    )
    replaces = StringField(
        N_("panel.line.replaces"),
        description=N_("panel.line.replaces_hint"),
        filters=[cleaned],
        validators=[Length(max=60, message=TOO_LONG)],
    )
    received_on = Day(N_("panel.line.received"), validators=[InputRequired(NEEDED)])
    expires_on = Day(N_("panel.line.expires"), description=N_("panel.line.expires_hint"), validators=[Optional()])
    status = Words(N_("panel.filter.state"), wording.MARK_STATUS, default=IN_FORCE)
    status_since = Day(N_("panel.line.since"), description=N_("panel.line.since_hint"), validators=[Optional()])
    signer = StringField(N_("panel.line.signer"), filters=[cleaned], validators=[Length(max=120, message=TOO_LONG)])
    signer_title = StringField(N_("panel.line.signer_title"), filters=[cleaned], validators=[Length(max=120, message=TOO_LONG)])
    products = TextAreaField(
        N_("panel.line.products"),
        description=N_("panel.line.products_hint"),
        validators=[DataRequired(NEEDED), Length(max=20_000, message=TOO_LONG)],
        render_kw={"rows": 6},
    )

    def validate_tax_code(self, field: StringField) -> None:
        """A code with its check digit, or none."""
        _must(tax_code_of, field.data)

    def validate_products(self, field: TextAreaField) -> None:
        """Lines that can be read; the fault names the line."""
        _must(register_entries.products_of, field.data)

    def validate_status(self, field: Words) -> None:
        """A state that lines of this register have."""
        if field.data not in public_registers.STATUSES.get(self.register.data, ()):
            raise ValidationError(N_("panel.line.no_such_status"))

    def line(self) -> Written:
        """What was typed, of a form that is sound."""
        typed = self.entered()
        products = register_entries.products_of(typed.pop("products"))
        tax_code = typed.pop("tax_code")
        return Written(products=products, tax_code=tax_code_of(tax_code) if tax_code else "", **typed)


def _must(read: Callable[[str], Any], text: str) -> None:
    try:
        read(text) if text else None
    except OfficeError as refusal:
        raise ValidationError(say(refusal.key, **refusal.facts)) from refusal


class MarkRegisterView(OfficeView):
    record = MarkEntry
    endpoint_name = "mark_register"
    title = N_("panel.menu.mark_register")
    intro = N_("panel.line.intro")
    empty = N_("panel.line.empty")
    new = N_("panel.line.new")
    room = "work"
    offered = frozenset({"index_view", "page", "create_view", "suspend", "resume", "revoke"})
    columns = {
        "number": N_("panel.line.number"),
        "firm": N_("panel.line.firm"),
        "products": N_("panel.line.products"),
        "received_on": N_("panel.line.received"),
        "status": N_("panel.filter.state"),
        "expires_on": N_("panel.line.expires"),
    }
    choices = {"register": wording.MARK_REGISTER, "status": wording.MARK_STATUS, "expires": wording.MARK_EXPIRES}
    order = (MarkEntry.received_on.desc(), MarkEntry.id.desc())
    name_of = "number"
    list_template = "panel/mark_register.html"

    def narrow(self, name: str, value: str) -> ColumnElement[bool]:
        """By where a line stands today, and by how soon it ends."""
        if name == "status":
            return public_registers.stands(value, today())
        return public_registers.expires(value, today()) if name == "expires" else super().narrow(name, value)

    def _holding(self, wanted: Select[Any], sought: Sequence[str]) -> ColumnElement[bool]:
        """By number, firm and goods, or by what is known of the firm."""
        firms = select(Organisation.id).where(*(Organisation.folded.contains(word, autoescape=True) for word in sought))
        return or_(and_(true(), *public_registers.holding(sought)), MarkEntry.organisation_id.in_(firms))

    def render(self, template: str, **facts: Any) -> str:
        """Every page of a register knows where its lines stand today."""
        return super().render(template, standing=_standing, **facts)

    # one line

    @expose("/<key>")
    def page(self, key: str) -> str:
        """One line with its goods, its chain and its history."""
        return self._page(self.get_one_or_abort(key))

    def _page(self, row: MarkEntry, **facts: Any) -> str:
        status, _ = _standing(row)
        page: str = self.render(
            "panel/mark_entry.html",
            row=row,
            dossier=db.session.get(Dossier, row.dossier_id) if row.dossier_id else None,
            before=db.session.get(MarkEntry, row.previous_id) if row.previous_id else None,
            after=public_registers.successor(db.session, row.id),
            events=_events(row),
            entered_by=db.session.get(Staff, row.entered_by_id) if row.entered_by_id else None,
            can={
                "suspend": row.register == CERTIFICATE and status == IN_FORCE,
                "resume": row.register == CERTIFICATE and status == SUSPENDED,
                "revoke": status in {IN_FORCE, SUSPENDED},
            },
            **({"faults": {}, "typed": {}} | facts),
        )
        return page

    @expose("/<key>/suspend", methods=("POST",))
    def suspend(self, key: str) -> ResponseReturnValue:
        """A certificate does not hold until a day."""

        def deed(session: Session, entry: MarkEntry, officer: Staff, words: str) -> None:
            until = _day(request.form.get("until", ""))
            mark_registers.suspend(session, entry, until=until, words=words, staff=officer, now=now())

        return self._change(key, "suspend", deed, N_("panel.line.is_suspended"))

    @expose("/<key>/resume", methods=("POST",))
    def resume(self, key: str) -> ResponseReturnValue:
        """It holds again."""

        def deed(session: Session, entry: MarkEntry, officer: Staff, words: str) -> None:
            mark_registers.resume(session, entry, words=words, staff=officer, now=now())

        return self._change(key, "resume", deed, N_("panel.line.is_resumed"))

    @expose("/<key>/revoke", methods=("POST",))
    def revoke(self, key: str) -> ResponseReturnValue:
        """It ends for good, for one of the reasons that the circular names."""

        def deed(session: Session, entry: MarkEntry, officer: Staff, words: str) -> None:
            reason = request.form.get("reason", "")
            mark_registers.revoke(session, entry, reason=reason, words=words, staff=officer, now=now())

        return self._change(key, "revoke", deed, N_("panel.line.is_revoked"))

    def _change(self, key: str, act: str, deed: Deed, done: str) -> ResponseReturnValue:
        """What was typed is shown again where it is refused."""
        row = self.get_one_or_abort(key)
        words = clean(request.form.get("words", ""))[:LONGEST_WORDS]
        try:
            with writing() as session:
                deed(session, mark_registers.lock(session, row.id), session.get_one(Staff, current_user.id), words)
        except OfficeError as refusal:
            return self._page(row, faults={act: say(refusal.key, **_shown(refusal.facts))}, typed=request.form), 422
        flash(say(done, number=row.number), "done")
        return redirect(url_for(".page", key=row.id), 303)

    # a line of the paper register

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """Write down a line that was there before the product."""
        form = EntryForm(request.form)
        if request.method == "GET":
            return self._new_page(form)
        if not form.validate():
            return self._new_page(form), 422
        try:
            with writing() as session:
                officer = session.get_one(Staff, current_user.id)
                entry = register_entries.enter(session, form.line(), staff=officer, now=now())
        except (NumberTaken, LastDayNeeded) as refusal:
            at = form.number if isinstance(refusal, NumberTaken) else form.expires_on
            at.errors = [*at.errors, say(refusal.key, **refusal.facts)]
            return self._new_page(form), 422
        flash(say(N_("panel.line.entered"), number=entry.number), "done")
        return redirect(url_for(".page", key=entry.id), 303)

    def _new_page(self, form: EntryForm) -> str:
        page: str = self.render("panel/mark_new.html", form=form)
        return page


def _standing(row: MarkEntry) -> tuple[str, date]:
    return public_registers.standing(row, today())


def _day(text: str) -> date:
    """A day as the browser's picker sends it, or as people write it. Raises `BadDate`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date_of(text)


def _shown(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: day(fact) if isinstance(fact, date) else fact for name, fact in facts.items()}


def _events(row: MarkEntry) -> Sequence[HistoryEvent]:
    """What staff did with a line, the last first."""
    its = select(HistoryEvent).where(HistoryEvent.noun == "mark_entries", HistoryEvent.key == str(row.id))
    return db.session.scalars(its.order_by(HistoryEvent.id.desc()).limit(_EVENTS)).all()
