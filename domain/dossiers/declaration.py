"""How a dossier type (loại hồ sơ, thủ tục) is declared: once, as data. Dialogue, web form, panel, receipt, checks and export read it.

The sentences about a part stand in `locales/` under its name, so a field that two types share is asked in the same words:
`dossier.field.<name>.{name,ask,why,example,mistake}`, `dossier.choice.<field>.<choice>`, `dossier.paper.<name>.{name,ask,why,mistake}`,
`dossier.state.<state>` and `dossier.next.<state>`, `dossier.type.<kind>` and `dossier.purpose.<kind>`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

REQUIRED, RECOMMENDED, OPTIONAL = "required", "recommended", "optional"

TEXT, NUMBER, CHOICE, YES_NO, DATE = "text", "number", "choice", "yes_no", "date"
TAX_CODE, PHONE, EMAIL, ADDRESS = "tax_code", "phone", "email", "address"
COMPANY_PREFIX, GTINS, PRODUCTS = "company_prefix", "gtins", "products"
PACKAGES, INSTRUMENTS, MADE = "packages", "instruments", "made"
"""Prepackaged goods, one row per nominal quantity · measuring instruments · how much of each was made or imported. One row a line."""
KINDS = (TEXT, NUMBER, CHOICE, YES_NO, DATE, TAX_CODE, PHONE, EMAIL, ADDRESS, COMPANY_PREFIX, GTINS, PRODUCTS, PACKAGES, INSTRUMENTS, MADE)
LISTS = frozenset({PACKAGES, INSTRUMENTS, MADE})
"""Kinds whose answer is a list of rows, each written as a line of parts with semicolons between them (`domain.dossiers.rows`)."""

YES, NO = "yes", "no"

PREFIX_SIZE = "prefix_size"
"""Advice: which company prefix holds so many products, with room for growth, and its fee."""
HEAD_OFFICE, PACKAGE_LABELS, INSTRUMENTS_VALID = "head_office", "package_labels", "instruments_valid"
"""Advice: whether the head office is in this office's province · what the labels lack, and what needs a certificate · which verification
runs out soon."""

FILED = "filed"
"""A time limit of a move counts from the day on which the complete file came in, not from the day of the move."""
RECEIVE, SUSPEND, RESUME, REVOKE, SUPERSEDE, EXPIRE = "receive", "suspend", "resume", "revoke", "supersede", "expire"
"""What a move does to the register of its type: such a move is made by `usecases.mark_registers`, never by itself."""

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic"})
PDF = frozenset({"application/pdf"})
WORD = frozenset({"application/msword", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"})
EXCEL = frozenset({"application/vnd.ms-excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})

RUNS, PAUSED, OFF = "runs", "paused", "off"
"""Whether the office's clock runs in a state."""
OFFICE, FIRM, CENTRE, NOBODY = "office", "firm", "centre", "nobody"
"""With whom it lies: the office, the firm, the national centre (Trung tâm Mã số, mã vạch quốc gia)."""
CITIZEN, STAFF = "citizen", "staff"


@dataclass(frozen=True)
class Condition:
    """What it needs for a part to apply: an earlier field answered with one of these."""

    field: str
    values: tuple[Any, ...]

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return answers.get(self.field) in self.values


@dataclass(frozen=True)
class Field:
    """A question. `at_least` and `at_most` bound the characters of a text, the value of a number, the count of a list."""

    name: str
    kind: str = TEXT
    need: str = REQUIRED
    only_if: Condition | None = None
    choices: tuple[str, ...] = ()
    at_least: int = 1
    at_most: int = 200
    of_firm: str = ""
    """Column of the organisation that it fills, and is filled from next time."""
    stops: tuple[str, ...] = ()
    """Choices with which the way ends: the reason is said at once (`dossier.stop.<field>.<choice>`), and nothing is handed in with them."""
    advice: str = ""
    """What the office can say to an answer at once: the name of an advice of `usecases.dossier_advice`."""


@dataclass(frozen=True)
class Paper:
    """A document that is handed in (thành phần hồ sơ). `types` are media types by content; `most` is how many files."""

    name: str
    types: frozenset[str]
    need: str = REQUIRED
    only_if: Condition | None = None
    most: int = 5


Part = Field | Paper


@dataclass(frozen=True)
class State:
    """Where a dossier may stand."""

    name: str
    clock: str
    unit: str
    is_final: bool = False


@dataclass(frozen=True)
class Move:
    """A way from states to another. `needs_second`: one officer drafts it, another approves. `limit`: time limit that begins with it,
    counted from the move, or from the day named by `since`. `firm_limit`: time limit of the firm for what it is asked for.
    `only_late`: open only once that is over. `register`: what it does to the register of this type.
    """

    sources: tuple[str, ...]
    target: str
    by: frozenset[str]
    needs_words: bool = False
    needs_second: bool = False
    limit: str = ""
    since: str = ""
    firm_limit: str = ""
    only_late: bool = False
    register: str = ""


