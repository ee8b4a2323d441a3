"""Effects (ảnh hưởng): what an edit would change on the labelled questions, shown before it is saved."""

from collections.abc import Callable
from typing import Any

from flask import request

from admin.database import db
from admin.language import current, today
from domain.judgement import Decision, Judgement
from domain.material import Material
from usecases import evaluation, material
from usecases.evaluation import Effect

MEASURE, SAVE, EDIT = "measure", "save", "edit"
"""Values of the button `act`: show the effect, save the same content, go back to the form with it."""

FIGURES = ("first", "top3", "outright", "wrong", "not_ours")
SHOWN = 50


def act(default: str = MEASURE) -> str:
    """Which button of the form was pressed."""
    return request.form.get("act", default)


def effect_page(view: Any, edit: Callable[[Material], Material], *, heading: str, save: str = SAVE, may_edit: bool = True) -> str:
    """The figures before and after an edit, the questions that turn, and the button that saves what was posted."""
    before = material.gather(db.session, today())
    after = edit(before)
    measured = evaluation.effect(db.session, before, after)
    page: str = view.render(
        "panel/effect.html",
        heading=heading,
        figures=[(name, measured.before.shares[name], measured.after.shares[name]) for name in FIGURES],
        turned=_sorted(measured),
        is_empty=not (measured.before.answerable or measured.before.not_ours or measured.before.intents),
        titles=_titles(after) | _titles(before),
        shown_of=shown_of,
        posted=[(name, value) for name, value in request.form.items(multi=True) if name not in {"csrf_token", "act"}],
        save=save,
        may_edit=may_edit,
        most=SHOWN,
    )
    return page


def _sorted(effect: Effect) -> dict[str, list[Any]]:
    better = [turn for turn in effect.turned if turn.is_right and not turn.was_right]
    worse = [turn for turn in effect.turned if turn.was_right and not turn.is_right]
    return {"worse": worse, "better": better, "other": [turn for turn in effect.turned if turn.was_right == turn.is_right]}


def shown_of(judged: Judgement) -> list[str]:
    """Slugs of the entries that a citizen would see."""
    most = 1 if judged.decision is Decision.ANSWER else 3 if judged.decision is Decision.ASK_BACK else 0
    return [hit.slug for hit in judged.hits[:most]]


def _titles(gathered: Material) -> dict[str, str]:
    """The question of each entry, in the reader's language where there is one."""
    ours = current()
    return {text.slug: text.question for text in sorted(gathered.entries, key=lambda text: text.language == ours)}
