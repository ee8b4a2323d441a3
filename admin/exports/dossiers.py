"""Dossiers (hồ sơ) as a spreadsheet, one row each; of one type also its answers, a column each, as its declaration names them."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Select

from admin import dossier_queues, wording
from admin.dossier_queues import QUEUES
from admin.exporting import Column, Export, plainly
from admin.queues import Wish
from admin.work import Asked
from db.models import Dossier
from domain import dossiers
from domain.dossiers.declaration import Field, Paper
from domain.messages import N_
from usecases import dossier_words

_EVERY_DOSSIER_HAS = {"firm", "tax_code", "phone"}
ANSWERS, PAPERS, PHONE = "dossiers.answers", "dossiers.papers", "dossiers.phone"


class _Officers(Collection[str]):
    """The keys that an officer may have, or nobody."""

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and (key == dossier_queues.UNASSIGNED or (key.isascii() and key.isdigit() and len(key) < 10))

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def wanted(who: Asked) -> Select[Any]:
    """What the list showed, with its queue, search and filters."""
    chosen = {name: value for name, value in who.filters.items() if name in {"kind", "status", "officer"}}
    wish = Wish(who.filters.get("queue", "all"), who.filters.get("search", ""), chosen)
    return dossier_queues.wanted(wish, who.staff_id, who.at)


def more(who: Asked) -> Sequence[Column]:
    """The answers of the chosen type; of several types together, all in one column."""
    if "kind" not in who.filters:
        return (Column(N_("panel.dossier.answers"), _all, 60, field=ANSWERS),)
    declared = dossiers.current(who.filters["kind"])
    fields = [
        Column(f"dossier.field.{one.name}.name", _answer(one), 30, field=ANSWERS)
        for one in declared.fields
        if one.name not in _EVERY_DOSSIER_HAS
    ]
    return (*fields, *(Column(f"dossier.paper.{one.name}.name", _files(one), 30, field=PAPERS) for one in declared.papers))


def _answer(field: Field) -> Any:
    return lambda row, who: dossier_words.said(field, row.answers.get(field.name), who.language)


def _files(paper: Paper) -> Any:
    return lambda row, _who: "\n".join(file.name for file in row.papers if file.paper == paper.name and file.replaced_at is None)


def _all(row: Dossier, who: Asked) -> str:
    """Each with its question, one a line."""
    declared = dossiers.declared(row.kind, row.version)
    given = [(field, row.answers[field.name]) for field in declared.fields if row.answers.get(field.name)]
    return "\n".join(
        f"{dossier_words.name(field, who.language)}: {dossier_words.said(field, value, who.language)}" for field, value in given
    )


def _tax_code(row: Dossier, who: Asked) -> str:
    """The twelve digits are a person's."""
    return row.tax_code if len(row.tax_code) != 12 or who.sees(ANSWERS) else who.say(N_("panel.export.hidden"))


def _unit(row: Dossier, who: Asked) -> str:
    return who.say(f"dossier.unit.{dossiers.declared(row.kind, row.version).state(row.status).unit}")


EXPORT = Export(
    name="dossiers",
    title=N_("panel.menu.dossiers"),
    record=Dossier,
    columns=(
        Column(N_("panel.dossier.reference"), plainly("reference"), 22),
        Column(N_("panel.dossier.type"), lambda row, who: who.say(f"dossier.type.{row.kind}"), 36),
        Column(N_("panel.dossier.firm"), plainly("firm"), 36),
        Column(N_("panel.organisation.tax_code"), _tax_code, 18),
        Column(N_("panel.registration.phone"), plainly("phone"), 16, field=PHONE),
        Column(N_("panel.filter.state"), lambda row, who: who.say(f"dossier.state.{row.status}"), 20),
        Column(N_("panel.dossier.with"), _unit, 18),
        Column(N_("panel.dossier.due"), plainly("due_on"), 14),
        Column(N_("panel.dossier.officer"), lambda row, _who: row.assigned_to.full_name if row.assigned_to else None, 24),
        Column(N_("panel.dossier.received"), plainly("submitted_at"), 18),
        Column(N_("panel.dossier.source_label"), lambda row, who: who.say(wording.DOSSIER_SOURCE.get(row.source, row.source)), 16),
        Column(N_("panel.dossier.demands"), plainly("demand_count"), 12),
    ),
    query=wanted,
    choices={
        "queue": tuple(QUEUES),
        "kind": tuple(one.kind for one in dossiers.current_types()),
        "status": tuple({state.name for one in dossiers.DECLARED for state in one.states}),
        "officer": _Officers(),
    },
    is_searched=True,
    more=more,
)