@dataclass(frozen=True)
class DossierType:
    """A procedure. `kind` never changes; a changed set of fields gets the next `version`, and drafts stay on the one they began with.

    `limit` names the time limit (row of `time_limits`) that begins when a dossier is handed in.
    """

    kind: str
    version: int
    prefix: str
    family: str
    fields: tuple[Field, ...]
    papers: tuple[Paper, ...]
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    limit: str
    basis: tuple[str, ...]
    """Legal basis: numbers of documents, each with `unverified` behind where nobody read it."""
    is_by_law: bool = False
    """Whether its time limits stand in the law; else the office promises them itself."""
    register: str = ""
    """The register that it ends in, and for how long a line of it holds (time limit); none, and without an end."""
    holds: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Fields, then papers, in the order in which they are asked for."""
        return (*self.fields, *self.papers)

    @property
    def first(self) -> str:
        """The state of what was just handed in."""
        return self.states[0].name

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    def paper(self, name: str) -> Paper | None:
        return next((paper for paper in self.papers if paper.name == name), None)

    def state(self, name: str) -> State:
        """Raises LookupError for a state that this type does not know."""
        found = next((state for state in self.states if state.name == name), None)
        if found is None:
            raise LookupError(f"{self.kind} has no state {name}")
        return found

    def part(self, name: str) -> Part | None:
        """A field or a paper by its name; they never share one."""
        return self.field(name) or self.paper(name)

    def moves_from(self, status: str, by: str) -> tuple[Move, ...]:
        """What may be done next, and by whom."""
        return tuple(move for move in self.moves if status in move.sources and by in move.by)

    def move(self, status: str, target: str) -> Move | None:
        return next((move for move in self.moves if status in move.sources and move.target == target), None)

    def limit_in(self, status: str) -> str:
        """The time limit that runs in a state: of a move that leads to it, else the one that began with handing in."""
        return next((move.limit for move in self.moves if move.target == status and move.limit), self.limit)

    def act(self, status: str, register: str) -> Move | None:
        """The move that does something to the register, or None where it cannot be done as it stands."""
        return next((move for move in self.moves if status in move.sources and move.register == register), None)

    def stopped(self, answers: Mapping[str, Any]) -> tuple[Field, ...]:
        """Fields whose answer ends the way."""
        return tuple(part for part in self.asked(answers) if isinstance(part, Field) and answers.get(part.name) in part.stops)

    def asked(self, answers: Mapping[str, Any]) -> tuple[Part, ...]:
        """Fields and papers that apply to these answers, in order. A condition on a part that does not apply itself does not hold."""
        given: dict[str, Any] = {}
        applying: list[Part] = []
        for part in self.parts:
            if part.only_if is None or part.only_if.holds(given):
                applying.append(part)
                if part.name in answers:
                    given[part.name] = answers[part.name]
        return tuple(applying)

    def missing(self, answers: Mapping[str, Any], papers: Mapping[str, Any]) -> tuple[Part, ...]:
        """Required parts that apply and are not there."""
        return tuple(part for part in self.asked(answers) if part.need == REQUIRED and not is_given(part, answers, papers))

    def weak(self, answers: Mapping[str, Any], papers: Mapping[str, Any]) -> tuple[Part, ...]:
        """Recommended parts that apply and are not there: worth a word before handing in."""
        return tuple(part for part in self.asked(answers) if part.need == RECOMMENDED and not is_given(part, answers, papers))


def is_given(part: Part, answers: Mapping[str, Any], papers: Mapping[str, Any]) -> bool:
    """Whether a part has an answer or a file; a skipped one holds an empty text, which is neither."""
    return bool(papers.get(part.name)) if isinstance(part, Paper) else answers.get(part.name) not in (None, "", [], {})


def faults(declared: DossierType) -> Iterator[str]:
    """What is wrong with a declaration itself; for the guard that walks every type."""
    names = [part.name for part in declared.parts]
    states = {state.name for state in declared.states}
    yield from (f"{name} is declared twice" for name in {name for name in names if names.count(name) > 1})
    yield from (f"{field.name} is of unknown kind {field.kind}" for field in declared.fields if field.kind not in KINDS)
    yield from (f"{field.name} has no choices" for field in declared.fields if field.kind == CHOICE and len(field.choices) < 2)
    yield from (f"{field.name} stops at what is no choice of it" for field in declared.fields if not set(field.stops) <= set(field.choices))
    for at, part in enumerate(declared.parts):
        if part.only_if is not None and part.only_if.field not in names[:at]:
            yield f"{part.name} depends on {part.only_if.field}, which is not asked before it"
    for move in declared.moves:
        yield from (f"a move names the unknown state {name}" for name in {*move.sources, move.target} - states)
    reached = {declared.first} | {move.target for move in declared.moves}
    yield from (f"nothing leads to {name}" for name in states - reached)
    ends = {state.name for state in declared.states if state.is_final}
    left = {source for move in declared.moves for source in move.sources}
    yield from (f"{name} is a dead end" for name in states - ends - left)
