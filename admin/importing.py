"""Imports (nhập dữ liệu): a file is checked first, and what it would do is shown; then its good rows are written, batch by batch.

    IMPORT = Import("canned", N_("panel.menu.canned"), fields=(Field("title", N_("panel.canned.title"), needed=True), …), target=Replies)

Both steps judge every row by the same `_judged`. An import that broke off goes on after the rows that it committed: how many is written
in the transaction that wrote them.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

import locales
from admin.exporting import file_name
from admin.work import Asked, Batches, Work
from domain.errors import OfficeError, SheetColumns
from domain.folding import clean, fold
from domain.messages import N_
from locales.languages import LANGUAGES
from usecases import history
from usecases.sheet_reading import ROWS_AT_MOST, Sheet, SheetRow, text_of
from usecases.sheet_writing import FORMS, XLSX, Heading, write

NEW, CHANGED, UNCHANGED, WRONG = VERDICTS = ("new", "changed", "unchanged", "wrong")
SHOWN, COMPLAINTS_SHOWN, LONGEST_SHOWN = 20, 200, 300
_LOOKED_AT = 500
NEEDED, TOO_LONG = N_("panel.form.needed"), N_("panel.import.too_long")
NOT_OFFERED, NO_DAY = N_("panel.import.not_offered"), N_("panel.form.no_day")
WRONG_ROWS = N_("panel.import.wrong_rows")
_LONGER, _TWICE = N_("panel.import.longer"), N_("panel.import.twice")

Values = dict[str, Any]


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a row: the sentence's key, its facts, and the label of the column it is about."""

    key: str
    label: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def sentence(self, who: Asked) -> str:
        said = who.say(self.key, **self.facts)
        return f"{who.say(self.label)}: {said}" if self.label else said


class BadCell(Exception):
    """A cell that holds what its column cannot."""

    def __init__(self, key: str, label: str, **facts: Any) -> None:
        super().__init__(key)
        self.complaint = Complaint(key, label, facts)


@dataclass(frozen=True)
class Field:
    """A column of the file. Its header may be the label in any of our languages, or its name. `needed` is about its cells, `in_file` about
    the column itself."""

    name: str
    label: str
    needed: bool = False
    most: int = 200
    hint: str = ""
    words: Mapping[str, str] | None = None
    """Of a code: the key of the words for each; a file may have either."""
    is_day: bool = False
    in_file: bool = False

    def read(self, cell: object, who: Asked) -> Any:
        """The value of a cell. Raises `BadCell`."""
        if self.is_day:
            return self._day(cell)
        text = clean(text_of(cell))
        if not text and self.needed:
            raise BadCell(NEEDED, self.label)
        if len(text) > self.most:
            raise BadCell(TOO_LONG, self.label, limit=self.most, length=len(text))
        return self._code(text, who) if self.words and text else text

    def _code(self, text: str, who: Asked) -> str:
        assert self.words is not None
        sought = fold(text)
        for code, key in self.words.items():
            if sought in {fold(code), *(fold(locales.translate(key, language)) for language in LANGUAGES)}:
                return code
        offered = ", ".join(who.say(key) for key in self.words.values())
        raise BadCell(NOT_OFFERED, self.label, value=text[:60], offered=offered)

    def _day(self, cell: object) -> date | None:
        """A day of the calendar, or written as 23/11/2026 or 2026-11-23."""
        if isinstance(cell, datetime):
            return cell.date()
        text = text_of(cell).strip()
        if isinstance(cell, date) or not text:
            if not text and self.needed:
                raise BadCell(NEEDED, self.label)
            return cell if isinstance(cell, date) else None
        for pattern in ("%d/%m/%Y", "%Y-%m-%d"):
            try:
                return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        raise BadCell(NO_DAY, self.label)


class Target(ABC):
    """Where the rows go: opened once for a check or an import, it knows what is there. Written in the transaction that it is given."""

    record: ClassVar[Any]

    def __init__(self, session: Session, who: Asked) -> None:
        self.who = who

    def complain(self, values: Values) -> list[Complaint]:
        """What is wrong beyond single cells."""
        return []

    @abstractmethod
    def name(self, values: Values) -> str:
        """What tells a row from the others of its file."""

    @abstractmethod
    def find(self, values: Values) -> int | None:
        """The key of the record that a row is about; None for a new one."""

    @abstractmethod
    def differs(self, row: Any, values: Values) -> bool:
        """Whether a row would change its record."""

    def refuse(self, row: Any, values: Values) -> Complaint | None:
        """Why a record may not be changed now."""
        return None

    @abstractmethod
    def create(self, session: Session, values: Values, now: datetime) -> Any:
        """Write a new record; it is flushed and then `noted`."""

    @abstractmethod
    def change(self, session: Session, row: Any, values: Values, now: datetime) -> None:
        """Write what differs."""

    @abstractmethod
    def noted(self, row: Any) -> None:
        """A record that was written is one that is there."""

    def finish(self, session: Session, now: datetime) -> None:
        """Make all that was written visible, in the last transaction."""
        return


