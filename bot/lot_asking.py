"""What the dialogue about a lot asks (hỏi khi kiểm tra lô), step by step, each with its buttons; and telling what came out."""

from collections.abc import Sequence
from decimal import Decimal

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot import buttons, lot_draft
from bot.awaiting import stop_waiting, wait_for
from bot.class_buttons import act
from bot.lot_draft import BEYOND, CHECK, DEVIATION, LOT_SIZE, MEAN, PLAN, PLANNED, QUANTITY, READY, SHORT, WEIGHTS, LotDraft, N
from bot.lot_press import ASSESS, SHEET, LotChecking
from bot.quantity_buttons import LotShow, LotStep, lot_check, to_menu
from bot.recorder import StoredInput
from bot.work import Work
from db.models import LotCheck
from domain.messages import N_
from domain.papers.histogram import Scale
from domain.quantities import VOLUME, number_said, said, symbol_said
from domain.quantity_marks.limits import deficiency
from domain.quantity_marks.lots import INSUFFICIENT, LOT_TOO_LARGE, PASS
from domain.quantity_marks.tables import SAMPLING_PLAN, WHOLE, Plan
from locales import moment, translate
from usecases import lot_checks, lot_words
from usecases.lot_checks import LotAsked

Row = Sequence[InlineKeyboardButton]


async def begin_check(message: Message, work: Work) -> None:
    await ask(message, work, lot_draft.begin(work, CHECK))


async def begin_plan(message: Message, work: Work) -> None:
    await ask(message, work, lot_draft.begin(work, PLAN))


async def ask(message: Message, work: Work, draft: LotDraft, before: str = "", *rows: Row) -> None:
    """What the draft stands at; `before` is what came of the last answer, `rows` stand above the buttons of the step."""
    wait_for(work, LotChecking.asked, draft.token)
    text = "\n\n".join(part for part in (before, _text(work, draft)) if part)
    await message.answer(text, reply_markup=keyboard(work, draft, *rows))


def keyboard(work: Work, draft: LotDraft, *rows: Row) -> InlineKeyboardMarkup:
    return buttons.under_reply(work, *rows, *_rows(work, draft), _way_out(work, draft))


def step(work: Work, draft: LotDraft, key: str, deed: str, value: str = "", **facts: object) -> InlineKeyboardButton:
    """A button of this draft."""
    return act(work, key, LotStep(token=draft.token, act=deed, value=value), **facts)


def _way_out(work: Work, draft: LotDraft) -> list[InlineKeyboardButton]:
    back = [] if draft.step in {QUANTITY, READY} else [step(work, draft, N_("button.back"), "back")]
    return [*back, to_menu(work)]


# what is asked


def plan_of(work: Work, draft: LotDraft) -> Plan | str:
    """How many to weigh, or why there is no plan."""
    rules = lot_checks.in_force(work.session, work.today).rules
    return lot_checks.plan_of(draft.quantity, draft.lot_size, rules, destructive=draft.destructive)


def _text(work: Work, draft: LotDraft) -> str:
    if draft.step == QUANTITY:
        return work.say("lot.ask.quantity")
    if draft.step == LOT_SIZE:
        return work.say("lot.ask.lot_size", quantity=said(draft.quantity, work.language), limit=_largest(work))
    if draft.step == PLANNED:
        return plan_text(work, draft)
    if draft.step == WEIGHTS:
        given = len(draft.weights)
        text = work.say("lot.ask.weights" if not given else "lot.ask.more_weights", unit=symbol_said(draft.unit))
        if not given and draft.quantity.kind == VOLUME:
            text += "\n\n" + work.say("lot.ask.by_mass", unit=symbol_said(draft.unit))
        return text if given else plan_text(work, draft) + "\n\n" + text
    return work.say(f"lot.ask.{draft.step}", **_facts(work, draft))


def _largest(work: Work) -> int:
    return lot_checks.in_force(work.session, work.today).rules.largest_lot


def _facts(work: Work, draft: LotDraft) -> dict[str, object]:
    """Of the questions about a summary: its unit, Qmin and Qn - 2T; at the end all answers, shown back."""
    rules = lot_checks.in_force(work.session, work.today).rules
    limit, scale = deficiency(draft.quantity, rules, rules.policy), Scale(draft.symbol, work.language)
    worst = "" if limit is None else scale.said(draft.quantity.base - 2 * limit.tolerable)
    facts: dict[str, object] = {"unit": symbol_said(draft.unit), "least": scale.said(limit.least) if limit else "", "worst": worst}
    for name in (N, SHORT, BEYOND):
        facts[name] = draft.summary.get(name, "")
    for name in (MEAN, DEVIATION):
        value = draft.summary.get(name)
        facts[name] = number_said(Decimal(value), work.language) if value is not None else translate(N_("lot.unknown"), work.language)
    return facts


def plan_text(work: Work, draft: LotDraft) -> str:
    """n, c and k in words, T and Qmin, and how to take the sample."""
    rules, plan = lot_checks.in_force(work.session, work.today).rules, plan_of(work, draft)
    limit, scale = deficiency(draft.quantity, rules, rules.policy), Scale(draft.symbol, work.language)
    assert isinstance(plan, Plan), "asked for at the step before"
    assert limit is not None
    facts = {"quantity": said(draft.quantity, work.language), "size": draft.lot_size}
    worst = draft.quantity.base - 2 * limit.tolerable
    values = {"t": scale.said(limit.tolerable), "least": scale.said(limit.least), "worst": scale.said(worst)}
    lines = [
        work.say("lot.plan.head", **facts),
        work.say("lot.plan.line", plan=lot_words.plan_said(plan, work.language)),
        work.say("lot.plan.limits", **values),
        work.say("lot.plan.take_all" if plan.mode == WHOLE else "lot.plan.take"),
        work.say("lot.plan.basis", clause=_plan_clause(work)),
    ]
    return "\n".join([*lines, *_unverified(work)])


