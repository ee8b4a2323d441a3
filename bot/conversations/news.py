"""News by topic (nhận tin theo chủ đề): choosing topics, ending one by the button of a message or in words, reading from a digest."""

from collections.abc import Sequence
from typing import Any

from aiogram import F, Router
from aiogram.filters import BaseFilter, Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot import buttons, following_hs
from bot.awaiting import stop_waiting
from bot.class_buttons import act
from bot.memory import AWAITED, recall
from bot.news_buttons import Choose, Read, RefuseAll, Topics
from bot.work import Work
from db.models import Broadcast
from domain.errors import NoSuchTopic
from domain.folding import clean
from domain.messages import N_
from domain.topics import ALL, TOPICS, UNKNOWN, asks_for_own, is_stop, is_stop_of_all, refusal_of, wanted_in
from locales import translate
from usecases import broadcast_replies, topics

router = Router(name="news")

_WHICH = N_("topic.which_refused")


class Refusal(BaseFilter):
    """ "Ngừng nhận tin mã vạch", in any state: a refusal is heard even while an officer has the enquiry.

    After a broadcast "stop" is enough; elsewhere it only ends what is being done.
    """

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        text = clean(message.text or "")
        refused = refusal_of(text)
        if not refused and (is_stop(text) or is_stop_of_all(text)):
            stopped = _stopped(work, is_all=is_stop_of_all(text))
            refused = () if stopped is None else (stopped,)
        return {"chosen": refused} if refused else False


def _stopped(work: Work, *, is_all: bool) -> str | None:
    """The topic of what was told last, unless a dialogue has begun since; of a digest, and of "hủy hết", it has to be asked which."""
    if work.conversation.state and recall(work, AWAITED) is not None:
        return None
    if (broadcast := _followed(work)) is not None and broadcast.topic in TOPICS:
        return ALL if is_all else broadcast.topic
    if broadcast_replies.follows_digest(work.session, work.contact, work.now):
        return ALL if is_all else UNKNOWN
    return UNKNOWN if is_all and any(topics.of(work.session, work.contact).values()) else None


def _followed(work: Work) -> Broadcast | None:
    key = work.message.broadcast_id if work.message is not None else None
    return work.session.get(Broadcast, key) if key is not None else None


class Wants(BaseFilter):
    """ "Đăng ký nhận tin về mã vạch", outside an enquiry that an officer has."""

    async def __call__(self, message: Message, work: Work) -> bool | dict[str, Any]:
        wanted = () if work.with_officer else wanted_in(clean(message.text or ""))
        return {"chosen": wanted} if wanted else False


class AsksForOwn(BaseFilter):
    """ "Tôi đang nhận những tin gì?", outside an enquiry that an officer has."""

    async def __call__(self, message: Message, work: Work) -> bool:
        return not work.with_officer and asks_for_own(message.text or "")


@router.message(Command("chu_de", "topics"))
async def command(message: Message, work: Work) -> None:
    stop_waiting(work)
    await show(message, work)


@router.message(F.text, AsksForOwn())
async def asked_for_own(message: Message, work: Work) -> None:
    stop_waiting(work)
    await show(message, work)


