"""OfficeView, the base of all lists of records: declared rather than written, closed by default, with history, conflicts and a bin.

A child says what there is: the table, its columns, filters, searched texts, its form. What may be done is what it offers, and who may do it
stands in `admin.access`. Every write goes through `writing()`, which keeps the history; a form that was opened before somebody else saved
is shown again with both edits, field by field.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import BaseForm
from sqlalchemy import ColumnElement, Select, func, inspect, select
from sqlalchemy.orm import Session

from admin import conflicts
from admin.access import must_see, rows
from admin.database import db, get_one_or_abort, locked, viewed, writing
from admin.forms import PanelForm
from admin.language import now, say
from admin.pages import Closed, expose
from db.searched import Searched
from domain.folding import clean, fold
from domain.messages import N_

FOUND_AT_MOST = 500
"""Hits of a search through a table that keeps no folded text."""
COUNTED_AT_MOST = 1000
"""Records are counted so far and no further: counting all of a large table would read all of it."""
LOOKED_UP = 20
LONGEST_SEARCH = 100
_LAST_PAGE = 100_000

Choices = Mapping[str, Mapping[str, str]]


class OfficeView(Closed, ModelView):  # type: ignore[misc]
    """Records of one table. `choices` are the filters: name of the column, then each value with the key of its words."""

    record: ClassVar[Any]
    endpoint_name: ClassVar[str]
    title: ClassVar[str]
    intro: ClassVar[str | None] = None
    empty: ClassVar[str] = N_("panel.records.empty")
    """What a list without a record teaches."""
    new: ClassVar[str] = N_("panel.record.new")
    """What the button says that begins a new record."""
    room: ClassVar[str | None] = None
    tab: ClassVar[str | None] = None
    offered: ClassVar[frozenset[str]] = frozenset({"index_view"})
    columns: ClassVar[Mapping[str, str]]
    choices: ClassVar[Choices] = {}
    searched: ClassVar[Sequence[str]] = ()
    order: ClassVar[Sequence[Any]] = ()
    entry_form: ClassVar[type[PanelForm] | None] = None
    name_of: ClassVar[str] = "id"
    """The column that names a record to a person."""
    is_personal: ClassVar[bool] = False
    """Whether looking at a record is looking at personal data: then it is written down."""

    can_create = can_edit = can_delete = can_export = can_set_page_size = False
    list_template = "panel/records.html"
    form_template = "panel/record.html"
    column_sortable_list = ()
    page_size = 50
    form: Any = BaseForm

    def __init__(self) -> None:
        self.column_list = tuple(self.columns)
        self.column_labels = dict(self.columns)
        rules = vars(type(self))["_urls"]  # gathered by the metaclass of Flask-Admin
        self._urls = [rule for rule in rules if rule[1] in self.offered]
        self.table = str(inspect(self.record).local_table.name)
        self.has_bin = "deleted_at" in inspect(self.record).columns
        super().__init__(self.record, db, name=self.title, endpoint=self.endpoint_name)

    # the list

    def chosen(self) -> dict[str, str]:
        """The filters of this request; an unknown value is a bad request."""
        given = {name: request.args[name] for name in self.choices if request.args.get(name)}
        if any(value not in self.choices[name] for name, value in given.items()):
            abort(400)
        return given

    def narrow(self, name: str, value: str) -> ColumnElement[bool]:
        """The condition of one chosen filter."""
        condition: ColumnElement[bool] = getattr(self.record, name) == value
        return condition

    def wanted(self, chosen: Mapping[str, str], search: str = "", *, in_bin: bool = False) -> Select[Any]:
        """The records that fit filters and search, of those that this person may see, in the order of the list."""
        wanted = select(self.record).where(rows(self.table), *(self.narrow(name, value) for name, value in chosen.items()))
        if self.has_bin:
            wanted = wanted.where(self.record.deleted_at.is_not(None) if in_bin else self.record.deleted_at.is_(None))
        if search and self.is_searchable:
            wanted = wanted.where(self._holding(wanted, fold(clean(search))[:LONGEST_SEARCH].split()))
        return wanted.order_by(*self.order)

    @property
    def is_searchable(self) -> bool:
        return bool(self.searched) or issubclass(self.record, Searched)

    def get_list(
        self,
        page: int | None,
        sort_column: Any,
        sort_desc: Any,
        search: str | None,
        filters: Any,
        execute: bool = True,
        page_size: int | None = None,
    ) -> tuple[int, list[Any]]:
        """One page of the records, and how many there are, counted up to one more than `COUNTED_AT_MOST`."""
        wanted = self.wanted(self.chosen(), search or "", in_bin=self._in_bin())
        some = wanted.order_by(None).with_only_columns(*inspect(self.record).primary_key).limit(COUNTED_AT_MOST + 1)
        total = db.session.scalar(select(func.count()).select_from(some.subquery())) or 0
        number = min(max(page or 0, 0), _LAST_PAGE)
        found = db.session.scalars(wanted.limit(self.page_size + 1).offset(number * self.page_size)).unique().all()
        g.has_next = len(found) > self.page_size
        return total, list(found[: self.page_size])

    def render(self, template: str, **facts: Any) -> str:
        """Lists know their filters, what is chosen, and whether there is more."""
        if template == self.list_template:
            facts |= {
                "chosen": self.chosen(),
                "searchable": self.is_searchable,
                "has_next": g.has_next,
                "counted_at_most": COUNTED_AT_MOST,
                "in_bin": self._in_bin(),
                "kept": {name: value for name, value in request.args.items() if name != "page"},
            }
        page: str = super().render(template, **facts)
        return page

    def _in_bin(self) -> bool:
        return self.has_bin and request.args.get("bin") == "1"

    def _holding(self, wanted: Select[Any], sought: Sequence[str]) -> ColumnElement[bool]:
        """Every word of the search, with or without diacritics: asked of the folded column, or read through where there is none."""
        condition: ColumnElement[bool]
        if issubclass(self.record, Searched):
            condition = func.coalesce(self.record.folded, "").contains(sought[0] if sought else "", autoescape=True)
            for word in sought[1:]:
                condition &= self.record.folded.contains(word, autoescape=True)
            return condition
        condition = self.record.id.in_(self._found(wanted, sought))
        return condition

    def _found(self, wanted: Select[Any], sought: Sequence[str]) -> list[int]:
        texts = [getattr(self.record, name) for name in self.searched]
        found = db.session.execute(wanted.with_only_columns(self.record.id, *texts).order_by(self.record.id.desc()))
        hits = (row[0] for row in found if _holds(fold(" ".join(str(text or "") for text in row[1:])), sought))
        return [key for key, _ in zip(hits, range(FOUND_AT_MOST), strict=False)]

    # one record

    def get_one_or_abort(self, key: str) -> Any:
        """The record of a key in an address, if this person may see it; looking at personal data is written down."""
        found = must_see(get_one_or_abort(db.session, self.record, key), self.table, db.session)
        if self.is_personal and request.method == "GET":
            viewed(self.table, found.id)
        return found

    @expose("/lookup")
    def lookup(self) -> ResponseReturnValue:
        """For fields that choose a record while one types: at most twenty that fit, by name."""
        found = db.session.scalars(self.wanted({}, request.args.get("q", "")).limit(LOOKED_UP)).unique().all()
        return {"found": [{"id": row.id, "name": str(getattr(row, self.name_of))} for row in found]}

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new record."""
        form = self.new_form(None)
        if request.method == "GET":
            return self._record_page(form, None)
        if not form.validate():
            return self._record_page(form, None), 422
        with writing() as session:
            made = self.create(session, form.entered())
            session.flush()
            name = self.heading_of(made)
        flash(say(N_("panel.record.created"), name=name), "done")
        return redirect(url_for(".edit_view", id=made.id), 303)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Edit a record; what somebody else saved meanwhile is shown beside what was typed, field by field."""
        row = self.get_one_or_abort(request.values.get("id", ""))
        form = self.new_form(row)
        if request.method == "GET":
            form.opened.data = conflicts.sign(form.names(), row)
            return self._record_page(form, row)
        if not form.validate():
            return self._record_page(form, row), 422
        with writing() as session:
            kept = locked(session, self.record, row.id)
            found = conflicts.find(form, kept)
            if not found:
                self.save(session, kept, form.entered())
        if found:
            form.opened.data = conflicts.sign(form.names(), kept)
            return self._record_page(form, kept, conflicts=found, by=conflicts.last_editor(db.session, self.table, row.id)), 409
        flash(say(N_("panel.record.saved"), name=self.heading_of(kept)), "done")
        return redirect(url_for(".edit_view", id=row.id), 303)

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> ResponseReturnValue:
        """Put a record into the bin, from which it can be taken back."""
        row = self._mark(now())
        flash(say(N_("panel.record.deleted"), name=self.heading_of(row)), "done")
        return redirect(url_for(".index_view"), 303)

    @expose("/restore/", methods=("POST",))
    def restore(self) -> ResponseReturnValue:
        """Take a record back out of the bin."""
        row = self._mark(None)
        flash(say(N_("panel.record.restored"), name=self.heading_of(row)), "done")
        return redirect(url_for(".edit_view", id=row.id), 303)

    def create(self, session: Session, values: dict[str, Any]) -> Any:
        """Write a new record; children call their use case here."""
        row = self.record(**values, **self._stamp())
        session.add(row)
        return row

    def save(self, session: Session, row: Any, values: dict[str, Any]) -> None:
        """Write the values of the form into the record; children call their use case here."""
        for name, value in (values | self._stamp()).items():
            setattr(row, name, value)

    def new_form(self, row: Any) -> PanelForm:
        """The form, filled by what was posted or by the record."""
        assert self.entry_form is not None
        return self.entry_form(request.form, obj=row)

    def _stamp(self) -> dict[str, Any]:
        return {"updated_at": now()} if "updated_at" in inspect(self.record).columns else {}

    def _mark(self, at: Any) -> Any:
        row = self.get_one_or_abort(request.form.get("id", ""))
        with writing() as session:
            kept = locked(session, self.record, row.id)
            kept.deleted_at = at
        return kept

    def _record_page(self, form: PanelForm, row: Any, **facts: Any) -> str:
        page: str = self.render(self.form_template, form=form, row=row, **({"conflicts": {}, "by": None} | self.about(row) | facts))
        return page

    def heading_of(self, row: Any) -> str:
        """A record as a person reads it."""
        return str(getattr(row, self.name_of))

    def about(self, row: Any) -> dict[str, Any]:
        """More that the page of a record tells."""
        return {}


def _holds(text: str, sought: Sequence[str]) -> bool:
    return all(word in text for word in sought)
