"""Lists of recipients (danh sách người nhận): put together from a sheet, looked at row by row before anything is written."""

import hashlib
import io
from pathlib import Path
from typing import Any

from flask import abort, current_app, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from admin import conflicts
from admin.access import must_see
from admin.database import actor, db, get_one_or_abort, viewed, writing
from admin.forms import NEEDED, TOO_LONG, PanelForm, Words, cleaned
from admin.language import now, say, today, whole
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import Contact, RecipientList, Staff
from domain import recipient_rows
from domain.errors import NameTaken, OfficeError, SheetTooLong
from domain.folding import words
from domain.messages import N_
from usecases import history, recipient_lists
from usecases.recipient_lists import MOST, TEXT_AT_MOST, Matched
from usecases.sheet_writing import FORMS, XLSX, Heading, write

ADD, REPLACE = "add", "replace"
CHECK, SAVE = "check", "save"
"""Values of the button `act`."""
CHANGED, TICK = "changed", "tick"
SHOWN = 200
"""Rows of each kind that a page shows; a file has them all."""
_PAGE = 100
_KINDS = {recipient_rows.TAX_CODE: N_("panel.list.kind_tax_code"), recipient_rows.PHONE: N_("panel.list.kind_phone")}
_MODES = {ADD: N_("panel.list.add"), REPLACE: N_("panel.list.replace")}


