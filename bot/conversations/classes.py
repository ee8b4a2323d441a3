"""Training classes in the chat: one class, and the fields to follow. Signing up and one's own registrations have files of their own."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot import buttons
from bot.class_buttons import Fields, Follow, ShowClass, code_of
from bot.class_showing import show_class, show_topics
from bot.work import Work
from domain.errors import NoSuchClass
from usecases import classes

router = Router(name="classes")


@router.callback_query(ShowClass.filter())
async def one_class(press: CallbackQuery, callback_data: ShowClass, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await show_class(press.message, work, callback_data.key)


@router.callback_query(Fields.filter())
async def fields(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await show_topics(press.message, work)


@router.callback_query(Follow.filter())
async def follow(press: CallbackQuery, callback_data: Follow, work: Work) -> None:
    await press.answer()
    known = {*classes.topics(work.session), *classes.followed(work.session, work.contact)}
    topic = next((topic for topic in known if code_of(topic) == callback_data.topic), None)
    if topic is None:
        raise NoSuchClass
    if callback_data.on:
        classes.follow(work.session, work.contact, topic, work.now)
    else:
        classes.unfollow(work.session, work.contact, topic)
    if isinstance(press.message, Message):
        text = work.say("class.followed" if callback_data.on else "class.unfollowed", topic=topic)
        await press.message.answer(text, reply_markup=buttons.menu(work))
