"""Exports (xuất dữ liệu): a list declares its columns and its query once; the rows are read in pages, each in a snapshot of its own.

    EXPORT = Export("contacts", N_("panel.menu.contacts"), Contact, columns=(Column(N_("panel.contact.name"), …), …), query=wanted)

A worker calls `run`. In a list's page, `{{ exporting.buttons("contacts") }}` of `panel/exporting.html` puts the buttons, which keep the
filters that are chosen.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from admin.work import Asked, Work
from db.searched import Searched
from domain.folding import fold, words
from domain.messages import N_
from domain.worktime import ZONE
from usecases import history
from usecases.sheet_writing import FORMS, Heading, write

PAGE = 1000
HIDDEN = N_("panel.export.hidden")
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Column:
    """`label` is the key of its name; `value` takes a record and who asked. `field` names it in `access.FIELDS`; `instead` shows of a text
    what may be seen by those who don't see the field."""

    label: str
    value: Callable[[Any, Asked], object]
    width: int = 20
    field: str = ""
    instead: Callable[[str], str] | None = None

    def shown(self, row: Any, who: Asked) -> object:
        """The value, or that it is hidden."""
        found = self.value(row, who)
        if found is None or not self.field or who.sees(self.field):
            return found
        return self.instead(str(found)) if self.instead else who.say(HIDDEN)


@dataclass(frozen=True)
class Export:
    """`name` is the endpoint of the list; `query` gives its records, in any order, as the one who asks may see them. `fits` is
    what SQL cannot ask of a record; `choices` are the values that each filter takes."""

    name: str
    title: str
    record: Any
    columns: Sequence[Column]
    query: Callable[[Asked], Select[Any]]
    fits: Callable[[Any, Asked], bool] = lambda _row, _who: True
    choices: Mapping[str, Collection[str]] = field(default_factory=dict)
    is_searched: bool = False
    more: Callable[[Asked], Sequence[Column]] = lambda _who: ()
    """Columns that hang on what is asked for."""

    def shown(self, who: Asked) -> tuple[Column, ...]:
        """The columns of one file."""
        return (*self.columns, *self.more(who))

    @property
    def noun(self) -> str:
        """The table."""
        return str(self.record.__tablename__)

    def filters(self, given: Mapping[str, str]) -> dict[str, str]:
        """The filters of an address or form. Raises ValueError for a value that no filter takes; what is no filter is ignored."""
        found = {name: given[name] for name in self.choices if given.get(name)}
        if unknown := [name for name, value in found.items() if value not in self.choices[name]]:
            raise ValueError(f"no such filter: {unknown}")
        sought = given.get("search", "").strip()[:LONGEST_SEARCH] if self.is_searched else ""
        return found | ({"search": sought} if sought else {})


def coded(name: str, table: Mapping[str, str]) -> Callable[[Any, Asked], object]:
    """The words for the code in a column; an unknown code shows itself."""

    def value(row: Any, who: Asked) -> object:
        code = getattr(row, name)
        return who.say(table[code]) if code in table else code

    return value


def plainly(name: str) -> Callable[[Any, Asked], object]:
    """What a column holds."""
    return lambda row, _who: getattr(row, name)


def holding(record: type[Searched], search: str) -> list[ColumnElement[bool]]:
    """The conditions for records that hold every word of a search, with or without diacritics."""
    return [record.folded.contains(word, autoescape=True) for word in fold(search).split()]


def run(export: Export, work: Work) -> None:
    """Write the file and end the task. Begins from the start where it broke off: half a file is of no use."""
    form = work.task.parameters["form"]
    with work.read() as session:
        work.total = session.scalar(select(func.count()).select_from(export.query(work.who).order_by(None).subquery())) or 0
    with work.write(0):
        pass
    title = work.who.say(export.title)
    headings = [Heading(work.who.say(column.label), column.width) for column in export.shown(work.who)]
    scratch = work.files.scratch()
    try:
        count = write(scratch, form, title, headings, _rows(export, work))
        with work.write(count):  # raises where it was cancelled meanwhile, before the file is kept
            pass
        size = scratch.stat().st_size
        digest = work.files.adopt(scratch)
    finally:
        scratch.unlink(missing_ok=True)
    work.done = count
    held = {"sha256": digest, "name": file_name(title, work.who, form), "size": size, "type": FORMS[form]}
    noted = {"rows": count, "filters": work.who.filters, "form": form, "task": work.task.id}

    def note(session: Session, now: datetime) -> None:
        history.note(session, work.who.actor, history.EXPORTED, export.noun, work.task.id, now=now, after=noted)

    work.end(note, {"file": held, "rows": count})


def file_name(title: str, who: Asked, form: str) -> str:
    """Like `nguoi-lien-he-2026-11-23-0901.xlsx`."""
    moment = who.at.astimezone(ZONE).strftime("%Y-%m-%d-%H%M")
    return f"{'-'.join(words(title))}-{moment}.{form}"


def _rows(export: Export, work: Work) -> Iterator[Sequence[object]]:
    """Page by page by the key, which no insertion shifts. Between pages nothing is open."""
    key, last, done = export.record.id, 0, 0
    columns = export.shown(work.who)
    while True:
        with work.read() as session:
            wanted = export.query(work.who).where(key > last).order_by(None).order_by(key).limit(PAGE)
            page = session.scalars(wanted).unique().all()
            lines = [[column.shown(row, work.who) for column in columns] for row in page if export.fits(row, work.who)]
        yield from lines
        done += len(page)
        work.beat(done)
        if len(page) < PAGE:
            return
        last = page[-1].id