class ListForm(PanelForm):
    name = StringField(
        N_("panel.list.name"),
        description=N_("panel.list.name_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=120, message=TOO_LONG)],
    )
    note = TextAreaField(
        N_("panel.list.note"),
        description=N_("panel.list.note_hint"),
        filters=[cleaned],
        validators=[Length(max=1000, message=TOO_LONG)],
        render_kw={"rows": 2},
    )


class SheetForm(PanelForm):
    """What was pasted; a file is read into the same box, so that it can be corrected there and is not asked for again."""

    text = TextAreaField(
        N_("panel.list.text"),
        description=N_("panel.list.text_hint"),
        validators=[DataRequired(NEEDED)],
        render_kw={"rows": 8, "spellcheck": "false", "autocomplete": "off"},
    )
    kind = Words(N_("panel.list.kind"), _KINDS, description=N_("panel.list.kind_hint"))
    mode = Words(N_("panel.list.mode"), _MODES, default=ADD)
    leave_out = BooleanField(N_("panel.list.leave_out"))

    def look(self) -> Matched | None:
        """Whom the rows of an uploaded file, or of the box, stand for; None where they cannot be read, which is said beside the box."""
        try:
            self._take_file()
            return self.match() if self.validate() else None
        except OfficeError as refusal:
            self.text.errors = [*self.text.errors, say(refusal.key, **refusal.facts)]
            return None

    def match(self) -> Matched:
        """Whom the rows of the box stand for. Raises `SheetTooLong`."""
        if len((self.text.data or "").encode()) > TEXT_AT_MOST + 4 * MOST:
            raise SheetTooLong(limit=MOST)
        return recipient_lists.match(db.session, self.text.data or "", self.kind.data)

    def why_not(self, matched: Matched) -> str:
        """Why what is sound is not written yet: it is not what was looked at, or nobody said that rows are left out."""
        if request.form.get("looked_at") != self.digest:
            return CHANGED
        return TICK if matched.missing and not self.leave_out.data else ""

    @property
    def digest(self) -> str:
        """Of what is looked at."""
        return hashlib.sha256(f"{self.kind.data}\n{self.text.data}".replace("\r\n", "\n").encode()).hexdigest()

    def _take_file(self) -> None:
        given = request.files.get("file")
        if given is not None and given.filename:
            self.text.data = recipient_lists.as_text(given.read())


class RecipientListsView(OfficeView):
    record = RecipientList
    endpoint_name = "recipient_lists"
    title = N_("panel.list.menu")
    intro = N_("panel.list.intro")
    empty = N_("panel.list.empty")
    new = N_("panel.list.new")
    tab = title
    family = "broadcasts"
    offered = frozenset({"index_view", "page", "create_view", "edit_view", "delete_view", "restore", "fill", "missing", "take_off", "add"})
    columns = {
        "name": N_("panel.list.name"),
        "note": N_("panel.list.note"),
        "size": N_("panel.list.size"),
        "changed_at": N_("panel.list.changed"),
    }
    searched = ("name", "note")
    order = (RecipientList.name, RecipientList.id)
    name_of = "name"
    entry_form = ListForm
    list_template = "panel/recipient_lists.html"

    def render(self, template: str, **facts: Any) -> str:
        """Every list says how many are on it."""
        if template == self.list_template:
            facts["sizes"] = recipient_lists.sizes(db.session, [row.id for row in facts["data"]])
        return super().render(template, **facts)

    @expose("/<key>")
    def page(self, key: str) -> str:
        """Who is on a list."""
        row = get_one_or_abort(db.session, RecipientList, key)
        viewed(self.table, row.id)
        number = min(request.args.get("page", 0, type=int) if request.args.get("page", "0").isdigit() else 0, MOST)
        found = recipient_lists.page(db.session, row.id, number, _PAGE)
        page: str = self.render(
            "panel/recipient_list.html",
            row=row,
            entries=found[:_PAGE],
            number=number,
            has_next=len(found) > _PAGE,
            channels=recipient_lists.by_channel(db.session, row.id),
        )
        return page

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new list with those on it."""
        return self._filling(None)

    @expose("/<key>/fill", methods=("GET", "POST"))
    def fill(self, key: str) -> ResponseReturnValue:
        """Put more on a list, or others in the place of those who are."""
        return self._filling(get_one_or_abort(db.session, RecipientList, key))

    def _filling(self, row: RecipientList | None) -> ResponseReturnValue:
        """Look at the rows first; written is only what was looked at, and only when nothing is wrong with any row."""
        if request.method == "GET":
            return self._fill_page(row, ListForm(), SheetForm(), None)
        about, sheet = ListForm(request.form), SheetForm(request.form)
        is_named = row is not None or about.validate()
        matched = sheet.look()
        if matched is None or matched.faults or not is_named:
            return self._fill_page(row, about, sheet, matched), 422
        if request.form.get("act") != SAVE or not matched.found:
            return self._fill_page(row, about, sheet, matched)
        if why_not := sheet.why_not(matched):
            return self._fill_page(row, about, sheet, matched, why_not), 422
        try:
            key = self._fill(row, about, sheet, matched)
        except NameTaken as refusal:
            about.name.errors = [say(refusal.key, **refusal.facts)]
            return self._fill_page(row, about, sheet, matched), 422
        return redirect(url_for(".page", key=key), 303)

    def _fill(self, row: RecipientList | None, about: ListForm, sheet: SheetForm, matched: Matched) -> int:
        replace = row is not None and sheet.mode.data == REPLACE
        with writing() as session:
            by = _officer(session)
            key = row.id if row else recipient_lists.save(session, None, about.name.data, about.note.data, by=by, now=now()).id
            filled = recipient_lists.fill(session, key, matched.contacts, replace=replace, by=by, now=now())
            told = {"rows": len(matched.found), "left_out": len(matched.missing), "added": filled.added, "removed": filled.removed}
            history.note(session, actor(), history.IMPORTED, self.table, key, now=now(), after=told)
        flash(say(N_("panel.list.filled"), added=whole(filled.added), removed=whole(filled.removed), total=whole(filled.total)), "done")
        return key

    def _fill_page(self, row: RecipientList | None, about: ListForm, sheet: SheetForm, matched: Matched | None, why_not: str = "") -> str:
        first = matched.found[:SHOWN] if matched else ()
        page: str = self.render(
            "panel/recipient_list_fill.html",
            row=row,
            about=about,
            form=sheet,
            matched=matched,
            people=_people({key for one in first for key in one.contacts}),
            shown=SHOWN,
            why_not=why_not,
            most=whole(MOST),
            acts={"check": CHECK, "save": SAVE},
        )
        return page

    @expose("/missing", methods=("POST",))
    def missing(self) -> ResponseReturnValue:
        """The rows that stand for nobody, as a workbook: to ring them up, or to invite them."""
        matched = SheetForm(request.form).match()
        headings = [
            Heading(say(N_("panel.import.row")), 8),
            Heading(say(_KINDS[recipient_rows.TAX_CODE])),
            Heading(say(_KINDS[recipient_rows.PHONE])),
        ]
        return _workbook(say(N_("panel.list.missing_title")), headings, [[one.number, one.tax_code, one.phone] for one in matched.missing])

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Name and note."""
        row = self.get_one_or_abort(request.values.get("id", ""))
        form = ListForm(request.form, obj=row)
        if request.method == "GET":
            form.opened.data = conflicts.sign(form.names(), row)
            return self._record_page(form, row)
        if not form.validate():
            return self._record_page(form, row), 422
        if found := conflicts.find(form, row):
            form.opened.data = conflicts.sign(form.names(), row)
            return self._record_page(form, row, conflicts=found, by=conflicts.last_editor(db.session, self.table, row.id)), 409
        try:
            with writing() as session:
                kept = recipient_lists.save(session, row.id, form.name.data, form.note.data, by=_officer(session), now=now())
        except NameTaken as refusal:
            form.name.errors = [say(refusal.key, **refusal.facts)]
            return self._record_page(form, row), 422
        flash(say(N_("panel.record.saved"), name=kept.name), "done")
        return redirect(url_for(".page", key=kept.id), 303)

    @expose("/add", methods=("POST",))
    def add(self) -> ResponseReturnValue:
        """Put one contact on a list, from the contact's page."""
        contact = must_see(get_one_or_abort(db.session, Contact, request.form.get("contact", "")), "contacts", db.session)
        row = get_one_or_abort(db.session, RecipientList, request.form.get("list", ""))
        if row.deleted_at is not None:
            abort(404)
        with writing() as session:
            recipient_lists.fill(session, row.id, {contact.id: ""}, replace=False, by=_officer(session), now=now())
            history.note(session, actor(), history.CHANGED, self.table, row.id, now=now(), after={"added": contact.id})
        flash(say(N_("panel.list.put_on"), name=row.name), "done")
        return redirect(url_for("contacts.details_view", id=contact.id), 303)

    @expose("/<key>/take-off", methods=("POST",))
    def take_off(self, key: str) -> ResponseReturnValue:
        """Somebody is no longer on it."""
        row = get_one_or_abort(db.session, RecipientList, key)
        contact = get_one_or_abort(db.session, Contact, request.form.get("contact", ""))
        with writing() as session:
            recipient_lists.take_off(session, row.id, contact.id, by=_officer(session), now=now())
        flash(say(N_("panel.list.taken_off")), "done")
        return redirect(url_for(".page", key=row.id), 303)


def _officer(session: Session) -> Staff:
    return session.get_one(Staff, current_user.id)


def _people(keys: set[int]) -> dict[int, Contact]:
    return {one.id: one for one in db.session.scalars(select(Contact).where(Contact.id.in_(keys)))} if keys else {}


def _workbook(title: str, headings: list[Heading], rows: list[list[Any]]) -> ResponseReturnValue:
    scratch: Path = current_app.extensions["background"].files.scratch()
    try:
        write(scratch, XLSX, title, headings, rows)
        content = io.BytesIO(scratch.read_bytes())
    finally:
        scratch.unlink(missing_ok=True)
    return send_file(content, mimetype=FORMS[XLSX], as_attachment=True, download_name=f"{'-'.join(words(title))}-{today()}.{XLSX}")
