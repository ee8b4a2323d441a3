"""Results of a class (kết quả lớp): who was there, points, certificates, what participants said of it."""

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from admin.database import db, get_one_or_abort, viewed, writing
from admin.language import now, say
from admin.pages import PanelView, expose
from db.models import Certificate, Staff, TrainingClass
from db.models.training_class import ARCHIVED, HELD
from domain.messages import N_
from usecases import certificates, class_survey, waiting_list

HIGHEST = 1000
"""Points of a quiz."""


class ClassResultsView(PanelView):
    endpoint_name = "class_results"
    title = N_("panel.result.title")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """It belongs to a class: choose one."""
        return redirect(url_for("classes.index_view"))

    @expose("/<key>")
    def results(self, key: str) -> str:
        """Everybody who had a seat, and the survey."""
        row = _class(key)
        viewed("training_classes", row.id)
        return self._page(row, {}, {})

    def _page(self, row: TrainingClass, typed: dict[int, str], faults: dict[int, str]) -> str:
        found = certificates.results(db.session, row)
        page: str = self.render(
            "panel/class_results.html",
            row=row,
            results=found,
            earned=sum(result.outcome == certificates.EARNED for result in found),
            ready=sum(result.outcome == certificates.EARNED and result.certificate is None for result in found),
            survey=class_survey.outcome(db.session, row),
            is_over=row.status in {HELD, ARCHIVED},
            typed=typed,
            faults=faults,
            highest=HIGHEST,
        )
        return page

    @expose("/<key>/scores", methods=("POST",))
    def scores(self, key: str) -> ResponseReturnValue:
        """Keep the points of the quiz; an empty box is nobody's zero, it is no result."""
        row = _class(key)
        given = {int(name[6:]): text.strip() for name, text in request.form.items() if _is_score(name)}
        faults = {person: say(N_("panel.result.bad_score"), most=HIGHEST) for person, text in given.items() if not _is_points(text)}
        if faults:
            return self._page(row, given, faults), 422
        with writing() as session:
            waiting_list.lock(session, row.id)
            for person in (result.participant for result in certificates.results(session, row)):
                if person.id in given:
                    person.score = int(given[person.id]) if given[person.id] else None
        flash(say(N_("panel.result.saved")), "done")
        return redirect(url_for(".results", key=row.id), 303)

    @expose("/<key>/issue", methods=("POST",))
    def issue(self, key: str) -> ResponseReturnValue:
        """A certificate for everybody who earned one and has none."""
        row = _class(key)
        if row.status not in {HELD, ARCHIVED} or not row.gives_certificate:
            flash(say(N_("panel.result.not_yet")), "refused")
            return redirect(url_for(".results", key=row.id), 303)
        with writing() as session:
            made = certificates.issue(session, row.id, None, by=session.get_one(Staff, current_user.id), now=now())
        current_app.extensions["background"].wake()  # it prints them
        flash(say(N_("panel.result.issued"), number=len(made)), "done")
        return redirect(url_for(".results", key=row.id), 303)

    @expose("/<key>/revoke", methods=("POST",))
    def revoke(self, key: str) -> ResponseReturnValue:
        """Revoke one certificate; its public page says so, and why."""
        row, reason = _class(key), request.form.get("reason", "").strip()
        found = get_one_or_abort(db.session, Certificate, request.form.get("certificate", ""))
        if found.class_id != row.id:
            abort(404)
        if not reason:
            flash(say(N_("panel.result.revoke_needs_reason")), "refused")
            return redirect(url_for(".results", key=row.id), 303)
        with writing() as session:
            waiting_list.lock(session, row.id)
            certificates.revoke(session, session.get_one(Certificate, found.id), reason=reason, now=now())
        flash(say(N_("panel.result.revoked"), serial=found.serial), "done")
        return redirect(url_for(".results", key=row.id), 303)


def _is_score(name: str) -> bool:
    return name.startswith("score_") and name[6:].isascii() and name[6:].isdigit() and len(name) < 25


def _is_points(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= HIGHEST)


def _class(key: str) -> TrainingClass:
    found: TrainingClass = get_one_or_abort(db.session, TrainingClass, key)
    return found if found.deleted_at is None else abort(404)
