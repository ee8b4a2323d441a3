"""Groups and channels: the counter talks to one person at a time; a command in a group is pointed to the private chat."""

from aiogram import F, Router
from aiogram.types import ChatMemberUpdated, Message

from bot.work import Work
from usecases import contacts

router = Router(name="groups")
_IN_GROUP = F.chat.type != "private"


@router.message(_IN_GROUP, F.text.startswith("/"))
async def command_in_group(message: Message, work: Work) -> None:
    await message.answer(work.say("groups.write_privately"))


@router.message(_IN_GROUP)
@router.edited_message(_IN_GROUP)
async def talk_in_group(message: Message) -> None:
    """What people say to each other is none of our business."""


@router.my_chat_member(F.new_chat_member.status.in_({"kicked", "left"}))
async def blocked(event: ChatMemberUpdated, work: Work) -> None:
    contacts.suppress(work.contact, "blocked by the contact", work.now)


@router.my_chat_member()
async def unblocked(event: ChatMemberUpdated) -> None:
    """Meeting the contact has lifted the suppression already."""