def _plan_clause(work: Work) -> str:
    known = [vars(table) for table in lot_checks.in_force(work.session, work.today).tables]
    return lot_words.with_annex(lot_words.PLAN_CLAUSE, lot_words.PLAN_ANNEX, known, work.language, SAMPLING_PLAN)


def _unverified(work: Work) -> list[str]:
    known = lot_checks.in_force(work.session, work.today)
    warning = lot_words.unverified({"tables": [vars(table) for table in known.tables]}, work.language)
    return [work.say("lot.warning", words=warning)] if warning else []


def _rows(work: Work, draft: LotDraft) -> list[Row]:
    if draft.step == lot_draft.DESTRUCTIVE:
        return [[step(work, draft, N_("button.lot_destructive"), "d", "yes"), step(work, draft, N_("button.lot_whole"), "d", "no")]]
    if draft.step == PLANNED:
        return [[step(work, draft, N_("button.weighing_sheet"), SHEET)], [step(work, draft, N_("button.lot_weights"), "weights")]]
    if draft.step == WEIGHTS and not draft.parts:
        return [[step(work, draft, N_("button.lot_summary"), "summary")], [step(work, draft, N_("button.weighing_sheet"), SHEET)]]
    if draft.step == WEIGHTS:
        undo = [step(work, draft, N_("button.lot_undo"), "undo"), step(work, draft, N_("button.lot_clear"), "clear")]
        return [[step(work, draft, N_("button.lot_assess"), ASSESS, count=len(draft.weights))], undo]
    if draft.step == DEVIATION:
        return [[step(work, draft, N_("button.lot_no_deviation"), "none")]]
    if draft.step in {SHORT, BEYOND}:
        return [[step(work, draft, N_("button.lot_zero"), "zero")]]
    if draft.step == READY:
        again = step(work, draft, N_("button.lot_summary_again"), "summary")
        return [[step(work, draft, N_("button.lot_assess_summary"), ASSESS)], [again]]
    return []


async def no_plan(message: Message, work: Work, draft: LotDraft, reason: str) -> None:
    """Why the lot cannot be checked, with what can be done: split it, another number, an officer."""
    wait_for(work, LotChecking.asked, draft.token)
    largest = _largest(work)
    text = work.say(lot_words.VERDICTS[reason], n=0, needed=0, more=0)
    if reason == LOT_TOO_LARGE:
        text += "\n" + work.say("lot.split", limit=largest, parts=-(-draft.lot_size // largest))
    await message.answer(text, reply_markup=buttons.under_reply(work, [buttons.person(work)], [to_menu(work)]))


# what came out


async def tell(message: Message, work: Work, check: LotCheck) -> None:
    """A check: verdict, steps, what nobody verified; its picture and its paper."""
    stop_waiting(work)
    rows = [[act(work, N_("button.lot_more"), LotStep(token=check.token, act="more"))]] if check.verdict == INSUFFICIENT else []
    asked_person = [] if check.verdict == PASS else [buttons.person(work)]
    others = [lot_check(work), act(work, N_("button.lot_checks"), LotShow())]
    await message.answer(_result(work, check), reply_markup=buttons.under_reply(work, *rows, others, [*asked_person, to_menu(work)]))
    name = f"{translate(N_('lot.file_name'), work.language)}-{check.id}"
    if check.picture_sha256:
        await message.answer_photo(StoredInput(check.picture_sha256, f"{name}.png", "image/png"))
    if check.pdf_sha256:
        await message.answer_document(StoredInput(check.pdf_sha256, f"{name}.pdf", "application/pdf"))


def _result(work: Work, check: LotCheck) -> str:
    asked, language = LotAsked.of(check.asked), work.language
    lines = [
        work.say("lot.result.head", verdict=lot_words.verdict(check.found, language)),
        work.say("lot.result.lot", lot=lot_words.lot_said(asked, language)),
        "",
    ]
    for number, one in enumerate(lot_words.steps(asked, check.found, language), 1):
        lines.append(work.say("lot.result.step", number=number, name=one.name, text=one.text, clause=one.clause))
    if warning := lot_words.unverified(check.found, language):
        lines.append("\n" + work.say("lot.warning", words=warning))
    lines.append("\n" + work.say("lot.advice"))
    return "\n".join(lines)


async def show_checks(message: Message, work: Work) -> None:
    """One's own checks, each to be sent again."""
    own = lot_checks.of_contact(work.session, work.contact)
    if not own:
        await message.answer(work.say("lot.checks.none"), reply_markup=buttons.keyboard([lot_check(work), to_menu(work)]))
        return
    rows = [[buttons.button(_caption(work, one), LotShow(key=one.id))] for one in own]
    await message.answer(work.say("lot.checks.list"), reply_markup=buttons.under_reply(work, *rows, [to_menu(work)]))


def _caption(work: Work, one: LotCheck) -> str:
    short = translate(f"lot.short.{one.verdict}", work.language)
    return f"{moment(one.at, work.language)} · {one.quantity} × {one.lot_size} · {short}"
