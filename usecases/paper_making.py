"""A paper of quantity marks from its facts: as DOCX, after the template that counts, and as PDF in the layout of the house.

No session here: rendering takes a second, and no transaction waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.messages import N_
from domain.papers.official import Block, Official, official
from domain.papers.press import Code, Fact, Letterhead
from locales import translate
from usecases import paper_layouts as layouts
from usecases.opening import Opener
from usecases.paper_layouts import LANGUAGE, Kind, Line, Listed, Table
from usecases.paper_rendering import CODE, Rendered

Facts = Mapping[str, Any]
"""By the names of `paper_layouts`: texts, and lists of rows of texts."""


@dataclass(frozen=True)
class Made:
    """A paper in both forms."""

    docx: bytes
    pdf: bytes


@dataclass(frozen=True)
class Draft:
    """What a paper is made from: read in a transaction that is over by then."""

    kind: str
    facts: Facts
    name: str
    """Of its files, without ending."""
    template: bytes
    dossier_id: int | None = None
    entry_id: int | None = None
    year: int | None = None
    stand: tuple[Any, ...] = field(default=())
    """How its dossier stood."""


def make(draft: Draft, opener: Opener, made_at: datetime) -> Made:
    """Both forms. Raises what `paper_rendering.render_paper` raises, and `FileNotOpened` where a template takes too much."""
    kind = layouts.KINDS[draft.kind]
    docx = filled(draft.template, f"{draft.name}.docx", kind, [draft.facts], opener)
    return Made(docx, official(on_pdf(kind, draft.facts), made_at))


def filled(template: bytes, name: str, kind: Kind, facts: Sequence[Facts], opener: Opener) -> bytes:
    """The template with each of the facts in turn; the last one is answered."""
    samples = [complete(kind, one) for one in facts]
    code = str(samples[-1].get("verify_link", ""))
    names = [*layouts.names(kind), *layouts.tables(kind), *([CODE] if kind.has_code else [])]
    return opener.run("render_paper", template, Rendered, name=name, names=names, samples=samples, code=code).content


def complete(kind: Kind, facts: Facts) -> dict[str, Any]:
    """Every name that the kind has, empty where nothing is known."""
    found: dict[str, Any] = {name: facts.get(name, "") for name in layouts.names(kind)}
    for name, columns in layouts.tables(kind).items():
        found[name] = [{column: row.get(column, "") for column in columns} for row in facts.get(name, ())]
    return found


def on_pdf(kind: Kind, facts: Facts) -> Official:
    """The paper for the press."""
    given = complete(kind, facts)

    def say(key: str) -> str:
        return translate(key, LANGUAGE, **{name: given[name] for name in layouts.names_of_sentence(key)}) if key else ""

    link = str(given.get("verify_link", ""))
    return Official(
        language=LANGUAGE,
        head=_head(kind, given),
        number=translate(
            N_("outgoing.number"), LANGUAGE, number=given["document_number"] or translate(N_("outgoing.number_open"), LANGUAGE)
        ),
        place_and_date=given["place_and_date"],
        title=say(kind.title),
        about=say(kind.about),
        blocks=tuple(block for one in kind.blocks if (block := _block(one, given, say)) is not None),
        copies_title=copies_title(kind),
        copies=say(kind.copies),
        signer_title=given["signer_title"],
        signer=given["signer"],
        code=Code(link, translate(N_("paper.verify_code"), LANGUAGE)) if link else None,
        verify=translate(N_("outgoing.verify"), LANGUAGE) if link else "",
        page_of=translate(N_("paper.page_of"), LANGUAGE),
    )


def copies_title(kind: Kind) -> str:
    """What stands above the copies; nothing where another body stamps."""
    return "" if kind.name == layouts.ANNOUNCEMENT else translate(N_("outgoing.recipients"), LANGUAGE)


def _head(kind: Kind, given: Facts) -> Letterhead:
    bodies = ("", str(given["firm"])) if kind.is_of_firm else (str(given["authority"]), str(given["office"]))
    authority, office = (one.upper() for one in bodies)
    return Letterhead(authority, office, translate(N_("paper.nation"), LANGUAGE), translate(N_("paper.motto"), LANGUAGE))


def _block(one: layouts.Block, given: Facts, say: Any) -> Block | None:
    """A block with its facts; None where it has nothing to say."""
    match one:
        case Line():
            return None if one.only_if and not given[one.only_if] else Block(say(one.key), one.is_strong, one.is_centred)
        case Listed():
            facts = tuple(Fact(translate(f"outgoing.name.{name}", LANGUAGE), given[name]) for name in one.names if given[name])
            return Block(facts=facts) if facts else None
        case Table():
            heads = tuple(translate(f"outgoing.column.{name}", LANGUAGE) for name, _ in one.columns)
            rows = tuple(tuple(row[name] for name, _ in one.columns) for row in given[one.rows])
            return Block(heads=heads, shares=tuple(share for _, share in one.columns), rows=rows) if rows else None
