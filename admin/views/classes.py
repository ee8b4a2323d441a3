"""Training classes (lớp tập huấn): written, opened, moved, cancelled, held; copied and repeated. Who is in them is seen here, live."""

import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from admin import class_form, conflicts, registrations, stored_files, wording
from admin.class_form import ClassForm, as_form
from admin.database import db, get_one_or_abort, viewed, writing
from admin.language import now, say, today
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import ClassDocument, Participant, Registration, TrainingClass
from db.models.registration import SEATED, WAITING
from db.models.training_class import ARCHIVED, CANCELLED, CLOSED, DRAFT, HELD, OPEN
from domain.errors import ClassMove, OfficeError
from domain.messages import N_
from domain.training import MOST_OCCURRENCES
from usecases import classes, uploads, waiting_list

MOST_FILES = 10
EVERY = {"week": N_("panel.series.week"), "month": N_("panel.series.month"), "day": N_("panel.series.day")}
_EDITABLE = frozenset({DRAFT, OPEN, CLOSED, HELD})
_DONE = {
    OPEN: N_("panel.class.now_open"),
    CLOSED: N_("panel.class.now_closed"),
    HELD: N_("panel.class.now_held"),
    ARCHIVED: N_("panel.class.now_archived"),
    CANCELLED: N_("panel.class.now_cancelled"),
}