@router.callback_query(Topics.filter())
async def pressed(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await show(press.message, work)


async def show(message: Message, work: Work, key: str = N_("topic.choose"), **facts: str) -> None:
    """Every topic with what was chosen, each a button that changes it, and what a press agrees to."""
    chosen = topics.of(work.session, work.contact)
    wanted = [translate(name, work.language) for topic, name in TOPICS.items() if chosen.get(topic)]
    standing = work.say("topic.standing", topics=", ".join(wanted)) if wanted else work.say("topic.standing_none")
    rows = [[_choice(work, topic, wanted=chosen.get(topic, False))] for topic in TOPICS]
    if chosen.get(following_hs.TOPIC):
        rows.append([following_hs.entrance(work)])
    if wanted:
        rows.append([act(work, N_("button.topics_none"), RefuseAll())])
    if not wanted and key == _WHICH:
        key = N_("topic.choose")
    text = "\n\n".join([work.say(key, **facts), standing, work.say("topic.consent")])
    await message.answer(text, reply_markup=buttons.keyboard(*rows))


def _choice(work: Work, topic: str, *, wanted: bool) -> InlineKeyboardButton:
    key = N_("button.topic_on") if wanted else N_("button.topic_off")
    return act(work, key, Choose(topic=topic, wanted=not wanted), topic=translate(TOPICS[topic], work.language))


@router.callback_query(Choose.filter())
async def choose(press: CallbackQuery, callback_data: Choose, work: Work) -> None:
    await press.answer()
    if callback_data.topic not in TOPICS:
        raise NoSuchTopic
    broadcast = work.session.get(Broadcast, callback_data.broadcast) if callback_data.broadcast else None
    _keep(work, callback_data.topic, wanted=callback_data.wanted, broadcast=broadcast)
    if isinstance(press.message, Message):
        await _confirm(press.message, work, [callback_data.topic], wanted=callback_data.wanted)


def _keep(work: Work, topic: str, *, wanted: bool, broadcast: Broadcast | None = None) -> None:
    key = broadcast.id if broadcast else None
    topics.choose(work.session, work.contact, topic, wanted=wanted, now=work.now, broadcast_id=key, language=work.language)


async def _confirm(message: Message, work: Work, chosen: Sequence[str], *, wanted: bool) -> None:
    """What holds now, and the way back: whoever ended a topic by a slip of the thumb has it again with one press."""
    others = act(work, N_("button.topics"), Topics())
    undo = [_undo(work, topic, wanted=wanted) for topic in chosen]
    hs = [following_hs.entrance(work)] if wanted and following_hs.TOPIC in chosen else []
    text = work.say("topic.wanted" if wanted else "topic.refused", topic=_names(work, chosen))
    if not wanted:
        text += "\n\n" + work.say("topic.consent_again")
    await message.answer(text, reply_markup=buttons.keyboard(hs, *undo, [others]))


def _undo(work: Work, topic: str, *, wanted: bool) -> list[InlineKeyboardButton]:
    key = N_("button.unsubscribe") if wanted else N_("button.topic_again")
    return [act(work, key, Choose(topic=topic, wanted=not wanted), topic=translate(TOPICS[topic], work.language))]


def _names(work: Work, chosen: Sequence[str]) -> str:
    return ", ".join(translate(TOPICS[topic], work.language) for topic in chosen)


@router.callback_query(RefuseAll.filter())
async def none_pressed(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await _refuse_all(press.message, work)


@router.message(F.text, Refusal())
async def refused(message: Message, work: Work, chosen: tuple[str, ...]) -> None:
    if chosen == (ALL,):
        await _refuse_all(message, work)
    elif chosen == (UNKNOWN,):
        await show(message, work, _WHICH)
    else:
        for topic in chosen:
            _keep(work, topic, wanted=False, broadcast=_followed(work))
        await _confirm(message, work, chosen, wanted=False)


async def _refuse_all(message: Message, work: Work) -> None:
    topics.refuse_all(work.session, work.contact, work.now)
    await message.answer(work.say("topic.refused_all"), reply_markup=buttons.keyboard([act(work, N_("button.topics"), Topics())]))


@router.message(F.text, Wants())
async def wanted(message: Message, work: Work, chosen: tuple[str, ...]) -> None:
    """Said in words it is not agreed to yet: each topic is a button under what a press agrees to."""
    if chosen in {(ALL,), (UNKNOWN,)}:
        await show(message, work, N_("topic.which_wanted") if chosen == (UNKNOWN,) else N_("topic.choose"))
        return
    rows = [[_choice(work, topic, wanted=False)] for topic in chosen]
    text = work.say("topic.ask", topic=_names(work, chosen)) + "\n\n" + work.say("topic.consent")
    await message.answer(text, reply_markup=buttons.keyboard(*rows, [act(work, N_("button.topics"), Topics())]))


@router.callback_query(Read.filter())
async def read(press: CallbackQuery, callback_data: Read, work: Work) -> None:
    """One's own only: somebody else's key shows nothing."""
    await press.answer()
    broadcast_replies.show_again(work.session, work.contact, callback_data.key, work.now)
