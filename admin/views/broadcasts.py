"""Broadcasts (tin gửi hàng loạt): written, kept as drafts, copied; looked at as recipients will see them, and sent to staff as a test."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from admin import broadcast_form, conflicts, content_form, stored_files, wording
from admin.access import may, sees
from admin.audience_form import USE
from admin.broadcast_form import ACTS, CHECK, PREVIEW, SAVE, TEMPLATE, BroadcastForm, as_form
from admin.database import actor, db, get_one_or_abort, locked, viewed, writing
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import Broadcast, Staff, StaffContact
from db.models.broadcast import DRAFT
from domain.broadcasts import File, problems_of
from domain.channels import CHATS
from domain.errors import BroadcastMove, BroadcastNotReady, NameTaken, OfficeError
from domain.folding import clean
from domain.messages import N_
from locales.languages import LANGUAGES
from usecases import broadcast_previews, broadcast_trials, broadcasts, history, message_templates

LONGEST_NAME = 120


class BroadcastsView(OfficeView):
    record = Broadcast
    endpoint_name = "broadcasts"
    title = N_("panel.menu.broadcasts")
    intro = N_("panel.broadcast.intro")
    empty = N_("panel.broadcast.empty")
    new = N_("panel.broadcast.new")
    room = "work"
    tab = N_("panel.broadcast.tab")
    family = "broadcasts"
    offered = frozenset(
        {"index_view", "create_view", "edit_view", "delete_view", "restore"} | {"copy", "preview", "picture", "file", "test"}
    )
    columns = {
        "title": N_("panel.broadcast.title"),
        "topic": N_("panel.broadcast.topic"),
        "status": N_("panel.filter.state"),
        "scheduled_at": N_("panel.broadcast.when"),
        "total": N_("panel.broadcast.how_many"),
        "by_id": N_("panel.broadcast.by"),
    }
    choices = {"state": wording.BROADCAST, "about": wording.NEWS_TOPIC}
    order = (Broadcast.id.desc(),)
    name_of = "title"
    list_template = "panel/broadcasts.html"

    def narrow(self, name: str, value: str) -> ColumnElement[bool]:
        return Broadcast.status == value if name == "state" else Broadcast.topic == value

    def render(self, template: str, **facts: Any) -> str:
        """The list knows who wrote what, and where a row leads."""
        if template == self.list_template:
            keys = {row.by_id for row in facts["data"]}
            facts |= {"people": {one.id: one for one in db.session.scalars(select(Staff).where(Staff.id.in_(keys)))}, "address": _address}
        return super().render(template, **facts)

    # writing

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new broadcast, a draft."""
        if request.method == "GET":
            return self._form_page(BroadcastForm(obj=broadcast_form.blank()), None)
        form = BroadcastForm(request.form)
        if request.form.get(USE):
            return self._form_page(form, None)
        if not form.validate():
            return self._form_page(form, None), 422
        try:
            with writing() as session:
                row = broadcasts.create(session, form.draft, by=_me(session), now=now())
                _keep_template(session, form)
        except NameTaken as refusal:
            return self._form_page(form, None, name_fault=say(refusal.key, **refusal.facts)), 422
        return _kept(row)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Edit one that is not under way; saving takes back that it was handed in or approved."""
        row = _get(request.values.get("id", ""))
        if request.method == "GET":
            if not broadcasts.is_editable(row):
                return self._closed_page(row)
            form = BroadcastForm(obj=as_form(db.session, row))
            form.opened.data = conflicts.sign(form.names(), as_form(db.session, row))
            problems = broadcasts.check(db.session, row, now())
            form.show_problems(problems)
            return self._form_page(form, row, to_mend=len(problems))
        form = BroadcastForm(request.form)
        if request.form.get(USE):
            return self._form_page(form, row)
        if not form.validate():
            return self._form_page(form, row), 422
        try:
            return self._saved(form, row)
        except NameTaken as refusal:
            return self._form_page(form, row, name_fault=say(refusal.key, **refusal.facts)), 422
        except BroadcastMove:  # it went under way meanwhile: what was typed may still become a new one
            return self._form_page(form, None, is_too_late=True), 409

    def _saved(self, form: BroadcastForm, row: Broadcast) -> ResponseReturnValue:
        was = row.status
        with writing() as session:
            kept = as_form(session, locked(session, Broadcast, row.id))
            found = conflicts.find(form, kept)
            if not found:
                changed = broadcasts.edit(session, row.id, form.draft, by=_me(session), now=now())
                _keep_template(session, form)
        if found:
            form.opened.data = conflicts.sign(form.names(), kept)
            by = conflicts.last_editor(db.session, self.table, row.id)
            return self._form_page(form, row, conflicts=broadcast_form.readable(found), by=by), 409
        if was != DRAFT:
            flash(say(N_("panel.broadcast.draft_again")), "done")
        return _kept(changed)

    def _form_page(self, form: BroadcastForm, row: Broadcast | None, **facts: Any) -> str:
        name = clean(request.form.get("template_name", ""))[:LONGEST_NAME]
        facts = {"conflicts": {}, "by": None, "to_mend": 0, "name_fault": "", "is_too_late": False, "template_name": name} | facts
        stored = stored_files.by_digest(db.session, {form.file.data["sha256"]} if form.file.data else ())
        page: str = self.render("panel/broadcast_form.html", form=form, row=row, stored=stored, **content_form.choices(form), **facts)
        return page

    def _closed_page(self, row: Broadcast) -> str:
        page: str = self.render("panel/broadcast_closed.html", row=row)
        return page

    @expose("/<key>/copy", methods=("POST",))
    def copy(self, key: str) -> ResponseReturnValue:
        """The same again, as a draft."""
        row = _get(key)
        with writing() as session:
            made = broadcasts.copy(session, row.id, by=_me(session), now=now())
        flash(say(N_("panel.broadcast.copied")), "done")
        return redirect(url_for(".edit_view", id=made.id), 303)

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> ResponseReturnValue:
        """Only a draft: what was handed in is cancelled, where its progress is."""
        row = _get(request.form.get("id", ""))
        try:
            with writing() as session:
                broadcasts.throw_away(session, row.id, now())
        except BroadcastMove as refusal:
            flash(say(refusal.key, status=say(wording.BROADCAST[refusal.facts["status"]])), "refused")
            return redirect(url_for(".edit_view", id=row.id), 303)
        flash(say(N_("panel.record.deleted"), name=row.title), "done")
        return redirect(url_for(".index_view"), 303)

    @expose("/restore/", methods=("POST",))
    def restore(self) -> ResponseReturnValue:
        """Take a draft back out of the bin."""
        row = get_one_or_abort(db.session, Broadcast, request.form.get("id", ""))
        with writing() as session:
            broadcasts.take_back(session, row.id)
        flash(say(N_("panel.record.restored"), name=row.title), "done")
        return redirect(url_for(".edit_view", id=row.id), 303)

    # looking at it

    @expose("/<key>/preview")
    def preview(self, key: str) -> ResponseReturnValue:
        """What three real recipients will see on every channel, in both languages."""
        row = _get(key)
        content = broadcasts.content_of(db.session, row)
        problems = problems_of(content, LANGUAGES, CHATS)
        recipients = [] if problems else broadcast_previews.some(db.session, row, now())
        if recipients and sees("contacts.display_name"):
            viewed(self.table, row.id)
        number = min(_number(request.args.get("who")), max(len(recipients) - 1, 0))
        facts = _masked(recipients[number].facts) if recipients else dict.fromkeys(("name", "firm", "tax_code", "commune"), "")
        trial = bool(current_app.extensions["settings"].trial_mode)
        looks = {} if problems else {code: broadcast_previews.bubbles(row, content, facts, code, trial=trial) for code in LANGUAGES}
        page: str = self.render(
            "panel/broadcast_preview.html",
            row=row,
            content=content,
            problems=[content_form.in_words(one) for one in problems],
            recipients=recipients,
            number=number,
            looks=looks,
            stored=stored_files.by_digest(db.session, {content.file.sha256} if content.file else ()),
            staff=_staff() if may("broadcasts.test", "POST") else [],
        )
        return page

    @expose("/<key>/picture")
    def picture(self, key: str) -> ResponseReturnValue:
        """The preview of its file."""
        return stored_files.show_preview(_file(_get(key)).sha256)

    @expose("/<key>/file", methods=("GET", "POST"))
    def file(self, key: str) -> ResponseReturnValue:
        """Its file, to save."""
        row = _get(key)
        found = _file(row)
        return stored_files.hand_out(found.sha256, found.name, lambda: viewed(self.table, row.id))

    @expose("/<key>/test", methods=("POST",))
    def test(self, key: str) -> ResponseReturnValue:
        """Send it to a member of staff now, marked as a test."""
        row = _get(key)
        person = get_one_or_abort(db.session, Staff, request.form.get("staff", ""))
        if not person.active:
            abort(404)
        languages = [code for code in LANGUAGES if code in request.form.getlist("language")] or list(LANGUAGES)
        try:
            sent = self._send_test(row, person, languages)
        except BroadcastNotReady as refusal:
            flash(" ".join(content_form.in_words(one) for one in refusal.problems), "refused")
        except OfficeError as refusal:
            flash(say(refusal.key, **refusal.facts), "refused")
        else:
            flash(say(N_("panel.broadcast.test_sent"), number=sent, name=person.full_name or person.email), "done")
        return redirect(url_for(".preview", key=row.id), 303)

    def _send_test(self, row: Broadcast, person: Staff, languages: Sequence[str]) -> int:
        with writing() as session:
            kept = session.get_one(Broadcast, row.id)
            sent = broadcast_trials.send(session, kept, person, languages, by=_me(session), now=now())
            after = {"test_to": person.id, "languages": languages}
            history.note(session, actor(), history.CHANGED, self.table, row.id, now=now(), after=after)
        return sent


def _get(key: str) -> Broadcast:
    found = get_one_or_abort(db.session, Broadcast, key)
    return found if found.deleted_at is None else abort(404)


def _me(session: Session) -> Staff:
    return session.get_one(Staff, current_user.id)


def _act() -> str:
    """What was pressed; Enter in a field saves."""
    return request.form.get("act", SAVE) if request.form.get("act", SAVE) in ACTS else abort(400)


def _keep_template(session: Session, form: BroadcastForm) -> None:
    """What was typed, as a template as well."""
    if _act() == TEMPLATE:
        name = clean(request.form.get("template_name", ""))[:LONGEST_NAME] or form.title.data[:LONGEST_NAME]
        message_templates.create(session, name, form.topic.data, form.content, by=_me(session), now=now())


def _kept(row: Broadcast) -> ResponseReturnValue:
    """On to where the button led; the form that is shown again says what is left to mend."""
    act = _act()
    flash(say(N_("panel.broadcast.saved_as_template") if act == TEMPLATE else N_("panel.broadcast.saved")), "done")
    if act == PREVIEW:
        return redirect(url_for(".preview", key=row.id), 303)
    return redirect(url_for("broadcast_progress.check", id=row.id) if act == CHECK else url_for(".edit_view", id=row.id), 303)


def _address(row: Broadcast) -> str:
    """Where a row of the list leads: a draft to its form, everything else to its progress."""
    if row.status != DRAFT:
        return url_for("broadcast_progress.index_view", id=row.id)
    return url_for("broadcasts.edit_view", id=row.id) if may("broadcasts.edit_view") else url_for("broadcasts.preview", key=row.id)


def _file(row: Broadcast) -> File:
    return broadcasts.content_of(db.session, row).file or abort(404)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 0


def _masked(facts: Mapping[str, str]) -> dict[str, str]:
    """What stands in the places; whose it is only for those who may see names."""
    if sees("contacts.display_name"):
        return dict(facts)
    hidden = say(N_("panel.hidden"))
    return {name: hidden if value else "" for name, value in facts.items()}


def _staff() -> list[tuple[Staff, bool]]:
    """Whom a test may be sent to, oneself first, and whether they have linked a chat."""
    linked = set(db.session.scalars(select(StaffContact.staff_id)))
    people = db.session.scalars(select(Staff).where(Staff.active).order_by(Staff.full_name, Staff.id))
    return sorted(((one, one.id in linked) for one in people), key=lambda pair: (pair[0].id != current_user.id, not pair[1]))
