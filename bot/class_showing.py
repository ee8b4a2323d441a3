"""Training classes as a citizen sees them: the list, one class, the fields to follow, one's own registrations."""

from collections.abc import Sequence

from aiogram.types import InlineKeyboardButton, Message

from bot import buttons
from bot.class_buttons import Change, Fields, Join, Seat, ShowClass, ShowMine, act, follow, links, short
from bot.work import Work
from db.models import Registration, TrainingClass
from db.models.registration import CONFIRMED, LIVE, OFFERED, WAITING
from db.models.training_class import CLOSED, OPEN
from domain.messages import N_
from domain.training import asked
from domain.wishes import Wish
from domain.worktime import ZONE
from locales import amount, day, moment, translate
from usecases import class_notices, classes, sign_up, waiting_list

_TOPICS = 12


async def show_open(message: Message, work: Work) -> None:
    """The classes that one may sign up for; where there is none, the offer to be told of the next."""
    listed = classes.open_ones(work.session, work.now)
    if not listed:
        await show_topics(message, work, N_("class.none_open"))
        return
    lines = [_line(work, one) for one in listed]
    rows = [[buttons.button(_caption(work, one), ShowClass(key=one.id))] for one in listed]
    text = "\n\n".join([work.say("class.list"), *lines])
    await message.answer(text, reply_markup=buttons.under_reply(work, *rows, [_fields(work), _my_classes(work)]))


def _line(work: Work, one: TrainingClass) -> str:
    begin = class_notices.one_session(one.sessions[0].starts_at, one.sessions[0].ends_at, work.language)
    more = translate(N_("class.more_sessions"), work.language, sessions=len(one.sessions)) if len(one.sessions) > 1 else ""
    return work.say("class.line", title=one.title, begin=begin + more, seats=seats_left(work, one), price=price(work, one))


def _caption(work: Work, one: TrainingClass) -> str:
    return f"{day(one.starts_at.astimezone(ZONE).date(), work.language)} · {short(one.title)}"


def _fields(work: Work) -> InlineKeyboardButton:
    return act(work, N_("button.fields"), Fields())


def _my_classes(work: Work) -> InlineKeyboardButton:
    return act(work, N_("button.my_classes"), buttons.Go(wish=Wish.MY_CLASSES))


def seats_left(work: Work, one: TrainingClass) -> str:
    """Free seats, or how many wait, in words."""
    seats = classes.seats(work.session, one)
    standing = classes.standing(one, seats, work.now)
    facts = {"free": seats.free, "seats": seats.all, "waiting": seats.waiting}
    since = moment(one.sign_up_from, work.language)
    return translate(f"class.standing.{standing}", work.language, **facts, since=since, reason=one.reason)


def price(work: Work, one: TrainingClass) -> str:
    """What a person pays and by which decision, or that it is free."""
    if not one.price:
        return translate(N_("class.free"), work.language)
    return translate(N_("class.price"), work.language, price=amount(one.price, work.language), source=one.price_source)


async def show_class(message: Message, work: Work, key: int, first: Sequence[InlineKeyboardButton] = ()) -> None:
    """All facts of a class, and what one can do, `first` above all. Raises `NoSuchClass`."""
    one = classes.get_published(work.session, key)
    facts = [
        ("class.fact.when", class_notices.when(one.sessions, work.language)),
        ("class.fact.where", class_notices.where(one, work.language, seated=False)),
        ("class.fact.seats", seats_left(work, one)),
        ("class.fact.until", moment(one.sign_up_until, work.language)),
        ("class.fact.price", price(work, one)),
        ("class.fact.audience", one.audience),
        ("class.fact.description", one.description),
        ("class.fact.bring", one.bring),
        ("class.fact.legal_basis", one.legal_basis),
    ]
    lines = [work.say(key, fact=fact) for key, fact in facts if fact]
    text = "\n".join([work.say("class.head", title=one.title, reference=one.reference), *lines])
    await message.answer(text, reply_markup=buttons.under_reply(work, first, *_class_rows(work, one)))


def _class_rows(work: Work, one: TrainingClass) -> list[list[InlineKeyboardButton]]:
    standing = classes.standing(one, classes.seats(work.session, one), work.now)
    caption = {OPEN: N_("button.sign_up"), classes.FULL: N_("button.sign_up_waiting")}.get(standing)
    mine = [own for own in sign_up.list_of(work.session, work.contact) if own.class_id == one.id]
    map_link = [InlineKeyboardButton(text=buttons.caption(work, "button.map"), url=one.map_link)] if one.map_link else []
    return [
        [act(work, caption, Join(key=one.id))] if caption else [],
        [act(work, N_("button.my_registration"), ShowMine(key=mine[0].id))] if mine else [],
        map_link,
        [follow(work, one.topic, follows=one.topic in classes.followed(work.session, work.contact))],
        [act(work, N_("button.all_classes"), buttons.Go(wish=Wish.CLASSES)), buttons.person(work)],
    ]


