"""What no other conversation understands: voice, stickers, places, unknown commands, buttons from long ago. Each gets a sensible answer."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot import buttons
from bot.work import Work

router = Router(name="strays")


@router.message(F.voice | F.audio | F.video_note)
async def voice(message: Message, work: Work) -> None:
    await message.answer(work.say("strays.voice"), reply_markup=buttons.keyboard([buttons.person(work)]))


@router.message(F.sticker | F.animation | F.dice)
async def sticker(message: Message, work: Work) -> None:
    await message.answer(work.say("strays.sticker"), reply_markup=buttons.menu(work))


@router.message(F.text.startswith("/"))
async def unknown_command(message: Message, work: Work) -> None:
    await message.answer(work.say("strays.unknown_command"), reply_markup=buttons.menu(work))


@router.message()
@router.edited_message()
async def anything_else(message: Message, work: Work) -> None:
    await message.answer(work.say("strays.other"), reply_markup=buttons.menu(work))


@router.callback_query()
async def old_button(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await press.message.answer(work.say("strays.old_button"), reply_markup=buttons.menu(work))
