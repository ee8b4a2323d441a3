"""Asking for a sign-up, one question a message: going on, back, the summary, and handing in what was drafted (`bot.drafts`)."""

from dataclasses import asdict, replace

from aiogram.fsm.state import State, StatesGroup
from aiogram.types import InlineKeyboardButton, Message

from bot import buttons
from bot.awaiting import stop_waiting, wait_for
from bot.class_buttons import HandIn, ShowClass, Step, act, short
from bot.class_showing import price, show_open, show_registration
from bot.drafts import (
    CONSENT,
    FIRM,
    PEOPLE,
    PHONE,
    SUMMARY,
    TAX,
    Draft,
    answers_of,
    draft_of,
    is_optional,
    last_time,
    must_be_open,
    open_draft,
    people_of_draft,
    phone_of_people,
    questions_of,
    said,
    steps,
)
from bot.memory import DRAFT, forget, keep
from bot.work import Work
from db.models import ClassQuestion, TrainingClass
from db.models.registration import CONFIRMED
from domain.errors import AlreadySignedUp, ClassFull, LargerThanClass, NamedTwice
from domain.messages import N_
from domain.wishes import Wish
from locales import translate
from usecases import classes, contacts, sign_up


class SigningUp(StatesGroup):
    """A step waits for its answer."""

    asked = State()


async def begin(message: Message, work: Work, class_id: int) -> None:
    """Begin, go on with what was begun for the same class, or take people and firm over from another. Raises `SignUpClosed`."""
    must_be_open(work, class_id)
    draft = draft_of(work)
    if draft is None or draft.class_id != class_id:
        common = {step: value for step, value in draft.said.items() if not step.startswith("q")} if draft else {}
        draft = Draft(class_id, said=common)
    await go_on(message, work, draft)


async def resume(message: Message, work: Work) -> None:
    """Ask again what was asked last; without a draft, show the classes."""
    draft = open_draft(work)
    if draft is None:
        throw_away(work)
        await message.answer(work.say("sign_up.nothing_begun"))
        await show_open(message, work)
        return
    await ask(message, work, draft)


def stop(work: Work) -> None:
    """Ask no more; the draft stays."""
    stop_waiting(work)


def throw_away(work: Work) -> None:
    """Forget the draft."""
    stop_waiting(work)
    forget(work, DRAFT)


async def go_on(message: Message, work: Work, draft: Draft, before: str = "") -> None:
    """To the first step that was not answered, else to the summary."""
    training_class = classes.get_published(work.session, draft.class_id)
    missing = (step for step in steps(work, draft, training_class) if step not in draft.said)
    await ask(message, work, replace(draft, at=next(missing, SUMMARY)), before)


async def back(message: Message, work: Work, draft: Draft, step: str) -> None:
    """To the step before this one."""
    listed = steps(work, draft, classes.get_published(work.session, draft.class_id))
    at = listed.index(step) if step in listed else len(listed)
    await ask(message, work, replace(draft, at=listed[max(0, at - 1)]))


# asking


async def ask(message: Message, work: Work, draft: Draft, before: str = "") -> None:
    """Keep the draft and ask for its step, after what was understood of the answer before."""
    training_class = classes.get_published(work.session, draft.class_id)
    listed = steps(work, draft, training_class)
    if draft.at != SUMMARY and draft.at not in listed:  # a question that staff took away, or that is no longer asked
        await go_on(message, work, draft, before)
        return
    keep(work, DRAFT, asdict(draft))
    wait_for(work, SigningUp.asked, draft.token)
    if draft.at == SUMMARY:
        text, rows = _summary(work, draft, training_class, listed)
    else:
        text, rows = _step(work, draft, training_class, listed)
    await message.answer("\n\n".join(part for part in (before, text) if part), reply_markup=buttons.keyboard(*rows))


Rows = list[list[InlineKeyboardButton]]


def _step(work: Work, draft: Draft, training_class: TrainingClass, listed: list[str]) -> tuple[str, Rows]:
    step = draft.at
    question = questions_of(training_class).get(step)
    place = work.say("sign_up.place", number=listed.index(step) + 1, total=len(listed), title=training_class.title)
    if question is not None:
        text, rows = question_text(work, question), _choices(draft, step, question)
    elif step == CONSENT:
        text, rows = work.say("sign_up.ask.consent", consent=work.say(f"consent.{contacts.CLASSES}")), _decisions(work, draft)
    else:
        text, rows = work.say(f"sign_up.ask.{step}"), []
    if step == PHONE and (same := _as_last_time(work)):
        text += "\n" + same
        rows.append([act(work, N_("button.as_last_time"), Step(token=draft.token, step=step, act="same"))])
    if step == PHONE and (phone := phone_of_people(draft)):
        rows.append([act(work, N_("button.this_phone"), Step(token=draft.token, step=step, act="first"), phone=phone)])
    if step in draft.said:
        rows.append(
            [act(work, N_("button.keep_answer"), Step(token=draft.token, step=step, act="keep"), said=short(said(work, draft, step)))]
        )
    return f"{place}\n{text}", [*rows, _moves(work, draft, training_class, is_first=listed[0] == step)]


