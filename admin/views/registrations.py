"""Registrations (đăng ký lớp): one with everything that happened to it, and signing people up at the counter."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from admin import conflicts, registrations, stored_files, wording
from admin.database import db, get_one_or_abort, viewed, writing
from admin.forms import NEEDED, TOO_LONG, PanelForm, cleaned
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import Participant, Registration, TrainingClass
from db.models.registration import WAITING
from domain.errors import BadPhone, BadTaxCode, ClassFull, OfficeError
from domain.messages import N_
from domain.training import Person, people_of, person_of, phone_of, tax_code_of
from usecases import class_notices, classes, sign_up, waiting_list
from usecases.sign_up import COUNTER, STAFF, Wish

_AT_FIELD = {BadPhone: "phone", BadTaxCode: "tax_code"}
LONGEST_LIST = 20_000


class NoteForm(PanelForm):
    receipt_number = StringField(
        N_("panel.registration.receipt"),
        description=N_("panel.registration.receipt_hint"),
        filters=[cleaned],
        validators=[Length(max=60, message=TOO_LONG)],
    )
    note = TextAreaField(
        N_("panel.registration.note"),
        description=N_("panel.registration.note_hint"),
        filters=[cleaned],
        validators=[Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 3},
    )


class CounterForm(PanelForm):
    people = TextAreaField(
        N_("panel.counter.people"),
        description=N_("panel.counter.people_hint"),
        validators=[DataRequired(NEEDED), Length(max=LONGEST_LIST, message=TOO_LONG)],
        render_kw={"rows": 6},
    )
    phone = StringField(N_("panel.counter.phone"), description=N_("panel.counter.phone_hint"), filters=[cleaned], render_kw={"type": "tel"})
    firm = StringField(N_("panel.registration.firm"), filters=[cleaned], validators=[Length(max=200, message=TOO_LONG)])
    tax_code = StringField(N_("panel.registration.tax_code"), description=N_("panel.counter.tax_code_hint"), filters=[cleaned])
    token = HiddenField()

    def wish(self, answers: dict[str, Any]) -> Wish | None:
        """What is handed in, with answers to the class's questions; None where a field cannot be read: the sentence stands beside it."""
        read = [self._read("people", people_of), self._read("phone", phone_of), self._read("tax_code", tax_code_of)]
        if self.errors:
            return None
        people, phone, tax_code = read
        return Wish(people, f"counter-{self.token.data}"[:40], firm=self.firm.data, tax_code=tax_code, phone=phone, answers=answers)

    def _read(self, name: str, read: Callable[[str], Any]) -> Any:
        if not self[name].data:
            return ""
        try:
            return read(self[name].data)
        except OfficeError as refusal:
            self.complain(refusal, name)

    def complain(self, refusal: OfficeError, name: str) -> None:
        """Say beside a field why it cannot be."""
        at = self[_AT_FIELD.get(type(refusal), name)]
        at.errors = [*at.errors, say(refusal.key, **refusal.facts)]