@dataclass(frozen=True)
class Option:
    """What is chosen together with the file, and reaches the target among the filters: each value with its words or their key."""

    name: str
    label: str
    offered: Callable[[Session], Mapping[str, str]]


@dataclass(frozen=True)
class Import:
    """`name` is the endpoint of the list; `most` is how many rows a file may have."""

    name: str
    title: str
    fields: Sequence[Field]
    target: type[Target]
    intro: str
    most: int = ROWS_AT_MOST
    options: Sequence[Option] = ()

    @property
    def noun(self) -> str:
        """The table."""
        return str(self.target.record.__tablename__)

    def columns_of(self, header: Sequence[str], who: Asked) -> dict[str, Field]:
        """The field of each known name in a header. Raises `SheetColumns` for what is missing or there twice."""
        known = {fold(text): one for one in self.fields for text in (one.name, *_labels(one))}
        found = [(name, known[fold(name)]) for name in header if fold(name) in known]
        times = Counter(one.name for _, one in found)
        bad = [one for one in self.fields if times[one.name] > 1 or ((one.needed or one.in_file) and not times[one.name])]
        if bad:
            columns = ", ".join(who.say(one.label) for one in bad)
            raise SheetColumns(columns=columns, found=", ".join(filter(None, header))[:300])
        return dict(found)


@dataclass(frozen=True)
class Opened:
    """A file with the field of each column that is used, and where its rows go."""

    sheet: Sheet
    columns: dict[str, Field]
    target: Target
    who: Asked

    def close(self) -> None:
        self.sheet.close()

    @property
    def names(self) -> list[str]:
        return [name for name in self.sheet.header if name]


@dataclass
class Judged:
    """A row with what is to be done with it."""

    row: SheetRow
    values: Values
    complaints: list[Complaint]
    key: int | None = None
    verdict: str = WRONG

    @property
    def is_good(self) -> bool:
        return not self.complaints


def check(importing: Import, work: Work) -> None:
    """Read the whole file and end the task with what an import would do. Nothing of it is written."""
    preview, work.done = _Preview(), 0
    with closing(_open(importing, work)) as opened:
        scratch = work.files.scratch()
        try:
            title = work.who.say(importing.title) + " " + work.who.say(WRONG_ROWS)
            wrong = write(scratch, XLSX, work.who.say(WRONG_ROWS), _headings(opened), _wrong_rows(opened, work, preview))
            held = {"name": file_name(title, work.who, XLSX), "size": scratch.stat().st_size, "type": FORMS[XLSX]}
            file = {"file": held | {"sha256": work.files.adopt(scratch)}} if wrong else {}
        finally:
            scratch.unlink(missing_ok=True)
        unused = [name for name in opened.names if name not in opened.columns]
    work.end(lambda _session, _now: None, preview.told() | {"unused": unused} | file)


def _headings(opened: Opened) -> list[Heading]:
    say = opened.who.say
    named = [Heading(name, 24) for name in opened.names]
    return [Heading(say(N_("panel.import.row")), 8), *named, Heading(say(N_("panel.import.why")), 60)]


def _wrong_rows(opened: Opened, work: Work, preview: "_Preview") -> Iterator[Sequence[object]]:
    """Go through the file; of each wrong row its number, its cells and why."""
    rows = _judged(opened)
    while batch := list(islice(rows, _LOOKED_AT)):
        _look(opened.target, batch, work)
        for one in batch:
            sentences = preview.take(one, opened)
            if sentences:
                yield [one.row.number, *(one.row.cells.get(name) for name in opened.names), " ".join(sentences)]
        work.beat(work.done + len(batch))


