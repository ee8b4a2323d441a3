"""A firm's own forms, filled in and sent as PDF and Word: the yearly report (button of its reminder), the announcement to sign."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot import buttons
from bot.class_buttons import act
from bot.dossier_buttons import BeginDossier
from bot.own_forms import REPORT, OwnForm, may_have
from bot.recorder import StoredInput
from bot.work import Work
from domain.errors import NoSuchDossier
from domain.messages import N_
from usecases import quantity_report, uploads

router = Router(name="own_forms")


@router.callback_query(OwnForm.filter())
async def send(press: CallbackQuery, callback_data: OwnForm, work: Work) -> None:
    """What was laid out before the transaction goes out, with the next step."""
    await press.answer()
    if not isinstance(press.message, Message):
        return
    may_have(work.session, work.contact, callback_data)
    if not work.prepared.drawn:
        raise NoSuchDossier(reference="")
    is_report = callback_data.kind == REPORT
    rows = [[act(work, N_("button.hand_in_report"), BeginDossier(kind=quantity_report.REPORT))]] if is_report else []
    text = work.say("yearly_report.form", year=callback_data.year) if is_report else work.say("own_form.announcement")
    await press.message.answer(text, reply_markup=buttons.keyboard(*rows))
    for file in work.prepared.drawn:
        uploads.note(work.session, file.sha256, file.size, file.media_type, work.now)
        await press.message.answer_document(StoredInput(file.sha256, file.name, file.media_type))