class RegistrationsView(OfficeView):
    record = Registration
    endpoint_name = "registrations"
    title = N_("panel.menu.registrations")
    intro = N_("panel.registration.intro")
    empty = N_("panel.registration.empty")
    room = "work"
    offered = frozenset({"index_view", "page", "take", "cancel", "take_out", "replace", "file", "counter", "answers"})
    columns = {
        "reference": N_("panel.registration.reference"),
        "participants": N_("panel.registration.people"),
        "firm": N_("panel.registration.firm"),
        "status": N_("panel.filter.state"),
        "class_id": N_("panel.noun.training_classes"),
        "created_at": N_("panel.registration.created"),
    }
    choices = {"status": wording.REGISTRATION}
    order = (Registration.id.desc(),)
    name_of = "reference"
    list_template = "panel/registrations.html"

    def _holding(self, wanted: Select[Any], sought: Sequence[str]) -> ColumnElement[bool]:
        """By reference, firm, tax code and phone, or by the name of somebody who comes."""
        people = select(Participant.registration_id).where(*(Participant.folded.contains(word, autoescape=True) for word in sought))
        return super()._holding(wanted, sought) | Registration.id.in_(people)

    def render(self, template: str, **facts: Any) -> str:
        """Every page of registrations says who comes."""
        return super().render(template, **({"present": class_notices.present} | facts))

    @expose("/<key>", methods=("GET", "POST"))
    def page(self, key: str) -> ResponseReturnValue:
        """One registration; what staff note of it is saved here."""
        row = _get(key)
        form = NoteForm(request.form, obj=row)
        if request.method == "GET":
            viewed("registrations", row.id)
            form.opened.data = conflicts.sign(form.names(), row)
            return self._page(row, form)
        if not form.validate():
            return self._page(row, form), 422
        with writing() as session:
            kept = sign_up.locked(session, row.id)
            found = conflicts.find(form, kept)
            if not found:
                kept.receipt_number, kept.note = form.receipt_number.data, form.note.data
        if found:
            form.opened.data = conflicts.sign(form.names(), kept)
            by = conflicts.last_editor(db.session, "registrations", row.id)
            return self._page(row, form, conflicts=found, by=by), 409
        return _back(row, N_("panel.registration.saved"))

    def _page(self, row: Registration, form: NoteForm, **facts: Any) -> str:
        facts.setdefault("answers_typed", {name: registrations.typed(value) for name, value in row.answers.items()})
        page: str = self.render(
            "panel/registration.html",
            row=row,
            form=form,
            is_live=registrations.is_live(row),
            position=waiting_list.position(db.session, row),
            present=class_notices.present(row),
            answers=registrations.answers(row),
            timeline=registrations.timeline(db.session, row),
            now=now(),
            **({"conflicts": {}, "by": None, "leaving": None, "typed": {}, "fault": "", "answer_faults": {}} | facts),
        )
        return page

    @expose("/<key>/answers", methods=("POST",))
    def answers(self, key: str) -> ResponseReturnValue:
        """Other answers to the questions of the class, as somebody said them."""
        row = _get(key)
        answers, faults = registrations.read_answers(row.training_class, request.form, row.answers)
        if faults:
            form = NoteForm(obj=row)
            form.opened.data = conflicts.sign(form.names(), row)
            typed = {question.name: request.form.get(f"answer_{question.name}", "") for question in row.training_class.questions}
            return self._page(row, form, answer_faults=faults, answers_typed=typed), 422
        return _act(key, lambda _, kept: sign_up.change_answers(kept, answers), N_("panel.registration.saved"))

    @expose("/<key>/take", methods=("POST",))
    def take(self, key: str) -> ResponseReturnValue:
        """They said on the phone that they take the offered seats."""
        return _act(key, lambda _, row: sign_up.take(_, row, now()), N_("panel.registration.taken"))

    @expose("/<key>/cancel", methods=("POST",))
    def cancel(self, key: str) -> ResponseReturnValue:
        """Cancel it; the seats go on."""
        return _act(key, lambda session, row: sign_up.cancel(session, row, by=STAFF, now=now()), N_("panel.registration.now_cancelled"))

    @expose("/<key>/take-out", methods=("POST",))
    def take_out(self, key: str) -> ResponseReturnValue:
        """One person of several does not come."""
        person = _number(request.form.get("person"))
        return _act(
            key, lambda session, row: sign_up.take_out(session, row, person, by=STAFF, now=now()), N_("panel.registration.taken_out")
        )

    @expose("/<key>/replace", methods=("POST",))
    def replace(self, key: str) -> ResponseReturnValue:
        """Somebody else comes instead; what was typed is shown again where they cannot."""
        row, leaving = _get(key), _number(request.form.get("person"))
        try:
            comes = _comes()
            with writing() as session:
                sign_up.replace(session, sign_up.locked(session, row.id), leaving, comes, now())
        except OfficeError as refusal:
            form = NoteForm(obj=row)
            form.opened.data = conflicts.sign(form.names(), row)
            return self._page(row, form, leaving=leaving, typed=request.form, fault=say(refusal.key, **refusal.facts)), 422
        return _back(row, N_("panel.registration.replaced"))

    @expose("/<key>/files/<sha256>", methods=("GET", "POST"))
    def file(self, key: str, sha256: str) -> ResponseReturnValue:
        """A file that answers a question, to save."""
        row = _get(key)
        found = next((answer for answer in registrations.answers(row) if answer.file and answer.file == sha256), None)
        if found is None:
            abort(404)
        return stored_files.hand_out(sha256, found.text, lambda: viewed("registrations", row.id))

    @expose("/counter/<key>", methods=("GET", "POST"))
    def counter(self, key: str) -> ResponseReturnValue:
        """Sign people up who stand here or ring up; where the class is full they are asked whether they want to wait."""
        training_class = _class(key)
        form = CounterForm(request.form)
        if request.method == "GET":
            form.token.data = str(uuid.uuid4())[:30]
            return self._counter(training_class, form)
        answers, faults = registrations.read_answers(training_class, request.form, {})
        wish = form.wish(answers) if form.validate() else None
        if wish is None or faults:
            return self._counter(training_class, form, faults=faults), 422
        try:
            with writing() as session:  # sent twice, it is one registration: the token names it
                waits = request.form.get("waits") == "yes"
                made = sign_up.sign_up(session, training_class.id, wish, contact=None, source=COUNTER, waits=waits, now=now())
        except ClassFull as full:
            return self._counter(training_class, form, full=say(full.key, **full.facts)), 422
        except OfficeError as refusal:
            form.complain(refusal, "people")
            return self._counter(training_class, form), 422
        flash(say(N_("panel.counter.waits") if made.status == WAITING else N_("panel.counter.done"), reference=made.reference), "done")
        return redirect(url_for(".page", key=made.id), 303)

    def _counter(self, training_class: TrainingClass, form: CounterForm, full: str = "", faults: Mapping[str, str] | None = None) -> str:
        seats = classes.seats(db.session, training_class)
        typed = {question.name: request.form.get(f"answer_{question.name}", "") for question in training_class.questions}
        facts = {"seats": seats, "full": full, "typed": typed, "faults": faults or {}}
        page: str = self.render("panel/counter.html", row=training_class, form=form, **facts)
        return page


def _comes() -> Person:
    """Who comes instead, as it was typed."""
    return person_of(*(request.form.get(name, "") for name in ("full_name", "position", "phone")))


def _act(key: str, deed: Callable[[Session, Registration], Any], done: str) -> ResponseReturnValue:
    row = _get(key)
    with writing() as session:
        deed(session, sign_up.locked(session, row.id))
    return _back(row, done)


def _back(row: Registration, done: str) -> ResponseReturnValue:
    flash(say(done), "done")
    return redirect(url_for(".page", key=row.id), 303)


def _get(key: str) -> Registration:
    return get_one_or_abort(db.session, Registration, key)


def _class(key: str) -> TrainingClass:
    found = get_one_or_abort(db.session, TrainingClass, key)
    return found if found.deleted_at is None else abort(404)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else abort(400)