@dataclass
class _Preview:
    """What the page of a check shows: the counts of all rows, the first of them, and the first that are wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    sample: list[Any] = field(default_factory=list)
    complaints: list[Any] = field(default_factory=list)

    def take(self, one: Judged, opened: Opened) -> list[str]:
        """Count a row; the sentences about it."""
        self.counts[one.verdict] += 1
        if len(self.sample) < SHOWN:
            cells = {held.name: text_of(one.row.cells.get(name))[:LONGEST_SHOWN] for name, held in opened.columns.items()}
            self.sample.append([one.row.number, one.verdict, cells])
        sentences = [complaint.sentence(opened.who) for complaint in one.complaints]
        if sentences and len(self.complaints) < COMPLAINTS_SHOWN:
            self.complaints.append([one.row.number, sentences])
        return sentences

    def told(self) -> dict[str, Any]:
        return {name: self.counts[name] for name in VERDICTS} | {"sample": self.sample, "complaints": self.complaints}


def run(importing: Import, work: Work) -> None:
    """Write the good rows, and go on where an earlier worker stopped."""
    counts = Counter[str](work.task.result or {})
    batches = Batches()
    with closing(_open(importing, work)) as opened:
        rows = _judged(opened)
        for _ in islice(rows, work.done):  # they were committed; only their names are needed
            pass
        while batch := list(islice(rows, batches.size)):
            with work.write(work.done + len(batch)) as session:
                _apply(session, opened.target, batch, work.now())
                counts.update(one.verdict for one in batch)
                work.noted = {name: counts[name] for name in VERDICTS}
            batches.took(work.spent)
        _conclude(importing, opened.target, work, {name: counts[name] for name in VERDICTS})


def _conclude(importing: Import, target: Target, work: Work, counts: dict[str, int]) -> None:
    noted = {"rows": counts, "file": work.task.parameters["file"]["name"], "task": work.task.id}

    def note(session: Session, now: datetime) -> None:
        target.finish(session, now)
        history.note(session, work.who.actor, history.IMPORTED, importing.noun, work.task.id, now=now, after=noted)

    work.end(note, counts)


def _open(importing: Import, work: Work) -> Opened:
    sheet = Sheet(work.files.path(work.task.parameters["file"]["sha256"]), importing.most)
    try:
        columns = importing.columns_of(sheet.header, work.who)
        with work.read() as session:
            return Opened(sheet, columns, importing.target(session, work.who), work.who)
    except BaseException:
        sheet.close()
        raise


def _judged(opened: Opened) -> Iterator[Judged]:
    """Every row with its values, or with what is wrong with it as it stands."""
    seen: dict[str, int] = {}
    for row in opened.sheet:
        one = Judged(row, {}, [Complaint(_LONGER)] if row.is_longer else [])
        for name, held in opened.columns.items():
            try:
                one.values[held.name] = held.read(row.cells.get(name), opened.who)
            except BadCell as bad:
                one.complaints.append(bad.complaint)
        if one.is_good:
            one.complaints += opened.target.complain(one.values)
        if one.is_good and (before := seen.setdefault(opened.target.name(one.values), row.number)) != row.number:
            one.complaints.append(Complaint(_TWICE, facts={"row": before}))
        yield one


def _look(target: Target, batch: Sequence[Judged], work: Work) -> None:
    """What an import would do with some rows, as things stand."""
    with work.read() as session:
        records = _records(session, target, batch)
        for one in batch:
            _decide(target, one, records.get(one.key or 0))


def _apply(session: Session, target: Target, batch: Sequence[Judged], now: datetime) -> None:
    """Write what is new or changed; each row then has its verdict."""
    records, made = _records(session, target, batch), []
    with session.no_autoflush:  # all of them at once
        for one in batch:
            record = records.get(one.key or 0)
            _decide(target, one, record)
            if one.verdict == NEW:
                made += _create(session, target, one, now)
            elif one.verdict == CHANGED:
                target.change(session, record, one.values, now)
    session.flush()
    for record in made:
        target.noted(record)


def _create(session: Session, target: Target, one: Judged, now: datetime) -> list[Any]:
    """The new record, or none: what a use case refuses, before it wrote anything, is wrong with this row alone."""
    try:
        return [target.create(session, one.values, now)]
    except OfficeError as refusal:
        one.complaints.append(Complaint(refusal.key, facts=refusal.facts))
        one.verdict = WRONG
        return []


def _records(session: Session, target: Target, batch: Sequence[Judged]) -> dict[int, Any]:
    """The records that good rows are about, by key."""
    for one in batch:
        one.key = target.find(one.values) if one.is_good else None
    keys = [one.key for one in batch if one.key is not None]
    if not keys:
        return {}
    wanted = select(target.record).where(target.record.id.in_(keys)).with_for_update(key_share=True)
    return {row.id: row for row in session.scalars(wanted)}


def _decide(target: Target, one: Judged, record: Any) -> None:
    if one.is_good and record is not None and target.differs(record, one.values):
        refusal = target.refuse(record, one.values)
        one.complaints += [refusal] if refusal else []
        one.verdict = CHANGED
    elif one.is_good:
        one.verdict = NEW if record is None else UNCHANGED
    if not one.is_good:
        one.verdict = WRONG


def _labels(one: Field) -> list[str]:
    return [locales.translate(one.label, language) for language in LANGUAGES]
