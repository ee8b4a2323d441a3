"""Asking for a product list (kê khai sản phẩm): as a sheet, or product by product; what is asked next, and what was read.

Half of it is kept in the draft beside the answer (`dossier_drafts.half_done`): a sheet that was read and not taken yet (`offered`), or a
product that is being typed (`row`, with the `step` that is asked).
"""

from collections.abc import Mapping
from typing import Any

from aiogram.types import InlineKeyboardButton

from bot import buttons
from bot.class_buttons import act, short
from bot.dossier_buttons import TEMPLATE, ProductStep
from bot.work import Work
from db.models import DossierDraft
from domain import gtin
from domain.dossiers.declaration import Field
from domain.messages import N_
from domain.product_list import BY_HAND, Product
from locales import amount
from usecases import dossier_drafts, product_lists
from usecases.kept_lists import KeptList

STEPS = ("gtin", "name", "brand", "description", "product_group", "market")
"""What is asked of each product. Net content, producer and origin are taken from sheets only."""
AS_BEFORE = frozenset({"brand", "product_group", "market"})
"""What is mostly as it was of the product before."""
USUAL_MARKET = "Việt Nam"
_LISTED = 5
_LONGEST_FAULT = 300

Rows = list[list[InlineKeyboardButton]]


def asked(work: Work, draft: DossierDraft, field: Field) -> tuple[list[str], Rows, bool]:
    """Lines, buttons, and whether a product is being typed. No lines: the field's own question is asked."""
    half = dossier_drafts.half_done(draft, field) or {}
    if "step" in half:
        return *_step(work, draft, field, half), True
    if "offered" in half:
        return *_offered(work, draft, half["offered"]), False
    if rows := typed_rows(draft, field):
        return *_list(work, draft, rows), False
    return [], [_template(work, draft), *([] if draft.answers.get(field.name) else [_begin(work, draft)])], False


def typed_rows(draft: DossierDraft, field: Field) -> list[dict[str, str]]:
    """The products that were typed one by one."""
    answer = draft.answers.get(field.name) or {}
    return list(answer.get("rows") or [])


def _act(work: Work, draft: DossierDraft, key: str, what: str, **facts: object) -> InlineKeyboardButton:
    return act(work, key, ProductStep(key=draft.id, act=what), **facts)


def _template(work: Work, draft: DossierDraft) -> list[InlineKeyboardButton]:
    return [_act(work, draft, N_("button.product_sheet"), TEMPLATE)]


def _begin(work: Work, draft: DossierDraft) -> list[InlineKeyboardButton]:
    return [_act(work, draft, N_("button.product_by_product"), "more")]


# one product


def _step(work: Work, draft: DossierDraft, field: Field, half: Mapping[str, Any]) -> tuple[list[str], Rows]:
    step, row = half["step"], half["row"]
    number = len(typed_rows(draft, field)) + 1
    lines = [work.say("product.at", number=number, step=STEPS.index(step) + 1, total=len(STEPS))]
    if row.get("gtin"):
        lines.append(work.say("product.so_far", code=gtin.plain(row["gtin"]), name=row.get("name", "…")))
    lines.append(work.say(f"product.ask.{step}"))
    before = typed_rows(draft, field)[-1:] if step in AS_BEFORE else []
    rows = [[_act(work, draft, N_("button.as_before"), "same", said=short(before[0][step]))]] if before and before[0].get(step) else []
    if step == "market" and not (before and before[0].get(step) == USUAL_MARKET):
        rows.append([buttons.button(USUAL_MARKET, ProductStep(key=draft.id, act="usual"))])
    moves = [] if step == STEPS[0] else [_act(work, draft, N_("button.step_back"), "back")]
    return lines, [*rows, [*moves, _act(work, draft, N_("button.drop_product"), "drop")]]


def _list(work: Work, draft: DossierDraft, rows: list[dict[str, str]]) -> tuple[list[str], Rows]:
    """What was typed so far, the newest in sight."""
    first = len(rows) - _LISTED
    lines = [work.say("product.list", count=len(rows)), *(["…"] if first > 0 else [])]
    lines += [_line(work, number, row) for number, row in list(enumerate(rows, 1))[max(0, first) :]]
    more = [_act(work, draft, N_("button.add_product"), "more")] if len(rows) < BY_HAND else []
    done = _act(work, draft, N_("button.products_done"), "done", count=len(rows))
    last = _act(work, draft, N_("button.drop_last_product"), "last", name=short(rows[-1]["name"]))
    return lines, [[done], more, [last], _template(work, draft)]


def _line(work: Work, number: int, row: Mapping[str, str]) -> str:
    return work.say("product.line", number=number, code=gtin.plain(row["gtin"]), name=row["name"], brand=row.get("brand", ""))


# a sheet


def preview(work: Work, kept: KeptList) -> str:
    """What a sheet holds: how many can be taken and the first of them, how many cannot and why the first of those."""
    lines = [work.say("product.read", name=kept.answer["name"], count=amount(kept.count, work.language))]
    lines += [_of(work, number, product) for number, product in enumerate(kept.first, 1)]
    if kept.faulty:
        lines += ["", work.say("product.faulty", count=amount(kept.faulty, work.language))]
        wrong = list(product_lists.faults_by_row(kept.faults, work.language).items())
        lines += [work.say("product.fault_in_row", row=row, said=_cut(said)) for row, said in wrong[:_LISTED]]
        lines.append(work.say("product.faults_follow"))
    return "\n".join(lines)


def _of(work: Work, number: int, product: Product) -> str:
    return work.say("product.line", number=number, code=gtin.plain(product.gtin), name=product.name, brand=product.brand)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_FAULT else text[:_LONGEST_FAULT] + "…"


def _offered(work: Work, draft: DossierDraft, offered: Mapping[str, Any]) -> tuple[list[str], Rows]:
    facts = {"name": offered["name"], "count": amount(offered["count"], work.language)}
    key = N_("product.take_or_mend") if offered["faulty"] else N_("product.take")
    take = _act(work, draft, N_("button.take_products"), "take", count=amount(offered["count"], work.language))
    return [work.say(key, **facts)], [[take], [_act(work, draft, N_("button.another_sheet"), "another")]]