class ClassesView(OfficeView):
    record = TrainingClass
    endpoint_name = "classes"
    title = N_("panel.menu.classes")
    intro = N_("panel.class.intro")
    empty = N_("panel.class.empty")
    new = N_("panel.class.new")
    room = "work"
    offered = frozenset(
        {
            "index_view",
            "create_view",
            "edit_view",
            "delete_view",
            "restore",
            "page",
            "live",
            "publish",
            "close",
            "cancel",
            "hold",
            "archive",
        }
        | {"copy", "series", "create_series", "documents", "document", "remove_document"}
    )
    columns = {
        "title": N_("panel.class.title"),
        "starts_at": N_("panel.class.first_session"),
        "status": N_("panel.filter.state"),
        "seats": N_("panel.class.seats"),
        "topic": N_("panel.class.topic"),
    }
    choices = {"state": wording.STANDING}
    order = (TrainingClass.starts_at.desc(), TrainingClass.id.desc())
    name_of = "title"
    entry_form = ClassForm
    list_template = "panel/classes.html"

    def narrow(self, name: str, value: str) -> ColumnElement[bool]:
        """As people see the state: an open class may be full, not yet open or over."""
        if value not in _OPEN_ONES:
            return TrainingClass.status == value
        return (TrainingClass.status == OPEN) & _OPEN_ONES[value]()

    def render(self, template: str, **facts: Any) -> str:
        """The list knows the seats of its classes."""
        if template == self.list_template:
            seats = classes.seats_of(db.session, facts["data"])
            facts |= {"seats": seats, "standing": {row.id: classes.standing(row, seats[row.id], now()) for row in facts["data"]}}
        return super().render(template, **facts)

    # the form

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new class, a draft."""
        form = ClassForm(request.form) if request.method == "POST" else ClassForm(obj=_blank())
        if request.method == "GET":
            return self._form_page(form, None)
        if form.validate():
            try:
                return self._created(form)
            except OfficeError as refusal:
                form.refuse(refusal, say(refusal.key, **refusal.facts))
        return self._form_page(form, None), 422

    def _created(self, form: ClassForm) -> ResponseReturnValue:
        with writing() as session:
            made = classes.create(session, form.facts, form.sessions.times, now())
            classes.set_questions(session, made, form.questions.rows)
        flash(say(N_("panel.class.created"), name=made.title), "done")
        return redirect(url_for(".page", key=made.id), 303)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Edit a class; a published one that moves needs a reason, and everybody is told."""
        row = _get(request.values.get("id", ""))
        if row.status not in _EDITABLE:
            flash(say(N_("panel.class.not_editable")), "refused")
            return redirect(url_for(".page", key=row.id), 303)
        if request.method == "GET":
            form = ClassForm(obj=as_form(row))
            form.opened.data = conflicts.sign(form.names(), as_form(row))
            return self._form_page(form, row)
        form = ClassForm(request.form)
        if not form.validate():
            return self._form_page(form, row), 422
        try:
            return self._saved(form, row)
        except OfficeError as refusal:
            form.refuse(refusal, say(refusal.key, **refusal.facts))
        return self._form_page(form, row), 422

    def _saved(self, form: ClassForm, row: TrainingClass) -> ResponseReturnValue:
        with writing() as session:
            kept = as_form(waiting_list.lock(session, row.id))
            found = conflicts.find(form, kept)
            if not found:
                changed = classes.change(session, row.id, form.facts, form.sessions.times, reason=form.reason.data, now=now())
                classes.set_questions(session, changed, form.questions.rows)
        if found:
            form.opened.data = conflicts.sign(form.names(), kept)
            by = conflicts.last_editor(db.session, self.table, row.id)
            return self._form_page(form, row, conflicts=class_form.readable(found), by=by), 409
        flash(say(N_("panel.record.saved"), name=changed.title), "done")
        if changed.sequence > row.sequence and (without_chat := _without_chat(row)):
            flash(say(N_("panel.class.to_ring"), number=without_chat), "refused")
        return redirect(url_for(".page", key=row.id), 303)

    def _form_page(self, form: ClassForm, row: TrainingClass | None, **facts: Any) -> str:
        facts = {"conflicts": {}, "by": None, "topics": classes.topics(db.session)} | facts
        page: str = self.render(
            "panel/class_form.html", form=form, row=row, kinds=class_form.KINDS, usual=class_form.USUAL_REMINDERS, **facts
        )
        return page

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> ResponseReturnValue:
        """Only a draft: a class that people know of is cancelled, so that they are told."""
        if _get(request.form.get("id", "")).status != DRAFT:
            flash(say(N_("panel.class.only_drafts_deleted")), "refused")
            return redirect(url_for(".index_view"), 303)
        row = self._mark(now())
        flash(say(N_("panel.record.deleted"), name=row.title), "done")
        return redirect(url_for(".index_view"), 303)

    # the page of a class

    @expose("/<key>")
    def page(self, key: str) -> str:
        """What the class is, who is in it, and what can be done with it."""
        row = _get(key)
        viewed(self.table, row.id)
        return self._page(row)

    @expose("/<key>/live")
    def live(self, key: str) -> ResponseReturnValue:
        """Seats and lists, for the page that keeps itself up to date; 304 where nothing is new."""
        response = current_app.make_response(self.render("panel/class_live.html", **registrations.lists(db.session, _get(key), now())))
        response.add_etag()
        return response.make_conditional(request)

    def _page(self, row: TrainingClass, **facts: Any) -> str:
        moves = classes.MOVES[row.status]
        page: str = self.render(
            "panel/class.html",
            moves=moves,
            may_edit=row.status in _EDITABLE,
            every=EVERY,
            rules=class_form.RULES,
            kinds=class_form.KINDS,
            conditions=_conditions(row),
            usual=class_form.USUAL_REMINDERS,
            most_in_series=MOST_OCCURRENCES,
            token=str(uuid.uuid4()),
            trial=_is_trial(),
            stored=stored_files.by_digest(db.session, {one.sha256 for one in row.documents}),
            **registrations.lists(db.session, row, now()),
            **({"occurrences": None, "rule": {}, "today": today()} | facts),
        )
        return page

    @expose("/<key>/publish", methods=("POST",))
    def publish(self, key: str) -> ResponseReturnValue:
        """Open the class for sign-ups, for the first time or again."""
        return self._move(key, OPEN, lambda session, number: classes.publish(session, number, now(), trial=_is_trial()))

    @expose("/<key>/close", methods=("POST",))
    def close(self, key: str) -> ResponseReturnValue:
        """No more sign-ups."""
        return self._move(key, CLOSED, lambda session, number: classes.close(session, number, now()))

    @expose("/<key>/cancel", methods=("POST",))
    def cancel(self, key: str) -> ResponseReturnValue:
        """Cancel the class and tell everybody why."""
        reason = request.form.get("reason", "")[:500]
        return self._move(key, CANCELLED, lambda session, number: classes.cancel(session, number, reason=reason, now=now()))

    @expose("/<key>/hold", methods=("POST",))
    def hold(self, key: str) -> ResponseReturnValue:
        """The class took place."""
        return self._move(key, HELD, lambda session, number: classes.hold(session, number, now()))

    @expose("/<key>/archive", methods=("POST",))
    def archive(self, key: str) -> ResponseReturnValue:
        """Put the class away."""
        return self._move(key, ARCHIVED, lambda session, number: classes.archive(session, number, now()))

    def _move(self, key: str, wanted: str, deed: Callable[[Session, int], Any]) -> ResponseReturnValue:
        row = _get(key)
        without_chat = _without_chat(row)
        try:
            with writing() as session:
                deed(session, row.id)
        except ClassMove as refusal:  # somebody moved it a moment ago: in words
            state = say(wording.STANDING[refusal.facts["state"]])
            flash(say(refusal.key, state=state, wanted=say(wording.STANDING[wanted])), "refused")
        except OfficeError as refusal:
            flash(say(refusal.key, **refusal.facts), "refused")
        else:
            flash(say(_DONE[wanted]), "done")
            if wanted == CANCELLED and without_chat:
                flash(say(N_("panel.class.to_ring"), number=without_chat), "refused")
        return redirect(url_for(".page", key=row.id), 303)

    # the same class again

    @expose("/<key>/copy", methods=("POST",))
    def copy(self, key: str) -> ResponseReturnValue:
        """The same class on another day, as a draft to look through."""
        row, day = _get(key), _day(request.form.get("day", ""))
        if day is None:
            flash(say(N_("panel.form.no_day")), "refused")
            return redirect(url_for(".page", key=row.id), 303)
        with writing() as session:
            made = classes.copy(session, row.id, day, now())
        flash(say(N_("panel.class.copied")), "done")
        return redirect(url_for(".edit_view", id=made.id), 303)

    @expose("/<key>/series")
    def series(self, key: str) -> ResponseReturnValue:
        """The dates that a rule gives, each with what an officer should look at."""
        row = _get(key)
        every, interval, count = request.args.get("every", ""), _small(request.args.get("interval")), _small(request.args.get("count"))
        if every not in EVERY or not (1 <= interval <= MOST_OCCURRENCES and 1 <= count < MOST_OCCURRENCES):
            flash(say(N_("panel.series.bad_rule"), most=MOST_OCCURRENCES - 1), "refused")
            return redirect(url_for(".page", key=row.id), 303)
        found = classes.preview_series(db.session, row.id, every=every, interval=interval, count=count, now=now())
        return self._page(row, occurrences=found, rule={"every": every, "interval": interval, "count": count})

    @expose("/<key>/series/create", methods=("POST",))
    def create_series(self, key: str) -> ResponseReturnValue:
        """A draft on each day that is ticked; on a day that has this class already nothing is made twice."""
        row = _get(key)
        days = [day for text in request.form.getlist("day")[:MOST_OCCURRENCES] if (day := _day(text)) is not None]
        with writing() as session:
            waiting_list.lock(session, row.id)  # a double click finds the first one's drafts
            new = [day for day in dict.fromkeys(days) if not classes.is_held_on(session, row, day)]
            made = classes.create_series(session, row.id, new, now()) if new else []
        flash(say(N_("panel.series.created"), number=len(made)) if made else say(N_("panel.series.none")), "done" if made else "refused")
        return redirect(url_for(".index_view", state=DRAFT) if made else url_for(".page", key=row.id), 303)

    # documents

    @expose("/<key>/documents", methods=("POST",))
    def documents(self, key: str) -> ResponseReturnValue:
        """Add documents that those who have a seat may fetch."""
        row = _get(key)
        given = [file for file in request.files.getlist("files") if file.filename]
        if len(given) + len(row.documents) > MOST_FILES:
            flash(say(N_("panel.class.too_many_documents"), most=MOST_FILES), "refused")
            return redirect(url_for(".page", key=row.id), 303)
        taken = stored_files.take_in(given)
        with writing() as session:
            kept = waiting_list.lock(session, row.id)
            there = {one.sha256 for one in kept.documents}
            for file in taken:
                uploads.note_kept(session, file, now())
                if file.sha256 not in there:
                    kept.documents.append(ClassDocument(sha256=file.sha256, name=file.name, media_type=file.media_type))
        flash(say(N_("panel.class.documents_added"), number=len(taken)), "done" if taken else "refused")
        return redirect(url_for(".page", key=row.id, _anchor="documents"), 303)

    @expose("/<key>/documents/<number>", methods=("GET", "POST"))
    def document(self, key: str, number: str) -> ResponseReturnValue:
        """One of them, to save."""
        row = _get(key)
        found = _document(row, number)
        return stored_files.hand_out(found.sha256, found.name, lambda: viewed(self.table, row.id))

    @expose("/<key>/documents/<number>/remove", methods=("POST",))
    def remove_document(self, key: str, number: str) -> ResponseReturnValue:
        """Take one away. Its bytes stay: another class may have the same."""
        row = _get(key)
        wanted = _document(row, number).id
        with writing() as session:
            kept = waiting_list.lock(session, row.id)
            kept.documents[:] = [one for one in kept.documents if one.id != wanted]
        flash(say(N_("panel.class.document_removed")), "done")
        return redirect(url_for(".page", key=row.id, _anchor="documents"), 303)


