"""What all views of the panel share: the closed base, and lists of records that are declared rather than written."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from flask import abort, request
from flask_admin import BaseView
from flask_admin import expose as _expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import BaseForm
from sqlalchemy import ColumnElement, Select, func, select

from admin.access import may
from admin.database import db, get_one_or_abort
from domain.folding import fold

FOUND_AT_MOST = 500
_LAST_PAGE = 100_000

View = TypeVar("View", bound=Callable[..., Any])


def expose(url: str, methods: Sequence[str] = ("GET",)) -> Callable[[View], View]:
    """Flask-Admin's decorator, with a type."""
    decorator: Callable[[View], View] = _expose(url, methods)
    return decorator


class PanelView(BaseView):  # type: ignore[misc]
    """A page, or several, about one noun. `title` is the key of its name in the menu."""

    endpoint_name: ClassVar[str]
    title: ClassVar[str]
    in_menu: ClassVar[bool] = True
    tab: ClassVar[str | None] = None
    """Key of its name among the tabs of the knowledge pages, where it is one of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(name=self.title, endpoint=self.endpoint_name, **options)

    def is_accessible(self) -> bool:
        """The guard at the door decided already; this is the second lock."""
        return may(request.endpoint or "")

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)  # the original calls again on a TypeError and hides where it came from


class RecordsView(ModelView):  # type: ignore[misc]
    """Records of one table, to read. Children say what may be done beyond that by what they offer.

    `choices` are the filters: name of the column, then each value with the key of its words. `offered` names the routes that exist.
    """

    record: ClassVar[Any]
    endpoint_name: ClassVar[str]
    title: ClassVar[str]
    intro: ClassVar[str | None] = None
    in_menu: ClassVar[bool] = True
    tab: ClassVar[str | None] = None
    offered: ClassVar[frozenset[str]] = frozenset({"index_view"})
    columns: ClassVar[Mapping[str, str]]
    choices: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    searched: ClassVar[Sequence[str]] = ()
    order: ClassVar[Sequence[Any]] = ()

    can_create = can_edit = can_delete = can_export = can_set_page_size = False
    list_template = "panel/records.html"
    column_sortable_list = ()
    page_size = 50
    form: Any = BaseForm

    def __init__(self) -> None:
        self.column_list = tuple(self.columns)
        self.column_labels = dict(self.columns)
        rules = vars(type(self))["_urls"]  # gathered by the metaclass of Flask-Admin
        self._urls = [rule for rule in rules if rule[1] in self.offered]
        super().__init__(self.record, db, name=self.title, endpoint=self.endpoint_name)

    def is_accessible(self) -> bool:
        """The guard at the door decided already; this is the second lock."""
        return may(request.endpoint or "")

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)

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
        """One page of the records that fit filters and search."""
        wanted = select(self.record).where(*(self.narrow(name, value) for name, value in self.chosen().items()))
        if search and self.searched:
            wanted = wanted.where(self.record.id.in_(self._found(wanted, search)))
        total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        number = min(max(page or 0, 0), _LAST_PAGE)
        rows = db.session.scalars(wanted.order_by(*self.order).limit(self.page_size).offset(number * self.page_size)).unique().all()
        return total, list(rows)

    def render(self, template: str, **facts: Any) -> str:
        """Lists know their filters and what is chosen."""
        if template == self.list_template:
            facts |= {"chosen": self.chosen(), "searchable": bool(self.searched)}
        page: str = super().render(template, **facts)
        return page

    def get_one_or_abort(self, key: str) -> Any:
        """The record of a key in an address."""
        return get_one_or_abort(db.session, self.record, key)

    def _found(self, wanted: Select[Any], search: str) -> list[int]:
        """Keys of the records that hold every word of the search, with or without diacritics."""
        sought = fold(search).split()
        texts = [getattr(self.record, name) for name in self.searched]
        rows = db.session.execute(wanted.with_only_columns(self.record.id, *texts).order_by(self.record.id.desc()))
        hits = (row[0] for row in rows if _holds(fold(" ".join(str(text or "") for text in row[1:])), sought))
        return [key for key, _ in zip(hits, range(FOUND_AT_MOST), strict=False)]


def _holds(text: str, sought: Sequence[str]) -> bool:
    return all(word in text for word in sought)
