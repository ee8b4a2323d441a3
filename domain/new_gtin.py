"""Does a product need a new GTIN? (có cần mã mới không). Rules of the GS1 GTIN Management Standard, from general knowledge: to be held
against the edition in force. A question leads to the next by the answers so far, parted by full stops.

>>> step("").answers
('new', 'change', 'pack', 'set')
>>> step("change.net"), step("change.size.under")
(Result(name='every_level', rule='net'), Result(name='none', rule='size'))
"""

from dataclasses import dataclass

SOURCE = "GS1 GTIN Management Standard"
EVERY_LEVEL, THIS_LEVEL, OUTER_LEVELS, NONE = "every_level", "this_level", "outer_levels", "none"
"""A new number for the item and all its packs · for this pack or set alone · for cases and pallets alone · none."""


@dataclass(frozen=True)
class Question:
    """What is asked, by the end of its key, and the answers one may give."""

    name: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """Which numbers are new, and by which rule."""

    name: str
    rule: str


_QUESTIONS = {
    "": Question("start", ("new", "change", "pack", "set")),
    "change": Question("change", ("recipe", "net", "size", "brand", "mark", "promotion", "price", "design")),
    "change.recipe": Question("recipe", ("declared", "minor")),
    "change.size": Question("size", ("over", "under")),
    "change.mark": Question("mark", ("matters", "decorative")),
    "change.promotion": Question("promotion", ("free_content", "handling", "sticker")),
    "pack": Question("pack", ("first", "count", "look")),
    "set": Question("set", ("first", "parts", "looks")),
}
_RESULTS = {
    "new": Result(EVERY_LEVEL, "new"),
    "change.recipe.declared": Result(EVERY_LEVEL, "recipe"),
    "change.recipe.minor": Result(NONE, "recipe"),
    "change.net": Result(EVERY_LEVEL, "net"),
    "change.size.over": Result(EVERY_LEVEL, "size"),
    "change.size.under": Result(NONE, "size"),
    "change.brand": Result(EVERY_LEVEL, "brand"),
    "change.mark.matters": Result(EVERY_LEVEL, "mark"),
    "change.mark.decorative": Result(NONE, "mark"),
    "change.promotion.free_content": Result(EVERY_LEVEL, "net"),
    "change.promotion.handling": Result(OUTER_LEVELS, "promotion"),
    "change.promotion.sticker": Result(NONE, "promotion"),
    "change.price": Result(EVERY_LEVEL, "price"),
    "change.design": Result(NONE, "design"),
    "pack.first": Result(THIS_LEVEL, "pack"),
    "pack.count": Result(THIS_LEVEL, "pack"),
    "pack.look": Result(NONE, "pack"),
    "set.first": Result(THIS_LEVEL, "set"),
    "set.parts": Result(THIS_LEVEL, "set"),
    "set.looks": Result(NONE, "set"),
}


def step(path: str) -> Question | Result:
    """What comes after the answers so far. Raises KeyError for answers that nobody can give."""
    return _QUESTIONS.get(path) or _RESULTS[path]


def after(path: str, answer: str) -> str:
    """The answers with one more."""
    return f"{path}.{answer}".lstrip(".")


def before(path: str) -> str:
    """The answers without the last."""
    return path.rpartition(".")[0]