def _conditions(row: TrainingClass) -> dict[str, str]:
    """What an earlier question must have been answered, by the name of the question that hangs on it."""
    texts = {one.name: one.text for one in row.questions}
    return {one.name: f"{texts.get(one.only_if, one.only_if)} → {one.only_if_answer}" for one in row.questions if one.only_if}


def _get(key: str) -> TrainingClass:
    found = get_one_or_abort(db.session, TrainingClass, key)
    return found if found.deleted_at is None else abort(404)


def _without_chat(row: TrainingClass) -> int:
    """Registrations that nothing can be sent to: somebody has to ring them up."""
    return sum(one.contact_id is None for one in classes.of(db.session, row))


def _document(row: TrainingClass, number: str) -> ClassDocument:
    return next((one for one in row.documents if str(one.id) == number), None) or abort(404)


def _is_trial() -> bool:
    return bool(current_app.extensions["settings"].trial_mode)


def _blank() -> Any:
    """What a new class begins with."""
    return TrainingClass(
        language="vi", price=0, waiting_rule="skip", offer_hours=24, reminders=list(class_form.USUAL_REMINDERS), gives_certificate=True,
        sessions_needed=0,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def _small(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 0


def _is_full() -> ColumnElement[bool]:
    taken = (
        select(func.count(Participant.id))
        .join(Registration)
        .where(Registration.class_id == TrainingClass.id, Registration.status.in_(SEATED), Participant.removed_at.is_(None))
        .correlate(TrainingClass)
        .scalar_subquery()
    )
    return (taken >= TrainingClass.seats) | exists().where(Registration.class_id == TrainingClass.id, Registration.status == WAITING)


def _is_within() -> ColumnElement[bool]:
    return (TrainingClass.sign_up_from <= now()) & (TrainingClass.sign_up_until > now())


_OPEN_ONES: Mapping[str, Callable[[], ColumnElement[bool]]] = {
    OPEN: lambda: _is_within() & ~_is_full(),
    classes.FULL: lambda: _is_within() & _is_full(),
    classes.SOON: lambda: TrainingClass.sign_up_from > now(),
    classes.OVER: lambda: TrainingClass.sign_up_until <= now(),
}
"""The states of an open class, as the list filters by them."""
