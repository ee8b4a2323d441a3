"""Buttons about dossiers. Those that notices carry pack to exactly what `usecases.dossier_notices` writes."""

from aiogram.filters.callback_data import CallbackData

TEMPLATE = "template"
"""Act of `ProductStep` that asks for the empty sheet, which is made before the transaction."""


class BeginDossier(CallbackData, prefix="dsb"):
    """Begin a dossier of a kind; `anew` even where one was begun."""

    kind: str
    anew: bool = False


class DossierStep(CallbackData, prefix="ds"):
    """An act at a part (field, paper, consent or summary) of a draft."""

    key: int
    part: str
    act: str


class HandInDossier(CallbackData, prefix="dsi"):
    """Hand a draft in. Pressed nine times it is one dossier."""

    key: int


class ResumeDossier(CallbackData, prefix="resume"):
    """Go on with a draft."""

    key: int


class ShowDossier(CallbackData, prefix="dossier"):
    """Show one's own dossier."""

    key: int


class FillIn(CallbackData, prefix="fill"):
    """Open the checklist of what is asked for."""

    key: int


class FillItem(CallbackData, prefix="fi"):
    """An act on an item of that checklist."""

    key: int
    item: int
    act: str


class DossierAct(CallbackData, prefix="da"):
    """An act on one's own dossier: a move that the firm may make, the receipt again, the timeline."""

    key: int
    act: str


class SpeakFor(CallbackData, prefix="spk"):
    """A confirmed contact of a firm says whether another speaks for it."""

    key: int
    yes: bool


class ProductStep(CallbackData, prefix="pl"):
    """An act on the product list of a draft."""

    key: int
    act: str


class PackageStep(CallbackData, prefix="pk"):
    """An act on the prepackaged goods of a draft."""

    key: int
    act: str
