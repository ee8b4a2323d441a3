"""Asking for prepackaged goods (hàng đóng gói sẵn), one row for each nominal quantity, question by question; what is asked next, and
what was understood.

Half of it is kept in the draft beside the answer (`dossier_drafts.half_done`): the `row` that is being typed, with the `step` that is
asked. Whoever likes it better types whole lines instead.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from aiogram.types import InlineKeyboardButton

from bot import buttons
from bot.class_buttons import act, short
from bot.dossier_buttons import PackageStep
from bot.work import Work
from db.models import DossierDraft
from domain import quantities
from domain.dossiers.declaration import PACKAGES, Field
from domain.dossiers.rows import PACKAGE_PARTS, quantity_of
from domain.messages import N_
from domain.quantity_marks.labels import STATES
from usecases import dossier_advice, dossier_drafts, dossier_words

STEPS = PACKAGE_PARTS
MAY_BE_PASSED = frozenset({"brand", "numeral_mm", "mark_mm", "label"})
OF_PRODUCT = ("name", "brand", "packaging", "state")
"""What stays as it is for another quantity of the same product."""
_LISTED = 5

Rows = list[list[InlineKeyboardButton]]


def asked(work: Work, draft: DossierDraft, field: Field) -> tuple[list[str], Rows, bool]:
    """Lines, buttons, and whether a row is being typed. No lines: the field's own question is asked."""
    half = dossier_drafts.half_done(draft, field)
    if half:
        return *_step(work, draft, field, half), True
    if rows := given(draft, field):
        return *_list(work, draft, field, rows), False
    return [], [[_act(work, draft, N_("button.package_by_package"), "more")]], False


def given(draft: DossierDraft, field: Field) -> list[dict[str, str]]:
    """The rows that are whole."""
    return list(draft.answers.get(field.name) or [])


def _act(work: Work, draft: DossierDraft, key: str, what: str, **facts: object) -> InlineKeyboardButton:
    return act(work, key, PackageStep(key=draft.id, act=what), **facts)


def _step(work: Work, draft: DossierDraft, field: Field, half: Mapping[str, Any]) -> tuple[list[str], Rows]:
    step, row = half["step"], half["row"]
    lines = [work.say("package.at", number=len(given(draft, field)) + 1, step=STEPS.index(step) + 1, total=len(STEPS))]
    if row.get("name"):
        lines.append(work.say("package.so_far", said=dossier_words.row_said(PACKAGES, row, work.language)))
    if row.get("nominal") and step == "numeral_mm":
        lines.append(work.say("package.quantity_read", said=quantities.said(quantity_of(row["quantity"]), work.language)))
    lines.append(work.say(f"package.ask.{step}"))
    rows: Rows = []
    if step == "state":
        captions = [dossier_words.row_part("state", {"state": state}, work.language) for state in STATES]
        choices = [buttons.button(caption, PackageStep(key=draft.id, act=f"s{at}")) for at, caption in enumerate(captions)]
        rows = [choices[at : at + 2] for at in range(0, len(choices), 2)]
    if step in MAY_BE_PASSED:
        rows.append([_act(work, draft, N_("button.package_none"), "none")])
    moves = [] if step == STEPS[0] else [_act(work, draft, N_("button.step_back"), "back")]
    return lines, [*rows, [*moves, _act(work, draft, N_("button.drop_product"), "drop")]]


def _list(work: Work, draft: DossierDraft, field: Field, rows: list[dict[str, str]]) -> tuple[list[str], Rows]:
    """The rows so far, the newest in sight, with what the office says to the last."""
    first = max(0, len(rows) - _LISTED)
    lines = [work.say("package.list", count=len(rows)), *(["…"] if first else [])]
    for number, row in list(enumerate(rows, 1))[first:]:
        lines.append(work.say("package.line", number=number, said=dossier_words.row_said(PACKAGES, row, work.language)))
    if advice := dossier_advice.on(work.session, field, rows[-1:], work.language, work.today):
        lines.append(escape(advice, quote=False))
    keys: Rows = [[_act(work, draft, N_("button.packages_done"), "done", count=len(rows))]]
    if len(rows) < field.at_most:
        keys.append([_act(work, draft, N_("button.another_quantity"), "again", name=short(rows[-1]["name"]))])
        keys.append([_act(work, draft, N_("button.another_package"), "more")])
    return lines, [*keys, [_act(work, draft, N_("button.drop_last_product"), "last", name=short(rows[-1]["name"]))]]
