"""The menu of quantity marks (dấu định lượng), as it is opened, and as it stands under a wish to announce their use."""

from aiogram.types import InlineKeyboardButton, Message

from bot import buttons
from bot.class_buttons import act
from bot.dossier_buttons import BeginDossier
from bot.lot_draft import open_draft
from bot.quantity_buttons import LotShow, LotStep, label_check, lot_check
from bot.register_buttons import search_register
from bot.work import Work
from domain.dossiers import current_types
from domain.messages import N_
from domain.wishes import Wish
from locales import translate

_KINDS = "quantity_"
"""How the names of its procedures begin: announcement (nhóm 1), certificate (nhóm 2); a button each, once they are declared."""


async def show_menu(message: Message, work: Work) -> None:
    await message.answer(work.say("quantity_marks.menu"), reply_markup=buttons.under_reply(work, *rows(work), [buttons.person(work)]))


def rows(work: Work) -> list[list[InlineKeyboardButton]]:
    """What the service does; a lot that was begun stands first."""
    kinds = [one.kind for one in current_types() if one.kind.startswith(_KINDS)]
    draft = open_draft(work)
    begun = [act(work, N_("button.lot_continue"), LotStep(token=draft.token, act="continue"))] if draft else []
    return [
        begun,
        *([buttons.button(translate(f"dossier.type.{kind}", work.language), BeginDossier(kind=kind))] for kind in kinds),
        [label_check(work), lot_check(work)],
        [act(work, N_("button.weighing_plan"), buttons.Go(wish=Wish.WEIGHING_PLAN)), act(work, N_("button.lot_checks"), LotShow())],
        [act(work, N_("button.instruments"), buttons.Go(wish=Wish.INSTRUMENTS)), search_register(work)],
    ]
