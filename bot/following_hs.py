"""HS codes that a contact follows, as it sees them: the list, adding, leaving, and what was wrong with what was typed."""

from collections.abc import Sequence
from typing import Any

from aiogram.fsm.state import State, StatesGroup
from aiogram.types import InlineKeyboardButton, Message

from bot import buttons
from bot.awaiting import stop_waiting, wait_for
from bot.class_buttons import act
from bot.news_buttons import AddHsCodes, Choose, DropHsCode, HsCodes, KeepHsCode, Topics
from bot.work import Work
from domain import hs_codes
from domain.hs_codes import Fault, shown
from domain.messages import N_
from domain.topics import TOPICS
from domain.wishes import Wish
from locales import translate
from usecases import hs_interests, topics

TOPIC = "trade"
"""The topic whose messages the codes are for."""
_IN_A_ROW = 3
_FAULTS = 5
_WHY = {
    hs_codes.ODD: N_("hs.fault.odd"),
    hs_codes.CHAPTER: N_("hs.fault.chapter"),
    hs_codes.LONG: N_("hs.fault.long"),
}


class FollowingHs(StatesGroup):
    """The next text holds codes."""

    codes = State()


async def show(message: Message, work: Work) -> None:
    """The codes, each with a button to leave it; without any, they are asked for."""
    codes = hs_interests.of(work.session, work.contact)
    if not codes:
        await ask(message, work)
        return
    text = work.say("hs.list", number=len(codes), codes=_listed(codes))
    drops = [act(work, N_("button.hs_drop"), DropHsCode(code=code), code=shown(code)) for code in codes]
    rows = [drops[at : at + _IN_A_ROW] for at in range(0, len(drops), _IN_A_ROW)]
    await message.answer(text + _unheard(work), reply_markup=buttons.keyboard(*rows, *_more(work, is_listed=True)))


async def ask(message: Message, work: Work) -> None:
    """Which codes; what they are for is said."""
    wait_for(work, FollowingHs.codes, "hs")
    never_mind = act(work, N_("button.never_mind"), buttons.Go(wish=Wish.CANCEL))
    await message.answer(work.say("hs.ask", limit=hs_interests.MOST), reply_markup=buttons.keyboard([never_mind]))


async def follow(message: Message, work: Work, found: hs_codes.Read) -> None:
    """Keep the codes of a text, and say what was wrong with the rest. While nothing could be read the next text is waited for."""
    hs_interests.follow(work.session, work.contact, found.codes, work.now)
    said = [work.say("hs.followed", codes=_listed(found.codes))] if found.codes else []
    said += [_fault(work, fault) for fault in found.faults[:_FAULTS]]
    perhaps = [
        [act(work, N_("button.hs_perhaps"), KeepHsCode(code=fault.perhaps), code=shown(fault.perhaps))]
        for fault in found.faults[:_FAULTS]
        if fault.perhaps
    ]
    if found.codes:
        stop_waiting(work)
        said[-1] += _unheard(work)
    else:
        wait_for(work, FollowingHs.codes, "hs")
    await message.answer("\n".join(said or [work.say("hs.none_read")]), reply_markup=buttons.keyboard(*perhaps, *_more(work)))


async def leave(message: Message, work: Work, codes: Sequence[str] | None) -> None:
    """Follow these no longer, or none of all."""
    left = hs_interests.unfollow(work.session, work.contact, codes)
    undo = [act(work, N_("button.hs_again"), KeepHsCode(code=left[0]), code=shown(left[0]))] if len(left) == 1 else []
    text = work.say("hs.left", codes=_listed(left)) if left else work.say("hs.left_none")
    await message.answer(text, reply_markup=buttons.keyboard(undo, *_more(work)))


def entrance(work: Work) -> InlineKeyboardButton:
    """The button that leads here."""
    return act(work, N_("button.hs_codes"), HsCodes(), number=len(hs_interests.of(work.session, work.contact)))


def _more(work: Work, *, is_listed: bool = False) -> list[list[InlineKeyboardButton]]:
    """What to do next; the topic first where it is not wanted, as nothing would come."""
    add, topics_button = act(work, N_("button.hs_add"), AddHsCodes()), act(work, N_("button.topics"), Topics())
    rows: list[list[InlineKeyboardButton]] = [[add, topics_button]] if is_listed else [[entrance(work)], [add, topics_button]]
    if not _hears(work):
        named = translate(TOPICS[TOPIC], work.language)
        rows.insert(0, [act(work, N_("button.topic_off"), Choose(topic=TOPIC, wanted=True), topic=named)])
    return rows


def _unheard(work: Work) -> str:
    """That nothing comes, where the topic is not wanted, and what a press agrees to."""
    if _hears(work):
        return ""
    return "\n\n" + work.say("hs.topic_off", topic=translate(TOPICS[TOPIC], work.language)) + " " + work.say("topic.consent")


def _hears(work: Work) -> Any:
    return topics.of(work.session, work.contact).get(TOPIC, False)


def _fault(work: Work, fault: Fault) -> str:
    return work.say(_WHY[fault.why], text=fault.text, longest=hs_codes.LONGEST)


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(map(shown, codes))
