"""The menu of the barcode service (mã số mã vạch), as it is opened, and as it stands under a wish to start the service."""

from aiogram.types import InlineKeyboardButton, Message

from bot import buttons
from bot.barcode_buttons import Fees, NewGtin, OwnPrefixes, PrintLabel, act, another_code
from bot.dossier_showing import service_rows
from bot.work import Work
from domain.messages import N_

BARCODES = "barcodes"
"""The family of dossiers."""


async def show_menu(message: Message, work: Work) -> None:
    await message.answer(work.say("barcodes.menu"), reply_markup=buttons.under_reply(work, *rows(work), [buttons.person(work)]))


def rows(work: Work) -> list[list[InlineKeyboardButton]]:
    """What the service does. The buttons of its dossiers (registration, product list) stand first."""
    return [
        *service_rows(work, BARCODES),
        [another_code(work), act(work, N_("button.new_gtin"), NewGtin())],
        [act(work, N_("button.print_label"), PrintLabel()), act(work, N_("button.fees"), Fees())],
        [act(work, N_("button.own_prefixes"), OwnPrefixes())],
    ]
