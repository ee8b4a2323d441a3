"""News by topic (nhận tin theo chủ đề): choosing topics, ending one by the button of a message or in words, reading from a digest."""

from typing import Any

from aiogram import F, Router
from aiogram.filters import BaseFilter, Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot import buttons
from bot.class_buttons import act
from bot.work import Work
from db.models import Broadcast
from domain.errors import NoSuchTopic
from domain.folding import clean
from domain.messages import N_
from domain.topics import ALL, TOPICS, refusal_of
from locales import translate
from usecases import broadcast_replies, topics

router = Router(name="news")


class Choose(CallbackData, prefix="topic"):
    """Want a topic or not; `broadcast` is the one whose button it was, 0 for none."""

    topic: str
    wanted: bool
    broadcast: int = 0


class Topics(CallbackData, prefix="topics"):
    """Show the topics to choose from."""


class Read(CallbackData, prefix="news"):
    """Show a message of a digest in full."""

    key: int


class Refusal(BaseFilter):
    """ "Ngừng nhận tin mã vạch", in any state: a refusal is heard even while an officer has the enquiry."""

    async def __call__(self, message: Message) -> bool | dict[str, Any]:
        topic = refusal_of(clean(message.text or ""))
        return False if topic is None else {"topic": topic}


@router.message(Command("chu_de", "topics"))
async def command(message: Message, work: Work) -> None:
    await show(message, work)


@router.callback_query(Topics.filter())
async def pressed(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await show(press.message, work)


async def show(message: Message, work: Work) -> None:
    """Every topic with what was chosen, each a button that changes it."""
    chosen = topics.of(work.session, work.contact)
    rows = [[_choice(work, topic, wanted=chosen.get(topic, False))] for topic in TOPICS]
    await message.answer(work.say("topic.choose"), reply_markup=buttons.keyboard(*rows))


def _choice(work: Work, topic: str, *, wanted: bool) -> InlineKeyboardButton:
    key = N_("button.topic_on") if wanted else N_("button.topic_off")
    return act(work, key, Choose(topic=topic, wanted=not wanted), topic=translate(TOPICS[topic], work.language))


@router.callback_query(Choose.filter())
async def choose(press: CallbackQuery, callback_data: Choose, work: Work) -> None:
    await press.answer()
    if callback_data.topic not in TOPICS:
        raise NoSuchTopic
    broadcast = work.session.get(Broadcast, callback_data.broadcast) if callback_data.broadcast else None
    broadcast_id = broadcast.id if broadcast else None
    topics.choose(work.session, work.contact, callback_data.topic, wanted=callback_data.wanted, now=work.now, broadcast_id=broadcast_id)
    if isinstance(press.message, Message):
        await _confirm(press.message, work, callback_data.topic, wanted=callback_data.wanted)


async def _confirm(message: Message, work: Work, topic: str, *, wanted: bool) -> None:
    named = translate(TOPICS[topic], work.language)
    key = N_("topic.wanted") if wanted else N_("topic.refused")
    undo = [[_choice(work, topic, wanted=wanted)], [act(work, N_("button.topics"), Topics())]]
    await message.answer(work.say(key, topic=named), reply_markup=buttons.keyboard(*undo))


@router.message(F.text, Refusal())
async def refused(message: Message, work: Work, topic: str) -> None:
    if topic == ALL:
        topics.refuse_all(work.session, work.contact, work.now)
        await message.answer(work.say("topic.refused_all"), reply_markup=buttons.keyboard([act(work, N_("button.topics"), Topics())]))
        return
    topics.choose(work.session, work.contact, topic, wanted=False, now=work.now)
    await _confirm(message, work, topic, wanted=False)


@router.callback_query(Read.filter())
async def read(press: CallbackQuery, callback_data: Read, work: Work) -> None:
    """One's own only: somebody else's key shows nothing."""
    await press.answer()
    broadcast_replies.show_again(work.session, work.contact, callback_data.key, work.now)