def question_text(work: Work, question: ClassQuestion) -> str:
    """A class's own question with how it is answered."""
    return work.say("sign_up.question", question=question.text) + "\n" + work.say(f"sign_up.kind.{question.kind}")


def _choices(draft: Draft, step: str, question: ClassQuestion) -> Rows:
    if question.kind != "choice":
        return []
    return [
        [buttons.button(choice, Step(token=draft.token, step=step, act=f"c{number}"))] for number, choice in enumerate(question.choices)
    ]


def _decisions(work: Work, draft: Draft) -> Rows:
    return [
        [act(work, N_("button.agree"), Step(token=draft.token, step=CONSENT, act="agree"))],
        [act(work, N_("button.refuse"), Step(token=draft.token, step=CONSENT, act="refuse"))],
    ]


def _moves(work: Work, draft: Draft, training_class: TrainingClass, *, is_first: bool) -> list[InlineKeyboardButton]:
    acts = [] if is_first else [(N_("button.back"), "back")]
    acts += [(N_("button.skip"), "skip")] if is_optional(draft.at, training_class) else []
    acts.append((N_("button.stop"), "stop"))
    return [act(work, key, Step(token=draft.token, step=draft.at, act=name)) for key, name in acts]


def _as_last_time(work: Work) -> str:
    last = last_time(work)
    if not last:
        return ""
    nothing = translate(N_("sign_up.nothing"), work.language)
    return work.say("sign_up.as_last_time", phone=last[PHONE], firm=last[FIRM] or nothing, tax_code=last[TAX] or nothing)


# summary


def _summary(work: Work, draft: Draft, training_class: TrainingClass, listed: list[str]) -> tuple[str, Rows]:
    questions = questions_of(training_class)
    captions = {step: questions[step].text if step in questions else translate(f"sign_up.name.{step}", work.language) for step in listed}
    lines = [work.say("sign_up.line", name=captions[step], said=said(work, draft, step)) for step in listed]
    people = len(people_of_draft(draft))
    if training_class.price:
        lines.append(work.say("sign_up.line", name=translate(N_("sign_up.name.price"), work.language), said=price(work, training_class)))
    text = "\n".join([work.say("sign_up.summary", title=training_class.title, people=people), *lines, "", work.say("sign_up.check")])
    edits = [act(work, N_("button.edit"), Step(token=draft.token, step=step, act="edit"), name=short(captions[step])) for step in listed]
    rows = [[act(work, N_("button.hand_in"), HandIn(token=draft.token, waits=False))]]
    own = sum(step in questions for step in listed)
    common, of_class = edits[: len(edits) - own], edits[len(edits) - own :]
    rows += [common[at : at + 2] for at in range(0, len(common), 2)] + [[edit] for edit in of_class]
    return text, [*rows, [act(work, N_("button.stop"), Step(token=draft.token, step=SUMMARY, act="stop"))]]


# handing in


async def hand_in(message: Message, work: Work, draft: Draft, *, waits: bool) -> None:
    """Sign up; where there is no seat, explain the waiting list first; refused people are asked for again. Raises `SignUpClosed`."""
    training_class = classes.get_published(work.session, draft.class_id)
    if any(step not in draft.said for step in steps(work, draft, training_class)):
        await go_on(message, work, draft)
        return
    answers = answers_of(draft, training_class)
    firm = {"firm": draft.said[FIRM], "tax_code": draft.said.get(TAX, "") if draft.said[FIRM] else "", "phone": draft.said[PHONE]}
    wish = sign_up.Wish(people_of_draft(draft), draft.token, answers=answers, **firm)
    try:
        one = sign_up.sign_up(work.session, draft.class_id, wish, contact=work.contact, source=sign_up.CHAT, waits=waits, now=work.now)
    except ClassFull as full:
        await _offer_waiting(message, work, draft, training_class, full)
        return
    except (AlreadySignedUp, NamedTwice, LargerThanClass) as refusal:  # raised before anything was written
        await ask(message, work, replace(draft, at=PEOPLE), work.say(refusal.key, **refusal.facts))
        return
    throw_away(work)
    await show_registration(message, work, one, N_("class.signed_up") if one.status == CONFIRMED else N_("class.waits"))


async def _offer_waiting(message: Message, work: Work, draft: Draft, training_class: TrainingClass, full: ClassFull) -> None:
    """The rule of the waiting list in plain words, before anybody joins it."""
    rule = work.say(f"class.waiting_rule.{training_class.waiting_rule}")
    facts = full.facts | {"hours": training_class.offer_hours, "position": full.facts["waiting"] + 1}
    text = work.say("sign_up.full", **facts) + "\n\n" + rule
    rows = [
        [act(work, N_("button.join_waiting"), HandIn(token=draft.token, waits=True))],
        [
            act(work, N_("button.another_class"), buttons.Go(wish=Wish.CLASSES)),
            act(work, N_("button.class"), ShowClass(key=draft.class_id)),
        ],
        [act(work, N_("button.stop"), Step(token=draft.token, step=SUMMARY, act="stop"))],
    ]
    await message.answer(text, reply_markup=buttons.keyboard(*rows))
