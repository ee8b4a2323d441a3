"""First contact: that a machine speaks and for which office, what it can do, how data is used, before the first answer."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot import buttons
from bot.work import Work
from usecases import contacts, office


async def greet(message: Message, work: Work) -> None:
    """Introduce the assistant and ask for the consent to keep what is sent."""
    text = work.say("greeting.first", office=office.name(work.session, work.language))
    notice = work.say("greeting.data", notice=work.say(f"consent.{contacts.ANSWERING}"))
    await message.answer(f"{text}\n\n{notice}", reply_markup=buttons.keyboard(buttons.agree(work, contacts.ANSWERING)))


class GreetNewcomers(BaseMiddleware):
    """Says the introduction once, before whatever the first message is about."""

    async def __call__(
        self, handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]], event: TelegramObject, data: dict[str, Any]
    ) -> Any:
        work: Work = data["work"]
        message = event.message if isinstance(event, CallbackQuery) else event
        if work.is_new and isinstance(message, Message) and message.chat.type == "private":
            await greet(message, work)
        return await handler(event, data)