async def show_topics(message: Message, work: Work, key: str = N_("class.topics")) -> None:
    """The fields in which there were classes, to follow or to leave."""
    followed = set(classes.followed(work.session, work.contact))
    topics = sorted({*classes.topics(work.session), *followed})[:_TOPICS]
    rows = [[follow(work, topic, follows=topic in followed)] for topic in topics]
    await message.answer(work.say(key), reply_markup=buttons.under_reply(work, *rows, [_my_classes(work), buttons.person(work)]))


async def show_my_classes(message: Message, work: Work) -> None:
    """One's own registrations that are not over, each with where it stands."""
    own = sign_up.list_of(work.session, work.contact)
    other = [act(work, N_("button.all_classes"), buttons.Go(wish=Wish.CLASSES))]
    if not own:
        await message.answer(work.say("my_classes.none"), reply_markup=buttons.under_reply(work, other))
        return
    lines = [_own_line(work, one) for one in own]
    rows = [[buttons.button(f"{one.reference} · {short(one.training_class.title)}", ShowMine(key=one.id))] for one in own]
    await message.answer("\n\n".join([work.say("my_classes.list"), *lines]), reply_markup=buttons.under_reply(work, *rows, other))


def _own_line(work: Work, one: Registration) -> str:
    facts = class_notices.facts(one, work.language)
    begin = facts["when"].split("\n")[0]
    return work.say("my_classes.line", title=facts["title"], begin=begin, names=facts["names"], standing=standing_of(work, one))


def standing_of(work: Work, one: Registration) -> str:
    """Where a registration stands, in words: with its place in the waiting list, or until when its seats are held."""
    until = moment(one.offer_until, work.language) if one.offer_until else ""
    position = waiting_list.position(work.session, one)
    return translate(f"my_classes.standing.{one.status}", work.language, position=position, until=until)


async def show_registration(message: Message, work: Work, one: Registration, key: str = N_("my_classes.one")) -> None:
    """One's own registration with its tickets and what one can do about it."""
    rows, more = links(work, one) if one.status == CONFIRMED else ([], "")
    facts = class_notices.facts(one, work.language)
    changes = moment(one.training_class.changes_until, work.language)
    text = "\n".join([work.say(key, **facts, standing=standing_of(work, one), changes=changes), *_answers(work, one)]) + more
    rows += _act_rows(work, one)
    await message.answer(text, reply_markup=buttons.under_reply(work, *rows, [_my_classes(work)]))


def _answers(work: Work, one: Registration) -> list[str]:
    """What was answered to the questions of the class, a line each."""
    questions = [question for question in one.training_class.questions if one.answers.get(question.name)]
    said = [(question.text, one.answers[question.name]) for question in questions]
    return [work.say("sign_up.line", name=name, said=value["name"] if isinstance(value, dict) else value) for name, value in said]


def _act_rows(work: Work, one: Registration) -> list[list[InlineKeyboardButton]]:
    """What can be done about a registration as it stands."""
    again = [[act(work, N_("button.class"), ShowClass(key=one.class_id))]]
    if one.status not in LIVE or one.training_class.status not in {OPEN, CLOSED}:
        return again
    rows = []
    if one.status == OFFERED:
        rows.append([act(work, N_("button.take_seat"), Seat(key=one.id, take=True))])
        rows.append([act(work, N_("button.leave_seat"), Seat(key=one.id, take=False))])
    if work.now < one.training_class.changes_until:
        rows += _changes(work, one)
    if one.status == WAITING:
        rows.append([act(work, N_("button.leave_waiting"), Change(key=one.id, act="cancel"))])
    elif one.status == CONFIRMED and work.now < one.training_class.changes_until:
        rows.append([act(work, N_("button.cancel_registration"), Change(key=one.id, act="cancel"))])
    if one.status == CONFIRMED:
        rows.append([act(work, N_("button.resend_ticket"), Change(key=one.id, act="ticket"))])
    return rows


def _changes(work: Work, one: Registration) -> list[list[InlineKeyboardButton]]:
    has_several = waiting_list.size(one) > 1
    has_questions = bool(asked(one.training_class.questions, one.answers))
    return [
        [
            act(work, N_("button.replace_person"), Change(key=one.id, act="replace")),
            *([act(work, N_("button.take_out_person"), Change(key=one.id, act="out"))] if has_several else []),
        ],
        [act(work, N_("button.change_answers"), Change(key=one.id, act="answers"))] if has_questions else [],
    ]
