"""The web form of a dossier: a box for each field and paper of its declaration, in sections, with what is in it and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from db.models import DossierDraft
from domain.dossiers.declaration import (
    ADDRESS,
    CHOICE,
    COMPANY_PREFIX,
    DATE,
    EMAIL,
    EXCEL,
    GTINS,
    INSTRUMENTS,
    MADE,
    NUMBER,
    OPTIONAL,
    PACKAGES,
    PHONE,
    PRODUCTS,
    REQUIRED,
    WORD,
    YES_NO,
    Field,
    Paper,
    Part,
    is_given,
)
from domain.messages import N_
from locales import translate
from usecases import dossier_drafts, dossier_forms, dossier_words

_LONG = 200
"""Letters that a single line takes; a field that may hold more gets several."""
_TYPED = {NUMBER: ("text", "numeric", "off"), DATE: ("text", "numeric", "off"), COMPANY_PREFIX: ("text", "numeric", "off")} | {
    PHONE: ("tel", "tel", "tel"),
    EMAIL: ("email", "email", "email"),
}
"""Type, keyboard and autofill of a line, by the kind of its field."""
_LINES = {ADDRESS: 2, GTINS: 6, PACKAGES: 6, INSTRUMENTS: 4, MADE: 6}
_ENDINGS = {WORD: ".doc,.docx", EXCEL: ".xls,.xlsx"}


@dataclass(frozen=True)
class Box:
    """A field or paper on the page. `when` says which answer to which field makes it apply."""

    part: Part
    name: str
    label: str
    ask: str
    why: str
    example: str
    mistake: str
    applies: bool
    fault: str
    typed: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Mapping[str, Any]] = ()
    kinds: str = ""
    advice: str = ""

    @property
    def id(self) -> str:
        return f"f-{self.name}"

    @property
    def is_required(self) -> bool:
        return self.part.need == REQUIRED

    @property
    def need(self) -> str:
        """The key of how much it is wanted."""
        return f"form.need.{self.part.need}"

    @property
    def kind(self) -> str:
        """files, sheet, choice, lines or line."""
        if isinstance(self.part, Paper):
            return "files"
        if self.part.kind == PRODUCTS:
            return "sheet"
        if self.choices:
            return "choice"
        return "lines" if self.part.kind in _LINES or (self.part.at_most > _LONG and self.part.kind not in _TYPED) else "line"

    @property
    def rows(self) -> int:
        return _LINES.get(self.part.kind, 4) if isinstance(self.part, Field) else 0

    @property
    def line(self) -> tuple[str, str, str]:
        """Type, keyboard and autofill."""
        return _TYPED.get(self.part.kind, ("text", "text", "off")) if isinstance(self.part, Field) else ("file", "none", "off")

    @property
    def accept(self) -> str:
        """What a browser offers to choose."""
        if not isinstance(self.part, Paper):
            return ""
        endings = [ending for types, ending in _ENDINGS.items() if types <= self.part.types]
        return ",".join([*sorted(self.part.types), *endings])

    @property
    def when(self) -> str:
        return self.part.only_if.field if self.part.only_if else ""

    @property
    def values(self) -> str:
        return " ".join(str(value) for value in self.part.only_if.values) if self.part.only_if else ""


@dataclass(frozen=True)
class Section:
    """Some boxes under a heading."""

    id: str
    title: str
    boxes: Sequence[Box]


@dataclass(frozen=True)
class Progress:
    """How many of the required parts are there."""

    done: int
    total: int


def progress(draft: DossierDraft) -> Progress:
    wanted = [part for part in dossier_drafts.parts(draft) if part.need == REQUIRED]
    return Progress(sum(is_given(part, draft.answers, draft.papers) for part in wanted), len(wanted))


def sections(
    draft: DossierDraft, language: str, typed: Mapping[str, Any], faults: Mapping[str, str], advice: Mapping[str, str] | None = None
) -> list[Section]:
    """The firm, the matter, the papers. By field: `typed` is what was sent and could not be kept, `advice` what the office says to it."""
    declared, asked, advised = dossier_drafts.declared(draft), set(dossier_drafts.parts(draft)), advice or {}
    last = max((at for at, one in enumerate(declared.fields) if one.of_firm), default=-1)
    groups: tuple[tuple[str, str, Sequence[Part]], ...] = (
        ("firm", N_("form.section.firm"), declared.fields[: last + 1]),
        ("matter", N_("form.section.matter"), declared.fields[last + 1 :]),
        ("papers", N_("form.section.papers"), declared.papers),
    )
    return [
        Section(
            f"s-{name}",
            translate(title, language),
            [_box(draft, part, language, part in asked, typed, faults, advised) for part in parts],
        )
        for name, title, parts in groups
        if parts
    ]


def _box(
    draft: DossierDraft,
    part: Part,
    language: str,
    applies: bool,
    typed: Mapping[str, Any],
    faults: Mapping[str, str],
    advice: Mapping[str, str],
) -> Box:
    room = f"dossier.{'paper' if isinstance(part, Paper) else 'field'}.{part.name}"
    facts: dict[str, Any] = {}
    if isinstance(part, Paper):
        facts = {"files": draft.papers.get(part.name) or [], "kinds": dossier_words.kinds(part, language)}
    else:
        kept = dossier_forms.box(part, draft.answers.get(part.name), language)
        facts = {"typed": kept if part.kind == PRODUCTS else typed.get(part.name, kept), "example": translate(f"{room}.example", language)}
        if part.kind in {CHOICE, YES_NO}:
            facts["choices"] = dossier_words.captions(part, language) | (
                {} if part.need == REQUIRED else {"": translate(N_("form.no_answer"), language)}
            )
    return Box(
        part=part,
        name=part.name,
        label=translate(f"{room}.name", language),
        ask=translate(f"{room}.ask", language),
        why=translate(f"{room}.why", language),
        mistake=translate(f"{room}.mistake", language),
        applies=applies,
        fault=faults.get(part.name, ""),
        advice=advice.get(part.name, ""),
        **{"example": "", **facts},
    )


@dataclass(frozen=True)
class Line:
    """A part in the summary."""

    id: str
    label: str
    said: str


def summary(draft: DossierDraft, language: str) -> list[Line]:
    """What is handed in, in order; what is empty says so."""
    return [
        Line(f"f-{part.name}", dossier_words.name(part, language), _said(draft, part, language))
        for part in dossier_drafts.parts(draft)
        if part.need != OPTIONAL or is_given(part, draft.answers, draft.papers)
    ]


def _said(draft: DossierDraft, part: Part, language: str) -> str:
    if isinstance(part, Paper):
        text = "\n".join(file["name"] for file in draft.papers.get(part.name) or [])
    else:
        text = dossier_words.said(part, draft.answers.get(part.name), language)
    return text or translate(N_("form.nothing_said"), language)
